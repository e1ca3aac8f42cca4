// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package backend

/*
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

// XLA takes the memory for its intermediate values, often hundreds of megabytes, from malloc at every step and gives it
// back at the end. Left to itself glibc returns such a block to the system, which hands it out again page by page and
// zeroed: a quarter of the time of a training step. So large blocks stay with the process. That must be settled before
// the first thread starts, because a thread may get an arena of its own, to which this does not apply; hence a
// constructor, which runs before the Go runtime does. Peak memory grows by up to a half. To grow in larger pieces as well
// (M_TOP_PAD) costs more memory and saves no time. Who set the allocator up with variables keeps that.
#ifdef __GLIBC__
__attribute__((constructor)) static void keep_large_blocks(void) {
  if (getenv("GLIBC_TUNABLES") || getenv("MALLOC_ARENA_MAX") || getenv("MALLOC_MMAP_MAX_") || getenv("MALLOC_TRIM_THRESHOLD_")) return;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}
#endif
*/
import "C"
