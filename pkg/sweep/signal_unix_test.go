// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package sweep

import (
	"os"
	"syscall"
)

var usr1 os.Signal = syscall.SIGUSR1
