// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package detach

import "os/exec"

// ownSession does nothing where there are no sessions.
func ownSession(*exec.Cmd) {}
