// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Predictor fills in hidden bytes with a trained model.
type Predictor struct {
	length  int
	program *perceiver.Program
}

// NewPredictor makes the program that answers one window of text.
func (t *Task) NewPredictor(backend compute.Backend, w *perceiver.Weights) (*Predictor, error) {
	program, err := w.Compile(backend, "predict_language", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		var encoder, decoder *Node
		p.Tap = func(name string, value *Node) {
			switch name {
			case t.encoder.EncoderLayer(0).Name + ".probs":
				encoder = meanOverHeads(value)
			case t.decoder.Layer().Name + ".probs":
				decoder = meanOverHeads(value)
			}
		}
		x, err := t.inputs(p, in[0])
		if err != nil {
			return nil, err
		}
		z, err := t.latents(p, x, in[1])
		if err != nil {
			return nil, err
		}
		scores, err := t.outputs(p, z, x, nil)
		if err != nil {
			return nil, err
		}
		return []*Node{Softmax(scores, -1), encoder, decoder}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Predictor{t.length, program}, nil
}

// meanOverHeads turns [1, h, n, m] or [1, n, m] into [n, m].
func meanOverHeads(probs *Node) *Node {
	if probs.Rank() == 4 {
		probs = ReduceMean(probs, 1)
	}
	return Squeeze(probs, 0)
}

// Close frees the compiled program.
func (pr *Predictor) Close() { pr.program.Close() }

// Answer is what the model says of one window of n ids.
type Answer struct {
	Probabilities [][]float32 // [n][262]
	Encoder       [][]float64 // [N][n]: where each latent looks, mean over heads
	Decoder       [][]float64 // [n][N]: which latents each query asks, mean over heads
}

// Ask answers one window of at most as many ids as the model was trained on. A shorter window is filled up with
// padding that the model does not look at.
func (pr *Predictor) Ask(ids []int32) (*Answer, error) {
	n := len(ids)
	if n == 0 || n > pr.length {
		return nil, fmt.Errorf("the model takes 1 to %d bytes at once, got %d", pr.length, n)
	}
	for i, id := range ids {
		if id < 0 || id >= text.Vocabulary {
			return nil, fmt.Errorf("id %d at %d is not one of the %d ids of the tokenizer", id, i, text.Vocabulary)
		}
	}
	padded, mask := make([]int32, pr.length), make([]float32, pr.length)
	copy(padded, ids)
	for i := range n {
		mask[i] = 1
	}
	out, err := pr.program.Run(tensors.FromFlatDataAndDimensions(padded, 1, pr.length), tensors.FromFlatDataAndDimensions(mask, 1, pr.length))
	if err != nil {
		return nil, err
	}
	flat := make([][]float32, len(out))
	for i, t := range out {
		if flat[i], err = perceiver.Float32s(t); err != nil {
			return nil, err
		}
	}
	a := &Answer{}
	ids262 := out[0].Shape().Dim(-1)
	latents := out[1].Shape().Dim(0)
	for i := range n {
		a.Probabilities = append(a.Probabilities, flat[0][i*ids262:(i+1)*ids262])
		a.Decoder = append(a.Decoder, wide(flat[2][i*latents:(i+1)*latents]))
	}
	for k := range latents {
		a.Encoder = append(a.Encoder, wide(flat[1][k*pr.length:k*pr.length+n]))
	}
	for _, t := range out {
		_ = t.FinalizeAll()
	}
	return a, nil
}

func wide(row []float32) []float64 {
	out := make([]float64, len(row))
	for i, x := range row {
		out[i] = float64(x)
	}
	return out
}

// Predict implements tasks.Predictor: it fills in the hidden bytes of a text, given in one piece or word by word.
func (t *Task) Predict(_ context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	pr, err := t.NewPredictor(backend, w)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer pr.Close()
	f, err := pr.Fill(strings.Join(inputs, " "))
	if err != nil {
		return tasks.Prediction{}, err
	}
	return tasks.Prediction{Text: f.Text, JSON: f}, nil
}

// Filled is a text with its hidden bytes filled in.
type Filled struct {
	Text  string `json:"text"`  // invalid UTF-8 that the model may write is replaced
	Fills []Fill `json:"fills"` // in the order of the text
}

// Fill is one run of hidden bytes.
type Fill struct {
	From        int     `json:"from"` // index in the filled text of its first character
	Bytes       string  `json:"bytes"`
	Probability float64 `json:"probability"` // that the model gives to the bytes it wrote, mean over them
}

// blank is a run of two or more underscores.
var blank = regexp.MustCompile(`_{2,}`)

// Fill replaces each [MASK] by one byte, and each run of two or more underscores by as many bytes. The model writes the
// byte it is surest of, looks again, and so on. A text longer than the model's window is read through a window around
// each byte that is written.
func (pr *Predictor) Fill(masked string) (*Filled, error) {
	masked = blank.ReplaceAllStringFunc(masked, func(s string) string { return strings.Repeat("[MASK]", len(s)) })
	ids := text.Encode(masked)
	var holes []int
	for i, id := range ids {
		if id == text.Mask {
			holes = append(holes, i)
		}
	}
	if len(holes) == 0 {
		return nil, fmt.Errorf("nothing to fill in: write [MASK] for each hidden byte, or a run of underscores")
	}
	probability := map[int]float64{}
	for left := holes; len(left) > 0; {
		best, bestID, bestP := 0, int32(0), -1.0
		for _, w := range pr.windows(len(ids), left) {
			a, err := pr.Ask(ids[w.from:w.to])
			if err != nil {
				return nil, err
			}
			for k, hole := range left {
				if hole < w.from || hole >= w.to {
					continue
				}
				if id, p := likeliest(a.Probabilities[hole-w.from]); p > bestP {
					best, bestID, bestP = k, id, p
				}
			}
		}
		if bestP < 0 {
			return nil, errors.New("the model's answers are not numbers, so its weights are damaged or its training diverged; choose another checkpoint")
		}
		hole := left[best]
		ids[hole], probability[hole] = bestID, bestP
		left = append(append([]int{}, left[:best]...), left[best+1:]...)
	}
	return collect(ids, holes, probability), nil
}

type window struct{ from, to int }

// windows covers the holes with windows of the model's length, each around its first hole.
func (pr *Predictor) windows(n int, holes []int) []window {
	if n <= pr.length {
		return []window{{0, n}}
	}
	var ws []window
	for _, h := range holes {
		if len(ws) > 0 {
			// Near the end of a window a byte sees little of what comes after it, unless the text ends there too.
			if last := ws[len(ws)-1].to; last == n || h < last-pr.length/4 {
				continue
			}
		}
		from := min(max(0, h-pr.length/2), n-pr.length)
		ws = append(ws, window{from, from + pr.length})
	}
	return ws
}

// likeliest is the most probable byte; special ids are never written. Where no probability is a number, p is -1.
func likeliest(probabilities []float32) (id int32, p float64) {
	p = -1
	for i := text.FirstByte; i < len(probabilities); i++ {
		if float64(probabilities[i]) > p {
			id, p = int32(i), float64(probabilities[i])
		}
	}
	return id, p
}

func collect(ids []int32, holes []int, probability map[int]float64) *Filled {
	f := &Filled{Text: text.Decode(ids)}
	for i := 0; i < len(holes); {
		j := i
		sum := 0.0
		for j < len(holes) && holes[j] == holes[i]+j-i {
			sum += probability[holes[j]]
			j++
		}
		run := ids[holes[i] : holes[i]+j-i]
		f.Fills = append(f.Fills, Fill{From: place(f.Text, ids[:holes[i]]), Bytes: text.Decode(run), Probability: sum / float64(j-i)})
		i = j
	}
	return f
}

// place is where in the filled text the id after before is: the start of its character, if that began before it.
func place(filled string, before []int32) int {
	prefix := text.Decode(before)
	if !strings.HasPrefix(filled, prefix) { // the mark that stands for the beginning of a character is not in the whole
		prefix = strings.TrimSuffix(prefix, "\uFFFD")
	}
	return len(prefix)
}
