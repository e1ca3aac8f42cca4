// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package flow holds optical flow: fields of movement with the files they are kept in, folders of pictures with ground
// truth, errors of an estimate, and a generator of pairs whose movement is known exactly.
//
//	field.go, compare.go, tally.go, move.go    a field, how far two are apart, warping and reversing
//	flo.go, kitti.go, pfm.go, ppm.go, file.go  files, chosen by their ending
//	folders.go                                 Middlebury, Sintel, KITTI and FlyingChairs folders
//	generate.go, layer.go, texture.go, look.go  moving layers of textures
//	augment.go                                 more pairs out of a pair
//
// Movement is in pixels everywhere: u to the right, v down.
package flow
