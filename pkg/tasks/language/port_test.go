// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// paperTask is a small model that the published class can hold, with what the class fixes in code.
func paperTask(t *testing.T, change func(m *Model)) *Task {
	t.Helper()
	m := Paper()
	m.Latents, m.LatentDim, m.LayersPerBlock, m.QKWidth, m.VWidth = 5, 24, 2, 16, 24
	m.EmbeddingDim, m.QueryDim, m.DecoderVWidth = 40, 40, 40
	change(&m)
	spec := NewSpec().(*Spec)
	spec.Model = m
	task, err := spec.Open(t.Context(), tasks.Options{NoData: true, Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	return task.(*Task)
}

// The configuration that a task writes is that of a model with the very same weights, and gives the task's model back.
func TestPublishedConfig(t *testing.T) {
	for name, change := range map[string]func(m *Model){
		"published": func(*Model) {},
		"others": func(m *Model) {
			m.QKWidth, m.VWidth, m.WidthRule, m.SelfWidening, m.CrossWidening = 0, 0, "q", 2, 3
			m.NoEncoderResidual, m.Activation, m.Blocks = true, perceiver.GELUTanh, 2
		},
	} {
		t.Run(name, func(t *testing.T) {
			task := paperTask(t, change)
			config, err := task.PublishedConfig()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(config)
			if err != nil {
				t.Fatal(err)
			}
			n, err := Published(raw, nil)
			if err != nil {
				t.Fatal(err)
			}
			shapes := map[string]int{}
			for _, p := range n.Params() {
				shapes[p.Name] = p.Size()
			}
			for _, p := range task.Params() {
				if shapes[p.Name] != p.Size() {
					t.Errorf("%s has %d values in the task, %d as published", p.Name, p.Size(), shapes[p.Name])
				}
				delete(shapes, p.Name)
			}
			if len(shapes) > 0 {
				t.Errorf("the task lacks %v", shapes)
			}
			spec, err := PublishedSpec(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, want := spec.Model, task.Model
			if got.Activation == perceiver.GELU {
				got.Activation = "" // its default
			}
			if got.WidthRule == "kv" {
				got.WidthRule = ""
			}
			for _, widening := range []*int{&want.SelfWidening, &want.CrossWidening} {
				*widening = positive(*widening, 1)
			}
			if got != want || spec.Data.Length != task.length {
				t.Errorf("the model comes back as\n%+v, want\n%+v", got, want)
			}
		})
	}
}

// What the published class does not have is named.
func TestPublishedConfigRefuses(t *testing.T) {
	for key, change := range map[string]func(m *Model){
		"positions":        func(m *Model) { m.Positions = "fourier" },
		"queries":          func(m *Model) { m.Queries = "fourier" },
		"readout":          func(m *Model) { m.Readout = "linear" },
		"decoder_heads":    func(m *Model) { m.DecoderHeads = 4 },
		"decoder_qk_width": func(m *Model) { m.DecoderQKWidth = 64 },
		"decoder_v_width":  func(m *Model) { m.DecoderVWidth = 80 },
		"decoder_residual": func(m *Model) { m.DecoderResidual = true },
		"decoder_layers":   func(m *Model) { m.DecoderLayers = 1 },
		"cross_attends":    func(m *Model) { m.Blocks, m.CrossAttends = 2, 2 },
		"unshared_blocks":  func(m *Model) { m.Blocks, m.UnsharedBlocks = 2, true },
		"mask_rule":        func(m *Model) { m.MaskRule = perceiver.MaskOriginal },
	} {
		if _, err := paperTask(t, change).PublishedConfig(); err == nil || !strings.Contains(err.Error(), "model."+key+" = ") {
			t.Errorf("%s: the error is %v", key, err)
		}
	}
}

func TestPublishedRefuses(t *testing.T) {
	for words, config := range map[string]string{
		"no model of text":     `{"architectures": ["PerceiverForOpticalFlow"]}`,
		"PerceiverForMaskedLM": `{"architectures": ["PerceiverForSequenceClassification"]}`,
		"vocab_size is 61":     `{"architectures": ["PerceiverForMaskedLM"], "vocab_size": 61}`,
		"decoder_heads":        `{"architectures": ["PerceiverForMaskedLM"], "d_model": 7, "qk_channels": 256, "v_channels": 1280}`,
	} {
		if _, err := PublishedSpec([]byte(config)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the error is %v, without %q", err, words)
		}
	}
	if _, err := Published([]byte(`{"architectures": ["PerceiverForMaskedLM"]}`), []byte(`[]`)); err == nil || !strings.Contains(err.Error(), "custom.json") {
		t.Errorf("the error is %v", err)
	}
}
