// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// What a browser is spared: beyond these its page stops answering, and the notebook cannot be saved any more.
const (
	mostText  = 8 << 20  // bytes that a cell may print
	mostShown = 64 << 20 // bytes of one display
)

// limit counts what the running cell prints.
type limit struct {
	cell  string // the request that it is the answer to
	bytes int
	told  bool
}

// text says whether a piece of text may pass. The first time that one may not, tell is true.
func (l *limit) text(cell string, n int) (ok, tell bool) {
	if l.cell != cell {
		*l = limit{cell: cell}
	}
	if l.bytes += n; l.bytes <= mostText {
		return true, false
	}
	tell, l.told = !l.told, true
	return false, tell
}

// tooMuch is the end of what a cell may print.
var tooMuch = fmt.Sprintf("\n[the cell prints more than %d MiB; the rest is not shown, write it to a file]\n", mostText>>20)

// shrink replaces a display that is too large by a sentence.
func shrink(m *wire.Message) {
	if len(m.Content) <= mostShown {
		return
	}
	var c struct {
		Transient any `json:"transient"`
	}
	size := len(m.Content) >> 20
	if m.Decode(&c) != nil {
		return
	}
	m.Encode(map[string]any{"transient": c.Transient, "metadata": map[string]any{},
		"data": map[string]any{"text/plain": fmt.Sprintf("[an output of %d MiB is not shown; show something smaller]", size)}})
}
