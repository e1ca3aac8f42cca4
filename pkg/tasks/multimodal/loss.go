// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// arrays are the inputs of the network in a batch.
func (t *Task) arrays(batch []*Node) map[string]*Node {
	return map[string]*Node{
		"in.audio": InsertAxes(batch[1], -1),
		"in.image": TransposeAllAxes(t.colours(batch), 0, 1, 4, 2, 3),
		"in.label": t.oneHot(batch),
	}
}

// colours are the frames of a batch with colours from 0 to 1.
func (t *Task) colours(batch []*Node) *Node {
	return MulScalar(ConvertDType(batch[0], batch[1].DType()), 1./255)
}

// oneHot is 1 for the class and 0 for the rest, [B, classes]; all 0 where the class is not known.
func (t *Task) oneHot(batch []*Node) *Node {
	b := batch[2].Shape().Dim(0)
	class := Iota(batch[2].Graph(), shapes.Make(batch[2].DType(), b, t.Classes), 1)
	return ConvertDType(Equal(class, BroadcastToDims(InsertAxes(batch[2], -1), b, t.Classes)), batch[1].DType())
}

// Loss implements tasks.Task: weight_audio times the mean absolute error of samples, weight_image times that of colours
// (or the mean squared one, see Data.ImageError), and weight_label times the cross-entropy of the class. In training some
// outputs are asked for, drawn anew for each example; else all of them are, pixels in parts of which one is in memory at a
// time.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	l := loss{t: t, p: p, batch: batch, latents: z, sums: map[string]*Node{}}
	if _, err := p.Catch("loss", func() *Node { l.truth(); return nil }); err != nil {
		return tasks.Loss{}, err
	}
	if p.Training() {
		err = l.some()
	} else {
		err = l.all()
	}
	if err != nil {
		return tasks.Loss{}, err
	}
	return l.whole()
}

// loss adds up what the parts of a decoding cost.
type loss struct {
	t       *Task
	p       *perceiver.Pass
	batch   []*Node
	latents *Node

	counts *Node            // [B, 1, 1], 1 for examples that count
	right  map[string]*Node // the sound patches [B, O, samples of a patch], the pixels [B, O, 3]
	sums   map[string]*Node // over all values: of absolute errors, "audio"; of squares, "audio_squares"; and so on
	values map[string]int   // of one example, in those sums
}

func (l *loss) truth() {
	t, b := l.t, l.batch[0].Shape().Dim(0)
	l.counts = InsertAxes(l.batch[3], -1, -1)
	l.right = map[string]*Node{
		audio: Reshape(l.batch[1], b, t.patches(), t.PatchSamples),
		image: Reshape(t.colours(l.batch), b, t.pixels(), colours),
	}
	l.values = map[string]int{}
}

// some asks for as many outputs as training pays for.
func (l *loss) some() error {
	patches := l.draw(l.t.data.TrainPatches, l.t.patches())
	return l.decode(map[string]*Node{audio: patches, image: l.draw(l.t.data.TrainPixels, l.t.pixels()), label: nil})
}

// draw draws rows [B, wanted] of so many, or nil, which are all. A row may be drawn twice.
func (l *loss) draw(wanted, of int) *Node {
	if wanted = asked(wanted, of); wanted == of {
		return nil
	}
	x := l.p.Random(shapes.Make(l.batch[1].DType(), l.batch[0].Shape().Dim(0), wanted))
	// A number just below 1 may round up to the row behind the last.
	return MinScalar(ConvertDType(MulScalar(x, of), dtypes.Int32), of-1)
}

// pixelsAtOnce bounds the pixels of a batch that are decoded together in an evaluation.
var pixelsAtOnce = 2 * decodedAtOnce

// all asks for everything: for the sound and the class at once, and for the pixels in parts.
func (l *loss) all() error {
	if err := l.decode(map[string]*Node{audio: nil, label: nil}); err != nil {
		return err
	}
	atOnce := max(1, pixelsAtOnce/l.batch[0].Shape().Dim(0))
	for from := 0; from < l.t.pixels(); from += atOnce {
		count := min(atOnce, l.t.pixels()-from)
		rows := AddScalar(Iota(l.p.Graph(), shapes.Make(dtypes.Int32, count), 0), from)
		if err := l.decode(map[string]*Node{image: rows}); err != nil {
			return err
		}
	}
	return nil
}

// decode asks for rows of some modalities and adds up how wrong the answers are.
func (l *loss) decode(asked map[string]*Node) error {
	out, err := l.t.decode(l.p, l.latents, asked)
	if err != nil {
		return err
	}
	for _, name := range modalities {
		y := out[name]
		switch {
		case y == nil:
		case name == label:
			_, err = l.p.Catch("loss", func() *Node { l.label(y); return nil })
		default:
			err = l.errors(name, y, asked[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errors adds up how far the answers y are from the truth in those rows.
func (l *loss) errors(name string, y, rows *Node) error {
	all := l.right[name]
	// What is true in some rows is picked as the features of a query are.
	pick := perceiver.Queries{Name: "truth", Count: all.Shape().Dim(1), Parts: []perceiver.QueryPart{perceiver.Features{Name: name, Dim: all.Shape().Dim(2)}}}
	truth, err := pick.Array(l.p, perceiver.QueryInput{Rows: rows, Features: map[string]*Node{name: all}})
	if err != nil {
		return err
	}
	_, err = l.p.Catch("loss", func() *Node {
		wrong := Mul(Sub(Reshape(y, truth.Shape().Dimensions...), truth), l.counts)
		l.add(name, ReduceAllSum(Abs(wrong)))
		l.add(name+"_squares", ReduceAllSum(Square(wrong)))
		l.values[name] += truth.Shape().Dim(1) * truth.Shape().Dim(2)
		return nil
	})
	return err
}

func (l *loss) add(name string, x *Node) {
	if sum := l.sums[name]; sum != nil {
		x = Add(sum, x)
	}
	l.sums[name] = x
}

// label adds up the nats that the true classes cost under the scores [B, classes], and how many have the highest score. An
// example without a class counts for neither.
func (l *loss) label(scores *Node) {
	truth := l.t.oneHot(l.batch)
	counts := Mul(l.batch[3], ReduceSum(truth, -1))
	highest := StopGradient(ReduceAndKeep(scores, ReduceMax, -1))
	shifted := Sub(scores, highest)
	picked := ReduceSum(Mul(truth, shifted), -1)
	nats := Sub(Log(ReduceSum(Exp(shifted), -1)), picked)
	right := ConvertDType(GreaterOrEqual(picked, ScalarZero(scores.Graph(), scores.DType())), scores.DType())
	l.add("labelled", ReduceAllSum(counts))
	l.add(label, ReduceAllSum(Mul(nats, counts)))
	l.add("right", StopGradient(ReduceAllSum(Mul(right, counts))))
}

// whole is the loss, and the sums behind the metrics.
func (l *loss) whole() (tasks.Loss, error) {
	var out tasks.Loss
	_, err := l.p.Catch("loss", func() *Node {
		examples := ReduceAllSum(l.batch[3])
		mean := func(name string, count *Node) *Node { return Div(l.sums[name], MaxScalar(count, 1)) }
		out.Value = MulScalar(mean(label, l.sums["labelled"]), l.t.data.WeightLabel)
		weights := map[string]float64{audio: l.t.data.WeightAudio, image: l.t.data.WeightImage}
		for _, name := range []string{audio, image} {
			count := MulScalar(examples, l.values[name])
			wrong := name
			if name == image {
				wrong = l.t.data.imageSum()
			}
			out.Value = Add(out.Value, MulScalar(mean(wrong, count), weights[name]))
			for _, sum := range []string{name, name + "_squares"} {
				out.Sums = append(out.Sums, tasks.NamedSum{Name: sum, Total: l.sums[sum], Count: count})
			}
		}
		for _, sum := range []string{label, "right"} {
			out.Sums = append(out.Sums, tasks.NamedSum{Name: sum, Total: l.sums[sum], Count: l.sums["labelled"]})
		}
		return out.Value
	})
	return out, err
}
