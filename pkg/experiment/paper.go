// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// PaperRow is a number of the paper that an experiment stands beside: one [[paper]] of its file. It says what was
// published and changes nothing of what is trained.
type PaperRow struct {
	Table  string  `toml:"table" json:"table"`   // our page, as "flow" for docs/results/flow.md
	Source string  `toml:"source" json:"source"` // where in the paper, as "Table 4"
	Page   int     `toml:"page" json:"page,omitempty"`
	Row    string  `toml:"row" json:"row"`       // as "Perceiver IO"
	Metric string  `toml:"metric" json:"metric"` // as "Sintel clean EPE"
	Value  float64 `toml:"value" json:"value"`
	Unit   string  `toml:"unit" json:"unit,omitempty"`
	Ours   string  `toml:"ours" json:"ours,omitempty"` // the metric of the experiment that stands beside it; "": none is comparable
	Note   string  `toml:"note" json:"note,omitempty"` // why it is not attempted, or how far the two can be compared

	// Official names the released model whose weights gave the number, as "optical_flow".
	Official string `toml:"official" json:"official,omitempty"`
}

// mostRows bounds the rows of a file; more is a slip.
const mostRows = 200

// tableName is what a table may be called: it names a file.
var tableName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// paper takes the rows out of the key paper, which holds both what the paper says, [[paper]] or one [paper], and the
// paper profile, [paper.model], [paper.data] and [paper.train]. In TOML a section [paper.model] below [[paper]] is part
// of the last of these. It returns the profile alone.
func (e *Experiment) paper(value any, sections map[string]map[string]any) (map[string]any, error) {
	var list []any
	switch v := value.(type) {
	case map[string]any:
		list = []any{v}
	case []any:
		list = v
	}
	if list == nil {
		return nil, fmt.Errorf("paper = %s: it must be rows, [[paper]], or a section, as [paper.model]", show(value))
	}
	profile := map[string]any{}
	for i, item := range list {
		table, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("paper = %s: it must be rows, [[paper]], or a section, as [paper.model]", show(value))
		}
		row := map[string]any{}
		for _, key := range sortedKeys(table) {
			_, isSection := sections[key]
			_, isTable := table[key].(map[string]any)
			_, twice := profile[key]
			switch {
			case twice:
				return nil, fmt.Errorf("there are two sections [paper.%s]; keep one", key)
			case isSection || isTable:
				profile[key] = table[key] // checked with the other profiles
			default:
				row[key] = table[key]
			}
		}
		if len(row) == 0 {
			if _, rows := value.([]any); rows && len(table) == 0 {
				return nil, fmt.Errorf("row %d of [[paper]] is empty; it needs %s", i+1, strings.Join(rowNeeds, ", "))
			}
			continue
		}
		r, err := parseRow(row)
		if err != nil {
			return nil, fmt.Errorf("row %d of [[paper]]: %w", i+1, err)
		}
		if slices.ContainsFunc(e.Paper, r.same) {
			return nil, fmt.Errorf("row %d of [[paper]]: table %q has %q, %q already; each row and metric stands once", i+1, r.Table, r.Row, r.Metric)
		}
		if e.Paper = append(e.Paper, r); len(e.Paper) > mostRows {
			return nil, fmt.Errorf("it has more than %d rows of [[paper]]", mostRows)
		}
	}
	return profile, nil
}

func (r PaperRow) same(o PaperRow) bool {
	return r.Table == o.Table && r.Source == o.Source && r.Row == o.Row && r.Metric == o.Metric
}

// rowNeeds are the keys that every row has.
var rowNeeds = []string{"table", "source", "row", "metric", "value"}

func parseRow(values map[string]any) (r PaperRow, err error) {
	if err := assign("paper", values, reflect.ValueOf(&r).Elem()); err != nil {
		return r, err
	}
	for _, key := range rowNeeds {
		if v, ok := values[key]; !ok || v == "" {
			return r, fmt.Errorf("it has no paper.%s; it needs %s", key, strings.Join(rowNeeds, ", "))
		}
	}
	switch {
	case !tableName.MatchString(r.Table):
		return r, fmt.Errorf("paper.table = %q: it names a page, so it must be small letters, digits and hyphens, as \"flow\"", r.Table)
	case r.Page < 0:
		return r, fmt.Errorf("paper.page = %d: it must not be negative", r.Page)
	case math.IsInf(r.Value, 0) || math.IsNaN(r.Value):
		return r, errors.New("paper.value must be a number")
	}
	for key, text := range map[string]string{"source": r.Source, "row": r.Row, "metric": r.Metric, "unit": r.Unit, "ours": r.Ours, "note": r.Note, "official": r.Official} {
		if strings.ContainsAny(text, "\n\r") {
			return r, fmt.Errorf("paper.%s has several lines; it stands in a table, so it must be one", key)
		}
	}
	return r, nil
}

// misplacedRows explains what TOML says of rows below a section of the paper profile.
func misplacedRows(content []byte, err error) error {
	if rows, section := strings.Index(string(content), "[[paper]]"), strings.Index(string(content), "[paper"); section >= 0 && section < rows {
		return fmt.Errorf("%w; the rows [[paper]] must stand above the sections of the paper profile, as [paper.model]", err)
	}
	return err
}

// Tables are the pages that have rows in the list, in order.
func Tables(rows []PaperRow) []string {
	names := map[string]bool{}
	for _, r := range rows {
		names[r.Table] = true
	}
	return slices.Sorted(maps.Keys(names))
}
