// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// Question is what a released model is asked about.
type Question struct {
	Inputs []string // a text, or paths of files, as the model wants them
	Labels string   // file with the name of a class on each line, in order; "": the names in config.json
	Top    int      // classes in the answer; 0: 5
}

// Predict answers a question: it fills in hidden bytes of a text, says of texts or pictures which class they are of, finds
// the movement between two pictures, or makes a video with its sound again and says which class it is of.
func (r *Released) Predict(ctx context.Context, q Question) (tasks.Prediction, error) {
	if len(q.Inputs) == 0 {
		return tasks.Prediction{}, fmt.Errorf("%s: there is nothing that the model is asked about", r.Dir)
	}
	b, err := Backend(ctx)
	if err != nil {
		return tasks.Prediction{}, err
	}
	switch n := r.Model.(type) {
	case *language.Network:
		if r.Class == language.ClassMasked {
			return r.fill(b.Compute, n, strings.Join(q.Inputs, " "))
		}
		c, err := n.NewClassifier(b.Compute, r.Weights)
		if err != nil {
			return tasks.Prediction{}, err
		}
		defer c.Close()
		return r.classify(ctx, q, c.Classify)
	case *image.Network:
		c, err := n.NewClassifier(b.Compute, r.Weights)
		if err != nil {
			return tasks.Prediction{}, err
		}
		defer c.Close()
		return r.classify(ctx, q, func(path string) ([]float32, error) {
			picture, err := readPicture(path)
			if err != nil {
				return nil, err
			}
			return c.Classify(picture)
		})
	case *flow.Network:
		return r.estimate(ctx, b.Compute, n, q)
	case *multimodal.Network:
		return r.reconstruct(ctx, b.Compute, n, q)
	}
	return tasks.Prediction{}, fmt.Errorf("%s: a model of class %s cannot be asked here", r.Dir, r.Class)
}

func (r *Released) fill(b compute.Backend, n *language.Network, masked string) (tasks.Prediction, error) {
	task, err := n.Task()
	if err != nil {
		return tasks.Prediction{}, err
	}
	p, err := task.NewPredictor(b, r.Weights)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer p.Close()
	f, err := p.Fill(masked)
	if err != nil {
		return tasks.Prediction{}, err
	}
	return tasks.Prediction{Text: f.Text, JSON: f}, nil
}

// classify asks about each input by itself.
func (r *Released) classify(ctx context.Context, q Question, ask func(input string) ([]float32, error)) (tasks.Prediction, error) {
	names, err := r.labels(q.Labels)
	if err != nil {
		return tasks.Prediction{}, err
	}
	var list tasks.Classifications
	for _, input := range q.Inputs {
		if err := ctx.Err(); err != nil {
			return tasks.Prediction{}, err
		}
		p, err := ask(input)
		if err != nil {
			return tasks.Prediction{}, err
		}
		list = append(list, tasks.Classify(input, p, names, q.Top))
	}
	return list.Prediction(), nil
}

// labels are the names of the classes: those of config.json, or the lines of a file.
func (r *Released) labels(path string) ([]string, error) {
	n := len(r.Config.Labels)
	if path == "" {
		names := make([]string, n)
		for i := range names {
			names[i] = cmp.Or(r.Config.Labels[strconv.Itoa(i)], fmt.Sprintf("class %d", i))
		}
		return names, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var names []string
	lines := bufio.NewScanner(f)
	for len(names) <= n && lines.Scan() {
		names = append(names, strings.TrimSpace(lines.Text()))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(names) != n {
		there := fmt.Sprint(len(names))
		if len(names) > n {
			there = "more"
		}
		return nil, fmt.Errorf("%s: the model has %d classes, and the file must have a line with the name of each; it has %s", path, n, there)
	}
	return names, nil
}
