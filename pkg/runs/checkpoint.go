// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// keepLast is how many checkpoints are kept beside the best one.
const keepLast = 3

const (
	manifestFile = "manifest.json"
	latestFile   = "latest"
	bestFile     = "best"
	asidePrefix  = ".writing-"
)

// manifest lists the files of a checkpoint, so that damage is noticed.
type manifest struct {
	Step  int                  `json:"step"`
	Files map[string]fileEntry `json:"files"`
}

type fileEntry struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Checkpoint is a saved state of a run.
type Checkpoint struct {
	Step int
	Dir  string
}

func checkpointName(step int) string { return fmt.Sprintf("step-%06d", step) }

// Save makes the checkpoint of a step: write puts its files into the folder that it is given. Where best is true, the
// file best names it from now on. Checkpoints that are neither among the last three nor the best are removed.
func (r *Run) Save(step int, best bool, write func(dir string) error) (err error) {
	parent := filepath.Join(r.Dir, checkpointsFolder)
	aside := filepath.Join(parent, asidePrefix+checkpointName(step))
	defer func() {
		if err != nil {
			os.RemoveAll(aside)
			err = fmt.Errorf("run %s: the checkpoint of step %d could not be saved, those before it are intact: %w", r.Dir, step, err)
		}
	}()
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.MkdirAll(aside, 0o755); err != nil {
		return err
	}
	if err := write(aside); err != nil {
		return err
	}
	if err := seal(aside, step); err != nil {
		return err
	}
	final := filepath.Join(parent, checkpointName(step))
	if err := os.RemoveAll(final); err != nil { // a damaged one of an earlier session
		return err
	}
	if err := os.Rename(aside, final); err != nil {
		return err
	}
	syncFolder(parent)
	if err := writeFile(filepath.Join(parent, latestFile), []byte(checkpointName(step)+"\n")); err != nil {
		return err
	}
	if best {
		if err := writeFile(filepath.Join(parent, bestFile), []byte(checkpointName(step)+"\n")); err != nil {
			return err
		}
	}
	r.prune()
	return nil
}

// seal hashes the files of a checkpoint, forces them to the disk and writes the manifest.
func seal(dir string, step int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	m := manifest{Step: step, Files: map[string]fileEntry{}}
	for _, e := range entries {
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		entry, err := digest(f)
		if err == nil {
			err = f.Sync()
		}
		f.Close()
		if err != nil {
			return err
		}
		m.Files[e.Name()] = entry
	}
	if err := writeJSON(filepath.Join(dir, manifestFile), m); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
}

func digest(r io.Reader) (fileEntry, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return fileEntry{n, hex.EncodeToString(h.Sum(nil))}, err
}

// verify compares a checkpoint with its manifest.
func (c Checkpoint) verify() error {
	var m manifest
	if err := readJSON(filepath.Join(c.Dir, manifestFile), &m); err != nil {
		return err
	}
	if m.Step != c.Step || len(m.Files) == 0 {
		return fmt.Errorf("%s: its manifest is of step %d with %d files", c.Dir, m.Step, len(m.Files))
	}
	for name, want := range m.Files {
		if name != filepath.Base(name) {
			return fmt.Errorf("%s: its manifest names a file outside of it", c.Dir)
		}
		f, err := os.Open(filepath.Join(c.Dir, name))
		if err != nil {
			return err
		}
		got, err := digest(f)
		f.Close()
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s: it is not as it was written (%d bytes, expected %d, or another content)", filepath.Join(c.Dir, name), got.Bytes, want.Bytes)
		}
	}
	return nil
}

// Checkpoints lists the checkpoints by step, latest last.
func (r *Run) Checkpoints() []Checkpoint {
	entries, _ := os.ReadDir(filepath.Join(r.Dir, checkpointsFolder))
	var cs []Checkpoint
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), "step-")
		step, err := strconv.Atoi(digits)
		if ok && err == nil && e.IsDir() {
			cs = append(cs, Checkpoint{step, filepath.Join(r.Dir, checkpointsFolder, e.Name())})
		}
	}
	slices.SortFunc(cs, func(a, b Checkpoint) int { return a.Step - b.Step })
	return cs
}

// Latest is the latest checkpoint that is whole. Damaged ones after it are named in skipped. The error is
// fs.ErrNotExist where there is none at all.
func (r *Run) Latest() (c Checkpoint, skipped []error, err error) {
	cs := r.Checkpoints()
	for _, c := range slices.Backward(cs) {
		if err := c.verify(); err != nil {
			skipped = append(skipped, fmt.Errorf("checkpoint of step %d: %w", c.Step, err))
			continue
		}
		return c, skipped, nil
	}
	if len(cs) > 0 {
		return Checkpoint{}, skipped, fmt.Errorf("run %s: none of its %d checkpoints is whole (%v); remove the folder to start again", r.Dir, len(cs), errors.Join(skipped...))
	}
	return Checkpoint{}, nil, fmt.Errorf("run %s has no checkpoint: %w", r.Dir, fs.ErrNotExist)
}

// Best is the checkpoint with the best evaluation, or the latest where none is marked or the marked one is damaged.
func (r *Run) Best() (Checkpoint, error) {
	if name := r.pointer(bestFile); name != "" {
		for _, c := range r.Checkpoints() {
			if filepath.Base(c.Dir) == name && c.verify() == nil {
				return c, nil
			}
		}
	}
	c, _, err := r.Latest()
	return c, err
}

func (r *Run) pointer(name string) string {
	b, _ := os.ReadFile(filepath.Join(r.Dir, checkpointsFolder, name))
	return strings.TrimSpace(string(b))
}

// prune removes checkpoints that are not kept. A failure to remove one is no failure of the run.
func (r *Run) prune() {
	cs, best := r.Checkpoints(), r.pointer(bestFile)
	for i, c := range cs {
		if i < len(cs)-keepLast && filepath.Base(c.Dir) != best {
			_ = os.RemoveAll(c.Dir)
		}
	}
}

// removeLeftovers removes what a killed session had begun to write.
func (r *Run) removeLeftovers() {
	for _, pattern := range []string{filepath.Join(checkpointsFolder, asidePrefix+"*"), ".*.*"} {
		names, _ := filepath.Glob(filepath.Join(r.Dir, pattern))
		for _, n := range names {
			_ = os.RemoveAll(n)
		}
	}
}
