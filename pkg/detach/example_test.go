// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package detach_test

import (
	"context"
	"fmt"
	"time"

	"github.com/perceiver-go/perceiver/pkg/detach"
)

// A program that leaves a long computation behind. When it is started again, it says how the computation is.
func Example() {
	dir := "runs/.detached/long"
	err := detach.Start(dir, func(ctx context.Context) error {
		select {
		case <-time.After(24 * time.Hour):
		case <-ctx.Done(): // asked to stop
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	state, err := detach.Ask(dir, detach.Status)
	fmt.Println(state.Status, err)
}
