// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"bytes"
	"encoding/json"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// A generated clip and a GIF are made again: pictures, sound, class, and how near they are.
func TestPredict(t *testing.T) {
	b := backendtest.Any(t)
	task := openTask(t, smallSpec(), tasks.Options{NoData: true})
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	clip, err := task.Find(t.Context(), "shapes:3")
	if err != nil {
		t.Fatal(err)
	}
	film, err := video.EncodeGIF(task.format.Pictures(clip), task.format.Speed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "film.gif")
	if err := os.WriteFile(path, film, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, input := range []string{"shapes:3", path} {
		p, err := task.Predict(t.Context(), b, w, []string{input})
		if err != nil {
			t.Fatal(err)
		}
		a := p.JSON.(*Again)
		if len(a.Classes) != 5 || a.Classes[0].Label == "" || !strings.Contains(p.Text, a.Classes[0].Label) || math.IsNaN(a.VideoPSNR) {
			t.Errorf("%s: %+v, %q", input, a, p.Text)
		}
		if got := PSNR(task.Recording(a.Clip).Video, a.Result.Video, 1); got != a.VideoPSNR {
			t.Errorf("%s: %g dB, want %g", input, a.VideoPSNR, got)
		}
		if _, err := json.Marshal(p.JSON); err != nil {
			t.Error(err)
		}
		names := ""
		for _, f := range p.Files {
			names += f.Name + " "
			if strings.HasSuffix(f.Name, ".gif") {
				if g, err := gif.DecodeAll(bytes.NewReader(f.Content)); err != nil || len(g.Image) != 2 {
					t.Errorf("%s: %v", f.Name, err)
				}
			} else if s, err := sounds.Read(bytes.NewReader(f.Content)); err != nil || s.Rate < lowestRate {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if silent := input == path; strings.Contains(p.Text, "no sound") != silent {
			t.Errorf("%s: the answer is %q", input, p.Text)
		}
		if names != "clip.gif clip.wav again.gif again.wav " {
			t.Errorf("the files are %s", names)
		}
	}
	for words, inputs := range map[string][]string{
		"one clip at a time": {"a", "b"}, "no such file": {"none.gif"}, "number of a held-out clip": {"shapes:x"}, "there are 5": {"shapes:5"},
	} {
		if _, err := task.Predict(t.Context(), b, w, inputs); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want an error with %q, got %v", words, err)
		}
	}
	if p := Probabilities([]float32{1000, 1000 + float32(math.Ln2)}); math.Abs(float64(p[1])-2./3) > 1e-4 {
		t.Errorf("probabilities %v", p)
	}
}

// The names of classes are known without the data, but for files of the user's.
func TestNames(t *testing.T) {
	for want, o := range map[string]tasks.Options{
		"disc square triangle cross ring star": {NoData: true}, "": {NoData: true, Data: "films"},
	} {
		if got := strings.Join(openTask(t, smallSpec(), o).names, " "); got != want {
			t.Errorf("%+v: the classes are %q, want %q", o, got, want)
		}
	}
	s := smallSpec()
	s.Data.Clips, s.Model.Classes = digitClips, 10
	if got := openTask(t, s, tasks.Options{NoData: true}).names; len(got) != 10 {
		t.Errorf("the digits are %q", got)
	}
}
