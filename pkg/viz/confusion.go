// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"math"
	"strconv"
)

// Confusion draws which classes a model takes for which: counts[truth][prediction], with a name for each class. The
// colour is the part of the row, the number in a cell counts examples, and a 0 is not written. Read off the diagonal
// how many of each class are right, and off the bright cells beside it what they are taken for instead; a bright column
// is a class that the model says too often. A class without examples is a grey row.
func Confusion(title string, classes []string, counts [][]int) *Drawing {
	m := Map{Title: title, Rows: classes, Columns: classes, RowAxis: "truth", ColumnAxis: "prediction", Unit: "part of the class", Max: 1}
	right, all := 0, 0
	for truth, row := range counts {
		sum := 0
		for _, n := range row {
			sum += max(n, 0)
		}
		if truth < len(row) {
			right += max(row[truth], 0)
		}
		all += sum
		parts, texts := make([]float64, len(row)), make([]string, len(row))
		for i, n := range row {
			parts[i] = math.NaN()
			if sum > 0 {
				parts[i] = float64(max(n, 0)) / float64(sum)
			}
			if n > 0 {
				texts[i] = strconv.Itoa(n)
			}
		}
		m.Values, m.Texts = append(m.Values, parts), append(m.Texts, texts)
	}
	if all > 0 {
		m.Remark = fmt.Sprintf("%d of %d examples are right, %s", right, all, percent(float64(right)/float64(all)))
	}
	return Heatmap(m)
}
