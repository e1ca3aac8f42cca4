// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package tasks_test

import (
	"fmt"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func ExampleClassify() {
	c := tasks.Classify("cat.jpg", []float32{0.1, 0.6, 0.3}, []string{"ship", "cat", "dog"}, 2)
	fmt.Println(tasks.Classifications{c}.Prediction().Text)
	// Output:
	// cat.jpg
	//    60.0 %  cat
	//    30.0 %  dog
}

func TestClassifyKeepsTheOrderOfEqualClassesAndNamesAll(t *testing.T) {
	c := tasks.Classify("x", []float32{0.5, 0.5}, []string{"", "b"}, 9)
	if len(c.Classes) != 2 || c.Classes[0].Label != "class 0" || c.Classes[1].Class != 1 {
		t.Errorf("got %+v", c.Classes)
	}
}
