// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Environment of the test program when it is a training that a test ends in some bad way.
const (
	childFolder = "PERCEIVER_TEST_RUN"   // run folder
	childLimit  = "PERCEIVER_TEST_LIMIT" // largest file that it may write, in bytes
)

// killsKey sets how many kills TestKilledAtAnyMoment makes; the default takes some seconds. 200 take half a minute.
const killsKey = "PERCEIVER_TEST_KILLS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child trains the toy, saving after every step.
func child(dir string) error {
	if limit, err := strconv.Atoi(os.Getenv(childLimit)); err == nil {
		if err := limitFiles(limit); err != nil {
			return err
		}
	}
	b, err := backend.Pure()
	if err != nil {
		return err
	}
	r, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{Experiment: "toy"})
	if err != nil {
		return err
	}
	defer r.Close()
	fmt.Println("begun")
	_, err = Run(context.Background(), Job{Backend: b, Task: newToy(0.1), Config: longConfig(), Run: r})
	return err
}

func longConfig() Config {
	c := toyConfig()
	c.Steps, c.CheckpointEvery, c.EvalEvery, c.LogEvery = 30, 1, 7, 3
	return c
}

// start starts this program as a training in dir and waits until it has begun.
func start(t *testing.T, dir string, env ...string) (cmd *exec.Cmd, talk *bytes.Buffer) {
	t.Helper()
	cmd, talk = exec.Command(os.Args[0]), &bytes.Buffer{}
	cmd.Env = append(append(os.Environ(), childFolder+"="+dir), env...)
	cmd.Stderr = talk
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "begun\n" {
		cmd.Wait()
		t.Fatalf("the training said %q: %v\n%s", line, err, talk)
	}
	return cmd, talk
}

// end lets a training in dir end and returns its files.
func end(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	cmd, talk := start(t, dir)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, talk)
	}
	return files(t, &runs.Run{Dir: dir})
}

func same(t *testing.T, got, want map[string][]byte) {
	t.Helper()
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s is not that of a run that was left alone", name)
		}
	}
}

// TestKilledAtAnyMoment kills trainings, without warning, at random moments of stepping, evaluating and saving. What is
// left must be whole each time, and those that end must end with the bytes of one that was left alone.
func TestKilledAtAnyMoment(t *testing.T) {
	kills := 12
	if n, err := strconv.Atoi(os.Getenv(killsKey)); err == nil {
		kills = n
	}
	want := end(t, filepath.Join(t.TempDir(), "alone"))
	root, r := t.TempDir(), rand.New(rand.NewPCG(1, 1))
	dir, ended := filepath.Join(root, "0"), 0
	for k := 0; k < kills; {
		cmd, talk := start(t, dir)
		time.Sleep(time.Duration(r.Float64() * float64(150*time.Millisecond)))
		cmd.Process.Kill()
		if err := cmd.Wait(); err == nil { // it was faster
			same(t, files(t, &runs.Run{Dir: dir}), want)
			ended++
			dir = filepath.Join(root, strconv.Itoa(ended))
			continue
		} else if talk.Len() > 0 {
			t.Fatalf("it failed: %s", talk)
		}
		k++
		left := &runs.Run{Dir: dir}
		c, skipped, err := left.Latest()
		if err != nil && !errors.Is(err, fs.ErrNotExist) || len(skipped) > 0 {
			t.Fatalf("after kill %d: %v, %v", k, err, skipped)
		}
		if err == nil {
			if _, err := Restore(c, newToy(0.1)); err != nil {
				t.Fatalf("after kill %d: %v", k, err)
			}
		}
	}
	same(t, end(t, dir), want)
	t.Logf("%d kills; %d runs had ended before", kills, ended)
}

// TestFullDisk lets a training write no file larger than a few kilobytes, as on a disk that is full.
func TestFullDisk(t *testing.T) {
	want := end(t, filepath.Join(t.TempDir(), "alone"))
	dir := filepath.Join(t.TempDir(), "run")
	cmd, _ := start(t, dir)
	for len((&runs.Run{Dir: dir}).Checkpoints()) == 0 {
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	before, _, err := (&runs.Run{Dir: dir}).Latest()
	if err != nil {
		t.Fatal(err)
	}

	cmd, talk := start(t, dir, childLimit+"=6000")
	if err := cmd.Wait(); err == nil || !strings.Contains(talk.String(), "could not be saved") || !strings.Contains(talk.String(), "file too large") {
		t.Fatalf("with a full disk: %v\n%s", err, talk)
	}
	after, skipped, err := (&runs.Run{Dir: dir}).Latest()
	if err != nil || len(skipped) > 0 || after.Step < before.Step {
		t.Errorf("afterwards the last checkpoint is of step %d, before of %d; %v, %v", after.Step, before.Step, err, skipped)
	}
	if r, err := runs.Open(dir); err != nil || r.Info.Status != runs.Failed {
		t.Errorf("run.json: %v", err)
	}
	same(t, end(t, dir), want) // there is room again
}

// TestFlippedByte damages one byte in each file of the last checkpoint. It is noticed, said, and the one before is used.
func TestFlippedByte(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	want := end(t, dir)
	for name, content := range want {
		t.Run(name, func(t *testing.T) {
			c, _, err := (&runs.Run{Dir: dir}).Latest()
			if err != nil || c.Step != 30 {
				t.Fatal(c, err)
			}
			damaged := bytes.Clone(content)
			damaged[len(damaged)/2] ^= 0x10
			if err := os.WriteFile(filepath.Join(c.Dir, name), damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			b, err := backend.Pure()
			if err != nil {
				t.Fatal(err)
			}
			r, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var said []string
			if _, err := Run(t.Context(), Job{Backend: b, Task: newToy(0.1), Config: longConfig(), Run: r, Warn: func(s string) { said = append(said, s) }}); err != nil {
				t.Fatal(err)
			}
			if len(said) != 1 || !strings.Contains(said[0], "checkpoint of step 30") || !strings.Contains(said[0], "going on from step 29") {
				t.Errorf("it said %q", said)
			}
			same(t, files(t, r), want)
		})
	}
}

// TestTwoProcesses has this process want the folder in which another one trains.
func TestTwoProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	cmd, _ := start(t, dir)
	_, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{})
	var held *runs.HeldError
	if !errors.As(err, &held) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on ", cmd.Process.Pid)) || !runs.Held(dir) {
		t.Errorf("while process %d trains: %v", cmd.Process.Pid, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if r, err := runs.Open(dir); runs.Held(dir) || err == nil && r.Info.Status == runs.Running && r.State() != runs.Killed {
		t.Errorf("after it was killed, the folder still counts as held; %v", err)
	}
	toyRun(t, dir) // the lock is free
}
