// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab_test

import (
	"context"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Train a small change of an experiment, look at it, and use it. In a notebook each paragraph can be a cell of its own.
func Example() {
	ctx := lab.Context()
	run := lab.Must(lab.Train(ctx, "language/mlm", lab.Set("model.latents=64")))
	lab.Check(lab.Show(run, lab.Must(run.Curve(ctx))))

	lab.Check(lab.Show(lab.Must(run.Evaluate(ctx, ""))))
	lab.Check(lab.Show(lab.Must(run.Predict(ctx, "the refle____ of light"))))
}

// A run that was stopped goes on by its folder.
func ExampleResume() {
	run := lab.Must(lab.Resume(lab.Context(), "runs/language-mlm-quick-bdadd467"))
	fmt.Println(run.Info.Step, "of", run.Info.Steps)
}

// The score of a trained model on a text of one's own.
func ExampleEvaluate() {
	score := lab.Must(lab.Evaluate(lab.Context(), "runs/language-mlm-quick-bdadd467", "letters.txt"))
	lab.Check(lab.Show(score))
}

func ExamplePredict() {
	lab.Check(lab.Show(lab.Must(lab.Predict(lab.Context(), "runs/language-mlm-quick-bdadd467", "the refle____ of light"))))
}

// The table of the runs so far.
func ExampleRunsTable() {
	lab.Check(lab.Show(lab.Must(lab.RunsTable(lab.Context(), 10))))
}

// Three sizes with three seeds each, and which differences are clear.
func ExampleAblate() {
	a := lab.Must(lab.Ablate(lab.Context(), "language/mlm", lab.Ablation{Vary: []string{"model.latents=16,32,64"}, Seeds: 3}))
	lab.Check(lab.Show(a.View(), a.Picture()))
}

// Two runs side by side: what was set differently, what came out, and both curves.
func ExampleCompare() {
	ctx := lab.Context()
	small := lab.Must(lab.Train(ctx, "language/mlm", lab.Set("model.latents=16")))
	large := lab.Must(lab.Train(ctx, "language/mlm", lab.Set("model.latents=64")))
	lab.Check(lab.Show(lab.Must(lab.Compare(ctx, small, large))))
}

// Where the latents of a trained model look in held-out example 3: the second head, before the softmax.
func ExampleAttention() {
	ctx := lab.Context()
	run := lab.Must(lab.Must(lab.Load("language/mlm")).Run())
	a := lab.Must(lab.Attention(ctx, run, lab.AttentionOf{Example: 3, Head: 2, Scores: true}))
	lab.Check(lab.Show(a.EncoderMap("Encoder, head 2", nil), a.Similarity("Latents")))
}

// Training that goes on when the notebook is closed, is looked at from another cell, and stopped from a third.
func ExampleSpawn() {
	lab.Check(lab.Spawn("long", func(ctx context.Context) error {
		_, err := lab.Train(ctx, "language/mlm", lab.Profile("small"))
		return err
	}))
	lab.Check(lab.Watch(lab.Context(), "long"))
	fmt.Println(lab.Must(lab.Ask("long", lab.Stop)))
}

// A task that is written here, as notebooks/04-your-own-task.ipynb does, is trained as those of the module are.
func ExampleTrainTask() {
	task := lab.Must(lab.Must(lab.Load("language/mlm")).Open(lab.Context()))
	config := train.Defaults()
	config.Steps = 500
	lab.Check(lab.Show(lab.Must(lab.TrainTask(lab.Context(), "mine", task, config))))
}

// Whatever it is, Show shows it as suits it. Outside of notebooks tables and texts are printed, and pictures are files.
func ExampleShow() {
	lab.Check(lab.Show(viz.Table{Headers: []string{"latents", "bits"}, Rows: [][]string{{"32", "2.57"}}}, "so far", map[string]int{"runs": 1}))
	// Output:
	// latents  bits
	// ───────  ────
	//      32  2.57
	// so far
	// {
	//   "runs": 1
	// }
}
