// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Layer is one attention layer, the only building block of the architecture. Encode, process and decode use the same
// arithmetic (Perceiver IO, E.1), here with the names of the published weights:
//
//	q  = layernorm1(queries)                           [B, n, QueryDim]
//	kv = layernorm2(keys) in a cross-attention, q in a self-attention
//	A  = softmax(query(q)·key(kv)ᵀ / sqrt(QK/Heads))   [B, Heads, n, m], the scale being of one head
//	x  = output(A·value(kv)) + queries                 the un-normed queries, where Residual is on
//	y  = x + dense2(GELU(dense1(layernorm(x))))        this residual is always on
//
// The zero value of a field means what its comment says, so a Layer needs a name, widths and heads only.
type Layer struct {
	Name       string // prefix of the published weights
	QueryDim   int    // channels of the queries, and of what comes out
	KVDim      int    // channels of the keys and values of a cross-attention; 0: self-attention
	QK         int    // Fqk, width of queries and keys over all heads
	V          int    // Fv, width of values over all heads; 0: QK
	Heads      int    // 0: 1
	Widen      int    // hidden width of the MLP in units of QueryDim; 0: 1
	NoResidual bool   // leaves out "+ queries"
	Activation Activation
	MaskRule   MaskRule

	AttentionDropout float64 // probability with which an attention probability is dropped in training
	OutputDropout    float64 // the same for elements of the attention's and the MLP's output
}

// Activation is the non-linearity of the MLP.
type Activation string

const (
	// GELU is x/2·(1+erf(x/√2)), with which the port evaluates the published weights. It is the default.
	GELU Activation = "gelu"
	// GELUTanh is x/2·(1+tanh(√(2/π)·(x+0.044715x³))), with which those weights were trained.
	GELUTanh Activation = "gelu_tanh"
)

// MaskRule says what an input mask does.
type MaskRule string

const (
	// MaskPort adds the smallest finite number to the score of a masked key; an input with no key left attends to all
	// alike. Queries are not masked. It is the default, and what the published port does.
	MaskPort MaskRule = "port"
	// MaskOriginal takes the outer product of the query mask and the key mask and writes -1e30 where it is 0; a query
	// with no key left gives an attention output of 0. It is what the original code does.
	MaskOriginal MaskRule = "original"
)

// Mask says which keys and queries of a layer are there: 1 keep, 0 leave out, in the type of the activations.
// A nil field, like a nil *Mask, keeps everything.
type Mask struct {
	Keys    *Node // [B, m]
	Queries *Node // [B, n]; only MaskOriginal looks at it
}

func (l Layer) v() int      { return positive(l.V, l.QK) }
func (l Layer) heads() int  { return positive(l.Heads, 1) }
func (l Layer) widen() int  { return positive(l.Widen, 1) }
func (l Layer) cross() bool { return l.KVDim > 0 }

// positive is the first of a and otherwise that is not 0.
func positive(a, otherwise int) int {
	if a != 0 {
		return a
	}
	return otherwise
}

// Validate finds a mistake in the layer's sizes.
func (l Layer) Validate() error {
	switch h := l.heads(); {
	case l.QueryDim < 1 || l.QK < 1 || l.v() < 1 || l.KVDim < 0 || l.widen() < 1 || h < 1:
		return fmt.Errorf("%s: widths, heads and widening must be positive, got queries %d, keys %d, qk %d, v %d, heads %d, widening %d",
			l.Name, l.QueryDim, l.KVDim, l.QK, l.v(), h, l.widen())
	case l.QK%h != 0:
		return fmt.Errorf("%s: the %d heads must divide the query and key width %d", l.Name, h, l.QK)
	case l.v()%h != 0:
		return fmt.Errorf("%s: the %d heads must divide the value width %d", l.Name, h, l.v())
	case !l.cross() && l.v() != l.QueryDim:
		// The published self-attention gives out Fv channels, and the next layer takes QueryDim.
		return fmt.Errorf("%s: the value width %d of a self-attention must equal its width %d", l.Name, l.v(), l.QueryDim)
	}
	if err := oneOf(l.Name, "activation", l.Activation, "", GELU, GELUTanh); err != nil {
		return err
	}
	if err := oneOf(l.Name, "mask rule", l.MaskRule, "", MaskPort, MaskOriginal); err != nil {
		return err
	}
	for _, d := range []float64{l.AttentionDropout, l.OutputDropout} {
		if !(d >= 0 && d < 1) { // written so that NaN fails
			return fmt.Errorf("%s: a dropout probability must be in [0, 1), got %g", l.Name, d)
		}
	}
	return nil
}

func oneOf[T ~string](where, what string, got T, known ...T) error {
	for _, k := range known {
		if got == k {
			return nil
		}
	}
	return fmt.Errorf("%s: unknown %s %q; known: %q", where, what, got, known[1:])
}

// Params lists the layer's weights: 18 published tensors for a cross-attention, 16 for a self-attention.
func (l Layer) Params() []Param {
	att := l.Name + ".attention.self."
	ps := norm(att+"layernorm1", l.QueryDim)
	if l.cross() {
		ps = append(ps, norm(att+"layernorm2", l.KVDim)...)
		ps = append(ps, NewLinear(att+"query", l.QueryDim, l.QK, FanIn)...)
		ps = append(ps, fused(att+"kv", l.KVDim, []string{att + "key", att + "value"}, []int{l.QK, l.v()}, FanIn)...)
	} else {
		ps = append(ps, fused(att+"qkv", l.QueryDim, []string{att + "query", att + "key", att + "value"}, []int{l.QK, l.QK, l.v()}, FanIn)...)
	}
	ps = append(ps, NewLinear(l.Name+".attention.output.dense", l.v(), l.QueryDim, FanIn)...)
	ps = append(ps, norm(l.Name+".layernorm", l.QueryDim)...)
	ps = append(ps, NewLinear(l.Name+".mlp.dense1", l.QueryDim, l.widen()*l.QueryDim, FanIn)...)
	return append(ps, NewLinear(l.Name+".mlp.dense2", l.widen()*l.QueryDim, l.QueryDim, FanIn)...)
}

// Forward builds the layer on its own, for models that are no Perceiver, to be compared with one: queries
// [B, n, QueryDim] and, for a cross-attention, keys [B, m, KVDim] give [B, n, QueryDim]. Mask may be nil; of a
// self-attention it masks the queries as keys.
func (l Layer) Forward(p *Pass, queries, keys *Node, mask *Mask) (*Node, error) {
	return p.Catch(l.Name, func() *Node { return l.forward(p, queries, keys, mask) })
}

// forward builds the layer: queries [B, n, QueryDim] and, for a cross-attention, keys [B, m, KVDim] give [B, n, QueryDim].
func (l Layer) forward(p *Pass, queries, keys *Node, mask *Mask) *Node {
	leave := p.at(l.Name)
	if l.cross() && keys == nil {
		panic(errors.New("a cross-attention needs inputs, and there are none"))
	}
	x := l.attend(p, queries, keys, mask)
	p.Show(l.Name+".attention_output", x)
	x = p.dropout(x, l.OutputDropout)
	if !l.NoResidual {
		x = Add(x, queries)
	}
	p.Show(l.Name+".attention_plus_residual", x)
	h := p.LayerNorm(l.Name+".layernorm", x)
	p.Show(l.Name+".layernorm", h)
	h = p.Linear(l.Name+".mlp.dense1", h)
	h = p.Linear(l.Name+".mlp.dense2", l.Activation.apply(h))
	p.Show(l.Name+".mlp", h)
	y := Add(x, p.dropout(h, l.OutputDropout))
	p.Show(l.Name+".out", y)
	leave()
	return y
}

// attend is the attention itself, with its two norms and four projections.
func (l Layer) attend(p *Pass, queries, keys *Node, mask *Mask) *Node {
	att, qk, v := l.Name+".attention.self.", l.QK, l.v()
	normed := p.LayerNorm(att+"layernorm1", queries)
	p.Show(l.Name+".layernorm1", normed)
	var q, k, val *Node
	if l.cross() {
		kv := p.LayerNorm(att+"layernorm2", keys)
		p.Show(l.Name+".layernorm2", kv)
		q, kv = p.Linear(att+"query", normed), p.Linear(att+"kv", kv)
		k, val = channels(kv, 0, qk), channels(kv, qk, qk+v)
	} else {
		qkv := p.Linear(att+"qkv", normed)
		q, k, val = channels(qkv, 0, qk), channels(qkv, qk, 2*qk), channels(qkv, 2*qk, 2*qk+v)
	}
	p.Show(l.Name+".query", q)
	p.Show(l.Name+".key", k)
	p.Show(l.Name+".value", val)

	// The scale goes on the queries, the smaller array, and heads come before elements: both measured to be the faster form.
	q = l.splitHeads(MulScalar(q, 1/math.Sqrt(float64(qk/l.heads()))))
	k, val = l.splitHeads(k), l.splitHeads(val)
	last := q.Rank() - 1
	batch := []int{0, 1}[:last-1]
	scores := DotGeneral(q, []int{last}, batch, k, []int{last}, batch)
	scores, dead := l.MaskRule.apply(scores, mask)
	p.Show(l.Name+".scores", scores)
	probs := Softmax(scores, -1)
	p.Show(l.Name+".probs", probs)
	probs = p.dropout(probs, l.AttentionDropout)
	context := DotGeneral(probs, []int{last}, batch, val, []int{last - 1}, batch)
	if dead != nil {
		context = Where(BroadcastToShape(dead, context.Shape()), ZerosLike(context), context)
	}
	context = l.mergeHeads(context)
	p.Show(l.Name+".context", context)
	return p.Linear(l.Name+".attention.output.dense", context)
}

// channels takes channels [from, to) of x [B, n, c].
func channels(x *Node, from, to int) *Node {
	return Slice(x, AxisRange(), AxisRange(), AxisRange(from, to))
}

// splitHeads turns [B, n, F] into [B, h, n, F/h]; heads are contiguous groups of channels. With one head there is no head axis.
func (l Layer) splitHeads(x *Node) *Node {
	h, d := l.heads(), x.Shape().Dimensions
	if h == 1 {
		return x
	}
	return TransposeAllAxes(Reshape(x, d[0], d[1], h, d[2]/h), 0, 2, 1, 3)
}

func (l Layer) mergeHeads(x *Node) *Node {
	if l.heads() == 1 {
		return x
	}
	x = TransposeAllAxes(x, 0, 2, 1, 3)
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]*d[3])
}

// apply masks scores [B, (h,) n, m]. Where the rule is MaskOriginal, dead [B, (1,) n, 1] says which queries have no key left.
func (r MaskRule) apply(scores *Node, mask *Mask) (masked, dead *Node) {
	if mask == nil || (mask.Keys == nil && (mask.Queries == nil || r != MaskOriginal)) {
		return scores, nil
	}
	g, dims, dtype := scores.Graph(), scores.Shape().Dimensions, scores.DType()
	b, n, m := dims[0], dims[len(dims)-2], dims[len(dims)-1]
	check := func(what string, x *Node, size int) {
		if x != nil && !slices.Equal(x.Shape().Dimensions, []int{b, size}) {
			panic(fmt.Errorf("the mask of the %s must have shape %v, got %v", what, []int{b, size}, x.Shape().Dimensions))
		}
	}
	check("keys", mask.Keys, m)
	check("queries", mask.Queries, n)
	expand := func(x *Node, axes ...int) *Node { // [B, x] to the rank of the scores
		if scores.Rank() == 4 {
			return Reshape(x, append([]int{b, 1}, axes...)...)
		}
		return Reshape(x, append([]int{b}, axes...)...)
	}
	if r != MaskOriginal {
		bias := MulScalar(OneMinus(ConvertDType(mask.Keys, dtype)), -math.MaxFloat32)
		return Add(scores, expand(bias, 1, m)), nil
	}
	keep := expand(Ones(g, shapes.Make(dtype, b, n, m)), n, m)
	if mask.Keys != nil {
		keep = Mul(keep, expand(ConvertDType(mask.Keys, dtype), 1, m))
	}
	if mask.Queries != nil {
		keep = Mul(keep, expand(ConvertDType(mask.Queries, dtype), n, 1))
	}
	dead = Equal(ReduceAndKeep(keep, ReduceMax, -1), ScalarZero(g, dtype))
	keep = BroadcastToShape(keep, scores.Shape())
	return Where(GreaterThan(keep, ScalarZero(g, dtype)), scores, FillScalar(g, scores.Shape(), -1e30)), dead
}

func (a Activation) apply(x *Node) *Node {
	if a == GELUTanh {
		inner := MulScalar(Add(x, MulScalar(Mul(Mul(x, x), x), 0.044715)), math.Sqrt(2/math.Pi))
		return Mul(MulScalar(x, 0.5), AddScalar(Tanh(inner), 1))
	}
	return Mul(MulScalar(x, 0.5), AddScalar(Erf(MulScalar(x, 1/math.Sqrt2)), 1))
}
