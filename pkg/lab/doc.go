// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package lab is what a notebook imports, and what the command line stands on: experiments by name, training that
// can be watched, stopped and taken up again, and what a trained model says.
//
//	ctx := lab.Context()
//	x := lab.Must(lab.Load("language/mlm", lab.Set("model.latents=64")))
//	run := lab.Must(x.Train(ctx))
//	display.Figure(lab.Must(run.Curve()), "loss")
//	filled := lab.Must(run.Fill(ctx, "the ____ of light"))
//
// A cell of a GoNB notebook is a program of its own, so nothing stays in memory from cell to cell: state lives in run
// folders. Training is therefore idempotent. The same experiment with the same settings has the same folder; a cell
// that is run again takes up what is there, or returns at once where all steps are done.
package lab
