// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

// Tally adds errors up over pairs, each pixel counting once: those of all pixels, of pixels that can be seen in both
// pictures, and of the others. The zero value is empty.
type Tally struct{ all, matched, unmatched Errors }

// Add adds the errors of an estimate for a pair. A pair without a pixel whose movement is known is an error.
func (t *Tally) Add(p *Pair, estimate *Field) error {
	e, err := Compare(p.Flow, estimate, nil)
	if err != nil {
		return err
	}
	t.all = t.all.with(e)
	if p.Occluded == nil {
		return nil
	}
	if e, err := Compare(p.Flow, estimate, p.Matched()); err == nil { // the only new error is that no pixel counts
		t.matched = t.matched.with(e)
	}
	if e, err := Compare(p.Flow, estimate, p.Occluded); err == nil {
		t.unmatched = t.unmatched.with(e)
	}
	return nil
}

// All are the errors over all pixels whose movement is known.
func (t *Tally) All() Errors { return t.all }

// Matched are the errors over pixels that can be seen in both pictures; Valid is 0 where nobody knows of any.
func (t *Tally) Matched() Errors { return t.matched }

// Unmatched are the errors over pixels that can be seen in the first picture only.
func (t *Tally) Unmatched() Errors { return t.unmatched }

// with is the mean over the pixels of both.
func (e Errors) with(o Errors) Errors {
	a, b := float64(e.Valid), float64(o.Valid)
	mean := func(x, y float64) float64 { return (a*x + b*y) / (a + b) }
	return Errors{mean(e.EPE, o.EPE), mean(e.FlAll, o.FlAll), mean(e.Angular, o.Angular), e.Valid + o.Valid}
}
