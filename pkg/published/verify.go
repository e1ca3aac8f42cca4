// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// Verify runs the model of a folder on the inputs in its io.safetensors and compares everything that the file holds:
// outputs, intermediate values, loss, one step of training, and the gradients in grads.safetensors. Differences are no
// error; the report has them.
func Verify(ctx context.Context, backend compute.Backend, dir string) (*Report, error) {
	folder, err := Open(dir)
	if err != nil {
		return nil, err
	}
	io, err := weights.Open(filepath.Join(dir, AnswersFile))
	if err != nil {
		return nil, err
	}
	defer io.Close()
	v := &verification{Folder: folder, backend: backend, io: io,
		report: &Report{Model: folder.Class, Parameters: perceiver.Count(folder.Params())}}
	if v.bounds, err = readBounds(dir, io); err != nil {
		return nil, err
	}
	if v.weights, err = folder.Load(); err != nil {
		return nil, err
	}
	if v.inputs, err = readInputs(io); err != nil {
		return nil, err
	}
	if grads, err := weights.Open(filepath.Join(dir, gradsFile)); err == nil {
		v.grads = grads
		defer grads.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := errors.Join(v.bounds.scaleGradients(v.grads, ""), v.bounds.scaleGradients(io, "train.grad.")); err != nil {
		return nil, err
	}
	for _, step := range []func() error{v.forward, v.chunks, v.training} { // training moves the running statistics, so it is last
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("published %s: %w", dir, err)
		}
	}
	v.unknown()
	v.report.finish()
	return v.report, nil
}

// verification is a verification under way.
type verification struct {
	*Folder
	backend compute.Backend
	weights *perceiver.Weights
	io      *weights.File
	grads   *weights.File // nil where there is none
	bounds  bounds
	inputs  map[string]array
	report  *Report
}

// forward compares outputs, intermediate values and loss, and the gradients where there are any.
func (v *verification) forward() error {
	want := map[string][]int{}
	for _, x := range v.io.Tensors() {
		switch kind, _, _ := strings.Cut(x.Name, "."); kind {
		case "out", "out64", "dbg":
			want[x.Name] = x.Shape
		}
	}
	var rec *recorder
	var params []perceiver.Param
	values, err := v.run("verify", v.inputs, func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error) {
		rec, params = &recorder{config: v.Config, want: want}, nil
		p.Tap = rec.tap
		out, err := v.Forward(p, in)
		if err != nil {
			return nil, err
		}
		rec.outputs(out)
		names, losses, err := losses(in, out)
		if err != nil {
			return nil, err
		}
		for i, name := range names {
			rec.record(name, losses[i])
			rec.record("out64."+strings.TrimPrefix(name, "out."), losses[i])
		}
		nodes := rec.nodes
		if v.grads != nil && len(losses) > 0 {
			var gradients []*Node
			params, gradients = v.gradients(p, losses[0])
			nodes = append(nodes[:len(nodes):len(nodes)], gradients...)
		}
		return nodes, nil
	})
	if err != nil {
		return err
	}
	got := map[string][]float32{}
	for i, name := range rec.names {
		got[name] = values[i]
	}
	for _, x := range v.io.Tensors() {
		if _, wanted := want[x.Name]; !wanted {
			continue
		}
		have, ok := got[x.Name]
		switch {
		case ok:
			if err := v.row(x.Name, x.Shape, have); err != nil {
				return err
			}
		case rec.errors[x.Name] != "":
			v.absent(x, rec.errors[x.Name])
		case strings.HasPrefix(x.Name, "dbg."):
			v.report.Skipped = append(v.report.Skipped, x.Name)
		default:
			v.absent(x, "the model has no such output")
		}
	}
	return v.compareGradients(params, values[len(rec.names):])
}

// row compares a tensor of io.safetensors.
func (v *verification) row(name string, shape []int, got []float32) error {
	want, err := v.io.Float64s(name)
	if err != nil {
		return err
	}
	v.report.add(compare(name, shape, got, want, v.bounds.tolerance(name, want)))
	return nil
}

// absent is the row of what the model does not give.
func (v *verification) absent(x weights.Tensor, why string) {
	v.report.add(Row{Name: x.Name, Shape: x.Shape, MaxAbs: missing, MeanAbs: missing, Note: why})
}

// gradients builds those of a loss by every weight.
func (v *verification) gradients(p *perceiver.Pass, loss *Node) ([]perceiver.Param, []*Node) {
	var params []perceiver.Param
	var values []*Node
	for _, param := range v.weights.Params() {
		if param.Trainable() {
			params, values = append(params, param), append(values, p.Weight(param.Name))
		}
	}
	return params, Gradient(loss, values...)
}

// compareGradients compares the gradients of the published tensors in params with those of grads.safetensors.
func (v *verification) compareGradients(params []perceiver.Param, values [][]float32) error {
	if v.grads == nil {
		return nil
	}
	got := pieces(params, values)
	for _, x := range v.grads.Tensors() {
		want, err := v.grads.Float64s(x.Name)
		if err != nil {
			return err
		}
		name := "grad." + x.Name
		row := compare(name, x.Shape, got[x.Name], want, v.bounds.tolerance(name, want))
		if got[x.Name] == nil {
			row.Note = "the model has no weight of this name, or there is no loss"
		}
		v.report.add(row)
	}
	return nil
}

// pieces takes the values of weights apart into published tensors.
func pieces(params []perceiver.Param, values [][]float32) map[string][]float32 {
	out := map[string][]float32{}
	for i, param := range params {
		for k, piece := range param.Pieces {
			out[piece.Name] = param.Split(k, values[i])
		}
	}
	return out
}

// unknown notes what is in the file and was not looked at, but for inputs.
func (v *verification) unknown() {
	for _, x := range v.io.Tensors() {
		switch kind, _, _ := strings.Cut(x.Name, "."); kind {
		case "in", "out", "out64", "dbg", "full", "train":
		default:
			v.report.Skipped = append(v.report.Skipped, x.Name)
		}
	}
}

// run compiles and runs a function of named inputs once.
func (v *verification) run(name string, inputs map[string]array, f func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error)) ([][]float32, error) {
	return run(v.backend, v.weights, name, inputs, f)
}

func run(backend compute.Backend, w *perceiver.Weights, name string, inputs map[string]array, f func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error)) ([][]float32, error) {
	names := sortedKeys(inputs)
	program, err := w.Compile(backend, name, func(p *perceiver.Pass, nodes []*Node) ([]*Node, error) {
		in := map[string]*Node{}
		for i, n := range names {
			in[n] = nodes[i]
		}
		return f(p, in)
	})
	if err != nil {
		return nil, err
	}
	defer program.Close()
	args := make([]*tensors.Tensor, len(names))
	for i, n := range names {
		args[i] = inputs[n].tensor()
	}
	out, err := program.Run(args...)
	for _, t := range args {
		_ = t.FinalizeAll()
	}
	if err != nil {
		return nil, err
	}
	values := make([][]float32, len(out))
	for i, t := range out {
		if values[i], err = perceiver.Float32s(t); err != nil {
			return nil, err
		}
		_ = t.FinalizeAll()
	}
	return values, nil
}

// array is an input on the host: floats, or whole numbers where ids is not nil.
type array struct {
	shape  []int
	floats []float32
	ids    []int32
}

func (a array) tensor() *tensors.Tensor {
	if a.ids != nil {
		return tensors.FromFlatDataAndDimensions(a.ids, a.shape...)
	}
	return tensors.FromFlatDataAndDimensions(a.floats, a.shape...)
}

// readInputs reads all inputs of a file.
func readInputs(io *weights.File) (map[string]array, error) {
	in := map[string]array{}
	for _, x := range io.Tensors() {
		if !strings.HasPrefix(x.Name, "in.") {
			continue
		}
		if x.Size() == 0 {
			return nil, fmt.Errorf("%s: it is empty", x.Name)
		}
		a := array{shape: x.Shape}
		var err error
		if strings.HasPrefix(x.DType, "F") || x.DType == "BF16" {
			a.floats, err = io.Float32s(x.Name)
		} else {
			a.ids, err = wholeNumbers(io, x.Name)
		}
		if err != nil {
			return nil, err
		}
		in[x.Name] = a
	}
	if len(in) == 0 {
		return nil, errors.New("io.safetensors has no inputs, which begin with \"in.\"")
	}
	return in, nil
}

func wholeNumbers(io *weights.File, name string) ([]int32, error) {
	wide, err := io.Float64s(name)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(wide))
	for i, x := range wide {
		if x < math.MinInt32 || x > math.MaxInt32 {
			return nil, fmt.Errorf("%s: its value %g is too large; whole numbers have 32 bits here", name, x)
		}
		ids[i] = int32(x)
	}
	return ids, nil
}

// Check looks at a folder without running anything: whether its weights fit its model, but for their values, and
// whether there are answers to compare with.
func Check(dir string) error {
	folder, err := Open(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, ModelFile)
	f, err := weights.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if bad := fit(path, f, folder.Params()); bad.any() {
		return bad
	}
	if _, err := os.Stat(filepath.Join(dir, AnswersFile)); err != nil {
		return fmt.Errorf("published %s: its weights fit its model, and there is no %s with the port's answers to compare with", dir, AnswersFile)
	}
	return nil
}
