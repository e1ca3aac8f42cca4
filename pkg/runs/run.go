// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Names inside a run folder.
const (
	ExperimentFile = "experiment.toml"
	InfoFile       = "run.json"
	MetricsFile    = "metrics.jsonl"
	SourceFile     = "source.diff"
	PicturesFolder = "pictures"

	checkpointsFolder = "checkpoints"
	lockFile          = "lock"
)

// How a run stands.
const (
	Running     = "running"
	Done        = "done"
	Interrupted = "interrupted"
	Failed      = "failed"
)

// Info is run.json.
type Info struct {
	Experiment string   `json:"experiment"`
	Profile    string   `json:"profile"`
	Task       string   `json:"task"`
	Status     string   `json:"status"`
	Error      string   `json:"error,omitempty"`
	Command    []string `json:"command,omitempty"`
	Seed       uint64   `json:"seed"`

	Step       int                `json:"step"`
	Steps      int                `json:"steps"`
	Goal       string             `json:"goal,omitempty"` // the metric by which the best checkpoint is chosen
	LowerWins  bool               `json:"lower_wins,omitempty"`
	Loss       float64            `json:"loss"` // mean over the steps since the one before the last line of metrics.jsonl
	Metrics    map[string]float64 `json:"metrics,omitempty"`
	Baselines  map[string]float64 `json:"baselines,omitempty"`
	Parameters int                `json:"parameters,omitempty"`
	TrainFLOPs float64            `json:"train_flops,omitempty"` // of one step, as package perceiver counts them
	PeakRSSMB  int                `json:"peak_rss_mb,omitempty"`

	Created time.Time          `json:"created"`
	Updated time.Time          `json:"updated"`
	Seconds map[string]float64 `json:"seconds,omitempty"` // spent, by kind of work, over all sessions

	Commit     string  `json:"commit,omitempty"`      // of the source; source.diff has what was changed since
	SourceHash string  `json:"source_hash,omitempty"` // SHA-256 of what was changed since; empty where nothing was
	Machine    Machine `json:"machine"`
}

// Machine is where a run ran last.
type Machine struct {
	Host     string `json:"host,omitempty"`
	OS       string `json:"os"`
	CPU      string `json:"cpu,omitempty"`
	Cores    int    `json:"cores"`
	MemoryMB int    `json:"memory_mb,omitempty"`
	Go       string `json:"go"`
	Backend  string `json:"backend"`          // "xla" or "go"
	Plugin   string `json:"plugin,omitempty"` // version of XLA
}

// Run is a run folder. One that Create returned is held by this process until Close; one that Open returned is for reading.
type Run struct {
	Dir  string
	Info Info

	lock    *Lock
	metrics *os.File
}

// HeldError says that another process trains in a run folder.
type HeldError struct{ Dir, Holder string }

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is in use by %s; wait for it, stop it, or give another folder", e.Dir, e.Holder)
}

// OtherExperimentError says that a run folder holds something else than what is to be run there.
type OtherExperimentError struct{ Dir, There, Here string }

func (e *OtherExperimentError) Error() string {
	return fmt.Sprintf("run %s holds another experiment: it has %s, and this one %s; give another folder with --run, or remove that one", e.Dir, e.There, e.Here)
}

// Create makes a run folder and holds it, or takes up the one that is there if it holds the same experiment. Experiment
// is the content of experiment.toml. Info is what run.json starts with; where there is one, its history is kept.
func Create(dir string, experiment []byte, info Info) (*Run, error) {
	r := &Run{Dir: dir, Info: info}
	if err := os.MkdirAll(filepath.Join(dir, checkpointsFolder), 0o755); err != nil {
		return nil, fmt.Errorf("run %s: the folder cannot be made (%w); choose one that can with --run or PERCEIVER_RUNS", dir, err)
	}
	lock, err := Hold(dir)
	if err != nil {
		return nil, err
	}
	r.lock = lock
	if err := r.start(experiment); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Run) start(experiment []byte) error {
	path := filepath.Join(r.Dir, ExperimentFile)
	there, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writeFile(path, experiment); err != nil {
			return fmt.Errorf("run %s: %w", r.Dir, err)
		}
	case err != nil:
		return fmt.Errorf("run %s: %w", r.Dir, err)
	case !bytes.Equal(there, experiment):
		a, b := difference(string(there), string(experiment))
		return &OtherExperimentError{r.Dir, a, b}
	}
	var before Info
	switch err := readJSON(filepath.Join(r.Dir, InfoFile), &before); {
	case err == nil:
		r.Info.Created, r.Info.Seconds = before.Created, before.Seconds
		r.Info.Step, r.Info.Loss, r.Info.Metrics, r.Info.Baselines = before.Step, before.Loss, before.Metrics, before.Baselines
		r.Info.Status = before.Status
		if r.Info.Commit == "" { // of the source that it began with
			r.Info.Commit, r.Info.SourceHash = before.Commit, before.SourceHash
		}
	case errors.Is(err, fs.ErrNotExist):
		r.Info.Created = now()
	default:
		return fmt.Errorf("run: %w", err)
	}
	r.removeLeftovers()
	return nil
}

// difference finds the first line in which two experiments differ.
func difference(a, b string) (there, here string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(as), len(bs)) {
		there, here = "", ""
		if i < len(as) {
			there = as[i]
		}
		if i < len(bs) {
			here = bs[i]
		}
		if there != here {
			break
		}
	}
	return quoteLine(there), quoteLine(here)
}

func quoteLine(s string) string {
	if strings.TrimSpace(s) == "" {
		return "no such line"
	}
	return "\"" + strings.TrimSpace(s) + "\""
}

// Open opens a run folder for reading. It may be running.
func Open(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s: there is no such folder; \"perceiver train\" makes one", dir)
	}
	if err := readJSON(filepath.Join(dir, InfoFile), &r.Info); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("run %s: it has no %s, so it is not a run folder", dir, InfoFile)
		}
		return nil, fmt.Errorf("run: %w", err)
	}
	return r, nil
}

// Experiment reads experiment.toml.
func (r *Run) Experiment() ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(r.Dir, ExperimentFile))
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.Dir, err)
	}
	return b, nil
}

// Update changes run.json.
func (r *Run) Update(change func(*Info)) error {
	change(&r.Info)
	r.Info.Updated = now()
	if err := writeJSON(filepath.Join(r.Dir, InfoFile), r.Info); err != nil {
		return fmt.Errorf("run %s: %w", r.Dir, err)
	}
	return nil
}

// sourceLimit bounds source.diff.
const sourceLimit = 4 << 20

// WriteSource writes source.diff, cut where it is very long, and its hash, of all of it, into Info.
func (r *Run) WriteSource(diff []byte) error {
	r.Info.SourceHash = ""
	if len(diff) > 0 {
		r.Info.SourceHash = fmt.Sprintf("%x", sha256.Sum256(diff))
	}
	if len(diff) > sourceLimit {
		diff = append(diff[:sourceLimit:sourceLimit], "\n(cut here)\n"...)
	}
	return writeFile(filepath.Join(r.Dir, SourceFile), diff)
}

// Close lets the folder go.
func (r *Run) Close() error {
	var err error
	if r.metrics != nil {
		err = r.metrics.Close()
		r.metrics = nil
	}
	if r.lock != nil {
		err = errors.Join(err, r.lock.Close())
		r.lock = nil
	}
	return err
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
