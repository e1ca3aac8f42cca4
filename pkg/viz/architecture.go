// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Architecture is what the drawing of a Perceiver IO needs to know, in the letters of the paper.
type Architecture struct {
	Title string

	M, C int // input array: M elements of C channels
	N, D int // latent array
	O, Q int // query array: O queries of Q channels
	E    int // channels of an output

	CrossAttends int // encoder cross-attentions; 0: 1
	Blocks       int // times the stack of latent layers runs; 0: 1
	Layers       int // distinct layers in a stack
	Unshared     bool

	CrossHeads, SelfHeads, DecoderHeads int // 0: not written

	Input, Query, Output string // what the arrays hold, such as "bytes"; may be empty
}

// Sizes of the drawing in points.
const (
	archWidth  = 584.
	archHeight = 272.
	archMiddle = 112. // of the row of latents
	archFloor  = 230. // under the input and query arrays
	boxWidth   = 70.
	boxHeight  = 40.
)

var (
	inputColor  = palette[0]
	latentColor = palette[2]
	queryColor  = palette[4]
	outputColor = palette[1]
)

// Diagram draws a configuration in the manner of the paper: the input array is encoded into the latents by
// cross-attention, the latents are processed by self-attention, and the queries are decoded from them. Arrays are as
// tall as they have elements and as wide as they have channels, on a logarithmic scale.
func Diagram(a Architecture) *Drawing {
	return &Drawing{vg.Length(archWidth), vg.Length(archHeight), func(p pen) { a.draw(p) }}
}

func (a Architecture) draw(p pen) {
	const (
		latentX, encodeX, processX, decodeX, outputX = 52., 148., 290., 432., 531.
	)
	blocks, crosses := max(a.Blocks, 1), max(a.CrossAttends, 1)
	p.text(12, 14, shorten(a.Title, bold(11), archWidth-24), bold(11), ink, left)
	for _, s := range []struct {
		name string
		x, w float64
	}{{"Encode", encodeX, 106}, {"Process", processX, 140}, {"Decode", decodeX, 106}} {
		p.rounded(s.x-s.w/2, 34, s.w, archHeight-44, 6, mist)
		p.text(s.x, 46, s.name, bold(9), label, center)
	}

	// Arrows first: boxes and arrays cover their ends.
	flow := func(points ...[2]float64) { p.arrow(1, label, points...) }
	flow([2]float64{latentX, archMiddle}, [2]float64{encodeX - boxWidth/2, archMiddle})
	flow([2]float64{encodeX, archMiddle}, [2]float64{processX - boxWidth/2, archMiddle})
	flow([2]float64{processX, archMiddle}, [2]float64{decodeX - boxWidth/2, archMiddle})
	_, queryTall := extent(a.O, a.Q)
	_, inputTall := extent(a.M, a.C)
	flow([2]float64{encodeX, archFloor - inputTall}, [2]float64{encodeX, archMiddle + boxHeight/2})
	flow([2]float64{decodeX, archFloor - queryTall}, [2]float64{decodeX, archMiddle + boxHeight/2})
	wide, _ := extent(a.O, a.E)
	flow([2]float64{decodeX, archMiddle}, [2]float64{outputX - wide/2 - 1, archMiddle})

	small := func(x, y float64, s string, at align) { p.text(x, y, s, sans(7.5), faint, at) }
	small(encodeX-boxWidth/2-8, archMiddle-6, "Q", right)
	small(encodeX+4, archMiddle+boxHeight/2+10, "K, V", left)
	small(decodeX-boxWidth/2-8, archMiddle-6, "K, V", right)
	small(decodeX+4, archMiddle+boxHeight/2+10, "Q", left)

	p.array(latentX, archMiddle, a.N, a.D, latentColor, "latents", dims(a.N, "N", a.D, "D"))
	p.array(encodeX, archFloor-inputTall/2, a.M, a.C, inputColor, or(a.Input, "inputs"), dims(a.M, "M", a.C, "C"))
	p.array(decodeX, archFloor-queryTall/2, a.O, a.Q, queryColor, or(a.Query, "queries"), dims(a.O, "O", a.Q, "Q"))
	p.array(outputX, archMiddle, a.O, a.E, outputColor, or(a.Output, "outputs"), dims(a.O, "O", a.E, "E"))

	p.module(encodeX, "cross-", "attention", heads(a.CrossHeads), inputColor, 1)
	p.module(processX, "self-", "attention", heads(a.SelfHeads), latentColor, min(max(blocks*a.Layers, 1), 3))
	p.module(decodeX, "cross-", "attention", heads(a.DecoderHeads), queryColor, 1)

	if crosses > 1 {
		p.text(encodeX, archMiddle-boxHeight/2-11, fmt.Sprintf("× %d, between blocks", crosses), sans(8), label, center)
	}
	p.text(processX, archMiddle-boxHeight/2-19, depth(blocks, a.Layers), bold(9), ink, center)
	if blocks > 1 {
		weights := "blocks share their weights"
		if a.Unshared {
			weights = "each block has its own weights"
		}
		p.text(processX, archFloor-27, weights, sans(8), faint, center)
	}
	p.text(processX, archFloor-11, fmt.Sprintf("%s latents attend", count(a.N)), sans(8), faint, center)
	p.text(processX, archFloor, "to each other", sans(8), faint, center)
}

// depth names the latent tower.
func depth(blocks, layers int) string {
	if blocks == 1 {
		if layers == 1 {
			return "1 layer"
		}
		return fmt.Sprintf("%d layers", layers)
	}
	return fmt.Sprintf("%d blocks × %d layers", blocks, layers)
}

func heads(n int) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return "1 head"
	}
	return fmt.Sprintf("%d heads", n)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// count writes a size with its thousands apart.
func count(n int) string {
	s := fmt.Sprint(max(n, 0))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func dims(n int, nName string, c int, cName string) string {
	return fmt.Sprintf("%s × %s = %s × %s", nName, cName, count(n), count(c))
}

// extent is the size in points of an array of n elements and c channels.
func extent(n, c int) (wide, tall float64) {
	size := func(k int, most float64) float64 {
		return min(10+4.2*math.Log2(float64(max(k, 1))+1), most)
	}
	return size(c, 52), size(n, 60)
}

// array draws an array around a middle, with its name above and its size below.
func (p pen) array(x, y float64, n, c int, col color.RGBA, name, size string) {
	w, h := extent(n, c)
	p.box(x-w/2, y-h/2, w, h, mix(paper, col, 0.28))
	for i := 1.; i < h/7; i++ {
		p.path(0.4, mix(paper, col, 0.6), false, [2]float64{x - w/2, y - h/2 + 7*i}, [2]float64{x + w/2, y - h/2 + 7*i})
	}
	for i := 1.; i < w/7; i++ {
		p.path(0.4, mix(paper, col, 0.6), false, [2]float64{x - w/2 + 7*i, y - h/2}, [2]float64{x - w/2 + 7*i, y + h/2})
	}
	p.frame(x-w/2, y-h/2, w, h, 0.9, col)
	p.text(x, y+h/2+9, shorten(name, bold(8), 96), bold(8), ink, center)
	p.text(x, y+h/2+20, size, sans(8), label, center)
}

// module draws an attention layer, as a pile where there are several.
func (p pen) module(x float64, first, second, remark string, col color.RGBA, pile int) {
	for i := pile - 1; i >= 0; i-- {
		d := 4 * float64(i)
		p.rounded(x-boxWidth/2+d-0.9, archMiddle-boxHeight/2-d-0.9, boxWidth+1.8, boxHeight+1.8, 5, col)
		p.rounded(x-boxWidth/2+d, archMiddle-boxHeight/2-d, boxWidth, boxHeight, 4.2, mix(paper, col, 0.14))
	}
	y := archMiddle
	if remark != "" {
		y -= 5
		p.text(x, archMiddle+13, remark, sans(7.5), label, center)
	}
	p.text(x, y-5, first, bold(8.5), ink, center)
	p.text(x, y+5, second, bold(8.5), ink, center)
}
