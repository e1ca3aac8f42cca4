// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package linear_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks/linear"
)

func ExampleFit() {
	features := [][]float32{{0, 1}, {1, 0}, {0.1, 0.9}, {0.8, 0.2}}
	c, err := linear.Fit(context.Background(), features, []int{0, 1, 0, 1}, 2, linear.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Class([]float32{0.3, 0.7}), c.Class([]float32{0.7, 0.3}))
	// Output: 0 1
}

// Three clouds around points that differ in one feature each, beside features that say nothing or never change.
func clouds(n int, r *rand.Rand) (features [][]float32, class []int) {
	for i := range n {
		f := make([]float32, 10)
		for j := range 9 {
			f[j] = 100 * float32(r.NormFloat64())
		}
		f[i%3] += 400
		features, class = append(features, f), append(class, i%3)
	}
	return features, class
}

func TestFitTellsCloudsApart(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	train, class := clouds(300, r)
	c, err := linear.Fit(t.Context(), train, class, 3, linear.Options{})
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	test, class := clouds(300, r)
	for i, f := range test {
		if c.Class(f) == class[i] {
			right++
		}
	}
	if right < 280 {
		t.Errorf("%d of 300 are right", right)
	}
	sum := 0.
	for _, p := range c.Probabilities(test[0]) {
		sum += p
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("the probabilities add up to %g", sum)
	}
}

func TestFitCanBeStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := linear.Fit(ctx, [][]float32{{1}}, []int{0}, 1, linear.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
