// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestCrossEntropy(t *testing.T) { backendtest.Each(t, testCrossEntropy) }

func testCrossEntropy(t *testing.T, b compute.Backend) {
	scores := []float32{1, 2, 3, 0, 0, 0, -1000, 1000, 0, 2, 2, -5} // [2, 2, 3]
	truth := []int32{2, 1, 0, 0}
	log := func(x ...float64) float64 { // log of the sum of exponentials
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(v)
		}
		return math.Log(sum)
	}
	nats := []float64{log(1, 2, 3) - 3, math.Log(3), 2000, log(2, 2, -5) - 2}
	right := []float32{1, 1, 0, 1} // the highest score, alone or with others
	w, err := perceiver.NewWeights(nil, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	in := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(scores, 2, 2, 3), tensors.FromFlatDataAndDimensions(truth, 2, 2)}
	out := perceivertest.Run(t, b, w, in, func(_ *perceiver.Pass, in []*Node) ([]*Node, error) {
		nats, right := crossEntropy(in[0], in[1])
		return []*Node{nats, right, Gradient(ReduceAllSum(nats), in[0])[0]}, nil
	})
	for i := range nats {
		if math.Abs(float64(out[0][i])-nats[i]) > 1e-5*(1+nats[i]) {
			t.Errorf("place %d costs %g nats, want %g", i, out[0][i], nats[i])
		}
	}
	if !slices.Equal(out[1], right) {
		t.Errorf("right are %v, want %v", out[1], right)
	}
	// The gradient is the softmax, less 1 at the truth.
	for i := range scores {
		row := scores[i/3*3 : i/3*3+3]
		want := math.Exp(float64(scores[i]) - float64(slices.Max(row)) - log(float64(row[0]-slices.Max(row)), float64(row[1]-slices.Max(row)), float64(row[2]-slices.Max(row))))
		if int(truth[i/3]) == i%3 {
			want--
		}
		if math.Abs(float64(out[2][i])-want) > 1e-5 {
			t.Errorf("the gradient of score %d is %g, want %g", i, out[2][i], want)
		}
	}
}

// The loss and its sums follow from the scores at the hidden places alone.
func TestLoss(t *testing.T) { backendtest.Each(t, testLoss) }

func testLoss(t *testing.T, b compute.Backend) {
	task := openTask(t, smallSpec(), tasks.Options{Batch: 3, Seed: 4})
	batch, err := task.TrainBatch(2)
	if err != nil {
		t.Fatal(err)
	}
	out := perceivertest.Run(t, b, perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		scores, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		loss, err := task.Loss(p, in)
		if err != nil {
			return nil, err
		}
		return []*Node{scores, loss.Value, loss.Sums[0].Total, loss.Sums[0].Count, loss.Sums[1].Total, loss.Sums[1].Count}, nil
	})
	var nats, right, count float64
	for i, id := range ints(t, batch[1]) {
		if floats(t, batch[2])[i] == 0 {
			continue
		}
		row, sum := out[0][i*vocabulary:(i+1)*vocabulary], 0.0
		for _, x := range row {
			sum += math.Exp(float64(x - row[id]))
		}
		nats += math.Log(sum)
		if row[id] == slices.Max(row) {
			right++
		}
		count++
	}
	for i, want := range []float64{nats / count, nats, count, right, count} {
		if got := float64(out[i+1][0]); math.Abs(got-want) > 1e-4*(1+want) {
			t.Errorf("output %d is %g, want %g", i, got, want)
		}
	}
	score := task.Score(map[string]tasks.Sum{"nats": {Total: nats, Count: count}, "right": {Total: right, Count: count}})
	if math.Abs(score["bits_per_masked_byte"]-nats/count/math.Ln2) > 1e-12 || score["accuracy"] != right/count {
		t.Errorf("the scores are %v", score)
	}
	if task.Goal().Metric != "bits_per_masked_byte" || !task.Goal().LowerIsBetter {
		t.Errorf("the goal is %+v", task.Goal())
	}
}

// Decoding in parts gives the numbers of decoding at once, for every kind of query and read-out.
func TestDecodingInParts(t *testing.T) {
	for _, queries := range []string{"learned", "fourier", "inputs"} {
		for _, readout := range []string{"tied", "linear"} {
			s := smallSpec()
			s.Model.Queries, s.Model.Readout = queries, readout
			task := openTask(t, s, tasks.Options{Batch: 2})
			batch, err := task.TrainBatch(0)
			if err != nil {
				t.Fatal(err)
			}
			rows := []int32{3, 0, 11, 5, 4, 1, 2, 10, 9, 6, 7, 8}
			out := perceivertest.Run(t, backendtest.Pure(t), perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
				z, err := task.Latents(p, in)
				if err != nil {
					return nil, err
				}
				whole, err := task.Outputs(p, z, in, nil)
				if err != nil {
					return nil, err
				}
				outs := []*Node{whole}
				for from := 0; from < len(rows); from += 5 {
					part, err := task.Outputs(p, z, in, Const(p.Graph(), rows[from:min(from+5, len(rows))]))
					if err != nil {
						return nil, err
					}
					outs = append(outs, part)
				}
				return outs, nil
			})
			spread := slices.Max(out[0]) - slices.Min(out[0])
			for i, row := range rows {
				n := min(5, len(rows)-i/5*5)
				for b := range 2 {
					for e := range vocabulary {
						got, want := out[1+i/5][(b*n+i%5)*vocabulary+e], out[0][(b*12+int(row))*vocabulary+e]
						if math.Abs(float64(got-want)) > 1e-5*float64(spread) {
							t.Fatalf("%s, %s: score %d of row %d is %g alone, %g among all", queries, readout, e, row, got, want)
						}
					}
				}
			}
		}
	}
}

// A batch shows the model the text, but for the hidden places.
func TestTrainBatches(t *testing.T) {
	for _, masking := range []string{"words", "bytes"} {
		s := smallSpec()
		s.Data.Masking = masking
		path := textFile(t, 20_000)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		task := openTask(t, s, tasks.Options{Batch: 4, Seed: 9, Data: path})
		batch, err := task.TrainBatch(3)
		if err != nil {
			t.Fatal(err)
		}
		ids, truth, hidden := ints(t, batch[0]), ints(t, batch[1]), floats(t, batch[2])
		for row := range 4 {
			window, some := text.Decode(truth[row*12:(row+1)*12]), false
			if !strings.Contains(string(whole), window) {
				t.Errorf("%s: %q is not in the text", masking, window)
			}
			for i := row * 12; i < (row+1)*12; i++ {
				want := truth[i]
				if hidden[i] == 1 {
					want, some = text.Mask, true
				}
				if ids[i] != want {
					t.Errorf("%s: id %d is %d, want %d", masking, i, ids[i], want)
				}
			}
			if !some {
				t.Errorf("%s: nothing is hidden in row %d", masking, row)
			}
		}
		for name, test := range map[string]struct {
			seed uint64
			step int
			same bool
		}{"again": {9, 3, true}, "step": {9, 4, false}, "seed": {10, 3, false}} {
			other, err := openTask(t, s, tasks.Options{Batch: 4, Seed: test.seed, Data: path}).TrainBatch(test.step)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Equal(ints(t, other[0]), ids) != test.same {
				t.Errorf("%s, %s: the batch is the same: %v, want %v", masking, name, !test.same, test.same)
			}
			if masking == "bytes" && slices.Equal(floats(t, other[2]), hidden) != test.same {
				t.Errorf("%s: the same places are hidden: %v, want %v", name, !test.same, test.same)
			}
		}
	}
}

// The held-out windows and what is hidden in them depend neither on the seed nor on the size of the batch, and rows
// that fill up the last batch do not count.
func TestEvalBatches(t *testing.T) {
	path := textFile(t, 20_000)
	rows := func(seed uint64, size int) (all [][]int32) {
		task := openTask(t, smallSpec(), tasks.Options{Batch: size, Seed: seed, Data: path})
		if want := (7 + size - 1) / size; task.EvalBatches() != want {
			t.Fatalf("%d batches of %d, want %d", task.EvalBatches(), size, want)
		}
		for i := range task.EvalBatches() {
			batch, err := task.EvalBatch(i)
			if err != nil {
				t.Fatal(err)
			}
			ids, truth, hidden := ints(t, batch[0]), ints(t, batch[1]), floats(t, batch[2])
			for row := range size {
				from, to := row*12, (row+1)*12
				if i*size+row >= 7 {
					if slices.Max(hidden[from:to]) != 0 {
						t.Errorf("row %d of the last batch of %d counts", row, size)
					}
					continue
				}
				if slices.Max(hidden[from:to]) != 1 {
					t.Errorf("window %d does not count", i*size+row)
				}
				all = append(all, slices.Concat(ids[from:to], truth[from:to]))
			}
		}
		return all
	}
	want := rows(1, 7)
	for name, got := range map[string][][]int32{"again": rows(1, 7), "another seed": rows(2, 7), "batches of 3": rows(1, 3), "batches of 10": rows(5, 10)} {
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: other windows are held out", name)
		}
	}
}

func TestBaselines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("abac", 20_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := smallSpec()
	s.Data.Masking, s.Data.EvalWindows = "bytes", 500
	got, err := openTask(t, s, tasks.Options{Data: path}).Baselines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// The two first bytes of a window have no pair before them: of 12 bytes a sixth costs more than nothing.
	if u, o := got["unigram_bits"], got["order2_bits"]; math.Abs(u-1.5) > 0.1 || o > 0.25 || o < 0.05 {
		t.Errorf("a text of period 4 costs %v, want 1.5 bits alone and 1/6 after two bytes", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := openTask(t, s, tasks.Options{Data: path}).Baselines(ctx); err == nil {
		t.Error("counting is not stopped")
	}
}

func TestOpenRefuses(t *testing.T) {
	s := smallSpec()
	s.Data.Length = 0
	if _, err := s.Open(context.Background(), tasks.Options{Data: textFile(t, 2000)}); err == nil || !strings.Contains(err.Error(), "data.length") {
		t.Errorf("bad keys: %v", err)
	}
	s = smallSpec()
	if _, err := s.Open(context.Background(), tasks.Options{Data: "no such file"}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: %v", err)
	}
	s.Data.Length = 600 // more than a block of a small text has
	if _, err := s.Open(context.Background(), tasks.Options{Data: textFile(t, 8000)}); err == nil || !strings.Contains(err.Error(), "held-out") {
		t.Errorf("no window of 600 bytes is held out: %v", err)
	}
}

func TestWithoutData(t *testing.T) {
	task, err := NewSpec().Open(t.Context(), tasks.Options{NoData: true, Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.TrainBatch(0); err == nil {
		t.Error("a training batch without data")
	}
	if _, err := task.EvalBatch(0); err == nil {
		t.Error("a held-out batch without data")
	}
	if _, err := task.Baselines(t.Context()); err == nil {
		t.Error("baselines without data")
	}
}
