// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"os"
	"path/filepath"
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
	if err := r.Rewind(20); err != nil {
		t.Fatal(err)
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
