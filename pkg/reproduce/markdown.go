// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Markdown is the page for people. More are files beside it that it points to.
func (p *Page) Markdown(more ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: the paper beside ours\n\n", p.Table)
	fmt.Fprintf(&b, "Written by `perceiver reproduce %s`; [%s.json](%[1]s.json) has every value and the runs behind it. A number of ours is a mean over runs with different seeds, with its 95 %% interval by Student's t. Profiles are sizes of an experiment; only `paper` is the published one. What is *counted* is of the model in the paper's size, and needs no training.\n\n", p.Table, p.Table)
	headers, rows := p.Grid()
	for i, r := range p.Rows {
		if r.Why != "" {
			rows[i][len(headers)-1] += ": " + r.Why
		}
	}
	table(&b, headers, rows)
	if len(p.Results) > 0 {
		b.WriteString("\n## The runs\n")
	}
	for _, r := range p.Results {
		b.WriteString("\n")
		r.markdown(&b, p.Table)
	}
	for _, o := range p.Official {
		fmt.Fprintf(&b, "\nOfficial weights of %s (%d parameters): %d comparisons with the port, %d out; %s; %s; %s.\n",
			o.Model, o.Parameters, o.Comparisons, o.Bad, commitOr(o.Commit), o.Machine, o.Date.Format("2006-01-02"))
	}
	for i, path := range more {
		if i == 0 {
			b.WriteString("\n## More\n\n")
		}
		name := filepath.Base(path)
		fmt.Fprintf(&b, "- [%s](%s)\n", strings.TrimSuffix(name, ".md"), name)
	}
	return b.String()
}

// Grid is the table of the page as texts: a row for each number of the paper, a column for each size that was run.
func (p *Page) Grid() (headers []string, rows [][]string) {
	var sizes []Size
	for _, r := range p.Rows {
		for _, o := range r.Results {
			if !slices.ContainsFunc(sizes, o.Size.same) {
				sizes = append(sizes, o.Size)
			}
		}
	}
	headers = []string{"in the paper", "row", "metric", "paper"}
	counted := slices.ContainsFunc(p.Rows, func(r Row) bool { return r.Counted != nil })
	if counted {
		headers = append(headers, "ours, counted")
	}
	for _, s := range sizes {
		headers = append(headers, "ours, "+s.String())
	}
	headers = append(headers, "status")
	for _, r := range p.Rows {
		metric := r.Metric
		if r.Unit != "" {
			metric += " [" + r.Unit + "]"
		}
		cells := []string{where(r), r.Row, metric, number(r.Value)}
		if counted {
			cell := ""
			if r.Counted != nil {
				cell = number(*r.Counted)
			}
			cells = append(cells, cell)
		}
		for _, s := range sizes {
			cell := ""
			for _, o := range r.Results {
				if o.Size.same(s) {
					cell = fmt.Sprintf("%s (n = %d)", o.Measure, o.N)
				}
			}
			cells = append(cells, cell)
		}
		rows = append(rows, append(cells, r.Status))
	}
	return headers, rows
}

// Reached are the results of the page as texts: what each experiment reached in the metric that is its goal, beside what
// it computes for an example.
func (p *Page) Reached() (headers []string, rows [][]string) {
	for _, r := range p.Results {
		cell := "–"
		if m, ok := r.Metrics[r.Goal]; ok {
			cell = m.String()
		}
		var baselines []string
		for _, name := range slices.Sorted(maps.Keys(r.Baselines)) {
			baselines = append(baselines, words(name)+" "+number(r.Baselines[name].Mean))
		}
		rows = append(rows, []string{r.Experiment, r.Size.String(), words(r.Goal), cell, strconv.Itoa(r.N), megaFLOP(r.FLOPs), strings.Join(baselines, ", ")})
	}
	return []string{"experiment", "size", "goal", "ours", "n", "computation", "baselines"}, rows
}

func where(r Row) string {
	if r.Page > 0 {
		return fmt.Sprintf("%s, p. %d", r.Source, r.Page)
	}
	return r.Source
}

// markdown writes a result: what the runs were, what they reached, and how they are repeated.
func (r *Result) markdown(b *strings.Builder, page string) {
	fmt.Fprintf(b, "### %s, %s\n\n", r.Experiment, r.Size)
	failures, because := r.failed()
	fmt.Fprintf(b, "%s: %s of %d steps, %s parameters, %s for an example", capital(r.Status), several(r.N, "run"), r.Steps, number(float64(r.Params)/1e6)+" M", megaFLOP(r.FLOPs))
	if failures > 0 {
		fmt.Fprintf(b, "; %d more failed: %s", failures, because)
	}
	fmt.Fprintf(b, "; %s. `%s`\n\n", strings.Join(r.evidence(), "; "), r.command(page))
	direction := "higher is better"
	if r.LowerWins {
		direction = "lower is better"
	}
	var rows [][]string
	for _, name := range r.names() {
		label := words(name)
		if name == r.Goal {
			label = "**" + label + "** (" + direction + ")"
		}
		var values []string
		for _, run := range r.Runs {
			if v, ok := run.Metrics[name]; ok {
				values = append(values, fmt.Sprintf("%s (seed %d)", number(v), run.Seed))
			}
		}
		rows = append(rows, []string{label, r.Metrics[name].String(), strings.Join(values, ", ")})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Baselines)) {
		rows = append(rows, []string{"baseline: " + words(name), r.Baselines[name].String(), ""})
	}
	table(b, []string{"metric", "mean", "runs"}, rows)
	var folders []string
	for _, run := range r.Runs {
		folders = append(folders, fmt.Sprintf("`%s` (%s)", run.Folder, run.Status))
	}
	fmt.Fprintf(b, "\nRun folders, below `runs/reproduce/%s-%s`: %s.\n", strings.ReplaceAll(r.Experiment, "/", "-"), r.Profile, strings.Join(folders, ", "))
}

// names are the metrics, the goal first.
func (r *Result) names() []string {
	names := slices.Sorted(maps.Keys(r.Metrics))
	if i := slices.Index(names, r.Goal); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, r.Goal)
	}
	return names
}

// evidence are the commits, machines and days of the runs.
func (r *Result) evidence() (out []string) {
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, run := range r.Runs {
		commit := commitOr(run.Commit)
		if run.Modified {
			commit += " with changes"
		}
		add(commit)
	}
	for _, run := range r.Runs {
		add(run.Machine)
	}
	for _, run := range r.Runs {
		add(run.Date.Format("2006-01-02"))
	}
	return out
}

func commitOr(commit string) string {
	if commit == "" {
		return "commit not known"
	}
	return "commit " + commit[:min(7, len(commit))]
}

// command repeats the result.
func (r *Result) command(page string) string {
	words := []string{"perceiver reproduce", page, "--profile", r.Profile, "--seeds", strconv.Itoa(len(r.Runs))}
	for _, s := range r.Set {
		words = append(words, "--set", s)
	}
	if r.Data != "" {
		words = append(words, "--data", r.Data)
	}
	if len(r.Set) > 0 { // pages of runs with other settings have a folder of their own
		words = append(words, "--out", "FOLDER")
	}
	return strings.Join(words, " ")
}

// String is the mean with its interval, where there is one.
func (m Measure) String() string {
	if m.CI95 == nil {
		return number(m.Mean)
	}
	return number(m.Mean) + " ± " + strconv.FormatFloat(*m.CI95, 'g', 2, 64)
}

// number writes a value with four digits, and without an exponent where it is as long without.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'g', 4, 64)
	if plain := strconv.FormatFloat(x, 'f', -1, 64); strings.Contains(s, "e") && len(plain) <= 8 {
		return plain
	}
	return s
}

// megaFLOP writes the operations of a forward pass.
func megaFLOP(flops float64) string { return number(flops/1e6) + " MFLOP" }

// several is a number of things.
func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// capital begins a sentence with a status.
func capital(s string) string {
	if s == "" {
		return "?"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// table writes a table in Markdown.
func table(b *strings.Builder, headers []string, rows [][]string) {
	line := func(cells []string) {
		for i, c := range cells {
			if i > 0 {
				b.WriteString(" ")
			} else {
				b.WriteString("| ")
			}
			b.WriteString(strings.NewReplacer("|", `\|`, "\n", " ").Replace(c) + " |")
		}
		b.WriteString("\n")
	}
	line(headers)
	b.WriteString("|" + strings.Repeat("---|", len(headers)) + "\n")
	for _, r := range rows {
		line(r)
	}
}
