// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Record is a line of metrics.jsonl: of training, where Loss is set, or of an evaluation, where Eval is.
type Record struct {
	Step           int                `json:"step"`
	Loss           *float64           `json:"loss,omitempty"` // mean over the steps since the line before
	GradientNorm   float64            `json:"gradient_norm,omitempty"`
	LearningRate   float64            `json:"learning_rate,omitempty"`
	StepsPerSecond float64            `json:"steps_per_s,omitempty"`
	Eval           map[string]float64 `json:"eval,omitempty"`
}

// Log appends a record. The line is with the operating system when Log returns.
func (r *Run) Log(record Record) error {
	if r.metrics == nil {
		f, err := os.OpenFile(filepath.Join(r.Dir, MetricsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("run %s: %w", r.Dir, err)
		}
		r.metrics = f
	}
	b, err := json.Marshal(record)
	if err == nil {
		_, err = r.metrics.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("run %s: %s: %w", r.Dir, MetricsFile, err)
	}
	return nil
}

// Records reads metrics.jsonl. A last line that was cut short, by a kill or because it is being written, is left out;
// so is a line that is no record.
func (r *Run) Records() ([]Record, error) {
	f, err := os.Open(filepath.Join(r.Dir, MetricsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.Dir, err)
	}
	defer f.Close()
	var records []Record
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), 1<<20)
	for lines.Scan() {
		var record Record
		if json.Unmarshal(lines.Bytes(), &record) == nil {
			records = append(records, record)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("run %s: %s: %w", r.Dir, MetricsFile, err)
	}
	return records, nil
}

// Rewind drops the records after a step: a run that goes on from there writes them again.
func (r *Run) Rewind(step int) error {
	records, err := r.Records()
	if err != nil {
		return err
	}
	if r.metrics != nil {
		r.metrics.Close()
		r.metrics = nil
	}
	var kept []byte
	for _, record := range records {
		if record.Step > step {
			continue
		}
		b, err := json.Marshal(record)
		if err != nil {
			return fmt.Errorf("run %s: %s: %w", r.Dir, MetricsFile, err)
		}
		kept = append(append(kept, b...), '\n')
	}
	if len(records) == 0 {
		return nil
	}
	if err := writeFile(filepath.Join(r.Dir, MetricsFile), kept); err != nil {
		return fmt.Errorf("run %s: %w", r.Dir, err)
	}
	return nil
}
