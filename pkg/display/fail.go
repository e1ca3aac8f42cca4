// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	pkgerrors "github.com/pkg/errors"
)

// Fail says why the program cannot go on, on stderr, and ends it with exit status 1. Under the message stand the places
// in the cell and in this module where it happened, without those of libraries. It is one write, so that the notebook
// can mark the line of the cell.
func Fail(err error) {
	std.fail(os.Stderr, err)
	os.Exit(1)
}

func (s *screen) fail(w io.Writer, err error) {
	if err == nil {
		err = errors.New("failed without an error: display.Fail was given nil")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.print(w, strings.TrimSpace(err.Error())+"\n"+places(err))
}

const (
	module     = "github.com/perceiver-go/perceiver/"
	mostPlaces = 12
)

// places are the frames in which the error arose, or, where it does not know, those of main that led here.
func places(err error) string {
	var pcs []uintptr
	ours := []string{"main."}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if tracer, ok := e.(interface{ StackTrace() pkgerrors.StackTrace }); ok {
			pcs, ours = nil, []string{"main.", module} // the innermost trace is the longest
			for _, f := range tracer.StackTrace() {
				pcs = append(pcs, uintptr(f))
			}
		}
	}
	if pcs == nil {
		pcs = make([]uintptr, 64)
		pcs = pcs[:runtime.Callers(2, pcs)]
	}
	if len(pcs) == 0 {
		return ""
	}
	var b strings.Builder
	frames := runtime.CallersFrames(pcs)
	for n := 0; n < mostPlaces; {
		f, more := frames.Next()
		for _, prefix := range ours {
			if strings.HasPrefix(f.Function, prefix) {
				fmt.Fprintf(&b, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
				n++
				break
			}
		}
		if !more {
			break
		}
	}
	return b.String()
}
