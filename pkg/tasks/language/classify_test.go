// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// smallPublished is a small model of a published class, with random weights.
func smallPublished(t *testing.T, class string, vocabulary int) (*Network, *perceiver.Weights) {
	t.Helper()
	config := fmt.Sprintf(`{"architectures": [%q], "vocab_size": %d, "max_position_embeddings": 12, "num_latents": 4, "d_latents": 16, "d_model": 24,
		"num_self_attends_per_block": 1, "num_self_attention_heads": 2, "num_cross_attention_heads": 2, "id2label": {"0": "a", "1": "b", "2": "c"}}`, class, vocabulary)
	n, err := Published([]byte(config), nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(3); err != nil {
		t.Fatal(err)
	}
	return n, w
}

// A text is classified with CLS and SEP around it, padding that is not looked at, and cut to the window.
func TestClassify(t *testing.T) {
	b := backendtest.Any(t)
	n, w := smallPublished(t, ClassLabels, text.Vocabulary)
	c, err := n.NewClassifier(b, w)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	program, err := w.Compile(b, "forward", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		out, err := n.Forward(p, map[string]*Node{"in.input_ids": in[0]})
		if err != nil {
			return nil, err
		}
		return []*Node{out["out.logits"]}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for given, ids := range map[string][]int32{
		"fair":                       {text.CLS, 'f' + 6, 'a' + 6, 'i' + 6, 'r' + 6, text.SEP},
		"":                           {text.CLS, text.SEP},
		"0123456789abcdefghijklmnop": append(append([]int32{text.CLS}, text.Encode("0123456789")...), text.SEP),
	} {
		got, err := c.Classify(given)
		if err != nil {
			t.Fatal(err)
		}
		out, err := program.Run(tensors.FromFlatDataAndDimensions(ids, 1, len(ids)))
		if err != nil {
			t.Fatal(err)
		}
		logits, err := perceiver.Float32s(out[0])
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.
		for _, x := range logits {
			sum += math.Exp(float64(x))
		}
		if len(got) != 3 {
			t.Fatalf("%d probabilities, want 3", len(got))
		}
		for i, x := range logits {
			if want := math.Exp(float64(x)) / sum; math.Abs(float64(got[i])-want) > 1e-5 {
				t.Errorf("%q: class %d has probability %g, want %g", given, i, got[i], want)
			}
		}
	}
}

// The masked language model is asked as a task; the window may be shorter than the text.
func TestNetworkTask(t *testing.T) {
	b := backendtest.Any(t)
	n, w := smallPublished(t, ClassMasked, text.Vocabulary)
	task, err := n.Task()
	if err != nil {
		t.Fatal(err)
	}
	p, err := task.NewPredictor(b, w)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	filled, err := p.Fill("of the li___, which is")
	if err != nil {
		t.Fatal(err)
	}
	if len(filled.Fills) != 1 || !strings.HasPrefix(filled.Text, "of the li") || !strings.HasSuffix(filled.Text, ", which is") {
		t.Errorf("%+v", filled)
	}
}

func TestNetworkRefuses(t *testing.T) {
	b := backendtest.Any(t)
	labels, _ := smallPublished(t, ClassLabels, text.Vocabulary)
	masked, mw := smallPublished(t, ClassMasked, text.Vocabulary)
	few, fw := smallPublished(t, ClassLabels, 60)
	fewMasked, _ := smallPublished(t, ClassMasked, 60)
	for name, c := range map[string]struct {
		do    func() error
		words string
	}{
		"filling in with classes":     {func() error { _, err := labels.Task(); return err }, "fills in nothing"},
		"filling in with another ids": {func() error { _, err := fewMasked.Task(); return err }, "60 ids"},
		"classes of a masked model":   {func() error { _, err := masked.NewClassifier(b, mw); return err }, "has no classes"},
		"classes with another ids":    {func() error { _, err := few.NewClassifier(b, fw); return err }, "60 ids"},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: the error is %v, without %q", name, err, c.words)
		}
	}
}

// What a published model costs has exactly its weights, with either read-out.
func TestNetworkCost(t *testing.T) {
	for class, outputs := range map[string]int{ClassMasked: 12, ClassLabels: 1} {
		n, _ := smallPublished(t, class, text.Vocabulary)
		if got, want := n.Cost().Total().Params, perceiver.Count(n.Params()); got != want {
			t.Errorf("%s: the cost counts %d weights, the model has %d", class, got, want)
		}
		if s := n.Shapes(); s.O != outputs || s.M != 12 || s.N != 4 {
			t.Errorf("%s: shapes %+v", class, s)
		}
	}
}
