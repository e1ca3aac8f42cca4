// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package audio reads and writes sound: WAV files with samples from -1 to 1.
package audio
