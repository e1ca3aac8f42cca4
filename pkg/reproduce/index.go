// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// IndexFile names the pages of a folder of results.
const IndexFile = "README.md"

// opening is how an index begins; a README of another kind is somebody's own.
const opening = "# Results\n\nTables of the papers beside ours, written by `perceiver reproduce`"

// WriteIndex writes the index of a folder of results: each table's page with how its rows stand and what was run for it,
// then the pages that people wrote beside them. A README that is no index stays as it is.
func WriteIndex(dir string) error {
	path := filepath.Join(dir, IndexFile)
	there, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(there), opening) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("results: %w", err)
	}
	content, err := index(dir)
	if err != nil {
		return err
	}
	return replace(path, []byte(content))
}

func index(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return "", fmt.Errorf("results: %w", err)
	}
	var b strings.Builder
	b.WriteString(opening + ": the page for people, the JSON file with every value, its run, commit and machine. `perceiver reproduce --dry-run` says what would be run.\n\n")
	var rows [][]string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		p, err := Read(dir, name)
		if err != nil {
			continue // it is no page of ours
		}
		rows = append(rows, []string{fmt.Sprintf("[%s](%[1]s.md), [JSON](%[1]s.json)", name), p.standing(), strings.Join(p.ran(), "; "), fmt.Sprintf("`perceiver reproduce %s`", name)})
	}
	table(&b, []string{"page", "rows of the papers", "what was run", "made by"}, rows)
	others, err := others(dir, files)
	if err != nil {
		return "", err
	}
	if len(others) > 0 {
		b.WriteString("\nPages with more about them, each with its commands:\n\n")
	}
	for _, path := range others {
		name := filepath.Base(path)
		fmt.Fprintf(&b, "- [%s](%s): %s\n", strings.TrimSuffix(name, ".md"), name, heading(path))
	}
	return b.String(), nil
}

// standing counts the rows of the page by how they stand.
func (p *Page) standing() string {
	var counts []string
	for _, status := range []string{Matched, AtPaperSize, AtSmallSize, Counted, NotAttempted} {
		n := 0
		for _, r := range p.Rows {
			if r.Status == status {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, status))
		}
	}
	return strings.Join(counts, ", ")
}

// ran names the experiments of the page with their sizes and numbers of runs.
func (p *Page) ran() (out []string) {
	for _, r := range p.Results {
		out = append(out, fmt.Sprintf("%s, %s (n = %d)", r.Experiment, r.Size, r.N))
	}
	return out
}

// others are the pages of a folder that no table is on.
func others(dir string, tables []string) (out []string, err error) {
	pages, err := filepath.Glob(filepath.Join(dir, "*.md"))
	for _, page := range pages {
		if filepath.Base(page) != IndexFile && !slices.Contains(tables, strings.TrimSuffix(page, ".md")+".json") {
			out = append(out, page)
		}
	}
	return out, err
}

// heading is the first heading of a page.
func heading(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "?"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "# "); ok {
			return text
		}
	}
	return "?"
}
