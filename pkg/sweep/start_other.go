// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !linux

package sweep

import (
	"fmt"
	"os/exec"
)

// start starts the i-th of n children that run at a time, with its part of the cores.
func start(cmd *exec.Cmd, i, n int) (wait func() error, err error) {
	if n > 1 {
		from, to := cores(i, n)
		cmd.Env = append(cmd.Env, fmt.Sprintf("GOMAXPROCS=%d", to-from))
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return cmd.Wait, nil
}
