// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"strings"
	"testing"
)

func TestRate(t *testing.T) {
	cosine := Config{Steps: 101, LearningRate: 2, Schedule: "cosine"}
	flat := Config{Steps: 101, LearningRate: 2, Schedule: "flat_cosine", FlatSteps: 50, FinalRate: 0.1}
	warm := Config{Steps: 110, LearningRate: 2, Schedule: "cosine", WarmupSteps: 9}
	for _, c := range []struct {
		name   string
		config Config
		step   int
		want   float64
	}{
		{"cosine starts at the top", cosine, 0, 2},
		{"half way down", cosine, 50, 1},
		{"a quarter", cosine, 25, 1 + math.Cos(math.Pi/4)},
		{"ends at 0", cosine, 100, 0},
		{"flat", flat, 49, 2},
		{"flat, half way down", flat, 75, 2 * (0.1 + 0.9*0.5)},
		{"flat, at the end", flat, 100, 0.2},
		{"warm-up starts low, not at 0", warm, 0, 0.2},
		{"warm-up, last step", warm, 8, 1.8},
		{"after the warm-up", warm, 9, 2},
		{"constant", Config{Steps: 10, LearningRate: 2, Schedule: "constant"}, 9, 2},
	} {
		if got := c.config.Rate(c.step); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
}

func TestValidateNamesKeyValueAndRule(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Fatal(err)
	}
	for key, change := range map[string]func(*Config){
		"train.steps = 0":           func(c *Config) { c.Steps = 0 },
		"train.batch = -1":          func(c *Config) { c.Batch = -1 },
		"train.batch = 999999999":   func(c *Config) { c.Batch = 999_999_999 },
		"train.learning_rate = 0":   func(c *Config) { c.LearningRate = 0 },
		"train.learning_rate = NaN": func(c *Config) { c.LearningRate = math.NaN() },
		"train.beta2 = 1":           func(c *Config) { c.Beta2 = 1 },
		"train.final_rate = 2":      func(c *Config) { c.FinalRate = 2 },
		"train.clip_norm = -1":      func(c *Config) { c.ClipNorm = -1 },
		"train.optimizer = \"sgd\"": func(c *Config) { c.Optimizer = "sgd" },
		"train.schedule = \"step\"": func(c *Config) { c.Schedule = "step" },
	} {
		c := Defaults()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "must be") {
			t.Errorf("%s: got %v", key, err)
		}
	}
}
