// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

// Step is the cost of one step of the model for one example.
type Step struct {
	Params int     // weights; those of a layer that runs several times are counted once
	FLOPs  float64 // multiplications and additions of the matrix products, counted separately as both papers do
	Bytes  float64 // memory moved in float32 if each weight is read once, and each array written once and read once, scores included
}

// Plus adds two steps.
func (s Step) Plus(t Step) Step {
	return Step{s.Params + t.Params, s.FLOPs + t.FLOPs, s.Bytes + t.Bytes}
}

// Cost is what one example costs in the forward pass. A training step costs three times its FLOPs for each example.
type Cost struct {
	Input   Step // the task's way from raw data to the input array
	Encode  Step
	Process Step
	Decode  Step // with the query array
	Output  Step // the task's way from the decoder to its output
}

// Total is the sum of the steps.
func (c Cost) Total() Step {
	return c.Input.Plus(c.Encode).Plus(c.Process).Plus(c.Decode).Plus(c.Output)
}

// LinearStep is the cost of a linear layer over rows rows.
func LinearStep(rows, in, out int) Step {
	return Step{Params: (in + 1) * out, FLOPs: 2 * float64(rows) * float64(in) * float64(out),
		Bytes: 4 * (float64((in+1)*out) + 2*float64(rows)*float64(in+out))}
}

// Step is the cost of the layer with n queries and m keys (m is ignored in a self-attention):
//
//	2·n·dq·Fqk + 2·m·dkv·(Fqk+Fv) + 2·n·m·(Fqk+Fv) + 2·n·Fv·dq + 4·w·n·dq²
func (l Layer) Step(n, m int) Step {
	dq, dkv := float64(l.QueryDim), float64(l.KVDim)
	if !l.cross() {
		m, dkv = n, dq
	}
	nq, nk, qk, v, w := float64(n), float64(m), float64(l.QK), float64(l.v()), float64(l.widen())
	params := Count(l.Params())
	arrays := nq*dq + nq*qk + nk*(qk+v) + float64(l.heads())*nq*nk + nq*v + w*nq*dq + nq*dq // in, q, k and v, scores, context, hidden, out
	if l.cross() {
		arrays += nk * dkv
	}
	return Step{
		Params: params,
		FLOPs:  2*nq*dq*qk + 2*nk*dkv*(qk+v) + 2*nq*nk*(qk+v) + 2*nq*v*dq + 4*w*nq*dq*dq,
		Bytes:  4 * (float64(params) + 2*arrays),
	}
}

// Cost is the cost of encode and process for m input elements. Repeated cross-attends count as encode.
func (c Config) Cost(m int) (encode, process Step) {
	encode.Params = c.Latents * c.LatentDim
	counted := map[string]bool{}
	add := func(s *Step, l Layer) {
		step := l.Step(c.Latents, m)
		if counted[l.Name] {
			step.Params = 0
		}
		counted[l.Name] = true
		*s = s.Plus(step)
	}
	for b := range c.Blocks {
		if b < c.crossAttends() {
			add(&encode, c.EncoderLayer(b))
		}
		for i := range c.LayersPerBlock {
			add(&process, c.SelfLayer(b, i))
		}
	}
	return encode, process
}

// Cost is the cost of decoding o queries from n latents.
func (d Decoder) Cost(o, n int) Step {
	s := d.Layer().Step(o, n)
	for i := range d.SelfLayers {
		s = s.Plus(d.SelfLayer(i).Step(o, o))
	}
	if d.OutputDim > 0 {
		s = s.Plus(LinearStep(o, d.QueryDim, d.OutputDim))
	}
	return s
}

// Cost is the cost of making o queries: the weights of the parts and the projection.
func (q Queries) Cost(o int) Step {
	s := Step{Params: Count(q.Params())}
	if q.Project > 0 {
		p := LinearStep(o, q.partsWidth(), q.Project)
		p.Params = 0 // counted in q.Params
		s = s.Plus(p)
	}
	return s
}
