// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// LogFile is the file in a run folder that keeps what the training said.
const LogFile = "train.log"

// stoppedCode is the exit code of a training that was interrupted and has saved its state.
const stoppedCode = 130

// Local trains runs in child processes of this one: a command, then the path of the experiment, then "--run DIR".
//
// When ctx ends, the children are asked to save and stop. Where this process is killed, so are they asked, on Linux by
// the system.
type Local struct {
	Command []string // such as "perceiver", "train"
	Jobs    int      // at a time; 0: 1. They share the cores of the machine evenly
	Devices []string // accelerators, each for one run at a time, as CUDA_VISIBLE_DEVICES takes them; nil: the children choose
	Env     []string // "KEY=VALUE" on top of the environment
}

// Execute implements Executor.
func (l *Local) Execute(ctx context.Context, dirs []string, ended func(string, error)) error {
	if len(l.Command) == 0 {
		return errors.New("there is no command to train with")
	}
	jobs := min(max(1, l.Jobs, len(l.Devices)), len(dirs))
	if n := len(l.Devices); n > 0 && jobs > n {
		return fmt.Errorf("%d runs at a time cannot share %d devices; ask for %d at most", jobs, n, n)
	}
	var group sync.WaitGroup
	var lock sync.Mutex // ended hears of one run at a time
	queue := make(chan string)
	for slot := range jobs {
		group.Go(func() {
			for dir := range queue {
				err := l.train(ctx, dir, slot, jobs)
				lock.Lock()
				ended(dir, err)
				lock.Unlock()
			}
		})
	}
	for _, dir := range dirs {
		select {
		case queue <- dir:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(queue)
	group.Wait()
	return ctx.Err()
}

// train trains one run in a process of its own.
func (l *Local) train(ctx context.Context, dir string, slot, jobs int) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrStopped, ctx.Err())
	}
	if err := free(ctx, dir); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, LogFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	last := &lastLine{}
	cmd := exec.Command(l.Command[0], append(l.Command[1:len(l.Command):len(l.Command)], filepath.Join(dir, runs.ExperimentFile), "--run", dir, "--json")...)
	cmd.Stdout, cmd.Stderr = log, io.MultiWriter(log, last)
	// The settings of this process are in the experiment already.
	cmd.Env = append(append(os.Environ(), "PERCEIVER_SET="), l.Env...)
	if len(l.Devices) > 0 {
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES="+l.Devices[slot])
	}
	wait, err := start(cmd, slot, jobs)
	if err != nil {
		return fmt.Errorf("it could not be started: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })()
	err = wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit) && (exit.ExitCode() == stoppedCode || exit.ExitCode() == -1): // -1: killed by a signal
		return fmt.Errorf("%w (%s)", ErrStopped, exit)
	case errors.As(err, &exit):
		return fmt.Errorf("%s; %s has more", last, filepath.Join(dir, LogFile))
	}
	return err
}

// patience is how long a run that an earlier, killed sweep started may take to save its state and end.
const patience = time.Minute

// free waits until nobody trains in a folder.
func free(ctx context.Context, dir string) error {
	for begin := time.Now(); ; {
		lock, err := runs.Hold(dir)
		if err == nil {
			return lock.Close()
		}
		var held *runs.HeldError
		if !errors.As(err, &held) || time.Since(begin) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrStopped, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// cores are those of the i-th of n children that run at a time.
func cores(i, n int) (from, to int) {
	all := runtime.NumCPU()
	if n >= all {
		return i % all, i%all + 1
	}
	return i * all / n, (i + 1) * all / n
}

// lastLine keeps the last line that was written.
type lastLine struct{ line []byte }

// Write implements io.Writer.
func (l *lastLine) Write(b []byte) (int, error) {
	const longest = 4096
	l.line = append(l.line, b...)
	if i := bytes.LastIndexByte(bytes.TrimRight(l.line, "\n"), '\n'); i >= 0 {
		l.line = append(l.line[:0], l.line[i+1:]...)
	}
	if len(l.line) > longest {
		l.line = l.line[:longest]
	}
	return len(b), nil
}

func (l *lastLine) String() string {
	s := strings.TrimPrefix(strings.TrimSpace(string(l.line)), "perceiver: ")
	if s == "" {
		return "it said nothing"
	}
	return s
}
