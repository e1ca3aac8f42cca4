// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/experiment"
)

// How a row stands.
const (
	Matched      = "matched with official weights"
	AtPaperSize  = "reproduced at the paper's size" // the data may be others
	AtSmallSize  = "reproduced at reduced scale"
	Counted      = "counted"
	NotAttempted = "not attempted"
)

// Official is a comparison of a model that has the released weights with the published port.
type Official struct {
	Model       string    `json:"model"`
	Parameters  int       `json:"parameters"`
	Comparisons int       `json:"comparisons"` // of tensors
	Bad         int       `json:"bad"`         // that were out
	Commit      string    `json:"commit,omitempty"`
	Machine     string    `json:"machine"`
	Date        time.Time `json:"date"`
}

// Put takes a result into the page, in the place of an earlier one of the same experiment and size. An earlier one with
// more runs of the same settings stays; kept says so.
func (p *Page) Put(r Result) (kept bool) {
	for i, there := range p.Results {
		if there.Experiment == r.Experiment && there.Size.same(r.Size) {
			if there.Settings == r.Settings && there.N > r.N {
				return true
			}
			p.Results[i] = r
			return false
		}
	}
	p.Results = append(p.Results, r)
	slices.SortStableFunc(p.Results, func(a, b Result) int {
		if c := strings.Compare(a.Experiment, b.Experiment); c != 0 {
			return c
		}
		return slices.Index(experiment.Profiles, a.Profile) - slices.Index(experiment.Profiles, b.Profile)
	})
	return false
}

// PutOfficial takes a comparison with the published port into the page, in the place of an earlier one of the model.
func (p *Page) PutOfficial(o Official) {
	p.Official = append(slices.DeleteFunc(p.Official, func(there Official) bool { return there.Model == o.Model }), o)
	slices.SortFunc(p.Official, func(a, b Official) int { return strings.Compare(a.Model, b.Model) })
}

// Judge makes the rows of the page: those of the table, each with what the results of the page say. Because says, by
// the name of an experiment, why it has no result of now. Results of experiments that the table no longer has go.
func (p *Page) Judge(t Table, because map[string]string) {
	names := t.Experiments()
	p.Results = slices.DeleteFunc(p.Results, func(r Result) bool { return !slices.Contains(names, r.Experiment) })
	p.Rows = slices.Clone(t.Rows)
	for i := range p.Rows {
		p.judge(&p.Rows[i], because)
	}
}

func (p *Page) judge(row *Row, because map[string]string) {
	row.Results = []BesidesPaper{}
	row.Status, row.Why = NotAttempted, row.Note
	official := slices.IndexFunc(p.Official, func(o Official) bool { return o.Model == row.PaperRow.Official && o.Bad == 0 && o.Comparisons > 0 })
	switch {
	case row.Counted != nil:
		row.Status = Counted
	case row.Ours == "":
		if row.Why == "" {
			row.Why = "no metric of ours is comparable"
		}
	default:
		p.beside(row, because)
	}
	if official >= 0 {
		row.Status = Matched
		row.Why = join(fmt.Sprintf("%s: %d comparisons with the port agree", row.PaperRow.Official, p.Official[official].Comparisons), row.Note)
	}
}

// beside puts the results of the page beside a row whose metric is measured.
func (p *Page) beside(row *Row, because map[string]string) {
	why := ""
	for _, r := range p.Results {
		if r.Experiment != row.Experiment {
			continue
		}
		m, ok := r.Metrics[row.Ours]
		if !ok {
			if n, text := r.failed(); n > 0 {
				why = join(why, fmt.Sprintf("%s: %s failed: %s", r.Size, several(n, "run"), text))
			} else {
				why = join(why, fmt.Sprintf("%s: the runs have no metric %s, only %s", r.Size, row.Ours, strings.Join(slices.Sorted(maps.Keys(r.Metrics)), ", ")))
			}
			continue
		}
		row.Results = append(row.Results, BesidesPaper{r.Size, m})
		if row.Status != AtPaperSize {
			row.Status = r.Status
		}
	}
	if row.Status == NotAttempted {
		if because[row.Experiment] != "" {
			why = join(why, because[row.Experiment])
		}
		if why == "" {
			why = "it was not run"
		}
	}
	row.Why = join(why, row.Note)
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
