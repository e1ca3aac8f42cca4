// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package viz turns plain Go values into pictures: learning curves, bars, heat maps, texts with their masks filled in,
// drawings of the architecture, tables and the live panel of a running training.
//
// It knows no other package of the module. Charts are plots of gonum/plot in the style of the house and are returned
// as such, so that a user goes on with them; what a chart library has nothing for is a Drawing. Both are a Figure, and
// PNG makes a picture file of a Figure:
//
//	p := viz.Curves("Loss", "step", "bits per byte", series, viz.Reference{Name: "unigram", Y: 4.56})
//	png, err := viz.PNG(p, 0, 0)
//
// docs/gallery.md shows them all. The files of the package:
//
//	theme.go, ticks.go, colors.go   the style: fonts, axes, colours
//	png.go, pen.go                  from a figure to a file; the strokes that drawings are made of
//	curves.go, seeds.go, references.go   learning curves, with bands over seeds and dashed reference lines
//	intervals.go                    variants with the uncertainty of their means
//	pareto.go                       what trials reach for their cost
//	heatmap.go, celltexts.go        a matrix as coloured cells, and what is written into them
//	attention.go, glyphs.go         attention maps, and how bytes are written beside them
//	look.go, listen.go              attention over a picture, and over a sound
//	frames.go                       videos as strips of frames, sounds below each other
//	similarity.go                   how alike latents are
//	confusion.go                    which classes are taken for which
//	maskedtext.go                   a text window: seen, filled in, true
//	architecture.go, bars.go        encode, process, decode, with sizes; costs by stage
//	sound.go                        sounds as waves, and over time and frequency
//	table.go                        one table as text and as HTML
//	panel.go                        the live panel, an SVG
package viz
