// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// The whole model, from ids to scores, with weights and answers of the published port. The files lie beside the
// checkout; package perceiver checks the layers with a file that is always there.
func TestAgreesWithThePublishedModel(t *testing.T) {
	published := func(t *testing.T, name string) string {
		folder := filepath.Join("..", "..", "..", "..", "shared", "parity", "tiny", name)
		if _, err := os.Stat(folder); err != nil {
			t.Skip("the parity fixtures are not beside this checkout, in ../shared/parity")
		}
		return folder
	}
	t.Run("masked_lm", func(t *testing.T) {
		folder := published(t, "masked_lm")
		backendtest.Each(t, func(t *testing.T, b compute.Backend) { comparePublished(t, b, folder) })
	})
	t.Run("masked_lm_noresidual", func(t *testing.T) {
		comparePublished(t, goBackend(t), published(t, "masked_lm_noresidual"))
	})
}

func comparePublished(t *testing.T, b compute.Backend, folder string) {
	n := publishedNetwork(t, folder)
	w := publishedWeights(t, n, filepath.Join(folder, "model.safetensors"))
	io, err := weights.Open(filepath.Join(folder, "io.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer io.Close()
	var meta struct {
		Bound map[string]float64 `json:"recommended_atol"`
	}
	readJSON(t, filepath.Join(folder, "meta.json"), &meta)

	in := []*tensors.Tensor{int64s(t, io, filepath.Join(folder, "io.safetensors"), "in.input_ids")}
	if _, masked := io.Tensor("in.attention_mask"); masked {
		in = append(in, int64s(t, io, filepath.Join(folder, "io.safetensors"), "in.attention_mask"))
	}
	out := run(t, b, w, in, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		x, err := n.inputs(p, in[0])
		if err != nil {
			return nil, err
		}
		var mask *Node
		if len(in) > 1 {
			mask = ConvertDType(in[1], dtypes.Float32)
		}
		z, err := n.latents(p, x, mask)
		if err != nil {
			return nil, err
		}
		y, err := n.outputs(p, z, x, nil)
		return []*Node{z, y}, err
	})
	for i, name := range []string{"last_hidden_state", "logits"} {
		want, err := io.Float32s("out64." + name)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for k := range want {
			worst = max(worst, math.Abs(float64(out[i][k]-want[k])))
		}
		if len(out[i]) != len(want) || !(worst <= meta.Bound[name]) {
			t.Errorf("%s: %d numbers off by %g at most, want %d within %g", name, len(out[i]), worst, len(want), meta.Bound[name])
		}
	}
}

// publishedNetwork is the model of a published configuration. What the published class fixes in code is fixed here too.
func publishedNetwork(t *testing.T, folder string) *network {
	var c struct {
		Latents       int    `json:"num_latents"`
		LatentDim     int    `json:"d_latents"`
		Dim           int    `json:"d_model"`
		Length        int    `json:"max_position_embeddings"`
		Blocks        int    `json:"num_blocks"`
		Layers        int    `json:"num_self_attends_per_block"`
		SelfHeads     int    `json:"num_self_attention_heads"`
		CrossHeads    int    `json:"num_cross_attention_heads"`
		QK            int    `json:"qk_channels"`
		V             int    `json:"v_channels"`
		SelfWidening  int    `json:"self_attention_widening_factor"`
		CrossWidening int    `json:"cross_attention_widening_factor"`
		Activation    string `json:"hidden_act"`
		Residual      bool   `json:"use_query_residual"`
		Vocabulary    int    `json:"vocab_size"`
	}
	readJSON(t, filepath.Join(folder, "config.json"), &c)
	m := Model{
		Config: perceiver.Config{Latents: c.Latents, LatentDim: c.LatentDim, Blocks: c.Blocks, LayersPerBlock: c.Layers, SelfHeads: c.SelfHeads,
			CrossHeads: c.CrossHeads, QKWidth: c.QK, VWidth: c.V, SelfWidening: c.SelfWidening, CrossWidening: c.CrossWidening, NoEncoderResidual: !c.Residual,
			Activation: map[string]perceiver.Activation{"gelu": perceiver.GELU, "gelu_new": perceiver.GELUTanh}[c.Activation]},
		EmbeddingDim: c.Dim, EmbeddingStd: 0.02, Positions: "learned", Bands: 1, Queries: "learned", QueryDim: c.Dim, QueryStd: 0.02,
		DecoderHeads: 8, DecoderQKWidth: 256, DecoderVWidth: c.Dim, Readout: "tied", vocabulary: c.Vocabulary}
	n, err := m.network(c.Length)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// publishedWeights loads a file that must have the tensors of the model, by name and shape, and no other.
func publishedWeights(t *testing.T, n *network, path string) *perceiver.Weights {
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := perceiver.NewWeights(n.params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range n.params() {
		for _, piece := range p.Pieces {
			known[piece.Name] = true
		}
	}
	for _, x := range f.Tensors() {
		if !known[x.Name] {
			t.Errorf("the published tensor %s has no place in the model", x.Name)
		}
	}
	err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		if x, ok := f.Tensor(piece.Name); !ok || !slices.Equal(x.Shape, piece.Shape) {
			return nil, fmt.Errorf("%s: shape %v, published with %v", piece.Name, piece.Shape, x.Shape)
		}
		return f.Float32s(piece.Name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// int64s reads a tensor of whole numbers, which package weights does not: in file order, all tensors before it count.
func int64s(t *testing.T, f *weights.File, path, name string) *tensors.Tensor {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := 8 + int(binary.LittleEndian.Uint64(raw))
	for _, x := range f.Tensors() {
		if x.Name == name {
			values := make([]int32, x.Size())
			for i := range values {
				values[i] = int32(binary.LittleEndian.Uint64(raw[at+8*i:]))
			}
			return tensors.FromFlatDataAndDimensions(values, x.Shape...)
		}
		at += x.Size() * map[string]int{"F32": 4, "F64": 8, "I64": 8}[x.DType]
	}
	t.Fatalf("%s has no tensor %s", path, name)
	return nil
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}
