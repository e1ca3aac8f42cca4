// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// Load reads the weights of the folder. See Load.
func (f *Folder) Load() (*perceiver.Weights, error) {
	return Load(filepath.Join(f.Dir, ModelFile), f.Model)
}

// CountTensors is the number of parameters in a file: of all floats but running statistics, which are not trained.
func CountTensors(f *weights.File) int {
	n := 0
	for _, t := range f.Tensors() {
		statistic := strings.HasSuffix(t.Name, ".running_mean") || strings.HasSuffix(t.Name, ".running_var")
		if float := strings.HasPrefix(t.DType, "F") || t.DType == "BF16"; float && !statistic {
			n += t.Size()
		}
	}
	return n
}

// Load reads the weights of a model from a safetensors file with the published names. It is strict: nothing may be left
// over on either side, every shape must be the published one, and every value a finite number. The error is a *MismatchError
// that lists all that does not fit.
func Load(path string, m interface{ Params() []perceiver.Param }) (*perceiver.Weights, error) {
	f, err := weights.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	params := m.Params()
	if bad := fit(path, f, params); bad.any() { // before there is room made for weights that no file has
		return nil, bad
	}
	w, err := perceiver.NewWeights(params, dtypes.Float32)
	if err != nil {
		return nil, err
	}
	bad := &MismatchError{Path: path}
	var lock sync.Mutex
	err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		values, err := f.Float32s(piece.Name)
		if err != nil {
			return nil, err
		}
		if !finite(values) {
			lock.Lock()
			defer lock.Unlock()
			bad.NotFinite = append(bad.NotFinite, piece.Name)
		}
		return values, nil
	})
	if err == nil && bad.any() {
		slices.Sort(bad.NotFinite)
		err = bad
	}
	return w, err
}

// fit compares names, shapes and types of a file with those of a model.
func fit(path string, f *weights.File, params []perceiver.Param) *MismatchError {
	bad := &MismatchError{Path: path}
	known := map[string]bool{}
	for _, p := range params {
		for _, piece := range p.Pieces {
			known[piece.Name] = true
			x, ok := f.Tensor(piece.Name)
			switch counter := piece.DType == "I64"; {
			case !ok:
				bad.Missing = append(bad.Missing, piece.Name)
			case !slices.Equal(x.Shape, piece.Shape):
				bad.Shapes = append(bad.Shapes, fmt.Sprintf("%s (%v, the model wants %v)", piece.Name, x.Shape, piece.Shape))
			case counter != (x.DType == "I64"):
				bad.Types = append(bad.Types, fmt.Sprintf("%s (%s)", piece.Name, x.DType))
			}
		}
	}
	for _, x := range f.Tensors() {
		if !known[x.Name] {
			bad.Extra = append(bad.Extra, x.Name)
		}
	}
	return bad
}

func finite(values []float32) bool {
	sum := float32(0)
	for _, x := range values {
		sum += x * 0 // NaN for NaN and for infinity
	}
	return sum == 0
}

// MismatchError lists what does not fit between a file of weights and a model.
type MismatchError struct {
	Path      string
	Missing   []string // tensors that the model has and the file has not
	Extra     []string // tensors that the file has and the model has not
	Shapes    []string // tensors of another shape, with both
	Types     []string // tensors of a type that cannot hold what the model has there
	NotFinite []string // tensors with a NaN or an infinite value
}

func (e *MismatchError) any() bool {
	return len(e.Missing)+len(e.Extra)+len(e.Shapes)+len(e.Types)+len(e.NotFinite) > 0
}

func (e *MismatchError) Error() string {
	var parts []string
	add := func(what string, names []string) {
		if len(names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(names), what, strings.Join(shorten(names), ", ")))
		}
	}
	add("missing", e.Missing)
	add("left over", e.Extra)
	add("of another shape", e.Shapes)
	add("of another type", e.Types)
	add("with values that are no numbers", e.NotFinite)
	return fmt.Sprintf("weights %s: its tensors do not fit the model of config.json: %s", e.Path, strings.Join(parts, "; "))
}

// shorten keeps a message readable; where nothing fits, the first names tell enough.
func shorten(names []string) []string {
	const most = 20
	short := names
	if len(names) > most {
		short = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", len(names)-most))
	}
	for i, n := range short {
		if len(n) > 300 {
			short[i] = n[:300] + "..."
		}
	}
	return short
}
