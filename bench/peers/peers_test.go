// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package peers

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
)

// python runs a script with the interpreter that the environment variable PERCEIVER_PYTHON names, or python3.
func python(t *testing.T, args ...string) (string, int) {
	t.Helper()
	name := os.Getenv("PERCEIVER_PYTHON")
	if name == "" {
		name = "python3"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err == nil {
		return string(out), 0
	}
	if exit, ok := err.(*exec.ExitError); ok {
		return string(out), exit.ExitCode()
	}
	t.Skipf("Python cannot be run: %v", err)
	return "", 0
}

// A run whose model transformers can hold is trained, written, loaded there and asked: both give the same numbers. With
// another activation they do not, and the script says so.
func TestLoadTransformers(t *testing.T) {
	if testing.Short() {
		t.Skip("importing torch takes long")
	}
	if out, code := python(t, "-c", "import torch, transformers, safetensors"); code != 0 {
		t.Skipf("Python has no transformers; PERCEIVER_PYTHON may name one that has: %s", out[max(0, len(out)-200):])
	}
	t.Setenv("PERCEIVER_NO_INSTALL", "1")
	lab.Talk = nil
	dir := t.TempDir()
	x, err := lab.Load("language/mlm", lab.In(filepath.Join(dir, "run")), lab.Set("model.positions=learned", "model.queries=learned",
		"model.readout=tied", "model.latents=8", "model.latent_dim=32", "model.layers_per_block=2", "model.qk_width=32", "model.v_width=32",
		"model.embedding_dim=32", "model.query_dim=32", "model.decoder_qk_width=256", "model.decoder_v_width=32",
		"data.eval_windows=16", "train.batch=8", "train.steps=20", "train.eval_every=20", "train.checkpoint_every=20"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Train(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "published")
	c, err := lab.Convert(t.Context(), filepath.Join(dir, "run"), folder)
	if err != nil || c.Class == "" {
		t.Fatalf("%+v: %v", c, err)
	}
	if err := lab.WriteAnswers(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	out, code := python(t, "load_transformers.py", folder)
	if code != 0 || strings.Count(out, ": ok") != 2 || !strings.Contains(out, "PerceiverForMaskedLM") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	t.Log(out)

	path := filepath.Join(folder, published.ConfigFile)
	config, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(config, []byte(`"gelu"`), []byte(`"relu"`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := python(t, "load_transformers.py", folder); code != 1 || !strings.Contains(out, "OUT") {
		t.Errorf("another activation: exit code %d\n%s", code, out)
	}
	if err := os.WriteFile(path, bytes.Replace(config, []byte(`"num_self_attends_per_block": 2`), []byte(`"num_self_attends_per_block": 3`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := python(t, "load_transformers.py", folder); code != 1 || !strings.Contains(out, "missing keys") {
		t.Errorf("a layer more: exit code %d\n%s", code, out)
	}
}
