// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// filmSpec is a small model of films with their sound: 8 frames of 8×8 pixels in 0.4 s, and 8 frames of 8 bands.
func filmSpec(inputs string) *Spec {
	s := smallSpec()
	d := &s.Data
	d.Source, d.Inputs, d.Speed, d.Side, d.Seconds = "shapes", inputs, 20, 8, 0.4
	s.Model.VideoPatch, s.Model.VideoBands, s.Model.InputPadding = []int{2, 4}, 2, 4
	return s
}

func TestValidateFilms(t *testing.T) {
	for words, change := range map[string]func(s *Spec){
		`data.inputs = "ears"`:            func(s *Spec) { s.Data.Inputs = "ears" },
		`"tones" has sounds alone`:        func(s *Spec) { s.Data.Source = "tones" },
		"data.seconds = 0.41":             func(s *Spec) { s.Data.Seconds = 0.41 },
		"data.drop_video = 1.5":           func(s *Spec) { s.Data.DropVideo = 1.5 },
		"data.drop_sound = 0.6":           func(s *Spec) { s.Data.DropVideo, s.Data.DropSound = 0.5, 0.6 },
		"model.video_patch = [3 4]":       func(s *Spec) { s.Model.VideoPatch = []int{3, 4} },
		"model.video_patch = [2]":         func(s *Spec) { s.Model.VideoPatch = []int{2} },
		"model.video_bands = 0":           func(s *Spec) { s.Model.VideoBands = 0 },
		"model.input_padding = 0":         func(s *Spec) { s.Model.InputPadding = 0 },
		"data.side":                       func(s *Spec) { s.Data.Side = 10 },
		"a clip cannot have 0 height":     func(s *Spec) { s.Data.Side = 0 },
		"data.several are for":            func(s *Spec) { s.Data.Several = true },
		"folder of sounds or films needs": func(s *Spec) { s.Data.Source = "films" },
	} {
		s := filmSpec("both")
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

// Inputs of sound stand before those of the film, all equally wide: the numbers of a piece, its place, and the learned
// vector of its modality.
func TestFilmInputs(t *testing.T) {
	task := openTask(t, filmSpec("both"), tasks.Options{Batch: 2})
	// Sound: 4 pieces of 2×8 numbers at one of 5 numbers of place. Film: 4×2×2 pieces of 2·4·4·3 colours, 15 of place, 4 of padding.
	const wide = 96 + 15 + 4
	if got := task.Shapes(); got.M != 4+16 || got.C != wide {
		t.Fatalf("shapes %+v", got)
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		batch, err := task.TrainBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		got := perceivertest.Run(t, b, perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			x, err := task.inputs(p, task.senses(in))
			return []*Node{x, p.Weight(task.padding(task.modalities[0]).Name), p.Weight(task.padding(task.modalities[1]).Name)}, err
		})
		sound, film := floats(t, batch[0]), make([]uint8, 2*8*8*8*3)
		tensors.MustConstFlatData(batch[3], func(flat []uint8) { copy(film, flat) })
		rows := got[0][20*wide:] // of the second clip
		if !slices.Equal(rows[wide:wide+16], sound[64+16:64+32]) || !slices.Equal(rows[wide+16+5:2*wide], got[1]) {
			t.Error("the second input is not the second piece of the sound with its padding")
		}
		// Piece 7 of the film: times 2 and 3, below, at the right.
		row := rows[(4+7)*wide:][:wide]
		for i := range 96 {
			frame, y, x, c := 2+i/48, 4+i/12%4, 4+i/3%4, i%3
			want := float32(film[8*8*8*3+((frame*8+y)*8+x)*3+c])*2/255 - 1
			if math.Abs(float64(row[i]-want)) > 1e-6 {
				t.Fatalf("colour %d of the piece is %g, want %g", i, row[i], want)
			}
		}
		if !slices.Equal(row[96+15:], got[2]) {
			t.Error("behind a piece of the film its padding is missing")
		}
	})
}

// A film that is left out has no influence, and neither has a sound; with both there, both have.
func TestMissingModality(t *testing.T) {
	task := openTask(t, filmSpec("both"), tasks.Options{Batch: 2})
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		batch, err := task.EvalBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		other, err := task.EvalBatch(1)
		if err != nil {
			t.Fatal(err)
		}
		w := perceivertest.Fresh(t, task)
		ask := func(sound, film *tensors.Tensor, present ...float32) []float32 {
			return perceivertest.Run(t, b, w, []*tensors.Tensor{sound, film, tensors.FromFlatDataAndDimensions(slices.Repeat(present, 2), 2, 2)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
				z, err := task.latents(p, senses{in[0], in[1], in[2]})
				return []*Node{z}, err
			})[0]
		}
		for _, c := range []struct {
			present    []float32
			hear, look bool // whether another sound, another film, give other latents
		}{{[]float32{1, 0}, true, false}, {[]float32{0, 1}, false, true}, {[]float32{1, 1}, true, true}} {
			z := ask(batch[0], batch[3], c.present...)
			if got := !slices.Equal(z, ask(other[0], batch[3], c.present...)); got != c.hear {
				t.Errorf("present %v: another sound changes the latents: %v", c.present, got)
			}
			if got := !slices.Equal(z, ask(batch[0], other[3], c.present...)); got != c.look {
				t.Errorf("present %v: another film changes the latents: %v", c.present, got)
			}
		}
	})
}

// Training leaves out as many films and sounds as it is told to, never both of one clip; evaluations leave out none.
func TestDropModality(t *testing.T) {
	s := filmSpec("both")
	s.Data.DropVideo, s.Data.DropSound = 0.3, 0.2
	task := openTask(t, s, tasks.Options{Batch: 50})
	var noFilm, noSound, n float64
	for step := range 20 {
		batch, err := task.TrainBatch(step)
		if err != nil {
			t.Fatal(err)
		}
		present := floats(t, batch[4])
		for i := 0; i < len(present); i += 2 {
			n++
			noSound += 1 - float64(present[i])
			noFilm += 1 - float64(present[i+1])
			if present[i]+present[i+1] == 0 {
				t.Fatal("a clip has neither sound nor film")
			}
		}
	}
	if math.Abs(noFilm/n-0.3) > 0.05 || math.Abs(noSound/n-0.2) > 0.05 {
		t.Errorf("of %g clips %g have no film and %g no sound", n, noFilm, noSound)
	}
	batch, err := task.EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(floats(t, batch[4]), 0) {
		t.Error("a held-out clip lacks a modality")
	}
}

// Each choice of inputs is measured, has baselines, and can be asked; what a model lacks is said.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	g := &video.Shapes{Format: filmSpec("both").Data.format(), Held: 1}
	c, err := g.HeldOut(0)
	if err != nil {
		t.Fatal(err)
	}
	gif := filepath.Join(dir, "clip.gif")
	content, err := video.EncodeGIF(g.Pictures(c), g.Speed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(gif, content, 0o600); err != nil {
		t.Fatal(err)
	}
	wav := filepath.Join(dir, "clip.wav")
	if err := sounds.WriteFile(wav, &sounds.Sound{Rate: g.Rate(), Samples: c.Audio}); err != nil {
		t.Fatal(err)
	}
	b := backendtest.Any(t)
	for inputs, metrics := range map[string][]string{"sound": {"map"}, "video": {"map"}, "both": {"map", "top1_sound_alone", "top1_video_alone"}} {
		task := openTask(t, filmSpec(inputs), tasks.Options{Batch: 4})
		w := perceivertest.Fresh(t, task)
		m, err := task.Measure(t.Context(), b, w)
		if err != nil || len(m) != len(metrics) {
			t.Errorf("%s: measured %v, %v", inputs, m, err)
		}
		for _, name := range metrics {
			if v, ok := m[name]; !ok || v < 0 || v > 1 {
				t.Errorf("%s: measured %v, want %v", inputs, m, metrics)
			}
		}
		l, err := task.NewListener(b, w)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if h, err := l.HeldOut(0); err != nil || len(h.Probabilities) != 6 {
			t.Errorf("%s: held-out clip: %+v, %v", inputs, h, err)
		}
		if sound, film, err := task.HeldOut(0); err != nil || len(sound.Samples) != g.Samples || len(film) != g.Values() {
			t.Errorf("%s: held-out clip of %d samples and %d colours, %v", inputs, len(sound.Samples), len(film), err)
		}
		if inputs != "sound" { // silence that stands for a sound that there is not is not listened to
			mute := *c
			mute.Mute, mute.Audio = true, make([]float32, g.Samples)
			quiet, err := l.Watch(&mute)
			if err != nil {
				t.Fatal(err)
			}
			mute.Audio = c.Audio
			loud, err := l.Watch(&mute)
			if err != nil || !slices.Equal(quiet.Probabilities, loud.Probabilities) {
				t.Errorf("%s: a film without sound is %v and %v, %v", inputs, quiet.Probabilities, loud.Probabilities, err)
			}
		} else if _, err := l.Watch(c); err == nil {
			t.Error("a model that only hears watched a film")
		}
		for path, fails := range map[string]string{gif: "", wav: ""} {
			switch {
			case inputs == "video" && path == wav:
				fails = "give it a film"
			case inputs == "sound" && path == gif:
				fails = "clip.gif"
			}
			p, err := task.Predict(t.Context(), b, w, []string{path})
			if fails == "" && (err != nil || !strings.Contains(p.Text, "%")) || fails != "" && (err == nil || !strings.Contains(err.Error(), fails)) {
				t.Errorf("%s, %s: %q, %v", inputs, filepath.Base(path), p.Text, err)
			}
		}
	}
	base, err := openTask(t, filmSpec("both"), tasks.Options{}).Baselines(t.Context())
	if err != nil || base["linear"] < base["chance"] {
		t.Errorf("baselines %v, %v", base, err)
	}
}

// Films in a folder for each class are trained on as generated ones are, and their classes must be those that are named.
func TestFilmFolder(t *testing.T) {
	dir := t.TempDir()
	s := filmSpec("both")
	s.Data.Source, s.Data.Classes = "films", []string{"disc", "square"}
	g := &video.Shapes{Format: s.Data.format()}
	for i := range 12 {
		c, err := g.Train(uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		content, err := video.EncodeGIF(g.Pictures(c), g.Speed)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, s.Data.Classes[i%2], string(rune('a'+i))+".gif")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Data.DropVideo = 1 // of films without sound the film is all there is, so that it stays
	task := openTask(t, s, tasks.Options{Data: dir, Batch: 3})
	batch, err := task.TrainBatch(0)
	if err == nil && !slices.Equal(floats(t, batch[4]), []float32{0, 1, 0, 1, 0, 1}) {
		t.Errorf("present are %v", floats(t, batch[4]))
	}
	if err != nil || task.EvalExamples() < 1 || task.Shapes().E != 2 {
		t.Errorf("%d held out, %d classes, %v", task.EvalExamples(), task.Shapes().E, err)
	}
	for words, o := range map[string]tasks.Options{"disc": {Data: dir}, "--data": {}} {
		s.Data.Classes = []string{"square", "disc"}
		if _, err := s.open(t.Context(), o); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	if _, err := filmSpec("both").open(t.Context(), tasks.Options{Data: dir}); err == nil || !strings.Contains(err.Error(), "are generated") {
		t.Errorf("generated films from a folder: %v", err)
	}
}
