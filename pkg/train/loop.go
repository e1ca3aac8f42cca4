// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Job is a training run.
type Job struct {
	Backend compute.Backend
	Task    tasks.Task
	Config  Config

	Run     *runs.Run       // where checkpoints and metrics go, and what is resumed; nil keeps nothing
	Watch   func(Progress)  // hears of every step, from the goroutine of the loop; may be nil
	SaveNow <-chan struct{} // asks for a checkpoint after the step that is running; may be nil
	Trace   bool            // where a step gives numbers that are none, name the layer in which they arose
	Warn    func(string)    // hears of what was passed over, such as a damaged checkpoint; may be nil
}

// Progress is where a run stands after a step.
type Progress struct {
	Step, Steps    int     // steps done, and in all
	Loss           float64 // of the step's batch
	GradientNorm   float64 // before clipping
	Rate           float64 // learning rate
	StepsPerSecond float64 // over the last few seconds, evaluation and saving left out; 0 while unknown
	Remaining      time.Duration
	Evaluated      map[string]float64 // metrics, where the step was followed by an evaluation
	Saved          bool               // where it was followed by a checkpoint
}

// Result is how a run ended.
type Result struct {
	Status  string // "done" or "interrupted"
	Step    int    // steps done, those of earlier sessions included
	Loss    float64
	Metrics map[string]float64 // of the last evaluation
	Weights *perceiver.Weights
}

// Run trains until the last step, or until ctx ends: then it finishes the step, saves, and returns with the status
// "interrupted" and no error. A run folder that has a checkpoint is resumed; one that is finished is returned as it is.
func Run(ctx context.Context, job Job) (*Result, error) {
	if err := job.Config.Validate(); err != nil {
		return nil, err
	}
	l := &loop{Job: job, clock: newClock(), saved: -1}
	defer l.close()
	if err := l.open(); err != nil {
		return nil, err
	}
	status, err := l.run(ctx)
	if err != nil {
		if again := l.update(runs.Failed, err); again != nil { // as on a full disk
			err = fmt.Errorf("%w; and %w", err, again)
		}
		return nil, err
	}
	if err := l.update(status, nil); err != nil {
		return nil, err
	}
	return &Result{Status: status, Step: l.state.Step, Loss: l.loss, Metrics: l.state.Metrics, Weights: l.weights}, nil
}

// loop is a run under way.
type loop struct {
	Job
	weights   *perceiver.Weights
	stepper   *Stepper
	evaluator *Evaluator
	feed      *feed
	clock     *clock
	state     state
	saved     int     // step of the last checkpoint that has all of the state; -1: none
	loss      float64 // mean of the last window of steps, or of the last step
}

// open makes the programs and either restores the last checkpoint or starts the weights.
func (l *loop) open() (err error) {
	if l.weights, err = NewWeights(l.Task); err != nil {
		return err
	}
	if l.stepper, err = NewStepper(l.Backend, l.Task, l.weights, l.Config); err != nil {
		return err
	}
	if l.evaluator, err = NewEvaluator(l.Backend, l.Task, l.weights); err != nil {
		return err
	}
	restored := false
	if l.Job.Run != nil {
		if restored, err = l.restore(); err != nil {
			return err
		}
	}
	if !restored {
		if err := l.weights.Init(l.Config.Seed); err != nil {
			return err
		}
	}
	if l.state.Step >= l.Config.Steps {
		return nil
	}
	return l.update(runs.Running, nil)
}

func (l *loop) close() {
	if l.feed != nil {
		l.feed.close()
	}
	if l.stepper != nil {
		l.stepper.Close()
	}
	if l.evaluator != nil {
		l.evaluator.Close()
	}
}

func (l *loop) run(ctx context.Context) (status string, err error) {
	steps := l.Config.Steps
	if l.state.Step < steps {
		// The context must not end the feed: the step that is running when an interrupt comes is finished.
		l.feed = newFeed(context.WithoutCancel(ctx), l.Task, l.state.Step, steps, max(1, runtime.GOMAXPROCS(0)))
	}
	if due := l.evaluationDue(); due && l.state.Step > 0 { // interrupted between a step and its evaluation
		if err := l.evaluate(ctx, &Progress{}); err != nil {
			return l.interrupted(ctx, err)
		}
	}
	for l.state.Step < steps {
		if ctx.Err() != nil {
			return l.interrupted(ctx, ctx.Err())
		}
		p, err := l.step()
		if err != nil {
			return "", err
		}
		var failed error
		if l.evaluationDue() {
			failed = l.evaluate(ctx, &p)
		}
		if failed == nil && l.saveDue() {
			failed = l.save(false)
			p.Saved = failed == nil
		}
		if l.Watch != nil {
			l.Watch(p)
		}
		if failed != nil {
			return l.interrupted(ctx, failed)
		}
	}
	if l.saved != l.state.Step {
		if err := l.save(false); err != nil {
			return "", err
		}
	}
	return "done", nil
}

// interrupted ends a run at its present step: with a checkpoint where ctx ended it, with the error where something else did.
func (l *loop) interrupted(ctx context.Context, cause error) (string, error) {
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) {
		return "", cause
	}
	if l.saved != l.state.Step && l.state.Step > 0 {
		if err := l.save(false); err != nil {
			return "", err
		}
	}
	return "interrupted", nil
}

// step trains on one batch.
func (l *loop) step() (Progress, error) {
	i := l.state.Step
	stop := l.clock.start("input_wait")
	batch, err := l.feed.next()
	stop()
	if err != nil {
		return Progress{}, err
	}
	kind := "step"
	if !l.clock.compiled {
		kind = "compile" // the first step compiles; its own time is lost in it
	}
	stop = l.clock.start(kind)
	loss, norm, err := l.stepper.Step(i, batch)
	stop()
	l.clock.compiled = true
	if err != nil {
		return Progress{}, err
	}
	if err := finite(i+1, []string{"the loss", "the norm of the gradient"}, []float64{loss, norm}); err != nil {
		return Progress{}, l.explain(i, err)
	}
	l.loss = loss
	l.state.Step++
	l.state.LossSum, l.state.LossCount = l.state.LossSum+loss, l.state.LossCount+1
	l.clock.stepped()
	p := Progress{Step: l.state.Step, Steps: l.Config.Steps, Loss: loss, GradientNorm: norm, Rate: l.Config.Rate(i), StepsPerSecond: l.clock.rate()}
	if p.StepsPerSecond > 0 {
		p.Remaining = time.Duration(float64(p.Steps-p.Step) / p.StepsPerSecond * float64(time.Second))
	}
	if every := positive(l.Config.LogEvery, 10); l.state.Step%every == 0 || l.state.Step == l.Config.Steps || l.state.Step == 1 {
		return p, l.logTraining(p)
	}
	return p, nil
}

// explain adds the layer in which a step failed to its error, where that is wanted.
func (l *loop) explain(step int, cause error) error {
	if !l.Trace {
		return cause
	}
	where, err := l.trace(step)
	switch {
	case err != nil:
		return fmt.Errorf("%w; the layer could not be found: %v", cause, err)
	case where == "":
		return fmt.Errorf("%w; trained once more, the step is finite: the machine does not compute the same twice", cause)
	}
	return fmt.Errorf("%w; %s", cause, where)
}

func positive(a, otherwise int) int {
	if a != 0 {
		return a
	}
	return otherwise
}

// evaluationDue reports whether the present step is to be followed by an evaluation that has not been made.
func (l *loop) evaluationDue() bool {
	s, every := l.state.Step, l.Config.EvalEvery
	return l.state.Evaluated != s && (s == l.Config.Steps || (every > 0 && s%every == 0))
}

func (l *loop) evaluate(ctx context.Context, p *Progress) error {
	stop := l.clock.start("eval")
	metrics, err := l.evaluator.Evaluate(ctx, nil)
	stop()
	if err != nil {
		return err
	}
	goal := l.Task.Goal().Metric
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		if err := finite(l.state.Step, []string{"the metric " + name}, []float64{metrics[name]}); err != nil {
			return err
		}
	}
	l.state.Evaluated, l.state.Metrics = l.state.Step, metrics
	l.saved = -1 // a checkpoint of this step, from before an interrupt, does not know of the evaluation
	p.Evaluated = metrics
	if err := l.logEvaluation(metrics); err != nil {
		return err
	}
	if score := metrics[goal]; l.state.Best == nil || l.Task.Goal().Better(score, *l.state.Best) {
		l.state.Best = &score
		return l.save(true)
	}
	return nil
}

// saveDue reports whether a checkpoint is wanted after this step, by the experiment or by whoever sent to SaveNow.
func (l *loop) saveDue() bool {
	asked := false
	select {
	case <-l.SaveNow:
		asked = true
	default:
	}
	every := l.Config.CheckpointEvery
	return (asked || (every > 0 && l.state.Step%every == 0)) && l.saved != l.state.Step
}

// clock keeps the time that each kind of work took.
type clock struct {
	seconds  map[string]float64
	compiled bool
	recent   []time.Time
}

func newClock() *clock { return &clock{seconds: map[string]float64{}} }

// start begins a piece of work; the function that it returns ends it.
func (c *clock) start(kind string) (stop func()) {
	begin := time.Now()
	return func() {
		took := time.Since(begin)
		c.seconds[kind] += took.Seconds()
		if kind == "eval" || kind == "save" {
			c.recent = c.recent[:0] // the rate is one of steps alone
		}
	}
}

// take returns the seconds spent since it was called last.
func (c *clock) take() map[string]float64 {
	spent := c.seconds
	c.seconds = map[string]float64{}
	return spent
}

func (c *clock) stepped() {
	const window = 64
	if len(c.recent) == window {
		c.recent = append(c.recent[:0], c.recent[1:]...)
	}
	c.recent = append(c.recent, time.Now())
}

// rate is steps a second over the recent steps; 0 while there are too few.
func (c *clock) rate() float64 {
	if len(c.recent) < 2 {
		return 0
	}
	return float64(len(c.recent)-1) / max(1e-9, c.recent[len(c.recent)-1].Sub(c.recent[0]).Seconds())
}
