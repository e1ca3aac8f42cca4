// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package all lists the tasks. A new task adds one line.
package all

import (
	"slices"

	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/audio"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
	"github.com/perceiver-go/perceiver/pkg/tasks/units"
)

// specs make a task's part of an experiment, with its defaults.
var specs = map[string]func() tasks.Spec{
	"audio":      audio.NewSpec,
	"image":      image.NewSpec,
	"flow":       flow.NewSpec,
	"language":   language.NewSpec,
	"multimodal": multimodal.NewSpec,
	"units":      units.NewSpec,
}

// New returns the part of an experiment that the named task reads, with its defaults; false where there is no such task.
func New(name string) (tasks.Spec, bool) {
	f, ok := specs[name]
	if !ok {
		return nil, false
	}
	return f(), true
}

// Names are the names of the tasks, in order.
func Names() []string {
	var names []string
	for n := range specs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
