// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// released writes a small model of a class of the port, with random weights, into a new folder.
func released(t *testing.T, class, fields string) string {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`{"architectures": [%q], "num_latents": 4, "d_latents": 16, "num_blocks": 1, "num_self_attends_per_block": 1,
		"num_self_attention_heads": 2, "num_cross_attention_heads": 1%s}`, class, fields)
	if err := os.WriteFile(filepath.Join(dir, published.ConfigFile), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := published.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, err := perceiver.NewWeights(f.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(5); err != nil {
		t.Fatal(err)
	}
	if err := train.WriteWeights(filepath.Join(dir, published.ModelFile), w); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openReleased(t *testing.T, dir string) *Released {
	t.Helper()
	if !IsReleased(dir) {
		t.Fatalf("%s is not seen as a published model", dir)
	}
	r, err := OpenReleased(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	smallText    = `, "vocab_size": 262, "max_position_embeddings": 16, "d_model": 24`
	threeClasses = `, "id2label": {"0": "cat", "1": "dog", "2": "boat"}`
)

func TestReleasedFillsText(t *testing.T) {
	quiet(t)
	r := openReleased(t, released(t, "PerceiverForMaskedLM", smallText))
	p, err := r.Predict(t.Context(), Question{Inputs: []string{"the", "li___", "of"}})
	if err != nil {
		t.Fatal(err)
	}
	if f := p.JSON.(*language.Filled); len(f.Fills) != 1 || !strings.HasPrefix(p.Text, "the li") || !strings.HasSuffix(p.Text, " of") {
		t.Errorf("%q, %+v", p.Text, f)
	}
	if _, err := r.Predict(t.Context(), Question{}); err == nil {
		t.Error("nothing was answered")
	}
}

// Classes come with their names, likeliest first, and no more of them than are asked for.
func TestReleasedClassifies(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	picture := filepath.Join(dir, "a.png")
	img := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range 1200 {
		img.SetNRGBA(i%40, i/40, color.NRGBA{uint8(6 * (i % 40)), uint8(8 * (i / 40)), uint8(i), 255})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	labels := filepath.Join(dir, "labels.txt")
	for path, content := range map[string][]byte{picture: file.Bytes(), labels: []byte("Katze\nHund\nBoot\n"), filepath.Join(dir, "few.txt"): []byte("one\n"),
		filepath.Join(dir, "many.txt"): []byte("1\n2\n3\n4\n5\n6\n")} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		model *Released
		input string
	}{
		"text":    {openReleased(t, released(t, "PerceiverForSequenceClassification", smallText+threeClasses)), "a fair text"},
		"picture": {openReleased(t, released(t, "PerceiverForImageClassificationLearned", `, "image_size": 12`+threeClasses)), picture},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.model.Predict(t.Context(), Question{Inputs: []string{c.input, c.input}})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(p.JSON)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct{ Inputs tasks.Classifications }
			if err := json.Unmarshal(raw, &answer); err != nil || len(answer.Inputs) != 2 {
				t.Fatalf("%s: %v", raw, err)
			}
			first := answer.Inputs[0]
			sum, seen := 0., map[string]bool{}
			for i, g := range first.Classes {
				if i > 0 && g.Probability > first.Classes[i-1].Probability {
					t.Error("the classes are not in order")
				}
				if want := []string{"cat", "dog", "boat"}[g.Class]; g.Label != want {
					t.Errorf("class %d is called %s, want %s", g.Class, g.Label, want)
				}
				sum, seen[g.Label] = sum+g.Probability, true
			}
			if first.Input != c.input || len(seen) != 3 || sum < 0.999 || sum > 1.001 || !strings.Contains(p.Text, first.Classes[0].Label) {
				t.Errorf("%s", raw)
			}

			p, err = c.model.Predict(t.Context(), Question{Inputs: []string{c.input}, Labels: labels, Top: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := p.JSON.(map[string]any)["inputs"].(tasks.Classifications)[0].Classes; len(got) != 1 || got[0].Label != map[string]string{"cat": "Katze", "dog": "Hund", "boat": "Boot"}[first.Classes[0].Label] {
				t.Errorf("with other names: %+v", got)
			}
			for file, words := range map[string]string{"few.txt": "has 1", "many.txt": "has more", "none.txt": "none.txt"} {
				if _, err := c.model.Predict(t.Context(), Question{Inputs: []string{c.input}, Labels: filepath.Join(dir, file)}); err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("%s: the error is %v", file, err)
				}
			}
		})
	}
}

// What cannot be opened is said with what to do about it.
func TestOpenReleasedRefuses(t *testing.T) {
	t.Setenv("PERCEIVER_CACHE_DIR", t.TempDir())
	if _, err := OpenReleased("image-conv"); err == nil || !strings.Contains(err.Error(), "perceiver weights get image_conv") {
		t.Errorf("weights that were not fetched: %v", err)
	}
	if !IsReleased("image-conv") || IsReleased("alexnet") || IsReleased(t.TempDir()) {
		t.Error("IsReleased")
	}
	if _, err := OpenReleased("alexnet"); err == nil || !strings.Contains(err.Error(), "the names are") {
		t.Errorf("another name: %v", err)
	}
	dir := released(t, "PerceiverForMaskedLM", smallText)
	if err := os.Truncate(filepath.Join(dir, published.ModelFile), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReleased(dir); err == nil {
		t.Error("half a file of weights was opened")
	}
}
