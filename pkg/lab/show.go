// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"reflect"

	"gonum.org/v1/plot"

	"github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Show shows values as suits them: figures and images as pictures, sounds as pictures with a player, tables, runs and
// scores as tables, text as it is, and anything else as JSON. For a picture with a description of its own, use display.Figure.
func Show(values ...any) error {
	for _, v := range values {
		if err := show(v); err != nil {
			return err
		}
	}
	return nil
}

func show(v any) error {
	if r := reflect.ValueOf(v); !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		return display.Text("nothing")
	}
	switch v := v.(type) {
	case *plot.Plot:
		return display.Figure(v, or(v.Title.Text, "plot"))
	case viz.Figure:
		return display.Figure(v, "drawing")
	case image.Image:
		var b bytes.Buffer
		if err := png.Encode(&b, v); err != nil {
			return fmt.Errorf("picture: %w", err)
		}
		return display.Picture(b.Bytes(), "image")
	case viz.Table:
		return display.Table(v)
	case *audio.Sound:
		return ShowSound("sound", v)
	case *audio.Clip:
		return ShowSound(v.Name, v.Sound)
	case *Score:
		return display.Table(v.Table())
	case *Run:
		return display.Table(v.Summary())
	case *Trained:
		return display.Table(v.Summary())
	case *Comparison:
		return showAll(v.Table, v.Curves)
	case *Experiment:
		t, err := v.CostTable(context.Background())
		if err != nil {
			return err
		}
		return display.Table(t)
	case tasks.Prediction:
		return display.Text(v.Text)
	case error:
		return display.Text(v.Error())
	case fmt.Stringer:
		return display.Text(v.String())
	case string:
		return display.Text(v)
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // functions and channels have no JSON
		return display.Text(fmt.Sprintf("%+v", v))
	}
	return display.Text(string(b))
}

func showAll(t viz.Table, p *plot.Plot) error {
	if err := display.Table(t); err != nil {
		return err
	}
	return display.Figure(p, p.Title.Text)
}
