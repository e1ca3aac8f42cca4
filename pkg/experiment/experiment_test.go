// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
)

const small = `
task = "language"
[model]
latents = 16
[train]
steps = 10
[small.model]
latents = 48
[paper.train]
learning_rate = 1
`

func parse(content string, o Options) (*Experiment, error) {
	return Parse("mlm.toml", "mlm", []byte(content), o)
}

func model(e *Experiment) language.Model { return e.Spec.(*language.Spec).Model }

func TestProfilesAndSettingsGoOnTop(t *testing.T) {
	for _, c := range []struct {
		o       Options
		latents int
		rate    float64
	}{
		{Options{}, 16, 1e-3},
		{Options{Profile: "small"}, 48, 1e-3},
		{Options{Profile: "paper"}, 16, 1},
		{Options{Profile: "small", Set: []string{"model.latents=8", "train.learning_rate = 2e-3"}}, 8, 2e-3},
		{Options{Set: []string{"model.latents=8", "model.latents=4"}}, 4, 1e-3},
	} {
		e, err := parse(small, c.o)
		if err != nil {
			t.Fatalf("%+v: %v", c.o, err)
		}
		if model(e).Latents != c.latents || e.Train.LearningRate != c.rate || e.Train.Steps != 10 {
			t.Errorf("%+v: latents %d, rate %g, steps %d", c.o, model(e).Latents, e.Train.LearningRate, e.Train.Steps)
		}
	}
}

func TestDefaultsStay(t *testing.T) {
	e, err := parse("task = \"language\"", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e.Train.Beta1 != 0.9 || model(e).LatentDim != 128 || e.Profile != "quick" {
		t.Errorf("beta1 %g, latent_dim %d, profile %q", e.Train.Beta1, model(e).LatentDim, e.Profile)
	}
}

func TestTextsNeedNoQuotesInSettings(t *testing.T) {
	e, err := parse(small, Options{Set: []string{"train.optimizer=lamb", "data.masking=\"bytes\"", "model.decoder_residual=true"}})
	if err != nil {
		t.Fatal(err)
	}
	if e.Train.Optimizer != "lamb" || e.Spec.(*language.Spec).Data.Masking != "bytes" || !model(e).DecoderResidual {
		t.Errorf("%+v", e.Train)
	}
}

// TestBadExperiments holds the promise that an error names what is wrong and what would be right.
func TestBadExperiments(t *testing.T) {
	for _, c := range []struct {
		name, content string
		set           []string
		profile       string
		want          []string
	}{
		{"unknown key", "task='language'\n[model]\nlatent=3", nil, "", []string{"mlm.toml", "model.latent", "model.latents"}},
		{"unknown section", "task='language'\n[modle]\nlatents=3", nil, "", []string{"modle", "model"}},
		{"unknown key of a profile", "task='language'\n[small.train]\nstepz=3", nil, "", []string{"small", "train.stepz", "train.steps"}},
		{"unknown section of a profile", "task='language'\n[small.trane]\nsteps=3", nil, "", []string{"small.trane", "small.train"}},
		{"unknown profile", small, nil, "smal", []string{"smal", "small"}},
		{"unknown task", "task='langage'", nil, "", []string{"langage", "language"}},
		{"no task", "[model]\nlatents=3", nil, "", []string{"task"}},
		{"a section that is a value", "task='language'\nmodel=3", nil, "", []string{"model = 3", "section"}},
		{"text for a number", "task='language'\n[model]\nlatents='many'", nil, "", []string{"model.latents", "many", "whole number"}},
		{"fraction for a whole number", "task='language'\n[model]\nlatents=3.5", nil, "", []string{"model.latents = 3.5", "whole number"}},
		{"number for a switch", "task='language'\n[model]\ndecoder_residual=1", nil, "", []string{"model.decoder_residual", "true or false"}},
		{"not a number", "task='language'\n[train]\nlearning_rate=nan", nil, "", []string{"train.learning_rate", "number"}},
		{"syntax", "task='language'\n[model\n", nil, "", []string{"mlm.toml", "line 2"}},
		{"a key twice", "task='language'\ntask='language'", nil, "", []string{"mlm.toml", "task"}},
		{"heads that do not divide", small, []string{"model.self_heads=7"}, "", []string{"model.self_heads = 7", "latent_dim = 128"}},
		{"cross heads that do not divide", small, []string{"model.cross_heads=7"}, "", []string{"model.cross_heads = 7"}},
		{"decoder heads that do not divide", small, []string{"model.decoder_heads=7"}, "", []string{"model.decoder_heads = 7"}},
		{"no latents", small, []string{"model.latents=0"}, "", []string{"model.latents = 0", "at least 1"}},
		{"negative rate", small, []string{"train.learning_rate=-1"}, "", []string{"train.learning_rate = -1", "positive"}},
		{"negative seed", small, []string{"train.seed=-1"}, "", []string{"train.seed = -1", "not negative"}},
		{"unknown optimizer", small, []string{"train.optimizer=sgd"}, "", []string{"train.optimizer", "adamw"}},
		{"setting without a value", small, []string{"model.latents"}, "", []string{"--set model.latents", "key=value"}},
		{"setting of an unknown key", small, []string{"model.latens=3"}, "", []string{"--set model.latens=3", "model.latents"}},
		{"setting without a section", small, []string{"latents=3"}, "", []string{"latents", "model.latents"}},
		{"setting that smuggles a line", small, []string{"model.latents=3\nY=4"}, "", []string{"model.latents", "whole number"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(c.content, Options{Set: c.set, Profile: c.profile})
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want an *Error", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not speak of %q", err, want)
				}
			}
		})
	}
}

func TestEveryExperimentInEveryProfile(t *testing.T) {
	for _, name := range experiments.Names() {
		content, err := fs.ReadFile(experiments.Files, name+".toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, profile := range Profiles {
			e, err := Parse(name+".toml", name, content, Options{Profile: profile})
			if err != nil {
				t.Errorf("%s: %v", profile, err)
				continue
			}
			if e.Title == "" {
				t.Errorf("%s has no title", name)
			}
			roundTrip(t, e)
		}
	}
}

// TestEncodersOfUnitsDifferInNothingElse: the rows of the paper's table are comparable only where the files agree.
func TestEncodersOfUnitsDifferInNothingElse(t *testing.T) {
	effective := func(name, profile string, set ...string) string {
		content, err := fs.ReadFile(experiments.Files, name+".toml")
		if err != nil {
			t.Fatal(err)
		}
		e, err := Parse(name+".toml", name, content, Options{Profile: profile, Set: set})
		if err != nil {
			t.Fatal(err)
		}
		e.Name, e.Title = "", ""
		text, err := e.TOML()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, profile := range Profiles {
		for _, encoder := range []string{"transformer", "meanpool"} {
			want := effective("units/battle", profile, "model.encoder="+encoder)
			if d := cmp.Diff(want, effective("units/battle-"+encoder, profile)); d != "" {
				t.Errorf("units/battle-%s, %s, differs from units/battle:\n%s", encoder, profile, d)
			}
		}
	}
}

// roundTrip checks that the effective experiment reads back as the same.
func roundTrip(t *testing.T, e *Experiment) {
	t.Helper()
	content, err := e.TOML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("effective", "other", content, Options{})
	if err != nil {
		t.Fatalf("the effective experiment of %s %s is not read: %v\n%s", e.Name, e.Profile, err, content)
	}
	second, err := again.TOML()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(content), string(second)); d != "" {
		t.Errorf("%s %s changed on the way:\n%s", e.Name, e.Profile, d)
	}
	if _, err := Parse("effective", "", content, Options{Profile: "small"}); e.Profile != "small" && err == nil {
		t.Error("another profile was applied to an effective experiment")
	}
}

func TestReadRefusesHugeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.toml")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skip("the file system has no sparse files: ", err)
	}
	if _, err := Read(path, Options{}); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("got %v", err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"model.latents", "model.latent_dim", "train.steps"}
	for name, want := range map[string]string{"model.latent": "model.latents", "model.laetnts": "model.latents", "train.step": "train.steps", "zzzzzz": "", "latents": "model.latents"} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small, "model.latents=3")
	f.Add("task='language'\n[model]\nlatents=3.5", "train.steps=[1,2]")
	f.Add("task='language'\n[quick]\nx={}", "a=b=c")
	f.Add(rows, "train.steps=3")
	f.Fuzz(func(t *testing.T, content, setting string) {
		e, err := parse(content, Options{Set: []string{setting}})
		if err == nil {
			roundTrip(t, e)
		}
	})
}
