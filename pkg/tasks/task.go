// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package tasks says what a task is. Every task is the same three steps with other arrays, so a task is an input
// array, a query array, an output head, a loss and its metrics; a package below this one holds just those:
//
//	inputs [B, M, C] --encode--> latents [B, N, D] --process--> latents [B, N, D] --decode(queries [B, O, Q])--> outputs [B, O, E]
//
// Adding a task changes nothing outside its own package, its experiment files, and one line of package all.
package tasks

import (
	"context"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Spec is a task's part of an experiment file: a pointer to a struct whose fields Model and Data, tagged "model" and
// "data", are the file's sections of those names.
type Spec interface {
	// Validate names the first key that cannot be used, with its value and the rule, before anything is built.
	Validate() error
	// Open finds the data and returns the task.
	Open(ctx context.Context, o Options) (Task, error)
}

// Options are what a task needs beyond its own sections.
type Options struct {
	Data   string // path or name of the data; "": the task's default, which needs no download
	NoData bool   // the model alone is wanted; nothing is opened, and batches cannot be made
	Batch  int    // B, examples in a batch
	Seed   uint64 // of everything the data draws: order, crops, masks

	// Say takes a sentence about the data that a person should know, as which files were left out; nil: nobody listens.
	Say func(sentence string)
}

// Batch is one batch as the graph takes it: the same number of tensors with the same shapes every time.
type Batch []*tensors.Tensor

// Task is what can be trained, evaluated and asked.
type Task interface {
	// Params lists every weight of the model: those of the architecture and those of the task's input and output.
	Params() []perceiver.Param
	// Cost is the cost of one example.
	Cost() perceiver.Cost
	// Shapes are the sizes of the arrays, for tables and drawings.
	Shapes() Shapes
	// Architecture is the latent array, encoder and tower.
	Architecture() perceiver.Config

	// TrainBatch makes the batch of a training step. It is a function of the step and the seed alone, so that a run
	// that was interrupted goes on with the very batch it would have had, and several workers can read ahead. It may be
	// called from several goroutines.
	TrainBatch(step int) (Batch, error)
	// EvalExamples is the number of held-out examples.
	EvalExamples() int
	// EvalBatches is the number of held-out batches; the last may be filled up with examples that do not count.
	EvalBatches() int
	// EvalBatch makes held-out batch i; the same i gives the same batch in every run.
	EvalBatch(i int) (Batch, error)

	// Latents builds encode and process: from the batch to latents [B, N, D].
	Latents(p *perceiver.Pass, batch []*graph.Node) (*graph.Node, error)
	// Outputs builds decode: the outputs [B, O', E] of the queries in rows, int32 [O'] or [B, O'], or of all, nil.
	Outputs(p *perceiver.Pass, latents *graph.Node, batch []*graph.Node, rows *graph.Node) (*graph.Node, error)
	// Loss builds what training makes small, and what is measured.
	Loss(p *perceiver.Pass, batch []*graph.Node) (Loss, error)

	// Score turns the sums of an evaluation into metrics.
	Score(sums map[string]Sum) map[string]float64
	// Goal is the metric by which the best checkpoint is chosen.
	Goal() Goal
	// Baselines are the scores of simple methods on the same held-out data, by the names that design and docs give them.
	Baselines(ctx context.Context) (map[string]float64, error)
}

// Predictor is a task whose trained model can be asked about inputs of the user's: the words of a text, the paths of files.
type Predictor interface {
	Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (Prediction, error)
}

// Measurer is a task with metrics that no batch shows: the part of its games that a model wins. An evaluation lays them
// beside those of Score.
type Measurer interface {
	Measure(ctx context.Context, backend compute.Backend, w *perceiver.Weights) (map[string]float64, error)
}

// Portable is a task whose model a class of the published port may be able to hold.
type Portable interface {
	// PublishedConfig is the model's config.json, by field, or an error that names the first key for which the port has
	// no counterpart.
	PublishedConfig() (map[string]any, error)
}

// Prediction is an answer to be shown to a person, as Text, or to a program, as JSON. An answer that is no text, as a
// picture, a movement or a sound, is in Files besides.
type Prediction struct {
	Text  string
	JSON  any
	Files []File
}

// File is a part of an answer that a program of another kind opens.
type File struct {
	Name    string // without a folder, as "flow.png"
	Content []byte
}

// Loss is a scalar to make small, and sums to be added up over batches.
type Loss struct {
	Value *graph.Node
	Sums  []NamedSum
}

// NamedSum is a total and a count, both scalars, whose quotient is a mean over however many batches.
type NamedSum struct {
	Name         string
	Total, Count *graph.Node
}

// Sum is a NamedSum added up.
type Sum struct{ Total, Count float64 }

// Mean is Total/Count.
func (s Sum) Mean() float64 { return s.Total / s.Count }

// Goal is a metric and the direction in which it gets better.
type Goal struct {
	Metric        string
	LowerIsBetter bool
	LossScale     float64 // metric = loss·LossScale, where the two measure the same; else 0
}

// Better reports whether score a beats score b.
func (g Goal) Better(a, b float64) bool { return a != b && (a < b) == g.LowerIsBetter }

// Shapes are the sizes of a task's arrays, in the letters of package perceiver.
type Shapes struct{ M, C, N, D, O, Q, E int }
