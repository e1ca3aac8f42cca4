// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/perceiver-go/perceiver/pkg/display"
)

// Context ends when the program is interrupted: by Ctrl-C, by the stop button of a notebook, or by a batch system that
// wants its machine back. A second interrupt ends the program at once.
var Context = sync.OnceValue(func() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
})

// Must returns the value, or shows the error in one line and ends the program: what a cell wants of an error.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Check ends the program with the error in one line, if there is one.
func Check(err error) {
	if err != nil {
		display.Fail(err)
	}
}
