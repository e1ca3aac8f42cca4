// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// tensor compares an output, the latents or the input array: the rows that are stored, a summary of all, and what
// would be decided by it.
func (c formulaCheck) tensor(name string, values []float32) error {
	want, bound := c.Outputs[name], c.Bounds[name]
	switch name {
	case "last_hidden_state":
		want = c.Latents
	case "preprocessed":
		want, bound = c.Inputs, max(bound, positionBound)
	}
	n := 1
	for _, d := range want.Shape {
		n *= d
	}
	if len(want.Shape) == 0 || n != len(values) {
		return fmt.Errorf("%s has %d values, expected shape %v", name, len(values), want.Shape)
	}
	if err := c.stored(name, want.Shape, values, bound); err != nil {
		return err
	}
	// One probe may have been lucky, so that it is not asked to be closer than the values are in the mean.
	noise := max(c.ProbeNoise[name], c.RMS[name]/noiseOfProbe)
	switch name {
	case "last_hidden_state":
		noise = c.ProbeNoise["trace"]
	case "preprocessed":
		noise = bound / noiseOfProbe
	}
	c.summary("probe "+name, name, values, want, noise, bound)
	last := want.Shape[len(want.Shape)-1]
	switch {
	case name == "logits" && c.ArgMax != nil:
		best := make([]int, len(c.ArgMax))
		for i := range best {
			best[i] = order(values[i*last : (i+1)*last])[0]
		}
		c.count("argmax", best, c.ArgMax, flips)
	case name == "logits" && c.Top10 != nil:
		c.count("top10", order(values)[:len(c.Top10)], c.Top10, 0)
	case name == "logits.label" && c.LabelTop10 != nil:
		c.count("label_top10", order(values)[:len(c.LabelTop10)], c.LabelTop10, 0)
	}
	return nil
}

// flips is how many of 2048 decisions may fall otherwise: the smallest lead is less than the bound on the scores.
const flips = 4

// stored compares the parts of a tensor that are stored: the whole, rows of it, or places of a field of vectors.
func (c formulaCheck) stored(name string, shape []int, values []float32, bound float64) error {
	for _, x := range c.file.Tensors() {
		key, precise := strings.CutPrefix(x.Name, "logits64")
		if precise {
			key = "logits" + key
		} else {
			key = x.Name
		}
		rest, ours := strings.CutPrefix(key, name)
		if !ours {
			continue
		}
		var got []float32
		switch rest {
		case "":
			got = values
		case ".values":
			rows, err := wholeNumbers(c.file, name+".rows")
			if err != nil {
				return err
			}
			width := shape[len(shape)-1]
			for _, r := range rows {
				if r < 0 || int(r) >= shape[1] {
					return fmt.Errorf("%s: there is no row %d", x.Name, r)
				}
				got = append(got, values[int(r)*width:(int(r)+1)*width]...)
			}
		case ".every16":
			for y := 0; y < shape[1]; y += 16 {
				for column := 0; column < shape[2]; column += 16 {
					i := (y*shape[2] + column) * shape[3]
					got = append(got, values[i:i+shape[3]]...)
				}
			}
		case ".row183":
			got = values[183*shape[2]*shape[3] : 184*shape[2]*shape[3]]
		default:
			continue
		}
		want, err := c.file.Float64s(x.Name)
		if err != nil {
			return err
		}
		c.report.add(compare(x.Name, x.Shape, got, want, bound))
		if limit := c.RMS[name]; limit > 0 && len(got) == len(want) {
			sum := 0.
			for i, w := range want {
				sum += (float64(got[i]) - w) * (float64(got[i]) - w)
			}
			c.report.add(compare("rms "+x.Name, x.Shape, []float32{float32(math.Sqrt(sum / float64(len(want))))}, []float64{0}, limit))
		}
	}
	return nil
}

// order is the indices of values, largest first.
func order(values []float32) []int {
	idx := make([]int, len(values))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	return idx
}
