// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Options say how a notebook is run. The zero value runs it with the kernel of its repository, without a time limit.
type Options struct {
	Kernel  []string      // command of the kernel, with {connection_file}; default: the spec in the repository
	Dir     string        // where the kernel starts; default: the folder of the notebook's file
	Timeout time.Duration // for each cell; 0: none
	Start   time.Duration // for the kernel to answer; default 10 minutes, as GoNB may have to be built
	Env     []string      // KEY=value for the kernel, besides the environment of this process
	Log     func(Event)   // called at each step, from the goroutine of Run
}

// Event is a step of a run.
type Event struct {
	Kind    string // "start" (of the kernel), "cell" (begins), "done", "failed"
	Index   int    // of the cell, from 0
	Cell    *Cell  // nil for the start
	Elapsed time.Duration
}

// Result says what was run.
type Result struct {
	Cells    int // code cells with something in them
	Ran      int // of these, those that were begun
	Outputs  int
	Pictures int
	Elapsed  time.Duration
}

// CellError is the failure of a cell. The same error stands in the notebook, as the cell's output.
type CellError struct {
	Index         int // of the cell, from 0
	ID            string
	Name, Value   string
	Traceback     []string
	TimedOut      bool
	notebook, end string
}

// Error names notebook and cell, and what the cell's program said.
func (e *CellError) Error() string {
	s := fmt.Sprintf("cell %d (%s) failed: %s: %s", e.Index+1, e.ID, e.Name, e.Value)
	if e.notebook != "" {
		s = fmt.Sprintf("notebook %s: %s", e.notebook, s)
	}
	return s + e.end
}

const (
	startTime = 10 * time.Minute
	// An interrupted cell may save its work. GoNB kills it after 5 seconds.
	interruptTime = 10 * time.Second
)

// Run executes the code cells in order, each after the one before has ended, and puts their outputs into the notebook. It
// stops at the first cell that fails; the cells after it have no outputs then. Whatever happens, the notebook can be
// written afterwards, and no process, goroutine or temporary folder is left.
//
// The error is a *CellError when a cell failed or took too long, or wraps the context's error when that ended the run: the
// running cell is interrupted then, and has time to save its work.
func Run(ctx context.Context, nb *Notebook, o Options) (Result, error) {
	began := time.Now()
	res, err := run(ctx, nb, o)
	res.Elapsed = time.Since(began)
	for _, c := range nb.Cells {
		res.Outputs += len(c.Outputs)
		for _, out := range c.Outputs {
			if out.picture() {
				res.Pictures++
			}
		}
	}
	return res, err
}

func run(ctx context.Context, nb *Notebook, o Options) (res Result, err error) {
	if o.Dir == "" {
		o.Dir = filepath.Dir(nb.Path) // "." without a path
	}
	if o.Start == 0 {
		o.Start = startTime
	}
	if o.Log == nil {
		o.Log = func(Event) {}
	}
	if o.Kernel == nil {
		if o.Kernel, err = findSpec(o.Dir, nb.Kernel()); err != nil {
			return res, named(nb, err)
		}
	}
	nb.Strip()
	nb.setMetadata()
	for _, c := range nb.Cells {
		if c.Type == Code && !c.empty() {
			res.Cells++
		}
	}
	began := time.Now()
	o.Log(Event{Kind: "start"})
	startCtx, cancel := context.WithTimeoutCause(ctx, o.Start, fmt.Errorf("it took longer than %s", o.Start))
	k, err := startKernel(startCtx, o.Kernel, o.Dir, o.Env)
	cancel()
	if err != nil {
		return res, named(nb, err)
	}
	defer k.stop()
	var rec recorder
	for i, c := range nb.Cells {
		if c.Type != Code || c.empty() {
			continue
		}
		if ctx.Err() != nil {
			return res, named(nb, fmt.Errorf("stopped before cell %d: %w", i+1, ctx.Err()))
		}
		res.Ran++
		o.Log(Event{Kind: "cell", Index: i, Cell: c, Elapsed: time.Since(began)})
		rec.begin(c)
		began := time.Now()
		err := k.runCell(ctx, &rec, o.Timeout)
		rec.end()
		if f := rec.failure(); err == nil && f != nil {
			err = &CellError{Name: f.Ename, Value: f.Evalue, Traceback: f.Traceback}
		}
		if e := (*CellError)(nil); errors.As(err, &e) {
			e.Index, e.ID, e.notebook = i, c.ID, nb.Path
		} else if err != nil {
			err = named(nb, fmt.Errorf("cell %d (%s): %w", i+1, c.ID, err))
		}
		if err != nil {
			o.Log(Event{Kind: "failed", Index: i, Cell: c, Elapsed: time.Since(began)})
			return res, err
		}
		o.Log(Event{Kind: "done", Index: i, Cell: c, Elapsed: time.Since(began)})
	}
	return res, nil
}

func named(nb *Notebook, err error) error {
	if nb.Path == "" {
		return err
	}
	return fmt.Errorf("notebook %s: %w", nb.Path, err)
}

// runCell runs the recorder's cell. Failures of the cell's program are in its outputs; the error returned is what else
// ended the cell, and is written into the outputs too.
func (k *kernel) runCell(ctx context.Context, rec *recorder, limit time.Duration) error {
	id, err := k.send(k.shell, "execute_request", map[string]any{
		"code": rec.cell.Source, "silent": false, "store_history": true,
		"user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": true,
	})
	if err != nil {
		return k.broken(rec)
	}
	var late, giveUp <-chan time.Time
	if limit > 0 {
		t := time.NewTimer(limit)
		defer t.Stop()
		late = t.C
	}
	cancelled := ctx.Done()
	var ending error // why the cell was interrupted
	interrupt := func(why error) {
		late, cancelled, ending = nil, nil, why
		t := time.NewTimer(interruptTime)
		giveUp = t.C
		k.send(k.control, "interrupt_request", struct{}{})
	}
	status := ""
	for idle := false; !idle || status == ""; {
		select {
		case m := <-k.published:
			if m.Parent.ID != id {
				continue
			}
			if m.Header.Type == "status" {
				var c struct {
					State string `json:"execution_state"`
				}
				if m.Decode(&c) == nil && c.State == "idle" {
					idle = true
				}
				continue
			}
			if err := rec.take(m); err != nil {
				rec.note("[" + err.Error() + "]\n")
			}
		case m := <-k.replies:
			var c struct {
				Status string
				Count  int `json:"execution_count"`
			}
			if m.Parent.ID != id || m.Header.Type != "execute_reply" || m.Decode(&c) != nil {
				continue
			}
			status, rec.cell.ExecutionCount = c.Status, c.Count
		case <-late:
			interrupt(&CellError{Name: "timeout", Value: fmt.Sprintf("the cell took longer than %s and was stopped", limit), TimedOut: true})
		case <-cancelled:
			interrupt(fmt.Errorf("interrupted: %w", ctx.Err()))
		case <-giveUp:
			return k.finish(rec, ending)
		case <-k.ended:
			if ending != nil {
				return k.finish(rec, ending)
			}
			return k.broken(rec)
		}
	}
	if ending != nil {
		return k.finish(rec, ending)
	}
	if status != "ok" && rec.failure() == nil { // the error itself is on the other channel, and was lost or never sent
		rec.cell.Outputs = append(rec.cell.Outputs, &Output{Type: Error, Ename: status, Evalue: "the kernel did not say why"})
	}
	return nil
}

// finish writes the reason why the runner ended a cell into its outputs.
func (k *kernel) finish(rec *recorder, why error) error {
	name, value := "interrupted", why.Error()
	if e := (*CellError)(nil); errors.As(why, &e) {
		name, value = e.Name, e.Value
	}
	rec.cell.Outputs = append(rec.cell.Outputs, &Output{Type: Error, Ename: name, Evalue: value})
	return why
}

// broken is the end of a cell whose kernel has ended.
func (k *kernel) broken(rec *recorder) error {
	k.wait(time.Second) // for its last words
	e := &CellError{Name: "kernel", Value: errEnded.Error(), end: k.said.quote()}
	rec.cell.Outputs = append(rec.cell.Outputs, &Output{Type: Error, Ename: e.Name, Evalue: e.Value})
	return e
}

// picture says whether an output shows one.
func (o *Output) picture() bool {
	for mime := range o.Data {
		if len(mime) > 6 && mime[:6] == "image/" {
			return true
		}
	}
	return htmlPicture(o.text("text/html"))
}

func htmlPicture(s string) bool {
	return strings.Contains(s, "<img") || strings.Contains(s, "<svg")
}
