// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"math"
	"reflect"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// The six models have the published numbers of weights, and the computation that the formula gives for them. The costs
// count the same weights.
func TestModels(t *testing.T) {
	list, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		parameters int
		flops      float64
	}{
		"language": {201_108_230, 120.9e9}, "image_learned": {62_255_848, 478.0e9}, "image_fourier": {48_440_627, 406.1e9},
		"image_conv": {48_646_522, 369.2e9}, "optical_flow": {41_057_134, 1886.7e9}, "multimodal": {19_858_855, 7.47e12},
	}
	if len(list) != len(want) {
		t.Errorf("%d models, want %d", len(list), len(want))
	}
	for _, e := range list {
		w := want[e.Name]
		if e.Parameters != w.parameters || e.Cost.Total().Params != w.parameters {
			t.Errorf("%s: %d weights, by its cost %d, want %d", e.Name, e.Parameters, e.Cost.Total().Params, w.parameters)
		}
		if math.Abs(e.FLOPs-w.flops) > 0.005*w.flops {
			t.Errorf("%s: %.4g FLOP, want %.4g", e.Name, e.FLOPs, w.flops)
		}
		if e.Title == "" || e.Class == "" || e.Paper.Parameters == "" || e.Paper.FLOPs == 0 {
			t.Errorf("something is missing: %+v", e)
		}
	}
}

// What is shown as TOML builds the very same model again.
func TestEntryTOML(t *testing.T) {
	for name, build := range map[string]func(raw []byte) (any, []perceiver.Param, error){
		"image-conv": func(raw []byte) (any, []perceiver.Param, error) {
			var f struct{ Model image.Model }
			if err := toml.Unmarshal(raw, &f); err != nil {
				return nil, nil, err
			}
			n, err := f.Model.Network(224, 224)
			if err != nil {
				return nil, nil, err
			}
			return f.Model, n.Params(), nil
		},
		"flow": func(raw []byte) (any, []perceiver.Param, error) {
			var f struct{ Model flow.Model }
			if err := toml.Unmarshal(raw, &f); err != nil {
				return nil, nil, err
			}
			n, err := f.Model.Network()
			if err != nil {
				return nil, nil, err
			}
			return f.Model, n.Params(), nil
		},
		"multimodal": func(raw []byte) (any, []perceiver.Param, error) {
			var f struct{ Model multimodal.Model }
			if err := toml.Unmarshal(raw, &f); err != nil {
				return nil, nil, err
			}
			n, err := f.Model.Network()
			if err != nil {
				return nil, nil, err
			}
			return f.Model, n.Params(), nil
		},
	} {
		e, err := Describe(name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := e.TOML()
		if err != nil {
			t.Fatal(err)
		}
		model, params, err := build(raw)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, raw)
		}
		if !reflect.DeepEqual(model, e.Model) {
			t.Errorf("%s comes back as\n%+v, want\n%+v", name, model, e.Model)
		}
		if n := perceiver.Count(params); n != e.Parameters {
			t.Errorf("%s: %d weights come back, want %d", name, n, e.Parameters)
		}
	}
	if _, err := Describe("vit"); err == nil {
		t.Error("a model that there is not was described")
	}
}
