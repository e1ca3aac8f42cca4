// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Slurm hands runs to a Slurm cluster as one job array and waits for it. The folders must be on a file system that all
// its machines share.
//
// A task that is preempted, requeued, or comes to the end of its time, saves its run, goes back into the queue, and
// goes on where it stopped. When ctx ends, the tasks go on without this process; the next Execute with the same Dir
// waits for those that are still in the queue instead of submitting them again.
type Slurm struct {
	Command []string      // such as the path of "perceiver", and "train"
	Dir     string        // folder for the script and the lists of what was submitted
	Jobs    int           // at a time; 0: as many as the cluster allows
	Options []string      // for sbatch, such as "--partition=gpu"
	Poll    time.Duration // between looks at the queue; 0: 10 s
	Log     func(string)  // hears of jobs; may be nil
}

// Execute implements Executor.
func (s *Slurm) Execute(ctx context.Context, dirs []string, ended func(string, error)) error {
	if len(s.Command) == 0 {
		return errors.New("there is no command to train with")
	}
	if _, err := exec.LookPath("sbatch"); err != nil {
		return fmt.Errorf("slurm: %w; start the sweep on a machine from which jobs can be submitted", err)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	waiting := map[string]string{} // run folders by their absolute paths
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return fmt.Errorf("slurm: %w", err)
		}
		if strings.ContainsAny(abs, "\r\n") {
			return fmt.Errorf("slurm: folder %q: its name must not have line breaks", abs)
		}
		waiting[abs] = dir
	}
	queued, err := s.queued(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, dir := range dirs { // in the order that was asked for
		abs, _ := filepath.Abs(dir)
		if !queued[abs] {
			missing = append(missing, abs)
		}
	}
	if n := len(dirs) - len(missing); n > 0 {
		s.say("%d runs are in the queue already", n)
	}
	if len(missing) > 0 {
		if err := s.submit(ctx, missing); err != nil {
			return err
		}
	}
	return s.wait(ctx, waiting, ended)
}

// wait looks at the queue until none of the runs is in it.
func (s *Slurm) wait(ctx context.Context, waiting map[string]string, ended func(string, error)) error {
	poll := s.Poll
	if poll == 0 {
		poll = 10 * time.Second
	}
	misses := 0
	for {
		queued, err := s.queued(ctx)
		if err != nil {
			if misses++; misses > 30 && ctx.Err() == nil { // the controller may be away for a while
				return err
			}
		} else {
			misses = 0
			for abs, dir := range waiting {
				if !queued[abs] {
					delete(waiting, abs)
					ended(dir, outcome(dir))
				}
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			s.say("the jobs in the queue go on; the same command waits for them again, and scancel ends them")
			return ctx.Err()
		case <-time.After(poll):
		}
	}
}

// outcome is how a run ended that is no longer in the queue.
func outcome(dir string) error {
	r, err := runs.Open(dir)
	switch {
	case err != nil:
		return fmt.Errorf("it ended before it began; %s has more", filepath.Join(dir, LogFile))
	case r.Info.Status == runs.Done:
		return nil
	case r.Info.Status == runs.Failed:
		return errors.New(r.Info.Error)
	}
	return ErrStopped
}

// submit submits an array of runs.
func (s *Slurm) submit(ctx context.Context, dirs []string) error {
	list, err := os.CreateTemp(s.Dir, "new-*.txt")
	if err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	_, err = list.WriteString(strings.Join(dirs, "\n") + "\n")
	if err = errors.Join(err, list.Close()); err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	path, err := filepath.Abs(list.Name())
	if err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	array := fmt.Sprintf("--array=0-%d", len(dirs)-1)
	if s.Jobs > 0 {
		array += fmt.Sprintf("%%%d", s.Jobs)
	}
	script := filepath.Join(s.Dir, "job.sh")
	if err := os.WriteFile(script, s.script(), 0o755); err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	args := append([]string{"--parsable", array}, s.Options...)
	out, err := command(ctx, "sbatch", append(args, script, path)...)
	if err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a cluster's name may follow
	if _, err := strconv.Atoi(id); err != nil {
		return fmt.Errorf("slurm: sbatch said %q, which is no number of a job", out)
	}
	s.say("job %s: %d runs", id, len(dirs))
	// The tasks read the list by the name that they were given; this copy says which job it belongs to.
	if err := os.WriteFile(filepath.Join(s.Dir, id+".job"), []byte(strings.Join(dirs, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("slurm: %w; job %s runs, and scancel %s ends it", err, id, id)
	}
	return nil
}

// script is the job's: a task trains the run whose folder stands in its line of the list.
//
// USR1 comes to the shell alone, a minute before the end of the task's time: the run is saved, and the task goes back
// into the queue. TERM comes to the shell and the training, from who cancels, requeues or preempts the task: the shell
// must only wait until the run is saved.
func (s *Slurm) script() []byte {
	var b bytes.Buffer
	b.WriteString(`#!/bin/bash
#SBATCH --job-name=perceiver
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=/dev/null
#SBATCH --signal=B:USR1@60
dir=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$1")
export PERCEIVER_SET=
again=
child=
trap : TERM
trap 'again=yes; [ -n "$child" ] && kill -TERM "$child"' USR1
`)
	for _, word := range s.Command {
		b.WriteString(quote(word) + " ")
	}
	fmt.Fprintf(&b, `"$dir/%s" --run "$dir" --json >>"$dir/%s" 2>&1 &
child=$!
code=0
wait "$child" || code=$?
while kill -0 "$child" 2>/dev/null; do # a signal ends a wait early
	wait "$child" && code=0 || code=$?
done
wait "$child" 2>/dev/null; last=$?
[ "$last" -ne 127 ] && code=$last # it ended between the two
if [ -n "$again" ] && [ "$code" -eq %d ]; then
	scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`, runs.ExperimentFile, LogFile, stoppedCode)
	return b.Bytes()
}

// quote makes a word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// queued are the run folders, by absolute path, whose tasks are in the queue: waiting, running or to be requeued.
func (s *Slurm) queued(ctx context.Context) (map[string]bool, error) {
	lists, err := filepath.Glob(filepath.Join(s.Dir, "*.job"))
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	// All of the user's tasks are asked for: a job that ended a while ago is an error where it is asked for by number.
	out, err := command(ctx, "squeue", "--me", "--noheader", "--array", "--format=%F %K")
	if err != nil {
		return nil, err
	}
	tasks := map[string][]int{}
	for line := range strings.Lines(out) {
		var id string
		var task int
		if n, _ := fmt.Sscan(line, &id, &task); n == 2 {
			tasks[id] = append(tasks[id], task)
		}
	}
	found := map[string]bool{}
	for _, list := range lists {
		id := strings.TrimSuffix(filepath.Base(list), ".job")
		if len(tasks[id]) == 0 {
			continue
		}
		content, err := os.ReadFile(list)
		if err != nil {
			return nil, fmt.Errorf("slurm: %w", err)
		}
		for i, dir := range strings.Split(strings.TrimSpace(string(content)), "\n") {
			if slices.Contains(tasks[id], i) {
				found[dir] = true
			}
		}
	}
	return found, nil
}

func (s *Slurm) say(format string, args ...any) {
	if s.Log != nil {
		s.Log("slurm: " + fmt.Sprintf(format, args...))
	}
}

// command runs a program of Slurm's.
func command(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var talk bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("slurm: %s: %w: %s", name, err, strings.TrimSpace(talk.String()))
	}
	return string(out), nil
}
