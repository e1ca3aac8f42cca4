// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import "math"

// Interval is the mean of some values and the half width of its 95 % confidence interval, by Student's t. With fewer
// than two values the half width is not known: NaN.
func Interval(values []float64) (mean, half float64) {
	n := float64(len(values))
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range values {
		mean += v / n
	}
	if n < 2 {
		return mean, math.NaN()
	}
	squares := 0.
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return mean, StudentT(0.975, n-1) * math.Sqrt(squares/(n-1)/n)
}

// StudentT is the p-quantile of Student's t distribution, for p in (0.5, 1) and a number of degrees of freedom of at
// least 1.
func StudentT(p, freedom float64) float64 {
	low, high := 0., 1.
	for tail(high, freedom) > 1-p {
		high *= 2
	}
	for range 200 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		if tail(middle, freedom) > 1-p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// tail is the probability that Student's t exceeds t >= 0.
func tail(t, freedom float64) float64 {
	return 0.5 * incompleteBeta(freedom/2, 0.5, freedom/(freedom+t*t))
}

// incompleteBeta is the regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and
// Stegun, 26.5.8), evaluated with Lentz's method.
func incompleteBeta(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - incompleteBeta(b, a, 1-x) // there the fraction converges quickly
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	const tiny = 1e-300
	guard := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1., 1/guard(1-(a+b)*x/(a+1))
	f := d
	for m := 1.; m < 1000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		for _, e := range []float64{even, odd} {
			d = 1 / guard(1+e*d)
			c = guard(1 + e/c)
			f *= c * d
		}
		if math.Abs(c*d-1) < 1e-15 {
			break
		}
	}
	return front * f / a
}
