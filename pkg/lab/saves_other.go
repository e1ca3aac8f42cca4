// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package lab

import "os"

// saveSignals is empty: this system has no signal for it.
var saveSignals []os.Signal
