// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/perceiver-go/perceiver/pkg/detach"
	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// What Ask asks.
const (
	Status = detach.Status // how it is
	Save   = detach.Save   // to write a checkpoint after the step that is running
	Stop   = detach.Stop   // to save the run and end
)

// Detached is how something stands that Spawn started.
type Detached struct {
	Name   string
	Status string // "running", "done", "failed", or "lost": it was killed
	Error  string
	Panel  *viz.Panel // of its training; nil before the first step
	Log    string     // file of what it printed
}

// String says it in a line.
func (d *Detached) String() string {
	s := d.Name + ": " + d.Status
	if d.Panel != nil {
		s += " · " + d.Panel.Line()
	}
	if d.Error != "" {
		s += ": " + d.Error
	}
	return s
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

func detachedFolder(name string) (string, error) {
	if !goodName.MatchString(name) {
		return "", fmt.Errorf("%q is no name for what is detached: use up to 64 letters, digits, - and _", name)
	}
	return filepath.Join(Runs(), ".detached", name), nil
}

// Spawn starts a function that goes on when the cell, the kernel and the browser have ended, and returns when it runs.
// Later cells, of other notebooks too, look at it by its name:
//
//	lab.Check(lab.Spawn("long", func(ctx context.Context) error { _, err := experiment().Train(ctx); return err }))
//	lab.Check(lab.Watch(lab.Context(), "long"))
//	lab.Must(lab.Ask("long", lab.Stop))
//
// Where a function of the name runs already, that is all. Spawn should stand first in the cell: what stands before it is
// done a second time by the detached program.
func Spawn(name string, f func(ctx context.Context) error) error {
	dir, err := detachedFolder(name)
	if err != nil {
		return err
	}
	return detach.Start(dir, func(ctx context.Context) error {
		detach.Note(note)
		err := f(ctx)
		if errors.Is(err, context.Canceled) {
			return nil // it was asked to stop, and has saved its work
		}
		return err
	})
}

// Ask asks what Spawn started: Status, Save or Stop. Save and Stop are heard at once and done after the step that is
// running.
func Ask(name, question string) (*Detached, error) {
	dir, err := detachedFolder(name)
	if err != nil {
		return nil, err
	}
	s, err := detach.Ask(dir, question)
	var missing *detach.NotFoundError
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("nothing was detached by the name %q; lab.Spawn does that", name)
	}
	if err != nil {
		return nil, err
	}
	d := &Detached{Name: name, Status: s.Status, Error: s.Error, Log: s.Log}
	if len(s.Note) > 0 {
		var p noted
		if json.Unmarshal(s.Note, &p) == nil && p.Title != "" {
			d.Panel = p.panel()
		}
	}
	return d, nil
}

const watchEvery = 250 * time.Millisecond

// Watch shows the live panel of what Spawn started, until it ends. An interrupt ends the watching only. The error says
// why the function failed, or that the watching was interrupted.
func Watch(ctx context.Context, name string) error {
	live := display.NewLive(Talk)
	again := time.NewTicker(watchEvery)
	defer again.Stop()
	for {
		d, err := Ask(name, Status)
		if err != nil {
			return err
		}
		if d.Status != detach.Running {
			if d.Panel != nil {
				d.Panel.Done, d.Panel.Status = true, or(d.Panel.Status, d.Status)
				live.End(*d.Panel)
			}
			if d.Status == detach.Done {
				return nil
			}
			return fmt.Errorf("%s: %s: %s; its log is %s", name, d.Status, d.Error, d.Log)
		}
		if d.Panel != nil {
			live.Show(*d.Panel)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s goes on; the watching was interrupted: %w", name, ctx.Err())
		case <-again.C:
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// current is the panel that this program shows at the moment, for those who ask.
var current struct {
	sync.Mutex
	panel *viz.Panel
}

func publish(p viz.Panel) {
	if !detach.Here() {
		return
	}
	current.Lock()
	defer current.Unlock()
	current.panel = &p
}

// noted is a panel on its way through JSON, which has no NaN.
type noted struct {
	viz.Panel
	Loss *float64
}

func note() any {
	current.Lock()
	defer current.Unlock()
	if current.panel == nil {
		return nil
	}
	n := noted{Panel: *current.panel}
	if !math.IsNaN(n.Panel.Loss) {
		loss := n.Panel.Loss
		n.Loss = &loss
	}
	n.Panel.Loss = 0
	return n
}

func (n noted) panel() *viz.Panel {
	p := n.Panel
	p.Loss = math.NaN()
	if n.Loss != nil {
		p.Loss = *n.Loss
	}
	return &p
}
