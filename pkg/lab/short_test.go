// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run that is interrupted is resumed by its folder alone, scored, asked and listed.
func TestByFolder(t *testing.T) {
	quiet(t)
	root := t.TempDir()
	t.Setenv("PERCEIVER_RUNS", root)
	dir := filepath.Join(root, "mine")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { // as soon as there is something to resume
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := Train(ctx, "language/mlm", tiny, In(dir)); !errors.Is(err, context.Canceled) {
		t.Fatalf("it was to be interrupted: %v", err)
	}
	run, err := Resume(t.Context(), dir)
	if err != nil || run.Info.Step != 6 || run.Dir != dir || run.Info.Experiment != "language/mlm" || run.Info.Profile != "quick" {
		t.Fatalf("resumed: %+v, %v", run, err)
	}
	score, err := Evaluate(t.Context(), dir, "")
	if err != nil || score.Metrics["accuracy"] != run.Info.Metrics["accuracy"] {
		t.Errorf("scored: %+v, %v", score, err)
	}
	if p, err := Predict(t.Context(), dir, "the l____ of"); err != nil || !strings.HasPrefix(p.Text, "the l") {
		t.Errorf("asked: %+v, %v", p, err)
	}
	table, err := RunsTable(t.Context(), 10)
	if err != nil || len(table.Rows) != 1 || table.Rows[0][0] != "mine" || table.Rows[0][4] != "6/6" || !strings.HasPrefix(table.Rows[0][6], "bits per masked byte ") {
		t.Errorf("listed: %+v, %v", table, err)
	}
	for what, err := range map[string]error{"Resume": second(Resume(t.Context(), root+"/none")), "Evaluate": second(Evaluate(t.Context(), root+"/none", "")),
		"Predict": second(Predict(t.Context(), root+"/none"))} {
		if err == nil || !strings.Contains(err.Error(), "none") {
			t.Errorf("%s of a folder that is not there: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
