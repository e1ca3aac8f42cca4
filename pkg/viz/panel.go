// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Panel is where a training run stands, as the live panel shows it.
type Panel struct {
	Title string

	Step, Steps    int           // done, and in all (0: not known)
	StepsPerSecond float64       // 0: not known yet
	Remaining      time.Duration // 0: not known
	Elapsed        time.Duration // 0: not shown
	Loss           float64       // the latest; NaN: none yet
	LossName       string        // "": "loss"

	Curve      Series      // the loss so far
	Held       Series      // a score on held-out data so far, on the same axis; may be empty
	References []Reference // what baselines reach on that axis

	Note string // a remark, such as the device
	Done bool   // the run has ended, with Status
	// Status is how it ended, such as "done" or "interrupted".
	Status string
}

// Line is the panel as one line of text.
func (p Panel) Line() string {
	var parts []string
	if p.Title != "" {
		parts = append(parts, oneLine(p.Title))
	}
	parts = append(parts, p.facts()...)
	if p.Done {
		parts = append(parts, or(oneLine(p.Status), "done"))
	}
	return strings.Join(parts, " · ")
}

// facts are the numbers of the panel, in words.
func (p Panel) facts() []string {
	step := "step " + count(p.Step)
	if p.Steps > 0 {
		step += "/" + count(p.Steps)
	}
	parts := []string{step}
	if !math.IsNaN(p.Loss) {
		parts = append(parts, fmt.Sprintf("%s %.4g", or(oneLine(p.LossName), "loss"), p.Loss))
	}
	if p.StepsPerSecond > 0 {
		parts = append(parts, fmt.Sprintf("%.3g steps/s", p.StepsPerSecond))
	}
	switch {
	case p.Done && p.Elapsed > 0:
		parts = append(parts, "took "+duration(p.Elapsed))
	case p.Elapsed > 0:
		parts = append(parts, duration(p.Elapsed)+" so far")
	}
	if p.Remaining > 0 && !p.Done {
		parts = append(parts, duration(p.Remaining)+" left")
	}
	return parts
}

func (p Panel) part() float64 {
	if p.Steps <= 0 {
		return 0
	}
	return min(max(float64(p.Step)/float64(p.Steps), 0), 1)
}

// duration writes a duration with its two largest units.
func duration(d time.Duration) string {
	switch s := int64(d.Round(time.Second) / time.Second); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%d d %d h", s/86400, s/3600%24)
	}
}

// The live panel in pixels of the screen.
const (
	panelWidth  = 640
	panelHeight = 208
	curveLeft   = 46.
	curveRight  = 532. // names of references stand to the right of it
	curveTop    = 74.
	curveBottom = 190.
	curvePoints = 130
)

// SVG is the panel as a picture of 2 to 5 KB: what runs, how far it is and how long it will take, and the loss. It
// has a style for light and one for dark pages, and needs neither scripts nor fonts.
func (p Panel) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui,Segoe UI,Helvetica,Arial,sans-serif" font-size="12">`, panelWidth, panelHeight)
	b.WriteString(`<style>.b{fill:#fff;stroke:#d5dae0}.t{fill:#262b33;font-weight:600}.l{fill:#4a515c}.f{fill:#7d8590}.g{stroke:#e6e9ed}.d{stroke:#8d95a0;stroke-dasharray:4 3}.p{fill:#e6e9ed}.q{fill:#0072b2}.c{fill:none;stroke:#0072b2;stroke-width:1.6}.h{fill:none;stroke:#d55e00;stroke-width:1.6}.k{fill:#d55e00}` +
		`@media (prefers-color-scheme:dark){.b{fill:#16191d;stroke:#3a414a}.t{fill:#e8eaed}.l{fill:#bcc3cc}.f{fill:#8d95a0}.g{stroke:#2b3138}.p{fill:#2b3138}.q{fill:#56b4e9}.c{stroke:#56b4e9}.h{stroke:#f08a3c}.k{fill:#f08a3c}}</style>`)
	fmt.Fprintf(&b, `<rect class="b" x=".5" y=".5" width="%d" height="%d" rx="6"/>`, panelWidth-1, panelHeight-1)

	// First line: what, and how it stands; second: the bar; third: numbers.
	state := fmt.Sprintf("%.0f %%", 100*p.part())
	if p.Steps <= 0 {
		state = ""
	}
	if p.Done {
		state = or(p.Status, "done")
	}
	writeText(&b, 14, 23, "t", "start", cut(p.Title, 70))
	writeText(&b, panelWidth-14, 23, "t", "end", cut(state, 20))
	fmt.Fprintf(&b, `<rect class="p" x="14" y="33" width="%d" height="6" rx="3"/>`, panelWidth-28)
	if bar := p.part() * (panelWidth - 28); bar > 0 {
		fmt.Fprintf(&b, `<rect class="q" x="14" y="33" width="%.1f" height="6" rx="3"/>`, max(bar, 6))
	}
	writeText(&b, 14, 57, "l", "start", cut(strings.Join(p.facts(), " · "), 78))
	writeText(&b, panelWidth-14, 57, "f", "end", cut(p.Note, 28))
	p.curves(&b)
	b.WriteString(`</svg>`)
	return b.String()
}

// curves draws the loss and the held-out score between the references.
func (p Panel) curves(b *strings.Builder) {
	main, held := newCurve(p.Curve, palette[0]), newCurve(p.Held, palette[1])
	refs := newReferences(p.References)
	refs.lines = refs.lines[:min(len(refs.lines), 5)]
	if main == nil && held == nil {
		writeText(b, panelWidth/2, 136, "f", "middle", "no loss yet")
		return
	}
	low, high, last := math.Inf(1), math.Inf(-1), 1.
	if p.Steps > 0 {
		last = float64(p.Steps)
	}
	for _, k := range []*curve{main, held} {
		if k == nil {
			continue
		}
		k.main = few(k.main)
		_, xmax, _, _ := k.DataRange()
		last = max(last, xmax)
		for _, q := range k.main {
			if !q.gap() {
				low, high = min(low, q.y), max(high, q.y)
			}
		}
	}
	for _, r := range refs.lines {
		low, high = min(low, r.Y), max(high, r.Y)
	}
	pad := 0.05 * (high - low)
	if pad == 0 {
		pad = max(0.05*math.Abs(low), 1e-9)
	}
	low, high = low-pad, high+pad
	x := func(v float64) float64 { return curveLeft + (curveRight-curveLeft)*max(0, min(1, v/last)) }
	y := func(v float64) float64 { return curveBottom - (curveBottom-curveTop)*(v-low)/(high-low) }
	for _, t := range (Ticks{}).Ticks(low, high) {
		fmt.Fprintf(b, `<path class="g" d="M%.0f %.1fH%.0f"/>`, curveLeft, y(t.Value), curveRight)
		writeText(b, curveLeft-6, y(t.Value)+4, "f", "end", t.Label)
	}
	var want []float64
	for i := range refs.lines {
		want = append(want, -y(refs.lines[i].Y))
	}
	for i, at := range spread(want, 13, -curveBottom, -curveTop) {
		r := refs.lines[i]
		fmt.Fprintf(b, `<path class="d" d="M%.0f %.1fH%.0f"/>`, curveLeft, y(r.Y), curveRight)
		writeText(b, curveRight+6, -at+4, "f", "start", cut(r.Name, 15))
	}
	for k, c := range []*curve{main, held} {
		class := []string{"c", "h"}[k]
		if c != nil {
			fmt.Fprintf(b, `<path class="%s" d="%s"/>`, class, svgPath(c.main, x, y))
		}
	}
	if held != nil && held.name != "" {
		writeText(b, curveRight-4, curveTop+8, "k", "end", cut(held.name, 40))
	}
}

// few turns a curve into at most curvePoints points: the mean of each group of neighbours, as the panel is small.
func few(points []point) []point {
	if len(points) <= curvePoints {
		return points
	}
	out := make([]point, 0, curvePoints)
	for g := range curvePoints {
		var m point
		n := 0.
		for _, q := range points[g*len(points)/curvePoints : (g+1)*len(points)/curvePoints] {
			if !q.gap() {
				m.x, m.y, n = m.x+q.x, m.y+q.y, n+1
			}
		}
		if n > 0 {
			out = append(out, point{m.x / n, m.y / n})
		} else {
			out = append(out, point{math.NaN(), math.NaN()})
		}
	}
	return out
}

// svgPath writes points as an SVG path; a gap lifts the pen.
func svgPath(points []point, x, y func(float64) float64) string {
	var b strings.Builder
	down := false
	for _, q := range points {
		if q.gap() {
			down = false
			continue
		}
		command := "L"
		if !down {
			command, down = "M", true
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, x(q.x), y(q.y))
	}
	return b.String()
}

func writeText(b *strings.Builder, x, y float64, class, anchor, s string) {
	if s == "" {
		return
	}
	if anchor == "start" {
		fmt.Fprintf(b, `<text class="%s" x="%.0f" y="%.0f">%s</text>`, class, x, y, html.EscapeString(s))
		return
	}
	fmt.Fprintf(b, `<text class="%s" x="%.0f" y="%.0f" text-anchor="%s">%s</text>`, class, x, y, anchor, html.EscapeString(s))
}

// cut keeps the first n characters of a line, in text that XML allows.
func cut(s string, n int) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, oneLine(s)))
	if utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n-1]) + "…"
	}
	return s
}
