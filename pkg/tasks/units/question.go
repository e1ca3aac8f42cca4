// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Questions are the values of the key data.question: of battles, which units survive and who is ahead then ("survive"),
// and at which kind of enemy each unit shoots ("clone"); of replays, who wins ("winner"), of which type hidden units are ("type"), and which units live
// on and what the armies are worth 30 seconds later ("army").
var Questions = []string{"survive", "clone", "winner", "type", "army"}

// Kinds of answers.
type answer int

const (
	none   answer = iota
	yesNo         // one score: the log of the odds
	class         // a score for each class
	amount        // a number
)

// question is what is asked of each unit and of the whole.
type question struct {
	name  string
	unit  answer
	whole answer
}

var questions = map[string]question{
	"survive": {"survive", yesNo, yesNo},
	"clone":   {"clone", class, none},
	"winner":  {"winner", none, yesNo},
	"type":    {"type", class, none},
	"army":    {"army", yesNo, amount},
}

// ofReplays reports whether the question is asked of replays, not of battles.
func (q question) ofReplays() bool { return q.name == "winner" || q.name == "type" || q.name == "army" }

// answers are the numbers of scores for each unit and for the whole.
func (q question) answers() (unit, whole int) {
	switch q.unit {
	case yesNo:
		unit = 1
	case class:
		if unit = len(Types); q.name == "clone" {
			unit = len(battle.Kinds)
		}
	}
	switch q.whole {
	case yesNo:
		whole = 1
	case amount:
		whole = 2 // mine and theirs
	}
	return unit, whole
}

// The tensors of a batch, by place.
const (
	inFeatures    = iota // [B, M, C] float32
	inKinds              // [B, M] int32
	inThere              // [B, M] float32: 1 for places that hold a unit
	inUnitTruth          // [B, M] int32: 0 or 1, or a class
	inUnitWeight         // [B, M] float32: 1 for units that are asked
	inWholeTruth         // [B, 2] float32; the second is used by "amount"
	inWholeWeight        // [B] float32
)

// yesNoLoss gives, for scores and truth of one shape, the nats that the truth costs and 1 where the score is on its side.
func yesNoLoss(scores, truth *Node) (nats, right *Node) {
	truth = ConvertDType(truth, scores.DType())
	zero := ScalarZero(scores.Graph(), scores.DType())
	// log(1+exp(x)) - truth·x, written so that no exponential overflows.
	nats = Add(Sub(MaxScalar(scores, 0), Mul(scores, truth)), Log(AddScalar(Exp(Neg(Abs(scores))), 1)))
	yes := ConvertDType(GreaterThan(scores, zero), scores.DType())
	return nats, StopGradient(OneMinus(Abs(Sub(yes, truth))))
}

// classLoss gives, for scores [B, M, E] and truth [B, M], the nats [B, M] that the truth costs and 1 where its score is
// the highest.
func classLoss(scores, truth *Node) (nats, right *Node) {
	g, dims := scores.Graph(), scores.Shape().Dimensions
	shifted := Sub(scores, StopGradient(ReduceAndKeep(scores, ReduceMax, -1)))
	id := Iota(g, shapes.Make(dtypes.Int32, dims...), len(dims)-1)
	is := Equal(id, BroadcastToDims(ExpandDims(truth, -1), dims...))
	picked := ReduceSum(Where(is, shifted, ZerosLike(shifted)), -1)
	nats = Sub(Log(ReduceSum(Exp(shifted), -1)), picked)
	right = ConvertDType(GreaterOrEqual(picked, ScalarZero(g, scores.DType())), scores.DType())
	return nats, StopGradient(right)
}

// amountLoss is Huber's: half the square of the error up to 1, and from there on the error less a half; and the error.
func amountLoss(answer, truth *Node) (loss, off *Node) {
	off = Abs(Sub(answer, truth))
	small := MinScalar(off, 1)
	return Sub(Mul(small, off), MulScalar(Square(small), 0.5)), StopGradient(off)
}

// sum adds up what counts.
func sum(name string, values, weight *Node) tasks.NamedSum {
	return tasks.NamedSum{Name: name, Total: ReduceAllSum(Mul(values, weight)), Count: ReduceAllSum(weight)}
}

func mean(s tasks.NamedSum) *Node { return Div(s.Total, MaxScalar(s.Count, 1)) }
