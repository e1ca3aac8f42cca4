// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// needSlurm skips a test where it is not asked for; scripts/test-slurm.sh starts a Slurm and asks.
func needSlurm(t *testing.T) {
	t.Helper()
	if os.Getenv("PERCEIVER_TEST_SLURM") == "" {
		t.Skip("it needs a Slurm; scripts/test-slurm.sh starts one")
	}
}

// cluster is a sweep on Slurm.
func cluster(t *testing.T, p *Plan) (*Sweep, *strings.Builder) {
	s := &Sweep{Dir: t.TempDir(), Plan: p}
	said := logged(s)
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	s.Executor = &Slurm{Command: []string{self, "train"}, Dir: filepath.Join(s.Dir, "slurm"), Poll: 200 * time.Millisecond, Log: s.Log}
	return s, said
}

// slurm runs a program of Slurm's.
func slurm(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// until waits for something that Slurm does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s\n%s", what, slurm(t, "squeue", "--array"))
		}
	}
}

func status(s *Sweep, i int) string {
	r, err := runs.Open(s.dir(s.Plan.Cells[i]))
	if err != nil {
		return ""
	}
	return r.Info.Status
}

func TestSlurm(t *testing.T) {
	needSlurm(t)
	t.Setenv("FAIL", "16")
	s, said := cluster(t, plan(t, Options{Variants: grid(t, "model.latents=8,16,32"), Seeds: 2}))
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	table := s.Table()
	if table.Rows[0].N != 2 || table.Rows[1].Failed != 2 || table.Rows[2].N != 2 || table.Rows[1].FailedBecause != "step 3: the loss is NaN" {
		t.Errorf("%+v\n%s", table, said)
	}
	if !strings.Contains(said.String(), ": 6 runs") || !strings.Contains(said.String(), "[6/6]") {
		t.Errorf("it said\n%s", said)
	}
}

// TestSlurmTakesRunsUpAgain has runs that hang until they are told to stop, but only until their task is requeued.
func TestSlurmTakesRunsUpAgain(t *testing.T) {
	needSlurm(t)
	t.Setenv("HANG", "1")
	s, said := cluster(t, plan(t, Options{Variants: grid(t, "model.latents=8,16")}))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	until(t, "both runs", func() bool {
		states, _ := filepath.Glob(filepath.Join(s.Dir, "*", "state"))
		return len(states) == 2
	})
	cancel() // the sweep goes away, its jobs do not
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	jobs, _ := filepath.Glob(filepath.Join(s.Dir, "slurm", "*.job"))
	if len(jobs) != 1 {
		t.Fatalf("there are %d jobs:\n%s", len(jobs), said)
	}
	id := strings.TrimSuffix(filepath.Base(jobs[0]), ".job")

	go func() { ended <- s.Run(t.Context()) }()
	slurm(t, "scontrol", "requeue", id+"_0")                 // as who preempts a task does
	slurm(t, "scancel", "--batch", "--signal=USR1", id+"_1") // as Slurm does a minute before the end of a task's time
	for i := range 2 {
		until(t, "a saved run", func() bool { return status(s, i) == runs.Interrupted })
		until(t, "a task in the queue", func() bool {
			return strings.Contains(slurm(t, "squeue", "--array", "--noheader", "--format=%F_%K %T"), fmt.Sprintf("%s_%d PENDING", id, i))
		})
		slurm(t, "scontrol", "update", fmt.Sprintf("JobId=%s_%d", id, i), "StartTime=now") // Slurm waits up to two minutes otherwise
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if table := s.Table(); table.Missing+table.Failed != 0 {
		t.Errorf("%+v\n%s", table, said)
	}
	if jobs, _ := filepath.Glob(filepath.Join(s.Dir, "slurm", "*.job")); len(jobs) != 1 {
		t.Errorf("what was in the queue was submitted again:\n%s", said)
	}
	// What they reach is what runs that were never stopped reach.
	t.Setenv("HANG", "")
	alone := &Sweep{Dir: t.TempDir(), Plan: s.Plan, Executor: local(1)}
	if err := alone.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, row := range alone.Table().Rows {
		if *row.Mean != *s.Table().Rows[i].Mean {
			t.Errorf("variant %d: %g on Slurm, %g here", i, *s.Table().Rows[i].Mean, *row.Mean)
		}
	}
}

func TestSlurmThatIsNotThere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s := &Slurm{Command: []string{"x"}, Dir: t.TempDir()}
	if err := s.Execute(t.Context(), []string{t.TempDir()}, nil); err == nil || !strings.Contains(err.Error(), "sbatch") {
		t.Errorf("got %v", err)
	}
}

// TestSlurmScript runs the script as Slurm would, without one.
func TestSlurmScript(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	dir := t.TempDir()
	folder := filepath.Join(dir, "a run's folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	p := plan(t, Options{Variants: grid(t, "model.latents=8")})
	list, script, called := filepath.Join(dir, "list"), filepath.Join(dir, "job.sh"), filepath.Join(dir, "called")
	for path, content := range map[string]string{
		list: "elsewhere\n" + folder + "\n",
		filepath.Join(folder, runs.ExperimentFile): string(p.Cells[0].TOML),
		script:                         string((&Slurm{Command: []string{os.Args[0], "train"}}).script()),
		filepath.Join(dir, "scontrol"): "#!/bin/sh\necho \"$@\" >'" + called + "'\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		signal   os.Signal
		env      string
		code     int
		requeued bool
	}{{usr1, "HANG=1", stoppedCode, true}, {nil, "FAIL=8", 1, false}, {nil, "X=", 0, false}} {
		cmd := exec.Command(bash, script, list)
		cmd.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_JOB_ID=77", "PATH="+dir+":"+os.Getenv("PATH"), c.env)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if c.signal != nil {
			until(t, "a step", func() bool { _, err := os.Stat(filepath.Join(folder, "state")); return err == nil })
			cmd.Process.Signal(c.signal)
		}
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != c.code {
			log, _ := os.ReadFile(filepath.Join(folder, LogFile))
			t.Errorf("%s: exit code %d, want %d\n%s", c.env, got, c.code, log)
		}
		said, err := os.ReadFile(called)
		if (err == nil) != c.requeued || c.requeued && string(said) != "requeue 77_1\n" {
			t.Errorf("%s: it called scontrol %q, %v", c.env, said, err)
		}
		os.Remove(called)
	}
}
