// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package weights reads and writes safetensors files, the format in which weights are published and checkpoints are
// kept.
//
// A file is a JSON header that gives each tensor a name, a type, a shape and a place, and after it the values of all
// tensors without a gap. Reading is strict: a header that promises what the file does not hold is refused when the
// file is opened, with the rule that it breaks, so that a damaged or malicious file never becomes wrong weights.
// Writing is deterministic and all or nothing: equal tensors give equal bytes, and a file appears under its name only
// when it is complete.
package weights
