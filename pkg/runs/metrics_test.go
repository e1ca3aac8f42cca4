// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRecordsSurviveACutAndRewind(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	for step := 10; step <= 30; step += 10 {
		loss := float64(step)
		if err := r.Log(Record{Step: step, Loss: &loss}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Log(Record{Step: 30, Eval: map[string]float64{"mse": 0.5}}); err != nil {
		t.Fatal(err)
	}
	f, _ := os.OpenFile(filepath.Join(dir, MetricsFile), os.O_APPEND|os.O_WRONLY, 0)
	f.WriteString("{\"step\": 40, \"lo") // killed while writing
	f.Close()

	records, err := r.Records()
	if err != nil || len(records) != 4 || *records[2].Loss != 30 || records[3].Eval["mse"] != 0.5 {
		t.Fatalf("got %+v, %v", records, err)
	}
	if damaged, err := r.Rewind(20, 20); err != nil || damaged != 1 {
		t.Fatalf("rewinding: %d damaged lines, %v; want 1", damaged, err)
	}
	loss := 3.5
	if err := r.Log(Record{Step: 30, Loss: &loss}); err != nil {
		t.Fatal(err)
	}
	records, err = r.Records()
	if err != nil || len(records) != 3 || *records[2].Loss != 3.5 {
		t.Errorf("after rewinding to 20 and step 30 again: %+v, %v", records, err)
	}
}

// TestHalfALineAlone is a run that was killed in its first write: the next line must not be glued to the half one.
func TestHalfALineAlone(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	if err := os.WriteFile(filepath.Join(dir, MetricsFile), []byte("{\"step\": 1, \"lo"), 0o644); err != nil {
		t.Fatal(err)
	}
	if damaged, err := r.Rewind(0, 0); err != nil || damaged != 1 {
		t.Fatalf("rewinding: %d damaged lines, %v; want 1", damaged, err)
	}
	loss := 2.5
	if err := r.Log(Record{Step: 1, Loss: &loss}); err != nil {
		t.Fatal(err)
	}
	if records, err := r.Records(); err != nil || len(records) != 1 || *records[0].Loss != 2.5 {
		t.Errorf("got %+v, %v", records, err)
	}
}

func TestLinesThatAreNoRecords(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	content := "null\n[]\n{\"step\":1,\"loss\":2}\n" + strings.Repeat("x", 3*longestLine) + "\n{\"step\":2,\"loss\":1}\n\x00\x00"
	if err := os.WriteFile(filepath.Join(dir, MetricsFile), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	records, damaged, err := r.records()
	if err != nil || len(records) != 2 || records[1].Step != 2 || damaged != 4 {
		t.Errorf("got %+v with %d damaged lines, %v; want 2 records and 4", records, damaged, err)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("{\"step\":1,\"loss\":2}\n{\"st"))
	f.Add([]byte("{\"step\":3,\"eval\":{\"mse\":0.5}}\r\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, MetricsFile), content, 0o644); err != nil {
			t.Fatal(err)
		}
		r := &Run{Dir: dir}
		before, _, err := r.records()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Rewind(1<<40, 1<<40); err != nil {
			t.Fatal(err)
		}
		after, damaged, err := r.records()
		if err != nil || damaged != 0 {
			t.Fatalf("after rewinding there are %d damaged lines, %v", damaged, err)
		}
		kept := 0
		for _, b := range before {
			if b.Step <= 1<<40 {
				kept++
			}
		}
		if len(after) != kept {
			t.Fatalf("%d records of %d are left", len(after), kept)
		}
	})
}
