// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package video holds short clips of video with aligned sound and a class: a generator that needs no download, a
// composer of real digits and real voices, and the files that people have.
//
//	clip.go                    a clip, its format, and what a source of clips is
//	shapes.go, outline.go      generated clips: moving shapes, whose form sets the tone
//	digits.go, voices.go       written digits that move while the same digit is spoken
//	files.go, frames.go        GIFs, folders of pictures, and videos, cut into clips
//	ffmpeg.go                  videos and compressed sound, through the program ffmpeg
//	gif.go                     clips as files to look at
//
// A clip has the colours red, green and blue as bytes, frame by frame and row by row, and samples from -1 to 1.
package video
