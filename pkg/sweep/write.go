// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Headers are the columns of Cells.
func (t *Table) Headers() []string {
	return []string{"variant", "n", strings.ReplaceAll(t.Metric, "_", " "), "difference to the first", "clear", "weights", "FLOP", "steps/s", "MB"}
}

// Cells are the rows of the table as texts for people.
func (t *Table) Cells() [][]string {
	var out [][]string
	for i, r := range t.Rows {
		clear := "no"
		switch {
		case i == 0 || r.DiffCI95 == nil:
			clear = "–"
		case r.Clear:
			clear = "yes"
		}
		memory := "–"
		if r.PeakRSSMB != nil {
			memory = strconv.Itoa(*r.PeakRSSMB)
		}
		n := strconv.Itoa(r.N)
		if r.Failed > 0 {
			n += fmt.Sprintf(" (%d failed)", r.Failed)
		}
		out = append(out, []string{r.Name(), n, spread(r.Mean, r.CI95, "%.4f"), spread(r.Diff, r.DiffCI95, "%+.4f"), clear,
			strconv.Itoa(r.Params), human(r.FLOPs), number(r.StepsPerS, "%.1f"), memory})
	}
	return out
}

func number(x *float64, format string) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf(format, *x)
}

func spread(x, half *float64, format string) string {
	s := number(x, format)
	if half != nil {
		s += fmt.Sprintf(" ± %.4f", *half)
	}
	return s
}

func human(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= u.size {
			return fmt.Sprintf("%.3g\u00a0%s", x/u.size, u.name) // not to be broken from its unit
		}
	}
	return fmt.Sprintf("%.3g", x)
}

// Remarks are the sentences that belong below the table.
func (t *Table) Remarks() []string {
	better := "Higher is better"
	if t.LowerIsBetter {
		better = "Lower is better"
	}
	what := "one run of each variant, so nothing is said about chance"
	if len(t.Seeds) > 1 {
		what = fmt.Sprintf("means over %d seeds with their 95 %% interval", len(t.Seeds))
	}
	out := []string{fmt.Sprintf("%s; %s.", better, what), t.Rule}
	out = append(out, t.Notes...)
	for _, r := range t.Rows {
		if r.FailedBecause != "" {
			out = append(out, fmt.Sprintf("%s: %d failed: %s", r.Name(), r.Failed, r.FailedBecause))
		}
	}
	if t.Missing > 0 {
		out = append(out, fmt.Sprintf("%d runs have not ended; the same command goes on with them.", t.Missing))
	}
	return out
}

// Title says what the table shows.
func (t *Table) Title() string { return t.Experiment + ", " + t.Profile }

// Markdown is the table for a page.
func (t *Table) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", t.Title())
	line := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	line(t.Headers())
	fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(t.Headers())))
	for _, cells := range t.Cells() {
		line(cells)
	}
	for _, r := range t.Remarks() {
		fmt.Fprintf(&b, "\n%s\n", strings.ReplaceAll(r, "\n", " "))
	}
	return b.String()
}

// CSV is the table for other programs, a line for each run: its variant, seed, metric and folder. What is not known is
// empty.
func (t *Table) CSV() string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	keys, seen := []string{}, map[string]bool{}
	for _, r := range t.Rows {
		for _, s := range append(r.Set[:len(r.Set):len(r.Set)], r.Adjusted...) {
			if !seen[s.Key] {
				seen[s.Key] = true
				keys = append(keys, s.Key)
			}
		}
	}
	write := func(cells []string) { _ = w.Write(cells) } // a buffer takes everything
	write(append(append([]string{"variant"}, keys...), "train.seed", t.Metric, "params", "flops", "folder"))
	for i, r := range t.Rows {
		for k, value := range r.Values {
			cells := []string{strconv.Itoa(i + 1)}
			for _, key := range keys {
				cells = append(cells, r.value(key))
			}
			v := ""
			if value != nil {
				v = strconv.FormatFloat(*value, 'g', -1, 64)
			}
			write(append(cells, strconv.FormatUint(t.Seeds[k], 10), v, strconv.Itoa(r.Params), strconv.FormatFloat(r.FLOPs, 'g', -1, 64), r.Folders[k]))
		}
	}
	w.Flush()
	return b.String()
}

func (r Row) value(key string) string {
	for _, s := range append(r.Set[:len(r.Set):len(r.Set)], r.Adjusted...) {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// JSON is the table for other programs, in one line.
func (t *Table) JSON() ([]byte, error) { return json.Marshal(t) }

// Write writes the table into a folder: table.md, table.csv (a line for each run) and table.json.
func (t *Table) Write(dir string) error {
	content, err := t.JSON()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"table.md": []byte(t.Markdown()), "table.csv": []byte(t.CSV()), "table.json": append(content, '\n')} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("sweep %s: %w", dir, err)
		}
	}
	return nil
}
