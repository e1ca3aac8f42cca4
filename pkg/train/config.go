// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"math"
)

// Config is the section [train] of an experiment file.
type Config struct {
	Steps        int     `toml:"steps"`
	Batch        int     `toml:"batch"`         // examples in a step
	LearningRate float64 `toml:"learning_rate"` // the highest of the schedule
	Optimizer    string  `toml:"optimizer"`     // "adamw" or "lamb"
	Beta1        float64 `toml:"beta1"`
	Beta2        float64 `toml:"beta2"`
	Epsilon      float64 `toml:"epsilon"`
	WeightDecay  float64 `toml:"weight_decay"` // spares biases and norms
	ClipNorm     float64 `toml:"clip_norm"`    // global norm of the gradient above which it is scaled down; 0: never
	Schedule     string  `toml:"schedule"`     // "cosine", "flat_cosine" or "constant"
	WarmupSteps  int     `toml:"warmup_steps"` // steps in which the rate rises from 0
	FlatSteps    int     `toml:"flat_steps"`   // of flat_cosine: the step at which the rate starts to fall
	FinalRate    float64 `toml:"final_rate"`   // rate at the last step, as a part of learning_rate
	Seed         uint64  `toml:"seed"`

	CheckpointEvery int `toml:"checkpoint_every"` // steps; 0: at the end only
	EvalEvery       int `toml:"eval_every"`       // steps; 0: at the end only
	LogEvery        int `toml:"log_every"`        // steps between lines of metrics.jsonl; 0: 10
}

// Defaults are the values of keys that a file leaves out: those of Adam's paper, and no decay, clipping or warm-up.
func Defaults() Config {
	return Config{Steps: 1000, Batch: 16, LearningRate: 1e-3, Optimizer: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Schedule: "cosine", LogEvery: 10}
}

// Validate names the first key that cannot be used, with its value and the rule.
func (c Config) Validate() error {
	for _, k := range []struct {
		key   string
		value float64
		ok    bool
		rule  string
	}{
		{"steps", float64(c.Steps), c.Steps >= 1, "at least 1"},
		{"batch", float64(c.Batch), c.Batch >= 1, "at least 1"},
		{"batch", float64(c.Batch), c.Batch <= 1<<16, "at most 65536"}, // each batch is made in memory
		{"learning_rate", c.LearningRate, c.LearningRate > 0, "positive"},
		{"beta1", c.Beta1, c.Beta1 >= 0 && c.Beta1 < 1, "in [0, 1)"},
		{"beta2", c.Beta2, c.Beta2 >= 0 && c.Beta2 < 1, "in [0, 1)"},
		{"epsilon", c.Epsilon, c.Epsilon > 0, "positive"},
		{"weight_decay", c.WeightDecay, c.WeightDecay >= 0, "not negative"},
		{"clip_norm", c.ClipNorm, c.ClipNorm >= 0, "not negative; 0 turns clipping off"},
		{"warmup_steps", float64(c.WarmupSteps), c.WarmupSteps >= 0, "not negative"},
		{"flat_steps", float64(c.FlatSteps), c.FlatSteps >= 0, "not negative"},
		{"final_rate", c.FinalRate, c.FinalRate >= 0 && c.FinalRate <= 1, "in [0, 1]"},
		{"checkpoint_every", float64(c.CheckpointEvery), c.CheckpointEvery >= 0, "not negative"},
		{"eval_every", float64(c.EvalEvery), c.EvalEvery >= 0, "not negative"},
		{"log_every", float64(c.LogEvery), c.LogEvery >= 0, "not negative"},
	} {
		if !k.ok || math.IsInf(k.value, 0) || math.IsNaN(k.value) {
			value := fmt.Sprint(k.value)
			if k.value == math.Trunc(k.value) && math.Abs(k.value) < 1e15 {
				value = fmt.Sprintf("%.0f", k.value) // a large whole number as it was written
			}
			return fmt.Errorf("train.%s = %s: it must be %s", k.key, value, k.rule)
		}
	}
	if c.Optimizer != "adamw" && c.Optimizer != "lamb" {
		return fmt.Errorf("train.optimizer = %q: it must be \"adamw\" or \"lamb\"", c.Optimizer)
	}
	if c.Schedule != "cosine" && c.Schedule != "flat_cosine" && c.Schedule != "constant" {
		return fmt.Errorf("train.schedule = %q: it must be \"cosine\", \"flat_cosine\" or \"constant\"", c.Schedule)
	}
	return nil
}

// Rate is the learning rate of a step, counted from 0: it rises linearly over the warm-up, stays, and falls as half a
// cosine from the end of the warm-up (cosine) or from FlatSteps (flat_cosine) to FinalRate at the last step.
func (c Config) Rate(step int) float64 {
	if step < c.WarmupSteps {
		return c.LearningRate * float64(step+1) / float64(c.WarmupSteps+1)
	}
	start := c.WarmupSteps
	switch c.Schedule {
	case "constant":
		return c.LearningRate
	case "flat_cosine":
		start = max(start, c.FlatSteps)
	}
	if step < start {
		return c.LearningRate
	}
	t := min(1, float64(step-start)/float64(max(1, c.Steps-1-start)))
	return c.LearningRate * (c.FinalRate + (1-c.FinalRate)*0.5*(1+math.Cos(math.Pi*t)))
}
