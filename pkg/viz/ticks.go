// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Ticks marks a linear axis at 4 to 8 round numbers, all written with the same number of decimals.
type Ticks struct{}

// Ticks implements plot.Ticker.
func (Ticks) Ticks(low, high float64) []plot.Tick {
	span := high - low
	if !(span > 0) || math.IsInf(span, 0) {
		return nil
	}
	step := niceStep(span / 5)
	first := math.Ceil(low/step - 1e-9)
	var ticks []plot.Tick
	for i := 0.; i < 20; i++ {
		v := (first + i) * step
		if v > high+step*1e-9 {
			break
		}
		if v == 0 {
			v = 0 // without a sign
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: tickLabel(v, step, max(math.Abs(low), math.Abs(high)))})
	}
	return ticks
}

// niceStep is the number of the form 1, 2 or 5 times a power of ten that is nearest above x, more or less.
func niceStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	switch f := x / power; {
	case f < 1.5:
		return power
	case f < 3.2:
		return 2 * power
	case f < 7.2:
		return 5 * power
	}
	return 10 * power
}

// tickLabel writes v with the decimals that its step needs, in thousands, millions and so on where the axis is long.
func tickLabel(v, step, largest float64) string {
	suffix := ""
	if largest >= 10000 {
		i := min(int(math.Floor(math.Log10(largest)/3)), len(prefixes)-1)
		f := math.Pow(1000, float64(i))
		v, step, suffix = v/f, step/f, prefixes[i]
	}
	if largest >= 1e19 || step < 1e-6 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if v == 0 {
		return "0"
	}
	return strings.Replace(s, "-", "−", 1) + suffix
}

// LogTicks marks a logarithmic axis at the powers of ten, and at 2 and 5 times those where it is short.
type LogTicks struct{}

// Ticks implements plot.Ticker.
func (LogTicks) Ticks(low, high float64) []plot.Tick {
	if !(low > 0) || !(high > low) || math.IsInf(high, 0) {
		return nil
	}
	decades := math.Log10(high) - math.Log10(low)
	if decades < 0.7 { // hardly a curve: round numbers say more
		return Ticks{}.Ticks(low, high)
	}
	every := max(1, int(math.Ceil(decades/7)))
	var ticks []plot.Tick
	for e := int(math.Floor(math.Log10(low))); e <= int(math.Ceil(math.Log10(high))); e++ {
		for _, m := range []float64{1, 2, 3, 4, 5, 6, 7, 8, 9} {
			v := m * math.Pow(10, float64(e))
			if v < low*(1-1e-9) || v > high*(1+1e-9) {
				continue
			}
			t := plot.Tick{Value: v}
			if every == 1 && (m == 1 || decades < 3 && (m == 2 || m == 5)) || every > 1 && m == 1 && e%every == 0 {
				t.Label = logLabel(v)
			}
			if t.Label != "" || decades < 8 {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

func logLabel(v float64) string {
	if v < 1e-4 || v >= 1e15 {
		return strconv.FormatFloat(v, 'e', 0, 64)
	}
	if v < 1000 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return strings.ReplaceAll(Human(v, ""), " ", "")
}

var prefixes = []string{"", "k", "M", "G", "T", "P", "E"}

// Human writes a number with three digits and a unit: Human(201108230, "") is "201 M", Human(1.5e9, "FLOP") is
// "1.5 GFLOP". There is a narrow gap between number and unit; a number without either stands alone.
func Human(v float64, unit string) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v < 0:
		return "−" + Human(-v, unit)
	case math.IsInf(v, 0):
		return "∞"
	}
	i := 0
	for v >= 999.5 && i < len(prefixes)-1 {
		v /= 1000
		i++
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	switch {
	case v >= 1e6 || v > 0 && v < 0.001:
		s = strconv.FormatFloat(v, 'g', 3, 64)
	case v >= 99.95:
		s = strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		s = trim(strconv.FormatFloat(v, 'f', 1, 64))
	case v >= 0.9995:
		s = trim(strconv.FormatFloat(v, 'f', 2, 64))
	case v > 0:
		s = trim(strconv.FormatFloat(v, 'f', 3, 64))
	}
	if prefixes[i]+unit == "" {
		return s
	}
	return s + " " + prefixes[i] + unit
}

func trim(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
