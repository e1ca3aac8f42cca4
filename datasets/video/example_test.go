// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video_test

import (
	"fmt"
	"log"

	"github.com/perceiver-go/perceiver/datasets/video"
)

// A generated clip: its class, its video and its sound.
func Example() {
	shapes := video.Shapes{Format: video.Format{Frames: 16, Height: 32, Width: 32, Samples: 2560, Speed: 25}, Held: 100}
	clip, err := shapes.HeldOut(3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shapes.Classes())
	fmt.Printf("%s: a %s, %d colours and %d samples\n", clip.Name, shapes.Classes()[clip.Label], len(clip.Video), len(clip.Audio))
	// Output:
	// [disc square triangle cross ring star]
	// held-out generated clip 3: a triangle, 49152 colours and 2560 samples
}
