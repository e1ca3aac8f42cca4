// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// small is a published model that is always there.
const small = "testdata/optical_flow_small"

// altered copies a folder and rewrites one of its files with other tensors.
func altered(t *testing.T, dir, file string, change func(tensors []weights.Tensor, values [][]float32) ([]weights.Tensor, [][]float32)) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []weights.Tensor
	var values [][]float32
	for _, x := range f.Tensors() {
		if strings.HasPrefix(x.Name, "out64.") {
			continue // only F32 can be written
		}
		v, err := f.Float32s(x.Name)
		if err != nil {
			t.Fatal(err)
		}
		list, values = append(list, x), append(values, v)
	}
	list, values = change(list, values)
	path := filepath.Join(to, file)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := weights.Write(path, nil, list, func(i int) ([]float32, error) { return values[i], nil }); err != nil {
		t.Fatal(err)
	}
	return to
}

func index(tensors []weights.Tensor, name string) int {
	return slices.IndexFunc(tensors, func(x weights.Tensor) bool { return x.Name == name })
}

// Whatever does not fit is named, and nothing is run.
func TestLoadNamesWhatDoesNotFit(t *testing.T) {
	const name = "perceiver.encoder.self_attends.0.mlp.dense1.bias"
	for what, c := range map[string]struct {
		change func([]weights.Tensor, [][]float32) ([]weights.Tensor, [][]float32)
		words  []string
	}{
		"missing": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			i := index(l, name)
			return slices.Delete(l, i, i+1), slices.Delete(v, i, i+1)
		}, []string{"1 missing: " + name}},
		"extra": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			return append(l, weights.Tensor{Name: "more", Shape: []int{1}}), append(v, []float32{1})
		}, []string{"1 left over: more"}},
		"shape": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			l[index(l, name)].Shape = []int{1, l[index(l, name)].Size()}
			return l, v
		}, []string{"1 of another shape: " + name, "the model wants"}},
		"type": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			clear(v[index(l, name)])
			l[index(l, name)].DType = "I64"
			return l, v
		}, []string{"1 of another type: " + name}},
		"NaN": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			for i := range v[index(l, name)] {
				v[index(l, name)][i] = float32(math.NaN())
			}
			return l, v
		}, []string{"1 with values that are no numbers: " + name}},
		"infinite": {func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
			v[index(l, name)][3] = float32(math.Inf(-1))
			return l, v
		}, []string{"no numbers: " + name}},
	} {
		t.Run(what, func(t *testing.T) {
			dir := altered(t, small, ModelFile, c.change)
			folder, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = folder.Load()
			if bad, ok := errors.AsType[*MismatchError](err); !ok || !bad.any() {
				t.Fatalf("the error is %v", err)
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error is %q, without %q", err, w)
				}
			}
			checked := Check(dir)
			if finite := !strings.Contains(err.Error(), "no numbers"); finite != (checked != nil) {
				t.Errorf("Check says %v", checked)
			}
		})
	}
}

// A model that computes something else is found out: other weights, other answers, another activation.
func TestVerifyFindsDifferences(t *testing.T) {
	b := backendtest.Any(t)
	verify := func(dir string) *Report {
		t.Helper()
		r, err := Verify(t.Context(), b, dir)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	bad := func(r *Report) (names []string) {
		for _, row := range r.Bad() {
			names = append(names, row.Name)
		}
		return names
	}
	if r := verify(small); !r.OK || r.Parameters != 14635 || len(r.Tensors) < 60 {
		t.Fatal(r.Text())
	}

	r := verify(altered(t, small, ModelFile, func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
		v[index(l, "perceiver.decoder.decoder.final_layer.bias")][0] += 0.01
		return l, v
	}))
	if got := bad(r); !slices.Equal(got, []string{"out.cotangent_dot", "out.logits", "out64.logits", "dbg.decoder_output"}) {
		t.Errorf("another bias of the final layer changes %q", got)
	}

	r = verify(altered(t, small, AnswersFile, func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
		v[index(l, "dbg.hidden_states.1")][0] += 1
		l[index(l, "dbg.preprocessed")].Shape = []int{70, 2, 31}[:1]
		v[index(l, "dbg.preprocessed")] = make([]float32, 70)
		return append(l, weights.Tensor{Name: "out.more", Shape: []int{1}}, weights.Tensor{Name: "dbg.more", Shape: []int{1}}), append(v, []float32{1}, []float32{1})
	}))
	if got := bad(r); r.OK || !slices.Equal(got, []string{"out.more", "dbg.hidden_states.1", "dbg.preprocessed"}) {
		t.Errorf("other answers: out are %q", got)
	}
	if !slices.Equal(r.Skipped, []string{"dbg.more"}) {
		t.Errorf("skipped are %q", r.Skipped)
	}
	if text := r.Text(); !strings.Contains(text, "NO the model has no such output") || !strings.Contains(text, "3 of ") || !strings.Contains(text, "dbg.more") {
		t.Error(text)
	}

	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(small)); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	replaced := strings.Replace(string(config), `"hidden_act": "gelu"`, `"hidden_act": "gelu_new"`, 1)
	if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte(replaced), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := bad(verify(dir)); !slices.Contains(got, "out.logits") || slices.Contains(got, "dbg.preprocessed") {
		t.Errorf("the approximate GELU changes %q", got)
	}
}

// Without meta.json the bounds come from the distance between the port's own answers, and still tell right from wrong.
func TestVerifyWithoutBounds(t *testing.T) {
	b := backendtest.Any(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(small)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, metaFile)); err != nil {
		t.Fatal(err)
	}
	r, err := Verify(t.Context(), b, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK {
		t.Error(r.Text())
	}
	for _, row := range r.Tensors {
		if row.Name == "out.logits" && !(row.Tolerance > 1e-8 && row.Tolerance < 1e-6) {
			t.Errorf("the tolerance of out.logits is %g", row.Tolerance)
		}
	}
}

func TestVerifyStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verify(ctx, backendtest.Any(t), small); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	write := func(config string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, c := range []struct{ dir, word string }{
		{t.TempDir(), ConfigFile},
		{write(`{"architectures": ["BertModel"]}`), "BertModel"},
		{write(`{}`), "architectures"},
		{write(`{"architectures": ["PerceiverForMaskedLM"], "num_latents": 0}`), "num_latents"},
		{write(`{"architectures": ["PerceiverForImageClassificationConvProcessing"], "d_latents": 7}`), "self_heads"},
	} {
		if _, err := Open(c.dir); err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("the error is %v, without %q", err, c.word)
		}
	}
	if err := Check(write(`{"architectures": ["PerceiverForMaskedLM"]}`)); err == nil || !strings.Contains(err.Error(), ModelFile) {
		t.Errorf("no weights: %v", err)
	}
}

// Whatever the two files of a configuration say, there is a model or an error, soon.
func FuzzBuild(f *testing.F) {
	for _, class := range classes {
		f.Add([]byte(`{"architectures": ["`+class.name+`"]}`), []byte(nil))
		f.Add([]byte(`{"architectures": ["`+class.name+`"], "num_latents": 4, "d_latents": 24, "num_self_attention_heads": 3}`),
			[]byte(`{"decoder": {"num_heads": 2}, "input_preprocessor": {"out_channels": 5, "fourier_position_encoding_kwargs": {"num_bands": 3, "max_resolution": [4, 5]}}}`))
	}
	f.Fuzz(func(t *testing.T, config, custom []byte) {
		m, _, err := build(config, custom, 0, 0)
		if err == nil && m.Params() == nil {
			t.Error("a model without weights")
		}
	})
}
