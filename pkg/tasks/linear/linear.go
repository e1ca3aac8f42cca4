// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package linear is the baseline of tasks that classify: a linear layer and a softmax on the features that the model gets,
// with nothing between them. What a model is worth is how much better it does.
package linear

import (
	"context"
	"math"
	"math/rand/v2"
)

// Classifier gives a score to each class: weights·(features - mean)/deviation + bias.
type Classifier struct {
	mean, scale []float32
	weights     []float32 // [classes, features]
	bias        []float32
}

// Options are how a Classifier is fitted. The zero value is sensible for up to some ten thousand examples.
type Options struct {
	Epochs int     // 0: 30
	Rate   float64 // of the first epoch; it falls to 0 in a straight line; 0: 0.5, over the number of features
	Decay  float64 // of weights, in each step, as a part of the rate; 0: 1e-3
}

// Fit fits a classifier on examples, features[i] being those of one of class class[i], by gradient descent on one after the
// other in an order drawn anew in each epoch. The same examples give the same classifier. All must have equally many
// features; ctx ends the fit early, with its error.
func Fit(ctx context.Context, features [][]float32, class []int, classes int, o Options) (*Classifier, error) {
	if o.Epochs == 0 {
		o.Epochs = 30
	}
	n := 0
	if len(features) > 0 {
		n = len(features[0])
	}
	if o.Rate == 0 {
		o.Rate = 0.5 / float64(n+1)
	}
	if o.Decay == 0 {
		o.Decay = 1e-3
	}
	c := &Classifier{weights: make([]float32, classes*n), bias: make([]float32, classes)}
	c.standardise(features, n)
	r := rand.New(rand.NewPCG(1, 2))
	x, p := make([]float32, n), make([]float64, classes)
	for epoch := range o.Epochs {
		rate := o.Rate * (1 - float64(epoch)/float64(o.Epochs))
		keep := float32(1 - rate*o.Decay)
		for _, i := range r.Perm(len(features)) {
			c.normalise(x, features[i])
			c.probabilities(p, x)
			for k := range p {
				slope := p[k]
				if k == class[i] {
					slope--
				}
				step := float32(-rate * slope)
				w := c.weights[k*n : (k+1)*n]
				for j, v := range x {
					w[j] = keep*w[j] + step*v
				}
				c.bias[k] += step
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Probabilities are those of each class.
func (c *Classifier) Probabilities(features []float32) []float64 {
	x, p := make([]float32, len(c.mean)), make([]float64, len(c.bias))
	c.normalise(x, features)
	c.probabilities(p, x)
	return p
}

// Class is the likeliest class.
func (c *Classifier) Class(features []float32) int {
	best, p := 0, c.Probabilities(features)
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return best
}

// standardise finds the mean of each feature, and one over its deviation; 0 for one that is always the same.
func (c *Classifier) standardise(features [][]float32, n int) {
	c.mean, c.scale = make([]float32, n), make([]float32, n)
	sum, squares := make([]float64, n), make([]float64, n)
	for _, f := range features {
		for j, v := range f {
			sum[j] += float64(v)
			squares[j] += float64(v) * float64(v)
		}
	}
	count := float64(len(features))
	for j := range n {
		mean := sum[j] / count
		c.mean[j] = float32(mean)
		if variance := squares[j]/count - mean*mean; variance > 1e-12 {
			c.scale[j] = float32(1 / math.Sqrt(variance))
		}
	}
}

func (c *Classifier) normalise(x, features []float32) {
	for j := range x {
		x[j] = (features[j] - c.mean[j]) * c.scale[j]
	}
}

func (c *Classifier) probabilities(p []float64, x []float32) {
	n, highest := len(x), math.Inf(-1)
	for k := range p {
		s, w := c.bias[k], c.weights[k*n:(k+1)*n]
		for j, v := range x {
			s += w[j] * v
		}
		p[k] = float64(s)
		highest = max(highest, p[k])
	}
	sum := 0.
	for k := range p {
		p[k] = math.Exp(p[k] - highest)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}
