// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// buildError is an error of the function that builds a graph, on its way through GoMLX.
type buildError struct{ error }

// Program is a compiled function of the weights and some inputs.
type Program struct {
	name string
	exec *model.Exec
}

// Compile makes a program out of build, which is called once for each new set of input shapes. The compilation itself
// happens at the first Run with such shapes. The name shows in errors and in dumps of XLA; a program that updates
// weights has a name that begins with "donate_", by which the backend lets it update them in place.
func (w *Weights) Compile(backend compute.Backend, name string, build func(p *Pass, inputs []*Node) ([]*Node, error)) (*Program, error) {
	exec, err := model.NewExec(backend, w.store, func(_ *model.Scope, g *Graph, inputs []*Node) []*Node {
		p := w.Pass(g)
		var outputs []*Node
		var err error
		// GoMLX lets a panic that is not an error through, with its locks held.
		if _, caught := p.Catch("graph", func() *Node { outputs, err = build(p, inputs); return nil }); caught != nil {
			err = caught
		}
		if err != nil {
			panic(buildError{err})
		}
		return outputs
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Program{name, exec.WithName(name)}, nil
}

// Run executes the program. The results belong to the caller; FinalizeAll frees one before the garbage collector would.
func (pr *Program) Run(inputs ...*tensors.Tensor) (outputs []*tensors.Tensor, err error) {
	args := make([]any, len(inputs))
	for i, t := range inputs {
		args[i] = t
	}
	if caught := exceptions.TryCatch[error](func() { outputs, err = pr.exec.Call(args...) }); caught != nil {
		err = caught
	}
	if cause, ok := errors.AsType[buildError](err); ok {
		err = cause.error // its words name the layer; GoMLX adds where in its own code it was told
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pr.name, outOfMemory(err))
	}
	return outputs, nil
}

// noRoom is how XLA says that an array has no room, on the CPU and on a GPU.
var noRoom = regexp.MustCompile(`(?i)out of memory.* (\d+) bytes`)

// outOfMemory says what helps where a program does not fit into memory, and leaves other errors as they are.
func outOfMemory(err error) error {
	found := noRoom.FindStringSubmatch(fmt.Sprint(err))
	if found == nil {
		return err
	}
	bytes, _ := strconv.ParseFloat(found[1], 64)
	return fmt.Errorf("there is no room for the %.1f GB of memory that it needs at once; "+
		"a smaller train.batch, fewer model.latents, fewer inputs, or model.rematerialize = true need less", bytes/1e9)
}

// Close frees what was compiled.
func (pr *Program) Close() { pr.exec.Finalize() }
