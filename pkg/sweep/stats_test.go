// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"math"
	"testing"
)

// TestStudentT compares with the table of critical values in the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
func TestStudentT(t *testing.T) {
	for _, c := range []struct{ p, freedom, want float64 }{
		{0.975, 1, 12.706}, {0.975, 2, 4.303}, {0.975, 3, 3.182}, {0.975, 4, 2.776}, {0.975, 9, 2.262}, {0.975, 30, 2.042}, {0.975, 100, 1.984},
		{0.95, 1, 6.314}, {0.95, 5, 2.015}, {0.995, 2, 9.925}, {0.999, 10, 4.143}, {0.90, 20, 1.325},
	} {
		if got := StudentT(c.p, c.freedom); math.Abs(got-c.want) > 0.001 { // some entries of the table are cut off, not rounded
			t.Errorf("t(%g, %g) = %.4f, the table says %g", c.p, c.freedom, got, c.want)
		}
	}
	if got := StudentT(0.975, 1e7); math.Abs(got-1.959964) > 1e-5 {
		t.Errorf("with many degrees of freedom it is %g, the normal distribution has 1.959964", got)
	}
}

func TestInterval(t *testing.T) {
	// Student's own example (The Probable Error of a Mean, 1908, section IX): the additional hours of sleep of 10
	// patients, mean 1.58 and standard deviation 1.23; the interval is that of R's t.test of the same numbers.
	mean, half := Interval([]float64{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4})
	if math.Abs(mean-1.58) > 1e-12 || math.Abs(mean-half-0.7001142) > 1e-6 || math.Abs(mean+half-2.4598858) > 1e-6 {
		t.Errorf("mean %g, interval %g to %g", mean, mean-half, mean+half)
	}
	if mean, half := Interval([]float64{3}); mean != 3 || !math.IsNaN(half) {
		t.Errorf("of one value: %g ± %g", mean, half)
	}
	if mean, half := Interval(nil); !math.IsNaN(mean) || !math.IsNaN(half) {
		t.Errorf("of none: %g ± %g", mean, half)
	}
	if mean, half := Interval([]float64{2, 2, 2}); mean != 2 || half != 0 {
		t.Errorf("of equal values: %g ± %g", mean, half)
	}
}
