// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package lab

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestTheSecondInterruptEndsTheProgram starts this test in a process that does not stop by itself.
func TestTheSecondInterruptEndsTheProgram(t *testing.T) {
	if os.Getenv("LAB_TEST_STUBBORN") != "" {
		ctx := Context()
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("asked")
		select {} // the step that is running never ends
	}
	for _, first := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheSecondInterruptEndsTheProgram$")
		cmd.Env = append(os.Environ(), "LAB_TEST_STUBBORN=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "ready" {
			t.Fatalf("it said %q", lines.Text())
		}
		if err := cmd.Process.Signal(first); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() || lines.Text() != "asked" {
			t.Fatalf("after %v it said %q", first, lines.Text())
		}
		ended := make(chan error)
		go func() { ended <- cmd.Wait() }()
		// The program lets go of the signals a moment after the first one, so a second is sent until it is heard.
		patience := time.After(time.Minute)
		for heard := false; !heard; {
			_ = cmd.Process.Signal(os.Interrupt) // it may have ended
			select {
			case err = <-ended:
				heard = true
			case <-patience:
				_ = cmd.Process.Kill()
			case <-time.After(time.Millisecond):
			}
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("%v, then an interrupt: it ended with %v", first, err)
		}
		if status := exit.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
			t.Errorf("%v, then an interrupt: it ended with %v", first, err)
		}
	}
}
