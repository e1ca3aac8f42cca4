// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

#ifndef PERCEIVER_BACKEND_HOOK_H
#define PERCEIVER_BACKEND_HOOK_H

#include "pjrt_c_api.h"

// hook_load opens a plugin and gives its function table, or NULL and a message that the caller frees.
const PJRT_Api* hook_load(const char* path, char** message);

// hook_wrap gives a copy of the table in which the function to compile is perceiverCompile.
PJRT_Api* hook_wrap(const PJRT_Api* api);

// The functions below call the plugin itself.

// hook_compile compiles other text with the options of args, where text is not NULL, and sets args->executable.
PJRT_Error* hook_compile(const PJRT_Api* api, PJRT_Client_Compile_Args* args, const char* text, size_t size);

// hook_deserialize makes a program of bytes that hook_serialize gave, or gives NULL.
PJRT_LoadedExecutable* hook_deserialize(const PJRT_Api* api, PJRT_Client* client, const void* bytes, size_t size);

// hook_serialize gives the bytes of a program; handle is for hook_serialized_free. 0 where it did not work.
typedef struct {
  const char* bytes;
  size_t size;
  PJRT_SerializedExecutable* handle;
  void (*free)(PJRT_SerializedExecutable*);
} hook_serialized;
int hook_serialize(const PJRT_Api* api, PJRT_LoadedExecutable* program, hook_serialized* out);
void hook_serialized_free(hook_serialized* s);

// hook_alias_bytes gives how many bytes of its arguments a program writes its results over; -1 where that is unknown.
int64_t hook_alias_bytes(const PJRT_Api* api, PJRT_LoadedExecutable* program);

#endif
