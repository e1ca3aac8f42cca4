// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package peers holds scripts that set other implementations beside this one. They need Python and its packages, each
// script says which; nothing of the module does.
//
//	load_transformers.py   loads a folder that perceiver wrote with transformers, and compares outputs
package peers
