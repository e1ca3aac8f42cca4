// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/experiment"
)

// Page is a table of the paper beside what we have: the file docs/results/TABLE.json.
type Page struct {
	Table    string     `json:"table"`
	Rows     []Row      `json:"rows"`
	Results  []Result   `json:"results"`
	Official []Official `json:"official,omitempty"`
}

// Row is a number of the paper and what stands beside it.
type Row struct {
	experiment.PaperRow
	Experiment string         `json:"experiment"`
	Status     string         `json:"status"`
	Why        string         `json:"why,omitempty"`     // of the status
	Counted    *float64       `json:"counted,omitempty"` // in the row's unit: of the model in the paper's size, which needs no training
	Results    []BesidesPaper `json:"results"`
}

// BesidesPaper is our number for a row, from one result of the page.
type BesidesPaper struct {
	Size
	Measure
}

// Table is what the experiment files say of a page.
type Table struct {
	Name string
	Rows []Row // without status and results
}

// Collect gathers the rows of experiments, in their order, into tables by name. Counts are those of an experiment's
// model in the paper's size, by the names "params" and "flops"; it may be nil.
func Collect(list []*experiment.Experiment, counts func(*experiment.Experiment) (map[string]float64, error)) ([]Table, error) {
	tables := map[string]*Table{}
	for _, x := range list {
		var counted map[string]float64
		for _, p := range x.Paper {
			row := Row{PaperRow: p, Experiment: x.Name}
			if isCount(p.Ours) && counts != nil {
				if counted == nil {
					var err error
					if counted, err = counts(x); err != nil {
						return nil, err
					}
				}
				n := counted[p.Ours] / unit(p.Unit)
				row.Counted = &n
			}
			if tables[p.Table] == nil {
				tables[p.Table] = &Table{Name: p.Table}
			}
			tables[p.Table].Rows = append(tables[p.Table].Rows, row)
		}
	}
	var out []Table
	for _, t := range tables {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Table) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// Experiments are the names of a table's experiments, in order.
func (t Table) Experiments() (names []string) {
	for _, r := range t.Rows {
		if !slices.Contains(names, r.Experiment) {
			names = append(names, r.Experiment)
		}
	}
	return names
}

// isCount says whether a metric is counted, not measured.
func isCount(metric string) bool { return metric == "params" || metric == "flops" }

// unit is how many of what is counted make one of a unit.
func unit(name string) float64 {
	switch name {
	case "M", "MFLOP":
		return 1e6
	case "G", "B", "GFLOP":
		return 1e9
	case "T", "TFLOP":
		return 1e12
	}
	return 1
}

// pageLimit bounds the size of a page's file; a result is about a kilobyte.
const pageLimit = 16 << 20

// Read reads the page of a table from a folder, an empty one where there is none.
func Read(dir, table string) (*Page, error) {
	path := filepath.Join(dir, table+".json")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Page{Table: table}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > pageLimit {
		return nil, fmt.Errorf("results %s: it must be a file of %d bytes at most; remove it, or give another folder", path, pageLimit)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	return parse(path, table, content)
}

func parse(path, table string, content []byte) (*Page, error) {
	var p Page
	if err := json.Unmarshal(content, &p); err != nil {
		return nil, fmt.Errorf("results %s: it is not as it was written (%v); restore it, or remove it to begin anew", path, err)
	}
	if p.Table != table {
		return nil, fmt.Errorf("results %s: it is the page of table %q; it must be of %q: restore it, or remove it to begin anew", path, p.Table, table)
	}
	return &p, nil
}

// Write writes TABLE.json and TABLE.md into a folder. Each file is replaced as a whole.
func (p *Page) Write(dir string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	more, err := filepath.Glob(filepath.Join(dir, p.Table+"-*.md"))
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	for name, content := range map[string][]byte{p.Table + ".json": b.Bytes(), p.Table + ".md": []byte(p.Markdown(more...))} {
		if err := replace(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file as a whole.
func replace(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o644); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return nil
}
