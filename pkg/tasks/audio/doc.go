// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package audio says what is to be heard in a sound: one class, or any number of them. The inputs are pieces of a log-mel
// spectrogram or of the raw wave, each with its place in time (and frequency); one learned query asks for the scores of
// all classes. Films can be looked at beside their sound, or alone; a learned vector then tells pieces of one from those
// of the other, and training leaves out one of both now and then, so that the model does not rely on the easier one.
//
//	spec.go              the sections of an experiment, and what they may say
//	model.go             the arrays and layers
//	sight.go             films beside the sound, which may be missing
//	clips.go             sounds and films that are trained on
//	features.go          from sound to numbers: log-mel or raw wave, of any loudness
//	augment.go           the changes under which a sound stays what it is
//	task.go, loss.go     batches, loss and metrics
//	precision.go         mean average precision
//	linear.go, fit.go    what a linear model reaches on the same numbers
//	listen.go, answer.go a trained model is asked about sounds
//
// The papers classify AudioSet, alone and with video (Perceiver, section 4.2; Perceiver IO, appendix C); the paper profile
// of audio/tones is their model of sound alone, that of audio/shapes the one of sound with video.
package audio
