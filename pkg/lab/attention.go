// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Model is a trained model: a Run of an experiment, or a Trained task of one's own.
type Model interface {
	model(ctx context.Context) (tasks.Task, *perceiver.Weights, error)
}

func (r *Run) model(ctx context.Context) (tasks.Task, *perceiver.Weights, error) {
	task, err := r.X.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	w, _, err := r.weights(task)
	return task, w, err
}

func (t *Trained) model(context.Context) (tasks.Task, *perceiver.Weights, error) {
	c, err := t.Best()
	if err != nil {
		return nil, nil, err
	}
	w, err := train.Restore(c, t.Task)
	return t.Task, w, err
}

// AttentionOf says which attention is looked at. The zero value is that of the first held-out example, the mean over
// the heads, after the softmax.
type AttentionOf struct {
	Example int  // held-out example
	Head    int  // from 1: this head alone; 0: the mean over all
	Scores  bool // before the softmax
}

// Attended is what a model attends to in one example, and what it makes of it.
type Attended struct {
	Encoder [][]float64 // [N][M]: how much each latent looks at each input, in the first cross-attention
	Decoder [][]float64 // [O][N]: how much each query asks each latent
	Latents [][]float64 // [N][D]: after the last layer
	of      AttentionOf
}

// Attention runs the best checkpoint of a model on a held-out example and keeps what it attends to. What a mask hides is
// NaN before the softmax.
func Attention(ctx context.Context, m Model, of AttentionOf) (*Attended, error) {
	task, w, err := m.model(ctx)
	if err != nil {
		return nil, err
	}
	if n := task.EvalExamples(); of.Example < 0 || of.Example >= n {
		return nil, fmt.Errorf("there is no held-out example %d; there are %d, from 0", of.Example, n)
	}
	first, err := task.EvalBatch(0)
	if err != nil {
		return nil, err
	}
	size, batch := first[0].Shape().Dim(0), first
	if i := of.Example / size; i > 0 {
		if batch, err = task.EvalBatch(i); err != nil {
			return nil, err
		}
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	kind := "probs"
	if of.Scores {
		kind = "scores"
	}
	encoder, decoder := task.Architecture().EncoderLayer(0).Name+"."+kind, "*decoding_cross_attention."+kind
	_, shown, err := train.Ask(b.Compute, task, w, batch, encoder, decoder, "latents")
	if err != nil {
		return nil, err
	}
	a := &Attended{of: of}
	if a.Encoder, err = a.one(shown[encoder], size); err != nil {
		return nil, err
	}
	if a.Decoder, err = a.one(shown[decoder], size); err != nil {
		return nil, err
	}
	a.Latents, err = a.one(shown["latents"], size)
	return a, err
}

// one takes an example out of an array [B, h, n, m] or [B, n, m], or [1, …] where it is the same for all, and the head
// or the mean over heads.
func (a *Attended) one(x train.Array, size int) ([][]float64, error) {
	rank := len(x.Shape)
	heads, n, m := 1, x.Shape[rank-2], x.Shape[rank-1]
	if rank == 4 {
		heads = x.Shape[1]
		if a.of.Head < 0 || a.of.Head > heads {
			return nil, fmt.Errorf("there is no head %d; there are %d, from 1", a.of.Head, heads)
		}
	}
	values := x.Values
	if x.Shape[0] > 1 {
		values = values[a.of.Example%size*heads*n*m:]
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, m)
		for j := range out[i] {
			sum, count := 0., 0.
			for h := range heads {
				if rank == 4 && a.of.Head > 0 && h != a.of.Head-1 {
					continue
				}
				if v := float64(values[(h*n+i)*m+j]); v > -1e29 { // a mask puts less there
					sum, count = sum+v, count+1
				} else {
					sum = math.NaN()
				}
			}
			out[i][j] = sum / count
		}
	}
	return out, nil
}

// EncoderMap draws which inputs the latents look at; the labels of inputs may be nil.
func (a *Attended) EncoderMap(title string, inputs []string) *viz.Drawing {
	return a.draw(title, a.Encoder, nil, inputs)
}

// DecoderMap draws which latents the queries ask; the labels of queries may be nil.
func (a *Attended) DecoderMap(title string, queries []string) *viz.Drawing {
	return a.draw(title, a.Decoder, queries, nil)
}

func (a *Attended) draw(title string, values [][]float64, rows, columns []string) *viz.Drawing {
	if a.of.Scores {
		return viz.AttentionScores(title, values, rows, columns)
	}
	return viz.AttentionMap(title, values, rows, columns)
}

// Similarity draws how alike the latents are after the last layer.
func (a *Attended) Similarity(title string) *viz.Drawing {
	return viz.Similarity(title, a.Latents, nil)
}
