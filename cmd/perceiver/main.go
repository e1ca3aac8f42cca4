// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Command perceiver is the workbench's one program: it runs notebooks, trains, scores, asks and measures.
//
//	perceiver notebook run notebooks/01-first-perceiver.ipynb
//	perceiver lab
//	perceiver train language/mlm --set model.latents=64
//	perceiver eval RUN --json
//	perceiver predict RUN "the ____ of light"
//
// Results go to stdout, talk to stderr. The exit code is 0, 1 where something failed, 2 where the command was used
// wrongly, and 130 where it was interrupted, with its state saved.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/lab"
)

// Exit codes.
const (
	failed      = 1
	usedWrongly = 2
	interrupted = 130
)

// cli is the command line; each command is in a file of its own.
type cli struct {
	Lab         labCommand         `cmd:"" help:"Open the notebooks in JupyterLab."`
	Notebook    notebookCommand    `cmd:"" help:"Run notebooks without a browser, and make pages of them."`
	Kernel      kernelCommand      `cmd:"" help:"Install the notebooks' kernel for programs started elsewhere, or remove it."`
	Train       trainCommand       `cmd:"" help:"Train an experiment, or go on with it."`
	Ablate      ablateCommand      `cmd:"" help:"Compare variants of an experiment, over seeds."`
	Reproduce   reproduceCommand   `cmd:"" help:"Put the paper's tables beside ours; run what is missing."`
	Eval        evalCommand        `cmd:"" help:"Score a trained run on held-out data."`
	Runs        runsCommand        `cmd:"" help:"Look back: list, show, compare, draw and export runs."`
	Predict     predictCommand     `cmd:"" help:"Ask a trained run or a published model: fill in text, name classes, draw movement, rebuild video."`
	Experiments experimentsCommand `cmd:"" help:"List the experiments, or show one with all its keys."`
	Weights     weightsCommand     `cmd:"" help:"Published weights: fetch, inspect, verify, convert."`
	Data        dataCommand        `cmd:"" help:"Data sets: list, show, fetch, verify; look into a replay; compare optical flow."`
	Bench       benchCommand       `cmd:"" help:"Measure the speed and memory of a model."`
	Doctor      doctorCommand      `cmd:"" help:"Show what this machine has, what is missing, and what mends it."`
	Setup       setupCommand       `cmd:"" help:"Install XLA for this user."`
	Completion  completionCommand  `cmd:"" help:"Print a completion script for a shell."`

	BenchWorker benchWorkerCommand `cmd:"" hidden:""`
	Complete    completeCommand    `cmd:"" hidden:""`
}

func main() { os.Exit(run(lab.Context(), os.Args[1:], os.Stdout, os.Stderr)) }

// exit carries an exit code out of kong, which wants to end the program itself after --help.
type exit int

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	var c cli
	parser := kong.Must(&c,
		kong.Name("perceiver"),
		kong.Description("A research workbench for Perceiver IO. Commands that train install XLA the first time."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)),
		kong.Bind(&c),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		var bad *kong.ParseError
		hint := "perceiver --help"
		if errors.As(err, &bad) && bad.Context != nil && bad.Context.Command() != "" {
			hint = "perceiver " + firstWord(bad.Context.Command()) + " --help"
		}
		fmt.Fprintf(stderr, "perceiver: %v; see \"%s\"\n", err, hint)
		return usedWrongly
	}
	if err := noEmptyFlags(k); err != nil {
		return report(err, stderr)
	}
	return report(k.Run(parser), stderr)
}

// noEmptyFlags refuses a flag that was given an empty text, as --data "$BOOKS" where the variable is not set.
func noEmptyFlags(k *kong.Context) error {
	for _, p := range k.Path {
		if p.Flag != nil && p.Flag.Target.Kind() == reflect.String && p.Flag.Target.String() == "" {
			return &usageError{fmt.Sprintf("--%s: it is empty; leave it out, or give a value", p.Flag.Name)}
		}
	}
	return nil
}

// report says what went wrong, in one sentence, and gives the exit code.
func report(err error, stderr io.Writer) int {
	var stopped *lab.InterruptedError
	var wrong *experiment.Error
	var usage *usageError
	var quiet *quietError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return quiet.code
	case errors.As(err, &stopped):
		fmt.Fprintf(stderr, "perceiver: %v\n", stopped)
		return interrupted
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "perceiver: interrupted")
		return interrupted
	case errors.As(err, &wrong), errors.As(err, &usage):
		fmt.Fprintf(stderr, "perceiver: %v\n", err)
		return usedWrongly
	}
	fmt.Fprintf(stderr, "perceiver: %s\n", strings.TrimPrefix(err.Error(), "perceiver: ")) // package perceiver says so itself
	return failed
}

// usageError is the user's doing: exit code 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// quietError ends with a code after the command has said what there is to say.
type quietError struct{ code int }

func (e *quietError) Error() string { return "" }

func firstWord(s string) string {
	for i, r := range s {
		if r == ' ' {
			return s[:i]
		}
	}
	return s
}
