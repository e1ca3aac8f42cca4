// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package ffmpeg looks at videos and decodes their frames with the programs ffmpeg and ffprobe, which are looked for on the
// path. Files are handed over as arguments and come back through pipes: no shell, no temporary files, bounds on time and
// on bytes. A machine without the programs gets an error that says how to install them.
package ffmpeg
