// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"path/filepath"
	"strconv"
)

// Labels are the names of the n classes of a collection, where they can be had without reading it: those of the
// generator, of folders or of CIFAR-10, else their numbers.
func Labels(path string, n int) []string {
	var names []string
	switch train := filepath.Join(path, "train"); {
	case path == "" || path == ShapesName:
		names = NewShapes(0).Labels
	case isFolder(train):
		names, _ = folders(train)
	default:
		if names, _ = lines(filepath.Join(path, "batches.meta.txt")); len(names) == 0 {
			names, _ = folders(path)
		}
	}
	if len(names) == n {
		return names
	}
	names = nil
	for i := range n {
		names = append(names, strconv.Itoa(i))
	}
	return names
}
