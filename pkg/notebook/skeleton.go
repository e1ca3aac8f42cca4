// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import "fmt"

// Skeleton is a notebook that works as it is and is to be changed: it draws the model of an experiment, trains it, draws
// its curve and scores it, by package lab.
func Skeleton(title, experiment string) *Notebook {
	nb := New()
	nb.Add(Markdown, fmt.Sprintf("# %s\n\nWhat you will see, and how long it takes on which machine.\n\nEvery cell of a Go notebook is a program of its own: functions and imports are remembered, values are not. State lives in run folders.", title))
	nb.Add(Code, fmt.Sprintf(`import (
	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/lab"
)

// experiment is what this notebook is about. Every setting has a run folder of its own.
func experiment() *lab.Experiment {
	return lab.Must(lab.Load(%q, lab.Set("train.seed=0")))
}`, experiment))
	nb.Add(Markdown, "## The model")
	nb.Add(Code, `%%
ctx, x := lab.Context(), experiment()
display.Figure(lab.Must(x.Diagram(ctx)), "architecture")
display.Table(lab.Must(x.CostTable(ctx)))`)
	nb.Add(Markdown, "## Training\n\nThe stop button saves the run and ends the cell; running the cell again goes on from there.")
	nb.Add(Code, `%%
run := lab.Must(experiment().Train(lab.Context()))
display.Table(run.Summary())
display.Figure(lab.Must(run.Curve(lab.Context())), "learning curve")`)
	nb.Add(Markdown, "## Score\n\nThe best checkpoint on held-out data, beside simple methods.")
	nb.Add(Code, `%%
ctx := lab.Context()
run := lab.Must(experiment().Run())
display.Table(lab.Must(run.Evaluate(ctx, "")).Table())`)
	nb.Add(Markdown, "## Try\n\n- Change a setting in the second cell, and compare.")
	return nb
}
