// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// The formula for the cost counts the weights that the model has, whatever is switched on.
func TestCostCountsTheWeights(t *testing.T) {
	choices := []func(m *Model){
		func(m *Model) { m.Positions = "fourier" },
		func(m *Model) { m.Queries = "fourier" },
		func(m *Model) { m.Queries = "inputs" },
		func(m *Model) { m.Readout, m.QueryDim = "linear", 10 },
		func(m *Model) { m.DecoderLayers = 2 },
		func(m *Model) { m.DecoderQKWidth, m.DecoderVWidth = 4, 10 },
		func(m *Model) { m.Blocks = 3 },
		func(m *Model) { m.Blocks, m.UnsharedBlocks = 3, true },
		func(m *Model) { m.Blocks, m.CrossAttends = 3, 3 },
		func(m *Model) { m.Blocks, m.CrossAttends, m.UnsharedCross = 4, 3, true },
		func(m *Model) { m.SelfWidening, m.CrossWidening = 3, 2 },
		func(m *Model) { m.VWidth, m.QKWidth, m.LayersPerBlock = 0, 0, 0 },
	}
	seen := map[int]bool{}
	for mix := range 1 << len(choices) {
		m := smallSpec().Model
		for i, choose := range choices {
			if mix>>i&1 == 1 {
				choose(&m)
			}
		}
		n, err := m.network(9)
		if err != nil {
			continue // the choices contradict each other
		}
		cost, count := n.cost(), perceiver.Count(n.params())
		if got := cost.Total().Params; got != count {
			t.Errorf("choices %b: the cost has %d weights, the model %d", mix, got, count)
		}
		for _, step := range []perceiver.Step{cost.Encode, cost.Decode, cost.Total()} {
			if step.FLOPs <= 0 || step.Bytes <= 0 {
				t.Errorf("choices %b: a step costs %+v", mix, step)
			}
		}
		seen[count] = true
	}
	if len(seen) < 100 {
		t.Errorf("only %d different models were tried", len(seen))
	}
}

// The tied read-out is the product with the embeddings, and its bias.
func TestTiedReadout(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{Batch: 1})
	w := perceivertest.Fresh(t, task)
	err := w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		values := make([]float32, size(piece.Shape))
		switch piece.Name {
		case embeddingsName, biasName:
			for i := range values {
				values[i] = float32(i%17) - float32(i%5)
			}
		case "perceiver.decoder.decoding_cross_attention.mlp.dense2.bias":
			values[1] = 2 // with all else 0 the decoder's output is this
		}
		return values, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := task.TrainBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	out := perceivertest.Run(t, backendtest.Pure(t), w, batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := task.Outputs(p, z, in, nil)
		return []*Node{y}, err
	})
	table, err := w.Values(embeddingsName)
	if err != nil {
		t.Fatal(err)
	}
	bias, err := w.Values(biasName)
	if err != nil {
		t.Fatal(err)
	}
	for id := range vocabulary {
		if got, want := out[0][id], 2*table[id*6+1]+bias[id]; math.Abs(float64(got-want)) > 1e-4 {
			t.Fatalf("the score of id %d is %g, want %g", id, got, want)
		}
	}
}

func TestShapes(t *testing.T) {
	s := smallSpec()
	s.Model.Positions, s.Model.Readout, s.Model.QueryDim = "fourier", "linear", 10
	n, err := s.Model.network(9)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(n.shapes()); got != "{9 11 3 8 9 10 262}" { // C = 6 + 1 + 2·2
		t.Errorf("M, C, N, D, O, Q, E are %s", got)
	}
}

func TestValidate(t *testing.T) {
	if err := NewSpec().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	if err := smallSpec().Validate(); err != nil {
		t.Errorf("the small model: %v", err)
	}
	for key, changes := range map[string][]func(s *Spec){
		"data.length = ":       {func(s *Spec) { s.Data.Length = 1 }, func(s *Spec) { s.Data.Length = 1<<16 + 1 }, func(s *Spec) { s.Data.Length = -5 }},
		"data.masking = ":      {func(s *Spec) { s.Data.Masking = "" }, func(s *Spec) { s.Data.Masking = "Words" }},
		"data.mask_rate = ":    {func(s *Spec) { s.Data.MaskRate = 0 }, func(s *Spec) { s.Data.MaskRate = 1 }, func(s *Spec) { s.Data.MaskRate = math.NaN() }},
		"data.eval_windows = ": {func(s *Spec) { s.Data.EvalWindows = 0 }, func(s *Spec) { s.Data.EvalWindows = 1<<20 + 1 }},
		"model.embedding_dim":  {func(s *Spec) { s.Model.EmbeddingDim = 0 }, func(s *Spec) { s.Model.EmbeddingDim = 1 << 30 }},
		"model.embedding_std":  {func(s *Spec) { s.Model.EmbeddingStd = 0 }, func(s *Spec) { s.Model.EmbeddingStd = math.NaN() }, func(s *Spec) { s.Model.EmbeddingStd = math.Inf(1) }},
		"model.query_std":      {func(s *Spec) { s.Model.QueryStd = -1 }, func(s *Spec) { s.Model.QueryStd = math.NaN() }},
		"model.positions = ":   {func(s *Spec) { s.Model.Positions = "sines" }},
		"model.bands":          {func(s *Spec) { s.Model.Bands = 0 }},
		"model.queries = ":     {func(s *Spec) { s.Model.Queries = "" }},
		"model.query_dim":      {func(s *Spec) { s.Model.QueryDim = -1 }, func(s *Spec) { s.Model.QueryDim = 8 }}, // 8: tied, and not embedding_dim
		"model.decoder_heads": {func(s *Spec) { s.Model.DecoderHeads = 0 }, func(s *Spec) { s.Model.DecoderHeads = 3 },
			func(s *Spec) { s.Model.DecoderHeads, s.Model.DecoderQKWidth = 4, 6 }, func(s *Spec) { s.Model.DecoderVWidth = 7 }},
		"model.decoder_qk_width": {func(s *Spec) { s.Model.DecoderQKWidth = -1 }},
		"model.decoder_v_width":  {func(s *Spec) { s.Model.DecoderVWidth = -1 }},
		"model.decoder_layers":   {func(s *Spec) { s.Model.DecoderLayers = -1 }},
		"model.readout = ":       {func(s *Spec) { s.Model.Readout = "soft" }},
		"model.latents":          {func(s *Spec) { s.Model.Latents = 0 }},
		"model.self_heads":       {func(s *Spec) { s.Model.SelfHeads = 3 }},
		"model.cross_heads":      {func(s *Spec) { s.Model.CrossHeads = 3 }},
		"model.cross_attends":    {func(s *Spec) { s.Model.CrossAttends = 2 }},
		"model.dropout":          {func(s *Spec) { s.Model.Dropout = 1 }},
	} {
		for i, change := range changes {
			s := smallSpec()
			change(s)
			if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
				t.Errorf("%s, case %d: the error is %v, which does not begin with the key", key, i, err)
			}
		}
	}
}
