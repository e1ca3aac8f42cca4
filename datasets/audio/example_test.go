// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// A short sound is written and read again.
func Example() {
	dir, err := os.MkdirTemp("", "sound")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "click.wav")
	if err := audio.WriteFile(path, &audio.Sound{Rate: 8000, Samples: []float32{0, 0.5, -0.5, 0}}); err != nil {
		fmt.Println(err)
		return
	}
	s, err := audio.ReadFile(path)
	fmt.Println(s.Rate, s.Samples, err)
	// Output: 8000 [0 0.5 -0.5 0] <nil>
}
