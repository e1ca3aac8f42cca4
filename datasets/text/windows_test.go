// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestSampler(t *testing.T) {
	root := folder(t, map[string]string{"a.txt": numbers(0, 30_000), "b.txt": numbers(50_000, 20_000)})
	batch := func(seed uint64, step int) [][]byte {
		s, err := open(t, root).Train(40, seed)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Batch(step, 16)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	first := batch(3, 7)
	if !reflect.DeepEqual(batch(3, 7), first) {
		t.Error("a batch is not a function of seed and step")
	}
	for name, other := range map[string][][]byte{"seed": batch(4, 7), "step": batch(3, 8)} {
		if reflect.DeepEqual(other, first) {
			t.Errorf("another %s gives the same batch", name)
		}
	}
	distinct := map[string]bool{}
	for _, w := range first {
		distinct[string(w)] = true
	}
	if len(distinct) < 14 {
		t.Errorf("of 16 windows only %d differ", len(distinct))
	}
}

// Every place where a window fits is drawn, the last of a segment as the first.
func TestSamplerReachesEveryPlace(t *testing.T) {
	root := folder(t, map[string]string{"a": "0123456789abcdefghijklm"})
	c := open(t, root)
	c.train = []segment{{0, 0, 5}, {0, 6, 8}, {0, 10, 13}}
	s, err := c.Train(3, 1)
	if err != nil {
		t.Fatal(err)
	}
	windows, err := s.Batch(0, 300)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, w := range windows {
		count[string(w)]++
	}
	for _, w := range []string{"012", "123", "234", "abc"} {
		if count[w] < 40 {
			t.Errorf("%q is drawn %d times of 300, want about 75", w, count[w])
		}
	}
	if len(count) != 4 {
		t.Errorf("windows reach over the ends of segments: %v", count)
	}
}

func TestEvalIsSpreadEvenly(t *testing.T) {
	c := open(t, folder(t, map[string]string{"a": numbers(0, 2_000_000)}))
	w, err := c.Eval(64, 50)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Eval(64, 50)
	if err != nil || !reflect.DeepEqual(w, again) {
		t.Errorf("held-out windows change: %v", err)
	}
	// The text is ascending, 250,000 numbers in lines of 8 bytes, and so are its windows, from its start to its end.
	for i := range w {
		_, line, _ := strings.Cut(string(w[i]), "\n")
		number, err := strconv.Atoi(line[:7])
		if err != nil {
			t.Fatal(err)
		}
		if at, want := float64(number)/250_000, float64(i)/50; math.Abs(at-want) > 0.08 {
			t.Errorf("window %d is at %.2f of the text, want about %.2f", i, at, want)
		}
	}
	c.held = []segment{{0, 100, 110}}
	if w, err := c.Eval(8, 50); err != nil || len(w) != 3 {
		t.Errorf("10 bytes have 3 windows of 8, got %d (%v)", len(w), err)
	}
}

// Many files are read by many at once with a bounded number of open files.
func TestOpenFilesAreBounded(t *testing.T) {
	files := map[string]string{}
	for i := range 3 * maxOpen {
		files[fmt.Sprintf("%d.txt", i)] = numbers(i*100, 400)
	}
	c := open(t, folder(t, files))
	s, err := c.Train(50, 1)
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Batch(0, 200)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, err := s.Batch(0, 200); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("read at the same time, the windows differ: %v", err)
			}
		})
	}
	wait.Wait()
	if n := len(c.open.files); n == 0 || n > maxOpen {
		t.Errorf("%d files are open, want at most %d", n, maxOpen)
	}
	c.Close()
	if n := len(c.open.files); n != 0 {
		t.Errorf("%d files are open after Close", n)
	}
	if got, err := s.Batch(0, 200); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("after Close: %v", err)
	}
}

func TestFileThatShrinks(t *testing.T) {
	root := folder(t, map[string]string{"a": numbers(0, 100_000)})
	c := open(t, root)
	s, err := c.Train(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(c.files[0].path, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Batch(0, 64); err == nil || !strings.Contains(err.Error(), c.files[0].path) || !strings.Contains(err.Error(), "changed") {
		t.Errorf("the error is %v", err)
	}
}
