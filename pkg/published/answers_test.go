// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// copyModel copies the files of a model, but for the answers in it.
func copyModel(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{ConfigFile, customFile, ModelFile} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			if name == customFile {
				continue
			}
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// What is written is a folder that is verified, and that is found out when the answers are changed.
func TestWriteAnswers(t *testing.T) {
	b := backendtest.Any(t)
	dir := copyModel(t, small)
	if err := WriteAnswers(t.Context(), b, dir); err != nil {
		t.Fatal(err)
	}
	r, err := Verify(t.Context(), b, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK || len(r.Tensors) != 2 || len(r.Skipped) > 0 {
		t.Error(r.Text())
	}
	changed := altered(t, dir, AnswersFile, func(l []weights.Tensor, v [][]float32) ([]weights.Tensor, [][]float32) {
		v[index(l, "out.logits")][0]++
		return l, v
	})
	if r, err := Verify(t.Context(), b, changed); err != nil || r.OK {
		t.Errorf("answers that were changed: %v", err)
	}
	if err := WriteAnswers(t.Context(), b, dir); err == nil || !strings.Contains(err.Error(), "answers in it already") {
		t.Errorf("answers that are there: %v", err)
	}
}

// Models of every class get inputs that they take.
func TestWriteAnswersOfEveryClass(t *testing.T) {
	b := backendtest.Any(t)
	for _, name := range []string{"masked_lm_small", "sequence_classification", "image_learned_small", "multimodal_small"} {
		t.Run(name, func(t *testing.T) {
			dir := copyModel(t, fixtures(t, "tiny", name))
			if err := WriteAnswers(t.Context(), b, dir); err != nil {
				t.Fatal(err)
			}
			if r, err := Verify(t.Context(), b, dir); err != nil || !r.OK {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
}
