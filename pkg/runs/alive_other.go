// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package runs

// alive cannot be known on this system; a run that says it runs is believed.
func alive(int) bool { return true }
