// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package language is masked byte modelling: a window of text with some of its bytes hidden goes in, and the model is
// asked for the byte at every position (Perceiver IO, 4.1). There is no tokenizer to train: the inputs are the 256
// bytes and 6 special ids.
package language

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

const vocabulary = text.Vocabulary

// Data is the section [data] of a language experiment.
type Data struct {
	Length      int     `toml:"length"`       // bytes in a window: M and O
	Masking     string  `toml:"masking"`      // "words": whole words, as in the paper; "bytes": single bytes
	MaskRate    float64 `toml:"mask_rate"`    // part of the words or bytes that is hidden
	EvalWindows int     `toml:"eval_windows"` // held-out windows, spread evenly over the held-out text
}

// Spec is the language task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults.
func NewSpec() tasks.Spec {
	return &Spec{Model: defaults(), Data: Data{Length: 64, Masking: "words", MaskRate: 0.15, EvalWindows: 1024}}
}

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	switch d := s.Data; {
	case d.Length < 2 || d.Length > 1<<16:
		return fmt.Errorf("data.length = %d: it must be between 2 and 65536 bytes", d.Length)
	case d.Masking != "words" && d.Masking != "bytes":
		return fmt.Errorf("data.masking = %q: it must be \"words\" or \"bytes\"", d.Masking)
	case !(d.MaskRate > 0 && d.MaskRate < 1):
		return fmt.Errorf("data.mask_rate = %g: it must be between 0 and 1", d.MaskRate)
	case d.EvalWindows < 1 || d.EvalWindows > 1<<20: // they are kept in memory
		return fmt.Errorf("data.eval_windows = %d: it must be between 1 and 1048576", d.EvalWindows)
	}
	_, err := s.Model.network(s.Data.Length)
	return err
}

// Task is a language model and its text.
type Task struct {
	*network
	data   Data
	batch  int
	seed   uint64
	corpus *text.Corpus
	train  *text.Sampler

	held [][]byte // held-out windows
}

// Open implements tasks.Spec. Options.Data is a text file, a folder of text files, or a name that package text knows.
func (s *Spec) Open(_ context.Context, o tasks.Options) (tasks.Task, error) {
	return s.open(o)
}

func (s *Spec) open(o tasks.Options) (*Task, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n, err := s.Model.network(s.Data.Length)
	if err != nil {
		return nil, err
	}
	if o.NoData {
		return &Task{network: n, data: s.Data, batch: max(1, o.Batch), seed: o.Seed}, nil
	}
	corpus, err := text.OpenCorpus(o.Data)
	if err != nil {
		return nil, err
	}
	if left := corpus.LeftOut(); left != "" && o.Say != nil {
		o.Say(left)
	}
	t := &Task{network: n, data: s.Data, batch: max(1, o.Batch), seed: o.Seed, corpus: corpus}
	if t.train, err = corpus.Train(s.Data.Length, o.Seed); err != nil {
		return nil, err
	}
	t.held, err = corpus.Eval(s.Data.Length, s.Data.EvalWindows)
	return t, err
}

// Params implements tasks.Task.
func (t *Task) Params() []perceiver.Param { return t.params() }

// Cost implements tasks.Task.
func (t *Task) Cost() perceiver.Cost { return t.cost() }

// Shapes implements tasks.Task.
func (t *Task) Shapes() tasks.Shapes { return t.shapes() }

// Architecture implements tasks.Task.
func (t *Task) Architecture() perceiver.Config { return t.encoder }

// TrainBatch implements tasks.Task: ids [B, M] int32 with hidden bytes, the true ids [B, M] int32, and which positions
// are hidden [B, M] float32.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.train == nil {
		return nil, errNoData
	}
	windows, err := t.train.Batch(step, t.batch)
	if err != nil {
		return nil, err
	}
	return t.masked(windows, t.seed, step)
}

var errNoData = errors.New("the task was opened without its data")

// evalSeed hides the same held-out bytes in every run, whatever its seed, so that runs can be compared.
const evalSeed = 20220125

// EvalExamples implements tasks.Task: the number of held-out windows, fewer than asked for where the text is short.
func (t *Task) EvalExamples() int { return len(t.held) }

// EvalBatches implements tasks.Task.
func (t *Task) EvalBatches() int { return (len(t.held) + t.batch - 1) / t.batch }

// EvalBatch implements tasks.Task. The last batch is filled up with windows whose positions do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	held := t.held
	if len(held) == 0 {
		return nil, errNoData
	}
	ids, truth, hidden := t.room()
	for row := range t.batch {
		w := i*t.batch + row
		counts := w < len(held)
		if !counts {
			w = len(held) - 1
		}
		t.fill(row, held[w], evalSeed, w, 0, ids, truth, hidden)
		if !counts {
			clear(hidden[row*t.length : (row+1)*t.length])
		}
	}
	return t.pack(ids, truth, hidden), nil
}

// HeldOut is held-out window i with the bytes hidden that evaluations hide.
func (t *Task) HeldOut(i int) (text.Masked, error) {
	if i < 0 || i >= len(t.held) {
		return text.Masked{}, fmt.Errorf("held-out window %d: there are %d, counted from 0", i, len(t.held))
	}
	return t.mask(t.held[i], evalSeed, i, 0), nil
}

func (t *Task) room() (ids, truth []int32, hidden []float32) {
	n := t.batch * t.length
	return make([]int32, n), make([]int32, n), make([]float32, n)
}

func (t *Task) masked(windows [][]byte, seed uint64, step int) (tasks.Batch, error) {
	ids, truth, hidden := t.room()
	for row, w := range windows {
		t.fill(row, w, seed, step, row, ids, truth, hidden)
	}
	return t.pack(ids, truth, hidden), nil
}

func (t *Task) fill(row int, window []byte, seed uint64, step, draw int, ids, truth []int32, hidden []float32) {
	masked := t.mask(window, seed, step, draw)
	copy(ids[row*t.length:], masked.IDs)
	copy(truth[row*t.length:], masked.Labels)
	for i, m := range masked.Masked {
		if m {
			hidden[row*t.length+i] = 1
		}
	}
}

func (t *Task) mask(window []byte, seed uint64, step, draw int) text.Masked {
	r := text.MaskRand(seed, step, draw)
	if t.data.Masking == "bytes" {
		return text.MaskBytes(window, t.data.MaskRate, r)
	}
	return text.MaskWords(window, t.data.MaskRate, r)
}

func (t *Task) pack(ids, truth []int32, hidden []float32) tasks.Batch {
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(ids, t.batch, t.length),
		tensors.FromFlatDataAndDimensions(truth, t.batch, t.length),
		tensors.FromFlatDataAndDimensions(hidden, t.batch, t.length),
	}
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	inputs, err := t.inputs(p, batch[0])
	if err != nil {
		return nil, err
	}
	return t.latents(p, inputs, nil)
}

// Outputs implements tasks.Task: scores [B, O', 262].
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, batch []*Node, rows *Node) (*Node, error) {
	inputs, err := t.inputs(p, batch[0])
	if err != nil {
		return nil, err
	}
	return t.outputs(p, latents, inputs, rows)
}

// Loss implements tasks.Task: the mean cross-entropy, in nats, over hidden positions.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	scores, err := t.Outputs(p, z, batch, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	var l tasks.Loss
	_, err = p.Catch("loss", func() *Node {
		hidden := ConvertDType(batch[2], scores.DType())
		nats, right := crossEntropy(scores, batch[1])
		count, total := ReduceAllSum(hidden), ReduceAllSum(Mul(nats, hidden))
		l.Value = Div(total, MaxScalar(count, 1))
		l.Sums = []tasks.NamedSum{{Name: "nats", Total: total, Count: count}, {Name: "right", Total: ReduceAllSum(Mul(right, hidden)), Count: count}}
		return l.Value
	})
	return l, err
}

// crossEntropy gives, for scores [B, O, E] and truth [B, O], the nats [B, O] that the truth costs, and 1 where the
// highest score is the truth's. Comparing with an iota costs less than a one-hot array.
func crossEntropy(scores, truth *Node) (nats, right *Node) {
	g, dims := scores.Graph(), scores.Shape().Dimensions
	highest := StopGradient(ReduceAndKeep(scores, ReduceMax, -1))
	shifted := Sub(scores, highest)
	id := Iota(g, shapes.Make(dtypes.Int32, dims...), len(dims)-1)
	of := Where(Equal(id, BroadcastToDims(ExpandDims(truth, -1), dims...)), shifted, ZerosLike(shifted))
	picked := ReduceSum(of, -1)
	nats = Sub(Log(ReduceSum(Exp(shifted), -1)), picked)
	right = ConvertDType(GreaterOrEqual(picked, ScalarZero(g, scores.DType())), scores.DType())
	return nats, StopGradient(right)
}

// Score implements tasks.Task.
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	return map[string]float64{
		"bits_per_masked_byte": sums["nats"].Mean() / math.Ln2,
		"accuracy":             sums["right"].Mean(),
	}
}

// Goal implements tasks.Task.
func (t *Task) Goal() tasks.Goal {
	return tasks.Goal{Metric: "bits_per_masked_byte", LowerIsBetter: true, LossScale: 1 / math.Ln2}
}

// Baselines implements tasks.Task: bits for each hidden byte of the held-out windows under count models fitted on the
// training text. The order-2 model sees the two true bytes before the hidden one, even where they are hidden too.
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.corpus == nil {
		return nil, errNoData
	}
	counts, err := text.Fit(ctx, t.corpus, 0)
	if err != nil {
		return nil, err
	}
	var unigram, order2, n float64
	for i, w := range t.held {
		bits := counts.Bits(w, t.mask(w, evalSeed, i, 0).Masked)
		unigram, order2, n = unigram+bits.Unigram, order2+bits.Order2, n+float64(bits.N)
	}
	return map[string]float64{"unigram_bits": unigram / n, "order2_bits": order2 / n}, nil
}
