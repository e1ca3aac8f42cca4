// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package train

import (
	"os/signal"
	"syscall"
)

// limitFiles lets this process write no larger files. Beyond, a write fails, as on a disk that is full.
func limitFiles(bytes int) error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)})
}
