// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package ffmpeg_test

import (
	"context"
	"fmt"
	"os"

	"github.com/perceiver-go/perceiver/datasets/ffmpeg"
)

// Files that are not there are told by name, whether ffmpeg is installed or not.
func Example() {
	_, err := ffmpeg.Frames(context.Background(), "no such film.mp4", 32, 32, 25)
	fmt.Println(os.IsNotExist(err))
	// Output: true
}
