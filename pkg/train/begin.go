// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Begin saves weights that were made elsewhere as the checkpoint of step 0 of a run, with an optimizer that has seen
// nothing yet: the run can be asked and scored, and training goes on from these weights.
func Begin(run *runs.Run, w *perceiver.Weights) error {
	for _, slot := range []string{firstMoment, secondMoment} {
		if err := w.AddSlot(slot); err != nil {
			return err
		}
	}
	return run.Save(0, true, func(dir string) error { return writeCheckpoint(dir, w, state{}) })
}

// writeCheckpoint writes the files of a checkpoint into a folder.
func writeCheckpoint(dir string, w *perceiver.Weights, s state) error {
	if err := WriteWeights(filepath.Join(dir, modelFile), w); err != nil {
		return err
	}
	if err := writeSlots(filepath.Join(dir, optimizerFile), w, firstMoment, secondMoment); err != nil {
		return err
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, stateFile), append(b, '\n'), 0o644)
}
