// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package experiments holds the experiment files, one for each row of a table of the paper or of an ablation, so that
// the program carries them wherever it is. Package experiment describes their form.
package experiments

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// Files are the experiment files, as "language/mlm.toml".
//
//go:embed */*.toml
var Files embed.FS

// Names are the names of all experiments, as "language/mlm", in order.
func Names() []string {
	files, err := fs.Glob(Files, "*/*.toml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, path.Ext(f))
	}
	return names
}
