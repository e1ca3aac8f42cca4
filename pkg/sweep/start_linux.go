// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// start starts the i-th of n children that run at a time. It has cores of its own; it is in a process group of its own,
// so that a Ctrl-C at the terminal reaches it only through this process, once; and the system asks it to save and stop
// when this process dies.
func start(cmd *exec.Cmd, i, n int) (wait func() error, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		// A child inherits its cores from the thread that starts it, and its parent's death is that of this thread:
		// the thread must wait for it, and is not used for anything else. It ends with the goroutine, as it was changed.
		runtime.LockOSThread()
		if n > 1 {
			var set unix.CPUSet
			allowed := allowedCores()
			from, to := cores(i, n)
			for c := from; c < to && c < len(allowed); c++ {
				set.Set(allowed[c])
			}
			_ = unix.SchedSetaffinity(0, &set) // where it is not allowed, the children share all cores
		}
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return func() error { return <-ended }, nil
}

// allowedCores are the cores that this process may use.
func allowedCores() (out []int) {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	for c := range 8 * 128 { // a CPUSet has 1024 places
		if set.IsSet(c) {
			out = append(out, c)
		}
	}
	return out
}
