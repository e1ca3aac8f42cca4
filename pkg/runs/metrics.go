// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	records, _, err := r.records()
	return records, err
}

// longestLine bounds a line of metrics.jsonl; a record has a few hundred bytes.
const longestLine = 1 << 20

// records also counts the lines that are no records.
func (r *Run) records() (records []Record, damaged int, err error) {
	f, err := os.Open(filepath.Join(r.Dir, MetricsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("run %s: %w", r.Dir, err)
	}
	defer f.Close()
	for lines := bufio.NewReaderSize(f, longestLine); ; {
		line, long, err := lines.ReadLine()
		if err == io.EOF {
			return records, damaged, nil
		}
		for long && err == nil {
			line = nil
			_, long, err = lines.ReadLine()
		}
		if err != nil && err != io.EOF {
			return nil, 0, fmt.Errorf("run %s: %s: %w", r.Dir, MetricsFile, err)
		}
		var record Record
		if json.Unmarshal(line, &record) != nil || (record.Loss == nil && record.Eval == nil) {
			damaged++
			continue
		}
		records = append(records, record)
	}
}

// Rewind drops the records after a step, and the evaluations after the step of the last one that counts: a run that goes on
// from there writes them again. It drops lines that are no records too, such as a last one that was cut short, and says
// how many there were.
func (r *Run) Rewind(step, evaluated int) (damaged int, err error) {
	records, damaged, err := r.records()
	if err != nil {
		return 0, err
	}
	if r.metrics != nil {
		r.metrics.Close()
		r.metrics = nil
	}
	if len(records) == 0 && damaged == 0 {
		return 0, nil
	}
	var kept []byte
	for _, record := range records {
		if record.Step > step || record.Eval != nil && record.Step > evaluated {
			continue
		}
		b, err := json.Marshal(record)
		if err != nil {
			return 0, fmt.Errorf("run %s: %s: %w", r.Dir, MetricsFile, err)
		}
		kept = append(append(kept, b...), '\n')
	}
	if err := writeFile(filepath.Join(r.Dir, MetricsFile), kept); err != nil {
		return 0, fmt.Errorf("run %s: %w", r.Dir, err)
	}
	return damaged, nil
}
