// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestListener(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{Batch: 2})
	w := perceivertest.Fresh(t, task)
	l, err := task.NewListener(backendtest.Any(t), w)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	// A held-out clip is heard as evaluations do, and as a sound of its own.
	want, err := l.HeldOut(4)
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Hear(task.Sounds().HeldOut(4).Sound)
	if err != nil {
		t.Fatal(err)
	}
	sum := float32(0)
	for k, p := range got.Probabilities {
		sum += p
		if math.Abs(float64(p-want.Probabilities[k])) > 1e-6 {
			t.Errorf("class %d has %g, as a held-out clip %g", k, p, want.Probabilities[k])
		}
	}
	if math.Abs(float64(sum)-1) > 1e-5 || got.Windows != 1 || len(got.Looks) != 3 || len(got.Looks[0]) != 5 {
		t.Errorf("the probabilities sum to %g; %d windows; looks %d×%d", sum, got.Windows, len(got.Looks), len(got.Looks[0]))
	}

	// A sound of another rate, and longer than the window: 2 s make 7 windows of half a second.
	g := &sounds.Tones{Rate: 11025, Samples: 22050, Held: 1}
	long, err := l.Hear(g.HeldOut(0).Sound)
	if err != nil || long.Windows != 7 {
		t.Errorf("a long sound: %+v, %v", long, err)
	}
	short, err := l.Hear(&sounds.Sound{Rate: 4000, Samples: []float32{0.5, -0.5, 0.5}})
	if err != nil || short.Windows != 1 {
		t.Errorf("a short sound: %+v, %v", short, err)
	}
	if _, err := l.Hear(&sounds.Sound{Rate: 8000, Samples: make([]float32, 8000)}); err == nil || !strings.Contains(err.Error(), "silent") {
		t.Errorf("silence: %v", err)
	}
	for _, i := range []int{-1, 7} {
		if _, err := l.HeldOut(i); err == nil {
			t.Errorf("held-out clip %d was heard", i)
		}
	}
}

func TestPredict(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{NoData: true})
	dir := t.TempDir()
	write := func(name string, samples []float32) string {
		path := filepath.Join(dir, name)
		if err := sounds.WriteFile(path, &sounds.Sound{Rate: 8000, Samples: samples}); err != nil {
			t.Fatal(err)
		}
		return path
	}
	clipped := make([]float32, 8000)
	for i := range clipped {
		clipped[i] = float32(max(-1, min(1, 3*math.Sin(float64(i)/5))))
	}
	ask := func(paths ...string) (tasks.Prediction, error) {
		return task.Predict(t.Context(), backendtest.Any(t), perceivertest.Fresh(t, task), paths)
	}
	tone, silent, cut := write("tone.wav", []float32{0.1, 0.2, 0.1}), write("silent.wav", make([]float32, 100)), write("cut.wav", clipped)
	p, err := ask(tone, cut)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Text, "cut off at full scale") || strings.Count(p.Text, "cut off") != 1 {
		t.Errorf("the answer is\n%s", p.Text)
	}
	var answer struct{ Inputs []Answer }
	b, err := json.Marshal(p.JSON)
	if err == nil {
		err = json.Unmarshal(b, &answer)
	}
	if err != nil || len(answer.Inputs) != 2 || len(answer.Inputs[0].Classes) != shownClasses || answer.Inputs[1].Clipped < 0.3 || answer.Inputs[1].Seconds != 1 {
		t.Fatalf("%s, %v", b, err)
	}
	for i, g := range answer.Inputs[0].Classes {
		if g.Label != sounds.ToneClasses[g.Class] || i > 0 && g.Probability > answer.Inputs[0].Classes[i-1].Probability {
			t.Errorf("guess %d is %+v", i, g)
		}
	}
	for words, path := range map[string]string{"silent.wav: the sound is silent": silent, "no such file": filepath.Join(dir, "none.wav")} {
		if _, err := ask(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	if _, err := ask(); err == nil {
		t.Error("nothing was answered")
	}
}
