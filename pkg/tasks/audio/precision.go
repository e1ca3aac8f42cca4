// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"cmp"
	"slices"
)

// MeanAveragePrecision is the mean over the classes of the average precision, the metric of AudioSet: sounds are put in the
// order of their scores of a class, and at the place of each sound that has the class, the part of those so far that have
// it is noted; the mean of these is the class's. A class that no sound has is left out; without any class it is 0. Scores and truth are
// [sounds][classes]; sounds of equal scores share one place, so that a model that cannot tell them apart gains nothing
// from their order.
func MeanAveragePrecision(scores, truth [][]float32) float64 {
	sum, classes := 0., 0
	for k := 0; len(scores) > 0 && k < len(scores[0]); k++ {
		if ap, ok := averagePrecision(scores, truth, k); ok {
			sum, classes = sum+ap, classes+1
		}
	}
	return sum / float64(max(1, classes))
}

func averagePrecision(scores, truth [][]float32, class int) (ap float64, ok bool) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	at := func(i int) float32 { return scores[order[i]][class] }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b][class], scores[a][class]) })
	found, sum := 0., 0.
	for i := 0; i < len(order); {
		j, here := i, 0.
		for j < len(order) && cmp.Compare(at(j), at(i)) == 0 {
			if truth[order[j]][class] > 0 {
				here++
			}
			j++
		}
		found += here
		sum += here * found / float64(j)
		i = j
	}
	return sum / found, found > 0
}
