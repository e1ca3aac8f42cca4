// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Weights are the values of a list of Params, kept in a GoMLX store so that graphs can read and update them. Beside
// the values an optimizer can keep arrays of the same shapes, in slots that it names.
type Weights struct {
	params []Param
	slots  map[string]map[string]*model.Variable // slot, then name; the slot of the values is ""
	store  *model.Store
	dtype  dtypes.DType
}

// NewWeights makes room for params: tables have their values, weights are 0 until Init or Load. The type of the
// numbers is Float32, or Float64 for checks of gradients.
func NewWeights(params []Param, dtype dtypes.DType) (*Weights, error) {
	if dtype != dtypes.Float32 && dtype != dtypes.Float64 {
		return nil, fmt.Errorf("perceiver: weights are Float32 or Float64, not %s", dtype)
	}
	if err := checkParams(params); err != nil {
		return nil, err
	}
	w := &Weights{params: params, slots: map[string]map[string]*model.Variable{"": {}}, store: model.NewStore(), dtype: dtype}
	for _, p := range params {
		var values []float32
		if p.Saved() {
			values = make([]float32, p.Size())
		} else if values = p.Table(); len(values) != p.Size() {
			return nil, fmt.Errorf("perceiver: table %q of shape %v made %d values", p.Name, p.Shape, len(values))
		}
		if err := w.create("", p, values); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// AddSlot gives every trainable Param an array of its shape, full of 0, under the name of the slot.
func (w *Weights) AddSlot(slot string) error {
	if w.slots[slot] != nil {
		return fmt.Errorf("perceiver: there is a slot %q already", slot)
	}
	w.slots[slot] = map[string]*model.Variable{}
	for _, p := range w.params {
		if p.Trainable() {
			if err := w.create(slot, p, make([]float32, p.Size())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Weights) create(slot string, p Param, values []float32) error {
	v, err := w.store.CreateVariable(model.JoinPath("/", slot, p.Name), w.tensor(values, p.Shape))
	if err != nil {
		return fmt.Errorf("perceiver: weight %q: %w", p.Name, err)
	}
	v.SetTrainable(p.Trainable())
	w.slots[slot][p.Name] = v
	return nil
}

// Params are the weights and tables, in order.
func (w *Weights) Params() []Param { return w.params }

// Variable is the GoMLX variable of a weight or table in a slot, "" for its value; nil where there is none.
func (w *Weights) Variable(slot, name string) *model.Variable { return w.slots[slot][name] }

// DType is the type of the weights and activations, Float32 unless a test asks for Float64.
func (w *Weights) DType() dtypes.DType { return w.dtype }

// Pass starts a forward pass in graph g, with dropout off.
func (w *Weights) Pass(g *Graph) *Pass {
	find := func(name string) *model.Variable {
		v := w.slots[""][name]
		if v == nil {
			panic(fmt.Errorf("there is no weight %q", name))
		}
		return v
	}
	return &Pass{graph: g, weight: func(name string) *Node { return find(name).NodeValue(g) },
		update: func(name string, value *Node) { find(name).SetNodeValue(value) }}
}

// in reports whether the Param has saved values in a slot: buffers have none of what an optimizer keeps.
func (p Param) in(slot string) bool { return p.Trainable() || slot == "" && p.Saved() }

// Init gives every weight its initial value. The same seed gives the same values on every backend and machine.
func (w *Weights) Init(seed uint64) error {
	return w.Load("", func(piece Piece) ([]float32, error) {
		values := make([]float32, product(piece.Shape))
		if piece.Init == nil {
			return nil, fmt.Errorf("perceiver: weight %q has no initial value; load it from a file", piece.Name)
		}
		piece.Init(newRand(seed, piece.Name), values, piece.Shape)
		return values, nil
	})
}

// Load sets every weight (the array of every weight in the slot) from its published tensors, which read returns in the
// order of their published shape. Read is called from several goroutines at once.
func (w *Weights) Load(slot string, read func(piece Piece) ([]float32, error)) error {
	if w.slots[slot] == nil {
		return fmt.Errorf("perceiver: there is no slot %q to load; add it with AddSlot", slot)
	}
	var wait sync.WaitGroup
	slots, errs := make(chan struct{}, runtime.GOMAXPROCS(0)), make([]error, len(w.params))
	for i, p := range w.params {
		if !p.in(slot) {
			continue
		}
		slots <- struct{}{}
		wait.Go(func() {
			errs[i] = w.loadParam(slot, p, read)
			<-slots
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Weights) loadParam(slot string, p Param, read func(piece Piece) ([]float32, error)) error {
	values := make([]float32, p.Size())
	for i, piece := range p.Pieces {
		published, err := read(piece)
		if err != nil {
			return err
		}
		if len(published) != product(piece.Shape) {
			return fmt.Errorf("perceiver: weight %q: got %d values for shape %v", piece.Name, len(published), piece.Shape)
		}
		p.join(i, published, values)
	}
	if err := w.slots[slot][p.Name].SetValue(w.tensor(values, p.Shape)); err != nil {
		return fmt.Errorf("perceiver: weight %q: %w", p.Name, err)
	}
	return nil
}

// Published visits every published tensor with its values, or its values in a slot, in published order.
func (w *Weights) Published(slot string, visit func(piece Piece, values []float32) error) error {
	for _, p := range w.params {
		if !p.in(slot) {
			continue
		}
		values, err := w.values(slot, p.Name)
		if err != nil {
			return err
		}
		for i, piece := range p.Pieces {
			if err := visit(piece, p.Split(i, values)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Values copies the values of one Param to the host, in the order that the graph holds them.
func (w *Weights) Values(name string) ([]float32, error) { return w.values("", name) }

func (w *Weights) values(slot, name string) ([]float32, error) {
	v := w.slots[slot][name]
	if v == nil && slot != "" {
		return nil, fmt.Errorf("perceiver: there is no weight %q in the slot %q", name, slot)
	} else if v == nil {
		return nil, fmt.Errorf("perceiver: there is no weight %q", name)
	}
	t, err := v.Value()
	if err != nil {
		return nil, fmt.Errorf("perceiver: weight %q: %w", name, err)
	}
	return Float32s(t)
}

// Float32s copies a tensor of floats to the host.
func Float32s(t *tensors.Tensor) ([]float32, error) {
	if t.DType() == dtypes.Float32 {
		return tensors.CopyFlatData[float32](t)
	}
	wide, err := tensors.CopyFlatData[float64](t)
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(wide))
	for i, x := range wide {
		values[i] = float32(x)
	}
	return values, nil
}

func (w *Weights) tensor(values []float32, shape []int) *tensors.Tensor {
	if w.dtype == dtypes.Float32 {
		return tensors.FromFlatDataAndDimensions(values, shape...)
	}
	wide := make([]float64, len(values))
	for i, x := range values {
		wide[i] = float64(x)
	}
	return tensors.FromFlatDataAndDimensions(wide, shape...)
}
