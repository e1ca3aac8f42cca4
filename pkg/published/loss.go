// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// ignored marks a label that does not count.
const ignored = -100

const cotangents = "in.cotangent."

// losses builds the losses of which the file has the value, by name; the first is the one whose gradients are stored.
//
// Where there are labels, it is the mean cross-entropy over those that count. Where there are cotangents, weights of
// the outputs, it is the sum of outputs times weights.
func losses(in, out map[string]*Node) (names []string, values []*Node, err error) {
	logits := out["out.logits"]
	if labels := in["in.labels"]; labels != nil {
		if logits == nil || !slices.Equal(labels.Shape().Dimensions, logits.Shape().Dimensions[:logits.Rank()-1]) {
			return nil, nil, fmt.Errorf("in.labels has shape %v, which does not fit the outputs", labels.Shape().Dimensions)
		}
		names, values = append(names, "out.loss"), append(values, crossEntropy(logits, labels))
	}
	if labels := in["in.labels_multilabel"]; labels != nil {
		if logits == nil || !labels.Shape().Equal(logits.Shape()) {
			return nil, nil, fmt.Errorf("in.labels_multilabel has shape %v, which does not fit the outputs", labels.Shape().Dimensions)
		}
		names, values = append(names, "out.loss_multilabel"), append(values, binaryCrossEntropy(logits, labels))
	}
	var dot *Node
	for _, name := range sortedKeys(in) {
		key, ok := strings.CutPrefix(name, cotangents)
		if !ok {
			continue
		}
		y := out["out."+key]
		if y == nil || !in[name].Shape().Equal(y.Shape()) {
			return nil, nil, fmt.Errorf("%s has shape %v, which is not that of an output out.%s", name, in[name].Shape().Dimensions, key)
		}
		term := ReduceAllSum(Mul(in[name], y))
		if dot == nil {
			dot = term
		} else {
			dot = Add(dot, term)
		}
	}
	if dot != nil {
		names, values = append(names, "out.cotangent_dot"), append(values, dot)
	}
	return names, values, nil
}

func crossEntropy(logits, labels *Node) *Node {
	classes := logits.Shape().Dim(-1)
	counts := ConvertDType(NotEqual(labels, Scalar(labels.Graph(), labels.DType(), ignored)), logits.DType())
	hot := OneHot(Max(labels, ScalarZero(labels.Graph(), labels.DType())), classes, logits.DType())
	each := Neg(ReduceSum(Mul(hot, LogSoftmax(logits, -1)), -1))
	return Div(ReduceAllSum(Mul(each, counts)), ReduceAllSum(counts))
}

func binaryCrossEntropy(logits, labels *Node) *Node {
	// -y·log σ(x) - (1-y)·log(1-σ(x)) = max(x, 0) - x·y + log(1+exp(-|x|))
	positive := Max(logits, ScalarZero(logits.Graph(), logits.DType()))
	return ReduceAllMean(Add(Sub(positive, Mul(logits, labels)), Log1P(Exp(Neg(Abs(logits))))))
}
