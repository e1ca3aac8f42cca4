// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !linux

package train

// PeakRSS is not known on this system.
func PeakRSS() int { return 0 }
