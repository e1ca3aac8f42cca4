// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

#include "hook.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

const PJRT_Api* hook_load(const char* path, char** message) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    *message = strdup(dlerror());
    return NULL;
  }
  const PJRT_Api* (*get)(void) = (const PJRT_Api* (*)(void))dlsym(library, "GetPjrtApi");
  const PJRT_Api* api = get ? get() : NULL;
  if (!api) *message = strdup(get ? "GetPjrtApi gives nothing" : "it has no GetPjrtApi, so it is no PJRT plugin");
  return api;
}

PJRT_Api* hook_wrap(const PJRT_Api* api) {
  // An older plugin has a shorter table; what it lacks must read as NULL to a caller that knows the longer one.
  size_t size = api->struct_size > sizeof(PJRT_Api) ? api->struct_size : sizeof(PJRT_Api);
  PJRT_Api* copy = calloc(1, size);
  if (!copy) return NULL;
  memcpy(copy, api, api->struct_size);
  copy->PJRT_Client_Compile = perceiverCompile;
  return copy;
}

// drop frees an error and says whether there was one.
static int drop(const PJRT_Api* api, PJRT_Error* error) {
  if (!error) return 0;
  PJRT_Error_Destroy_Args d = {.struct_size = PJRT_Error_Destroy_Args_STRUCT_SIZE, .error = error};
  api->PJRT_Error_Destroy(&d);
  return 1;
}

PJRT_Error* hook_compile(const PJRT_Api* api, PJRT_Client_Compile_Args* args, const char* text, size_t size) {
  const PJRT_Program* before = args->program;
  PJRT_Program changed = *before;
  if (text) {
    changed.code = (char*)text;
    changed.code_size = size;
    args->program = &changed;
  }
  PJRT_Error* error = api->PJRT_Client_Compile(args);
  args->program = before;
  return error;
}

PJRT_LoadedExecutable* hook_deserialize(const PJRT_Api* api, PJRT_Client* client, const void* bytes, size_t size) {
  PJRT_Executable_DeserializeAndLoad_Args a = {.struct_size = PJRT_Executable_DeserializeAndLoad_Args_STRUCT_SIZE,
                                               .client = client,
                                               .serialized_executable = bytes,
                                               .serialized_executable_size = size};
  if (drop(api, api->PJRT_Executable_DeserializeAndLoad(&a))) return NULL;
  return a.loaded_executable;
}

// executable gives the part of a loaded program that can be written and asked; the caller frees it.
static PJRT_Executable* executable(const PJRT_Api* api, PJRT_LoadedExecutable* program) {
  PJRT_LoadedExecutable_GetExecutable_Args a = {.struct_size = PJRT_LoadedExecutable_GetExecutable_Args_STRUCT_SIZE,
                                                .loaded_executable = program};
  return drop(api, api->PJRT_LoadedExecutable_GetExecutable(&a)) ? NULL : a.executable;
}

static void free_executable(const PJRT_Api* api, PJRT_Executable* e) {
  PJRT_Executable_Destroy_Args a = {.struct_size = PJRT_Executable_Destroy_Args_STRUCT_SIZE, .executable = e};
  drop(api, api->PJRT_Executable_Destroy(&a));
}

int hook_serialize(const PJRT_Api* api, PJRT_LoadedExecutable* program, hook_serialized* out) {
  PJRT_Executable* e = executable(api, program);
  if (!e) return 0;
  PJRT_Executable_Serialize_Args a = {.struct_size = PJRT_Executable_Serialize_Args_STRUCT_SIZE, .executable = e};
  int failed = drop(api, api->PJRT_Executable_Serialize(&a));
  free_executable(api, e);
  if (failed) return 0;
  out->bytes = a.serialized_bytes;
  out->size = a.serialized_bytes_size;
  out->handle = a.serialized_executable;
  out->free = a.serialized_executable_deleter;
  return 1;
}

void hook_serialized_free(hook_serialized* s) {
  if (s->free) s->free(s->handle);
}

int64_t hook_alias_bytes(const PJRT_Api* api, PJRT_LoadedExecutable* program) {
  PJRT_Executable* e = executable(api, program);
  if (!e) return -1;
  PJRT_Executable_GetCompiledMemoryStats_Args a = {
      .struct_size = PJRT_Executable_GetCompiledMemoryStats_Args_STRUCT_SIZE, .executable = e};
  int failed = drop(api, api->PJRT_Executable_GetCompiledMemoryStats(&a));
  free_executable(api, e);
  return failed ? -1 : a.alias_size_in_bytes;
}
