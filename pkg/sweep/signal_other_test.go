// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package sweep

import "os"

// usr1 is not there on this system; ending the process is the nearest.
var usr1 = os.Kill
