// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
)

// The test program is also what it starts: a training, where its first word is "train", and a whole sweep, where it is
// "sweep".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "train" {
		os.Exit(pretend(os.Args[2], os.Args[4]))
	}
	if len(os.Args) > 1 && os.Args[1] == "sweep" {
		if err := twenty(os.Args[2]).Run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// small is an experiment that Load reads in these tests.
const small = `task = "language"
title = "small"
[model]
latents = 8
latent_dim = 32
layers_per_block = 4
self_heads = 4
cross_heads = 4
qk_width = 32
v_width = 32
embedding_dim = 32
query_dim = 32
decoder_heads = 4
[train]
steps = 20
learning_rate = 0.01
`

func load(set ...string) (*experiment.Experiment, error) {
	return experiment.Parse("small.toml", "small", []byte(small), experiment.Options{Set: set})
}

func plan(t testing.TB, o Options) *Plan {
	t.Helper()
	p, err := NewPlan(context.Background(), load, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func grid(t testing.TB, vary ...string) []Settings {
	t.Helper()
	v, err := Grid(vary)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// local starts this program as the trainer.
func local(jobs int, env ...string) *Local {
	return &Local{Command: []string{os.Args[0], "train"}, Jobs: jobs, Env: env}
}

// twenty is a sweep of 20 runs.
func twenty(dir string) *Sweep {
	v, err := Grid([]string{"model.latents=8,16,32,64"})
	if err != nil {
		panic(err)
	}
	p, err := NewPlan(context.Background(), load, Options{Variants: v, Seeds: 5})
	if err != nil {
		panic(err)
	}
	return &Sweep{Dir: dir, Plan: p, Executor: local(2)}
}

// pretend acts like a training without computing anything. What it "learns" is a function of the experiment, built up
// step by step in a file that it takes up again, and it obeys the environment: FAIL fails runs of that many latents,
// HANG waits after the first step until it is told to stop, unless Slurm has requeued the task.
func pretend(file, dir string) int {
	stop, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	content, err := os.ReadFile(file)
	if err != nil {
		return complain(err)
	}
	x, err := experiment.Parse(file, "small", content, experiment.Options{})
	if err != nil {
		return complain(err)
	}
	r, err := runs.Create(dir, content, runs.Info{Experiment: x.Name, Status: runs.Running})
	if err != nil {
		return complain(err)
	}
	defer r.Close()
	update := func(status string, cause error) {
		r.Update(func(i *runs.Info) {
			i.Status = status
			if cause != nil {
				i.Error = cause.Error()
			}
		})
	}
	update(runs.Running, nil)
	latents := x.Spec.(*language.Spec).Model.Latents
	if os.Getenv("FAIL") == strconv.Itoa(latents) {
		fmt.Fprintln(os.Stderr, "some talk")
		err := errors.New("step 3: the loss is NaN")
		update(runs.Failed, err)
		return complain(err)
	}
	var state struct {
		Step int
		Sum  float64
	}
	path := filepath.Join(dir, "state")
	if b, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(b, &state); err != nil {
			return complain(err)
		}
	}
	for state.Step < x.Train.Steps {
		if stop.Err() != nil {
			update(runs.Interrupted, nil)
			return stoppedCode
		}
		state.Sum += rand.New(rand.NewPCG(x.Train.Seed, uint64(state.Step))).NormFloat64()
		state.Step++
		b, _ := json.Marshal(state)
		os.WriteFile(path+".new", b, 0o644)
		os.Rename(path+".new", path)
		if os.Getenv("HANG") != "" && os.Getenv("SLURM_RESTART_COUNT") == "" {
			<-stop.Done()
		}
		time.Sleep(time.Millisecond)
	}
	r.Log(runs.Record{Step: state.Step, Loss: &state.Sum, StepsPerSecond: 2})
	r.Update(func(i *runs.Info) {
		i.Status, i.Step, i.PeakRSSMB = runs.Done, state.Step, 100+latents
		i.Metrics = map[string]float64{"bits_per_masked_byte": 8 - math.Log2(float64(latents)) + 0.01*state.Sum}
	})
	return 0
}

func complain(err error) int {
	fmt.Fprintf(os.Stderr, "perceiver: %v\n", err)
	return 1
}

// logged collects what a sweep says.
func logged(s *Sweep) *strings.Builder {
	var b strings.Builder
	s.Log = func(line string) { b.WriteString(line + "\n") }
	return &b
}
