// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// some is a run with two lines of training and one evaluation.
func some(t testing.TB, dir string) *runs.Run {
	t.Helper()
	r, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{Experiment: "toy/one", Profile: "quick", Seed: 3, Machine: runs.Machine{Host: "box/1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for step, loss := range map[int]float64{10: 2.5} {
		r.Log(runs.Record{Step: step, Loss: &loss, GradientNorm: 1, LearningRate: 0.5, StepsPerSecond: 7})
	}
	last := 1.25
	r.Log(runs.Record{Step: 20, Loss: &last, GradientNorm: 0.5, LearningRate: 0.25})
	r.Log(runs.Record{Step: 20, Eval: map[string]float64{"mse": 0.125, "accuracy": 0.75}})
	r.Update(func(i *runs.Info) { i.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) })
	r.Info.Updated = r.Info.Created.Add(100 * time.Second)
	return r
}

var values = []struct {
	step   int64
	metric string
	value  float64
}{
	{10, "train/loss", 2.5}, {10, "train/gradient_norm", 1}, {10, "train/learning_rate", 0.5}, {10, "train/steps_per_s", 7},
	{20, "train/loss", 1.25}, {20, "train/gradient_norm", 0.5}, {20, "train/learning_rate", 0.25}, {20, "eval/accuracy", 0.75}, {20, "eval/mse", 0.125},
}

func TestCSV(t *testing.T) {
	r := some(t, filepath.Join(t.TempDir(), "a,b"))
	var b bytes.Buffer
	if err := CSV(&b, r, r); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 1+2*len(values) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, v := range values {
		if want := []string{r.Dir, "toy/one", "quick", "3", fmt.Sprint(v.step), v.metric, fmt.Sprint(v.value)}; !reflect.DeepEqual(lines[i+1], want) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i+1], want)
		}
	}
}

func TestParquet(t *testing.T) {
	r := some(t, filepath.Join(t.TempDir(), "run"))
	var b bytes.Buffer
	if err := Parquet(&b, r); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[Row](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(rows) != len(values) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, v := range values {
		if want := (Row{r.Dir, "toy/one", "quick", 3, v.step, v.metric, v.value}); rows[i] != want {
			t.Errorf("row %d is %+v, want %+v", i, rows[i], want)
		}
	}
}

// eventFiles exports a run and returns the content of its event file.
func eventFiles(t *testing.T) (dir string, content []byte) {
	t.Helper()
	r := some(t, filepath.Join(t.TempDir(), "run"))
	dir = t.TempDir()
	for range 2 { // exporting again replaces the files
		if err := TensorBoard(dir, r, r); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	if len(files) != 2 || !strings.HasPrefix(files[1], filepath.Join(dir, "run-2")) {
		t.Fatalf("the files are %q", files)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return dir, content
}

func TestTensorBoardFraming(t *testing.T) {
	_, content := eventFiles(t)
	// Every event file of TensorFlow's begins like this: a first record of 24 bytes, and the checksum of that number.
	if want := "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7fK\""; !strings.HasPrefix(string(content), want) {
		t.Errorf("it begins with %q, want %q", content[:12], want)
	}
	records := 0
	for len(content) > 0 {
		n := binary.LittleEndian.Uint64(content)
		record := content[12 : 12+n]
		sum := crc32.Checksum(record, crc32.MakeTable(crc32.Castagnoli))
		if got := binary.LittleEndian.Uint32(content[12+n:]); got != (sum>>15|sum<<17)+0xa282ead8 {
			t.Errorf("record %d has checksum %x", records, got)
		}
		if records == 1 {
			// wall time 50 s after the beginning, step 10, then the summary
			want := append([]byte{9}, binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(time.Date(2026, 1, 1, 0, 0, 50, 0, time.UTC).Unix())))...)
			want = append(want, 0x10, 10, 0x2a)
			if !bytes.HasPrefix(record, want) {
				t.Errorf("record 1 is %x, want it to begin with %x", record, want)
			}
		}
		records++
		content = content[16+n:]
	}
	if records != 4 {
		t.Errorf("%d records, want 4", records)
	}
}

// TestTensorBoardReads has TensorBoard itself read the files, where it is installed.
func TestTensorBoardReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import tensorboard").Run() != nil {
		t.Skip("TensorBoard is not installed")
	}
	dir, _ := eventFiles(t)
	out, err := exec.Command(python, "-c", `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1])
a.Reload()
print(json.dumps({tag: [[e.step, e.value, e.wall_time] for e in a.Scalars(tag)] for tag in a.Tags()["scalars"]}))
`, filepath.Join(dir, "run")).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][][3]float64{}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	start := float64(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	want := map[string][][3]float64{}
	for _, v := range values {
		want[v.metric] = append(want[v.metric], [3]float64{float64(v.step), v.value, start + 5*float64(v.step)})
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("TensorBoard reads %v, want %v", got, want)
	}
}
