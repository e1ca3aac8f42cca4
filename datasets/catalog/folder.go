// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"os"
	"path/filepath"
)

// Folder is the folder of data sets: the one that PERCEIVER_DATA names, or shared/data beside the checkout, for a program
// that runs somewhere in it. It is "" where there is none.
func Folder() string {
	if dir := os.Getenv("PERCEIVER_DATA"); dir != "" {
		return dir
	}
	up := ".."
	for range 5 { // no package lies deeper
		dir := filepath.Join(up, "shared", "data")
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		up = filepath.Join("..", up)
	}
	return ""
}
