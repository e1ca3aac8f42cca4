// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Values that were worked out by hand, to the bit.
func TestFormula(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		i     int
		bits  uint32
	}{
		{"perceiver.embeddings.latents", []int{256, 1280}, 0, 0x3fd74b40},
		{"perceiver.encoder.cross_attention.attention.self.query.weight", []int{256, 1280}, 1000, 0x3cc254fd},
		{"perceiver.encoder.cross_attention.attention.self.layernorm1.weight", []int{1280}, 1, 0x3f85f270},
		{"perceiver.encoder.self_attends.3.mlp.dense2.bias", []int{1280}, 7, 0xbb8519e7},
	} {
		values, err := weight(perceiver.Piece{Name: c.name, Shape: c.shape})
		if err != nil {
			t.Fatal(err)
		}
		if got := math.Float32bits(values[c.i]); got != c.bits {
			t.Errorf("%s[%d] is %#x, want %#x", c.name, c.i, got, c.bits)
		}
	}
}

// The formula makes the weights and inputs that the port was given, and every model has exactly the published weights.
func TestFormulaMakesTheModels(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			m, _, e, err := full(name)
			if err != nil {
				t.Fatal(err)
			}
			if n := perceiver.Count(m.Params()); n != e.Parameters {
				t.Errorf("%d parameters, published are %d", n, e.Parameters)
			}
			pieces := map[string]perceiver.Piece{}
			for _, p := range m.Params() {
				for _, piece := range p.Pieces {
					pieces[piece.Name] = piece
				}
			}
			for key, want := range e.Weights {
				piece, ok := pieces[key]
				if !ok {
					t.Errorf("the model has no weight %s", key)
					continue
				}
				values, err := weight(piece)
				if err != nil {
					t.Fatal(err)
				}
				sample(t, key, values, want.Sum, want.First)
			}
			in, err := formulaInputs(name, e.file)
			if err != nil {
				t.Fatal(err)
			}
			for key, want := range e.Raw {
				x := in[inputName(key, in)]
				values := x.floats
				for _, id := range x.ids {
					values = append(values, float32(id))
				}
				sample(t, key, values, want.Sum, want.First)
			}
		})
	}
}

func sample(t *testing.T, name string, values []float32, sum float64, first []float64) {
	t.Helper()
	got := 0.
	for _, x := range values {
		got += float64(x)
	}
	if math.Abs(got-sum) > 1e-9*float64(len(values)) {
		t.Errorf("%s: the sum is %.12g, want %.12g", name, got, sum)
	}
	for i, want := range first {
		if float64(values[i]) != want {
			t.Errorf("%s[%d] is %g, want %g", name, i, values[i], want)
		}
	}
}

// The six published models in full size, one after the other.
func TestVerifyFullSize(t *testing.T) {
	if testing.Short() {
		t.Skip("models in full size take minutes and gigabytes")
	}
	b := backendtest.Any(t)
	if b.String() == "go" {
		t.Skip("models in full size are run on XLA only; pure Go would take an hour")
	}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) { verifyFull(t, b, name) })
	}
}

func verifyFull(t *testing.T, b compute.Backend, name string) {
	r, err := VerifyFormula(t.Context(), b, name)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK {
		t.Error(r.Text())
	} else {
		t.Log(r.Text())
	}
	if peak := peakMemory(); peak > mostMemory {
		t.Errorf("the process took %.1f GiB, want at most %d", float64(peak)/(1<<30), mostMemory>>30)
	}
}

// mostMemory is what a model in full size may take, weights, inputs and results included.
const mostMemory = 12 << 30

// peakMemory is the most memory that this process has had, in bytes, or 0 where the system does not say.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB"))); err == nil {
				return kib << 10
			}
		}
	}
	return 0
}

func TestCanonical(t *testing.T) {
	for given, want := range map[string]string{"image-conv": "image_conv", "flow": "optical_flow", "language": "language", "vit": ""} {
		if got, err := Canonical(given); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, error %v", given, got, err)
		}
	}
}
