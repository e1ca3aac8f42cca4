// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Data is the section [data] of a units experiment.
type Data struct {
	Question     string `toml:"question"`      // one of Questions
	Slots        int    `toml:"slots"`         // M, places for units
	Bands        int    `toml:"bands"`         // of the Fourier features of a unit's place
	EvalExamples int    `toml:"eval_examples"` // held-out examples

	// Of battles.
	Fronts   int     `toml:"fronts"`    // places at which the armies meet, at most; at least half as many
	PerFront int     `toml:"per_front"` // units of an army at a place, at most; at least 2
	Field    int     `toml:"field"`     // side of the field in cells
	Seconds  float64 `toml:"seconds"`   // "survive": the time after which it is looked who stands
	Opponent string  `toml:"opponent"`  // "clone": the policy to be beaten
	Battles  int     `toml:"battles"`   // "clone": battles that are played for the win rate; 0: none

	// Of replays.
	HideRate float64 `toml:"hide_rate"` // "type": part of the units whose type is hidden
}

// Spec is the task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults.
func NewSpec() tasks.Spec {
	return &Spec{Model: defaults(), Data: Data{Question: "survive", Slots: 64, Bands: 16, EvalExamples: 1024,
		Fronts: 4, PerFront: 7, Field: 64, Seconds: 5, Opponent: "nearest", Battles: 200, HideRate: 0.15}}
}

// maxSlots bounds M: that of the paper is 512.
const maxSlots = 4096

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	d := s.Data
	q, ok := questions[d.Question]
	switch {
	case !ok:
		return fmt.Errorf("data.question = %q: it must be one of %q", d.Question, Questions)
	case d.Slots < 1 || d.Slots > maxSlots:
		return fmt.Errorf("data.slots = %d: it must be between 1 and %d", d.Slots, maxSlots)
	case d.Bands < 0 || d.Bands > 256:
		return fmt.Errorf("data.bands = %d: it must be between 0 and 256", d.Bands)
	case d.EvalExamples < 1:
		return fmt.Errorf("data.eval_examples = %d: it must be at least 1", d.EvalExamples)
	case d.Battles < 0:
		return fmt.Errorf("data.battles = %d: it must not be negative", d.Battles)
	case !(d.Seconds > 0 && d.Seconds <= battle.Limit/battle.TicksPerSecond):
		return fmt.Errorf("data.seconds = %g: it must be above 0 and at most %d, when every battle ends", d.Seconds, battle.Limit/battle.TicksPerSecond)
	case !(d.HideRate > 0 && d.HideRate < 1):
		return fmt.Errorf("data.hide_rate = %g: it must be between 0 and 1", d.HideRate)
	case d.PerFront < 2:
		return fmt.Errorf("data.per_front = %d: it must be at least 2", d.PerFront)
	}
	if _, err := battle.Named(d.Opponent); err != nil {
		return fmt.Errorf("data.opponent: %w", err)
	}
	setup := d.setup()
	if err := setup.Validate(); err != nil {
		return fmt.Errorf("data.fronts, data.per_front and data.field: %w", err)
	}
	if most := setup.MostUnits(); !q.ofReplays() && most > d.Slots {
		return fmt.Errorf("data.slots = %d: battles with %d fronts of %d units of each army have up to %d units", d.Slots, d.Fronts, d.PerFront, most)
	}
	_, err := s.network()
	return err
}

func (d Data) setup() battle.Setup {
	return battle.Setup{Fronts: [2]int{(d.Fronts + 1) / 2, d.Fronts}, PerFront: [2]int{2, d.PerFront}, Field: d.Field, Mirror: d.Question == "clone"}
}

func (s *Spec) network() (*network, error) {
	q := questions[s.Data.Question]
	n := sizes{slots: s.Data.Slots, channels: battleChannels(s.Data.Bands), kinds: len(battle.Kinds)}
	if q.ofReplays() {
		n.channels, n.kinds = replayChannels(s.Data.Bands), len(Types)+1 // one for hidden types
	}
	n.unit, n.whole = q.answers()
	return s.Model.network(n)
}

// Task is a model of units and what it learns from.
type Task struct {
	*network
	question question
	data     Data
	batch    int
	seed     uint64
	battles  battles
	replays  *games
	closed   bool // opened without data
}

// Open implements tasks.Spec. Battles need no data; Options.Data is a folder of replays, or one replay.
func (s *Spec) Open(ctx context.Context, o tasks.Options) (tasks.Task, error) { return s.open(ctx, o) }

func (s *Spec) open(ctx context.Context, o tasks.Options) (*Task, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n, err := s.network()
	if err != nil {
		return nil, err
	}
	t := &Task{network: n, question: questions[s.Data.Question], data: s.Data, batch: max(1, o.Batch), seed: o.Seed, closed: o.NoData}
	opponent, err := battle.Named(s.Data.Opponent)
	if err != nil {
		return nil, err
	}
	t.battles = battles{setup: s.Data.setup(), bands: s.Data.Bands, until: int(s.Data.Seconds * battle.TicksPerSecond), opponent: opponent}
	switch {
	case o.NoData:
	case t.question.ofReplays():
		if t.replays, err = openGames(ctx, o.Data, s.Data); err == nil && o.Say != nil {
			for _, note := range t.replays.notes() {
				o.Say(note)
			}
		}
	case o.Data != "":
		err = fmt.Errorf("data %q: the battles of data.question = %q are made by the program; leave the data out, or ask one of %q of replays", o.Data, s.Data.Question, Questions[2:])
	}
	return t, err
}

// Params implements tasks.Task.
func (t *Task) Params() []perceiver.Param { return t.params() }

// Cost implements tasks.Task.
func (t *Task) Cost() perceiver.Cost { return t.cost() }

// EncoderCost is the part of the cost that differs between encoders: what the paper compares.
func (t *Task) EncoderCost() perceiver.Cost { return t.encoder.Cost(t.slots) }

// Shapes implements tasks.Task.
func (t *Task) Shapes() tasks.Shapes {
	s := t.shapes()
	if t.unit == 0 {
		s.E = t.Width
	}
	return s
}

// Architecture implements tasks.Task.
func (t *Task) Architecture() perceiver.Config { return t.Config }

var errNoData = errors.New("the task was opened without its data")

// TrainBatch implements tasks.Task; see the places of a batch for its tensors.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	r := rand.New(rand.NewPCG(t.seed, uint64(step)))
	seeds := make([]uint64, t.batch)
	for i := range seeds {
		seeds[i] = r.Uint64() &^ heldOut
	}
	return t.make(seeds, false)
}

// heldOut marks the seeds of held-out battles, which no training has.
const heldOut = 1 << 63

// EvalExamples implements tasks.Task.
func (t *Task) EvalExamples() int { return t.data.EvalExamples }

// EvalBatches implements tasks.Task.
func (t *Task) EvalBatches() int { return (t.data.EvalExamples + t.batch - 1) / t.batch }

// EvalBatch implements tasks.Task. The last batch is filled up with examples that do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	var seeds []uint64
	for k := i * t.batch; k < min((i+1)*t.batch, t.data.EvalExamples); k++ {
		seeds = append(seeds, heldOut|uint64(k))
	}
	return t.make(seeds, true)
}

// make makes the batch of the seeds; places of the batch for which there is no seed are empty and do not count.
func (t *Task) make(seeds []uint64, held bool) (tasks.Batch, error) {
	if t.closed {
		return nil, errNoData
	}
	room := t.room(t.batch)
	for row, seed := range seeds {
		t.example(room.row(row), seed, held)
	}
	return room.pack(), nil
}

// example puts the example of a seed into s.
func (t *Task) example(s *sample, seed uint64, held bool) {
	switch t.question.name {
	case "survive":
		t.battles.survive(s, seed)
	case "clone":
		t.battles.clone(s, t.battles.moment(seed))
	default:
		t.replays.example(s, t.question.name, seed, held)
	}
}

// room is a batch in the making.
type room struct {
	batch, slots, channels int
	sample
	wholes []float32
}

func (t *Task) room(batch int) *room {
	n := batch * t.slots
	r := &room{batch: batch, slots: t.slots, channels: t.channels, wholes: make([]float32, batch)}
	r.sample = sample{features: make([]float32, n*t.channels), kinds: make([]int32, n), there: make([]float32, n),
		unitTruth: make([]int32, n), unitWeight: make([]float32, n), wholeTruth: make([]float32, 2*batch)}
	return r
}

// row is the room of one example.
func (r *room) row(i int) *sample {
	from, to := i*r.slots, (i+1)*r.slots
	s := &sample{features: r.features[from*r.channels : to*r.channels], kinds: r.kinds[from:to], there: r.there[from:to],
		unitTruth: r.unitTruth[from:to], unitWeight: r.unitWeight[from:to], wholeTruth: r.wholeTruth[2*i : 2*i+2], whole: &r.wholes[i]}
	return s
}

func (r *room) pack() tasks.Batch {
	b, m := r.batch, r.slots
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(r.features, b, m, r.channels),
		tensors.FromFlatDataAndDimensions(r.kinds, b, m),
		tensors.FromFlatDataAndDimensions(r.there, b, m),
		tensors.FromFlatDataAndDimensions(r.unitTruth, b, m),
		tensors.FromFlatDataAndDimensions(r.unitWeight, b, m),
		tensors.FromFlatDataAndDimensions(r.wholeTruth, b, 2),
		tensors.FromFlatDataAndDimensions(r.wholes, b),
	}
}

// Latents implements tasks.Task: what the encoder keeps of the units.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	x, err := t.inputs(p, batch[inFeatures], batch[inKinds])
	if err != nil {
		return nil, err
	}
	return t.encoder.Encode(p, x, batch[inThere])
}

// Outputs implements tasks.Task: the answers [B, O', E] for each unit, or its vector [B, O', W] where only the whole is asked.
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, batch []*Node, rows *Node) (*Node, error) {
	y, err := t.vectors(p, latents, batch, rows)
	if err != nil || t.unit == 0 {
		return y, err
	}
	return t.unitAnswers(p, y)
}

// vectors builds what the encoder says of each unit.
func (t *Task) vectors(p *perceiver.Pass, latents *Node, batch []*Node, rows *Node) (*Node, error) {
	x, err := t.inputs(p, batch[inFeatures], batch[inKinds])
	if err != nil {
		return nil, err
	}
	return t.encoder.Decode(p, latents, x, batch[inThere], rows)
}
