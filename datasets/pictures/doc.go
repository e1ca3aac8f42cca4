// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package pictures holds labelled pictures: readers of the layouts in which collections of them come, a generator that
// needs no download, and the changes that are made to pictures in training.
//
//	set.go       what a collection is, and Open, which finds out what a path holds
//	folder.go    a folder for each class, as ImageNet and the picture version of CIFAR-10 have them
//	cifar.go     the binary batches of CIFAR-10
//	idx.go       the files of MNIST and of what copies its format
//	sheet.go     handwritten digits in the cells of one large picture
//	shapes.go    drawn shapes, a function of seed and index
//	augment.go, randaugment.go, mix.go   crops and flips, RandAugment, MixUp and CutMix
package pictures
