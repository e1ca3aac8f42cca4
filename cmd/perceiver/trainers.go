// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/sweep"
)

// trainers are the flags of commands that train many runs: who trains them, and how many at a time.
type trainers struct {
	Executor    string   `default:"local" help:"Who trains: local or slurm." placeholder:"NAME"`
	Jobs        int      `help:"Runs at a time; default: 1, and with slurm as many as the cluster allows." placeholder:"N"`
	Devices     []string `help:"Accelerators to share, as 0,1; each trains one run at a time." placeholder:"LIST"`
	Sbatch      []string `help:"Option for sbatch, as --partition=gpu; may be given several times." placeholder:"OPTION" sep:"none"`
	RetryFailed bool     `help:"Train runs that failed once more."`
}

func (t *trainers) executor() (sweep.Executor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	switch {
	case t.Jobs < 0:
		return nil, &usageError{fmt.Sprintf("--jobs %d: it must be at least 1", t.Jobs)}
	case len(t.Devices) > 0 && t.Jobs > len(t.Devices):
		return nil, &usageError{fmt.Sprintf("--jobs %d: there are %d devices, each for one run at a time", t.Jobs, len(t.Devices))}
	case t.Executor == "local" && len(t.Sbatch) > 0:
		return nil, &usageError{"--sbatch: it is for --executor slurm"}
	case t.Executor == "local":
		return &sweep.Local{Command: []string{self, "train"}, Jobs: t.Jobs, Devices: t.Devices}, nil
	case t.Executor == "slurm" && len(t.Devices) > 0:
		return nil, &usageError{"--devices: Slurm gives the devices; ask it for them, as with --sbatch=--gpus=1"}
	case t.Executor == "slurm":
		return &sweep.Slurm{Command: []string{self, "train"}, Jobs: t.Jobs, Options: t.Sbatch, Log: func(line string) { fmt.Fprintln(os.Stderr, line) }}, nil
	}
	return nil, &usageError{fmt.Sprintf("--executor %s: it must be local or slurm", t.Executor)}
}

// ready prepares an executor for a sweep in a folder.
func ready(ctx context.Context, executor sweep.Executor, dir string, missing int) error {
	switch e := executor.(type) {
	case *sweep.Slurm:
		e.Dir = filepath.Join(dir, "slurm")
	case *sweep.Local:
		if missing == 0 {
			return nil
		}
		// The runs would do the same, each on its own; done here, it is seen, and XLA is installed once.
		b, err := backend.Open(ctx, backend.Options{Install: true, Log: os.Stderr})
		if err != nil {
			return err
		}
		b.Close()
	}
	return nil
}
