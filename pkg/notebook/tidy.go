// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"fmt"
	"strings"
)

// volatile are keys of a cell's metadata that change with every run or look at the notebook.
var volatile = []string{"execution", "ExecuteTime", "collapsed", "scrolled"}

// Tidy brings the notebook into the form in which it is committed: without outputs, execution counts and what else
// changes with every run. Identifiers, sources and other metadata stay.
func (nb *Notebook) Tidy() {
	nb.Strip()
	for _, c := range nb.Cells {
		for _, key := range volatile {
			delete(c.Metadata, key)
		}
	}
	if nb.Kernel() == KernelName {
		nb.setMetadata()
	}
}

// Problems says what keeps a notebook, read from the bytes of a file, from being committed: nothing if it is as Tidy and
// Write leave it, begins with a title, and is for this module's kernel. It does not run it.
func Problems(file []byte) []string {
	nb, err := Parse(file)
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	if name := nb.Kernel(); name != KernelName {
		all = append(all, fmt.Sprintf("it is for the kernel %q; write %q in its kernelspec", name, KernelName))
	}
	if len(nb.Cells) == 0 || nb.Cells[0].Type != Markdown || !strings.HasPrefix(nb.Cells[0].Source, "# ") {
		all = append(all, "it does not begin with a Markdown cell that begins with a title, as \"# A title\"")
	}
	run := false
	for i, c := range nb.Cells {
		if len(c.Outputs) > 0 || c.ExecutionCount > 0 {
			all = append(all, fmt.Sprintf("cell %d (%s) has outputs or a count; perceiver notebook strip removes them", i+1, c.ID))
			run = true
		}
	}
	if run {
		return all
	}
	nb.Tidy()
	if tidy, err := nb.Marshal(); err != nil {
		all = append(all, err.Error())
	} else if !bytes.Equal(tidy, file) {
		all = append(all, "its form is not the one in which notebooks are committed; perceiver notebook strip mends it")
	}
	return all
}
