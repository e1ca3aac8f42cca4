// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// portable are settings on top of tiny with which the model is one that the published port has.
var portable = Set("model.positions=learned", "model.queries=learned", "model.readout=tied", "model.decoder_qk_width=256", "model.decoder_v_width=32")

func content(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func convert(t *testing.T, from, to string) *Converted {
	t.Helper()
	c, err := Convert(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// There and back again: the port's folder has the very bytes of the run, and so has the run that is made of it, by the
// experiment that was kept or by config.json alone.
func TestConvert(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if _, err := loadTiny(t, portable, In(at("run"))).Train(t.Context()); err != nil {
		t.Fatal(err)
	}
	weights := content(t, at("run"), "checkpoints", "step-000006", published.ModelFile)

	c := convert(t, at("run"), at("port"))
	if c.Kind != "published" || c.Class != "PerceiverForMaskedLM" || c.Note != "" || c.Parameters == 0 {
		t.Errorf("%+v", c)
	}
	if !bytes.Equal(content(t, at("port"), published.ModelFile), weights) {
		t.Error("the weights are not those of the run")
	}
	if config := string(content(t, at("port"), published.ConfigFile)); !strings.Contains(config, `"num_latents": 8`) || !strings.Contains(config, `"max_position_embeddings": 32`) {
		t.Error(config)
	}

	for _, name := range []string{"by the experiment", "by config.json"} {
		if name == "by config.json" {
			if err := os.Remove(filepath.Join(at("port"), runs.ExperimentFile)); err != nil {
				t.Fatal(err)
			}
		}
		to := at(name)
		if c := convert(t, at("port"), to); c.Kind != "run" {
			t.Errorf("%s: %+v", name, c)
		}
		if !bytes.Equal(content(t, to, "checkpoints", "step-000000", published.ModelFile), weights) {
			t.Errorf("%s: the weights are not those of the folder", name)
		}
		r, err := OpenRun(to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Predict(t.Context(), "the li___ of"); err != nil {
			t.Errorf("%s: it cannot be asked: %v", name, err)
		}
	}

	// Training goes on from the weights that came in.
	x, err := Load(filepath.Join(at("by the experiment"), runs.ExperimentFile), In(at("by the experiment")))
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.Train(t.Context())
	if err != nil || r.Info.Step != 6 {
		t.Errorf("step %d, error %v", r.Info.Step, err)
	}

	if _, err := Convert(t.Context(), at("run"), at("port")); err == nil || !strings.Contains(err.Error(), "something in it already") {
		t.Errorf("a folder with something in it: %v", err)
	}
	if _, err := Convert(t.Context(), dir, at("nothing")); err == nil || !strings.Contains(err.Error(), "neither a run folder") {
		t.Errorf("a folder of something else: %v", err)
	}
}

// A model that the port does not have is written with the reason, and comes back as it was.
func TestConvertWhatThePortDoesNotHave(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if _, err := loadTiny(t, In(at("run"))).Train(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := convert(t, at("run"), at("port"))
	if c.Class != "" || !strings.Contains(c.Note, "model.positions = fourier") {
		t.Errorf("%+v", c)
	}
	if _, err := os.Stat(filepath.Join(at("port"), published.ConfigFile)); err == nil {
		t.Error("there is a config.json that is not true")
	}
	convert(t, at("port"), at("back"))
	if !bytes.Equal(content(t, at("back"), "checkpoints", "step-000000", published.ModelFile), content(t, at("run"), "checkpoints", "step-000006", published.ModelFile)) {
		t.Error("the weights have changed")
	}
}
