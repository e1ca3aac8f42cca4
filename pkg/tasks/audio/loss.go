// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Loss implements tasks.Task: the cross-entropy, in nats, of a softmax over the classes where a sound has one, and of a
// sigmoid for each class, their mean, where it has any number.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	y, err := t.outputs(p, z, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	var l tasks.Loss
	_, err = p.Catch("loss", func() *Node {
		scores, truth, counts := Squeeze(y, 1), batch[1], batch[2]
		nats := softmaxNats(scores, truth)
		if t.several {
			nats = sigmoidNats(scores, truth)
		}
		count, total := ReduceAllSum(counts), ReduceAllSum(Mul(nats, counts))
		l.Value = Div(total, MaxScalar(count, 1))
		l.Sums = []tasks.NamedSum{{Name: "nats", Total: total, Count: count}}
		if !t.several {
			// The highest score is the truth's.
			right := ConvertDType(GreaterOrEqual(ReduceSum(Mul(scores, truth), -1), ReduceMax(scores, -1)), scores.DType())
			l.Sums = append(l.Sums, tasks.NamedSum{Name: "right", Total: ReduceAllSum(Mul(StopGradient(right), counts)), Count: count})
		}
		return l.Value
	})
	return l, err
}

// softmaxNats are the nats [B] that the truth [B, E], parts that sum to 1, costs under scores [B, E].
func softmaxNats(scores, truth *Node) *Node {
	shifted := Sub(scores, StopGradient(ReduceAndKeep(scores, ReduceMax, -1)))
	return Sub(Log(ReduceSum(Exp(shifted), -1)), ReduceSum(Mul(shifted, truth), -1))
}

// sigmoidNats are the nats [B], mean over the classes, where each class is asked for by itself.
func sigmoidNats(scores, truth *Node) *Node {
	// log(1+exp(s)) - s·truth, without large exponents
	soft := Add(MaxScalar(scores, 0), Log(AddScalar(Exp(Neg(Abs(scores))), 1)))
	return ReduceMean(Sub(soft, Mul(scores, truth)), -1)
}

// Score implements tasks.Task. The mean average precision needs all sounds at once; see Measure.
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	m := map[string]float64{"nats": sums["nats"].Mean()}
	if !t.several {
		m["top1"] = sums["right"].Mean()
	}
	return m
}

// Measure implements tasks.Measurer: the mean average precision over the held-out clips, and, of a model of sound with
// film, the goal's metric where it only hears and where it only sees.
func (t *Task) Measure(ctx context.Context, backend compute.Backend, w *perceiver.Weights) (map[string]float64, error) {
	scores, truth, err := t.scores(ctx, backend, w, nil)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{"map": MeanAveragePrecision(scores, truth)}
	if t.data.Inputs == "both" {
		for name, present := range map[string][]float32{"sound": {1, 0}, "video": {0, 1}} {
			if scores, truth, err = t.scores(ctx, backend, w, present); err != nil {
				return nil, err
			}
			out[t.metric()+"_"+name+"_alone"] = t.rate(widen(scores), truth)
		}
	}
	return out, nil
}

// widen makes scores float64.
func widen(scores [][]float32) [][]float64 {
	out := make([][]float64, len(scores))
	for i, row := range scores {
		for _, x := range row {
			out[i] = append(out[i], float64(x))
		}
	}
	return out
}

// scores are those of all held-out clips, [clips][classes], with the truth. Present says, of a model of sound with film,
// which of both it gets; nil: both.
func (t *Task) scores(ctx context.Context, backend compute.Backend, w *perceiver.Weights, present []float32) (scores, truth [][]float32, err error) {
	program, err := w.Compile(backend, "score sounds", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := t.latents(p, t.senses(append(slices.Clone(in[:1]), append([]*Node{nil, nil}, in[1:]...)...)))
		if err != nil {
			return nil, err
		}
		y, err := t.outputs(p, z, nil)
		return []*Node{y}, err
	})
	if err != nil {
		return nil, nil, err
	}
	defer program.Close()
	for i := range t.EvalBatches() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		batch, err := t.EvalBatch(i)
		if err != nil {
			return nil, nil, err
		}
		if present != nil {
			_ = batch[4].FinalizeAll()
			batch[4] = tensors.FromFlatDataAndDimensions(slices.Repeat(present, t.batch), t.batch, 2)
		}
		out, err := program.Run(append(slices.Clone(batch[:1]), batch[3:]...)...)
		if err != nil {
			return nil, nil, err
		}
		flat, err := perceiver.Float32s(out[0])
		if err != nil {
			return nil, nil, err
		}
		all, err := perceiver.Float32s(batch[1])
		for _, x := range append(out, batch...) {
			_ = x.FinalizeAll()
		}
		if err != nil {
			return nil, nil, err
		}
		for row := range min(t.batch, t.EvalExamples()-i*t.batch) { // the last batch is filled up
			scores = append(scores, flat[row*len(t.labels):(row+1)*len(t.labels)])
			truth = append(truth, all[row*len(t.labels):(row+1)*len(t.labels)])
		}
	}
	return scores, truth, nil
}

// Goal implements tasks.Task.
func (t *Task) Goal() tasks.Goal { return tasks.Goal{Metric: t.metric()} }

func (t *Task) metric() string {
	if t.several {
		return "map"
	}
	return "top1"
}
