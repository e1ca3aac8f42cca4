// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package lab

import (
	"os"
	"syscall"
)

var saveSignals = []os.Signal{syscall.SIGUSR1}
