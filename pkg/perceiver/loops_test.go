// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// matrix is [rows][channels], one example of an array.
type matrix [][]float64

func toMatrices(t *testing.T, x *tensors.Tensor) []matrix {
	t.Helper()
	values, err := wide(x)
	if err != nil {
		t.Fatal(err)
	}
	d := x.Shape().Dimensions
	out := make([]matrix, d[0])
	for b := range out {
		for r := range d[1] {
			out[b] = append(out[b], values[(b*d[1]+r)*d[2]:(b*d[1]+r+1)*d[2]])
		}
	}
	return out
}

// loops is the attention layer written as the paper's equations, one number at a time, from the published tensors.
func loops(t *testing.T, l Layer, queries, keys *tensors.Tensor, keepKeys, keepQueries []float32) []float64 {
	t.Helper()
	values := map[string][]float64{}
	if err := testWeights(t, l.Params(), queries.DType()).Published("", func(piece Piece, v []float32) error {
		values[piece.Name] = widen(v)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	linear := func(name string, x matrix) matrix {
		w, bias := values[name+".weight"], values[name+".bias"]
		out := make(matrix, len(x))
		for r, row := range x {
			for o := range bias {
				y := bias[o]
				for i := range row {
					y += row[i] * w[o*len(row)+i]
				}
				out[r] = append(out[r], y)
			}
		}
		return out
	}
	norm := func(name string, x matrix) matrix {
		out := make(matrix, len(x))
		for r, row := range x {
			mean, variance := 0.0, 0.0
			for _, v := range row {
				mean += v / float64(len(row))
			}
			for _, v := range row {
				variance += (v - mean) * (v - mean) / float64(len(row))
			}
			for i, v := range row {
				out[r] = append(out[r], (v-mean)/math.Sqrt(variance+1e-5)*values[name+".weight"][i]+values[name+".bias"][i])
			}
		}
		return out
	}
	gelu := func(x float64) float64 {
		if l.Activation == GELUTanh {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}
		return x / 2 * (1 + math.Erf(x/math.Sqrt2))
	}

	var out []float64
	var kvs []matrix
	if keys != nil {
		kvs = toMatrices(t, keys)
	}
	for b, x := range toMatrices(t, queries) {
		normed := norm(l.Name+".attention.self.layernorm1", x)
		kv := normed
		if keys != nil {
			kv = norm(l.Name+".attention.self.layernorm2", kvs[b])
		}
		q, k, v := linear(l.Name+".attention.self.query", normed), linear(l.Name+".attention.self.key", kv), linear(l.Name+".attention.self.value", kv)
		context := make(matrix, len(q))
		for i := range q {
			keep := func(j int) bool {
				return (keepKeys == nil || keepKeys[b*len(k)+j] != 0) &&
					(keepQueries == nil || l.MaskRule != MaskOriginal || keepQueries[b*len(q)+i] != 0)
			}
			for h := range l.heads() {
				context[i] = append(context[i], attendOne(l, h, q[i], k, v, keep)...)
			}
		}
		y := linear(l.Name+".attention.output.dense", context)
		for i := range y {
			for c := range y[i] {
				if !l.NoResidual {
					y[i][c] += x[i][c]
				}
			}
		}
		hidden := linear(l.Name+".mlp.dense1", norm(l.Name+".layernorm", y))
		for _, row := range hidden {
			for c := range row {
				row[c] = gelu(row[c])
			}
		}
		for i, row := range linear(l.Name+".mlp.dense2", hidden) {
			for c := range row {
				out = append(out, y[i][c]+row[c])
			}
		}
	}
	return out
}

// attendOne is one head's answer to one query.
func attendOne(l Layer, head int, q []float64, k, v matrix, keep func(j int) bool) []float64 {
	qk, vw := l.QK/l.heads(), l.v()/l.heads()
	out := make([]float64, vw)
	kept := 0
	for j := range k {
		if keep(j) {
			kept++
		}
	}
	if kept == 0 && l.MaskRule == MaskOriginal {
		return out
	}
	total := 0.0
	probs := make([]float64, len(k))
	for j := range k {
		score := 0.0
		for c := range qk {
			score += q[head*qk+c] * k[j][head*qk+c] / math.Sqrt(float64(qk))
		}
		switch {
		case kept == 0:
			probs[j] = 1 // no key is better than another
		case keep(j):
			probs[j] = math.Exp(score)
		}
		total += probs[j]
	}
	for j := range k {
		for c := range out {
			out[c] += probs[j] / total * v[j][head*vw+c]
		}
	}
	return out
}
