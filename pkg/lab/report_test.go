// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// kept makes the folder of a run that was trained elsewhere: its experiment, a curve and what run.json says.
func kept(t *testing.T, name string, metric float64, settings ...string) *Run {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	x := loadTiny(t, Set(settings...))
	content, err := x.TOML()
	if err != nil {
		t.Fatal(err)
	}
	r, err := runs.Create(dir, content, runs.Info{Experiment: x.Name, Profile: x.Profile, Seed: x.Experiment.Train.Seed})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for step := 1; step <= 3; step++ {
		loss := 4 / float64(step)
		r.Log(runs.Record{Step: step, Loss: &loss})
		r.Log(runs.Record{Step: step, Eval: map[string]float64{"bits_per_masked_byte": metric + loss}})
	}
	r.Update(func(i *runs.Info) {
		i.Status, i.Step, i.Steps, i.Metrics = runs.Done, 3, 3, map[string]float64{"bits_per_masked_byte": metric}
		i.Baselines = map[string]float64{"unigram_bits": 5}
		i.Command = []string{"perceiver", "train", "<script>alert(1)</script>"}
	})
	opened, err := OpenRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func TestCompareGroupsSeeds(t *testing.T) {
	a, b, c := kept(t, "a", 3), kept(t, "b", 4, "train.seed=1"), kept(t, "c", 2, "model.latents=16")
	got, err := Compare(t.Context(), a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Groups) != 2 || len(got.Settings) != 1 || got.Settings[0].Key != "model.latents" {
		t.Fatalf("%+v", got)
	}
	m := got.Groups[0].Metrics["bits_per_masked_byte"]
	// Two values at a distance of 1: 12.706 times half of it.
	if m.N != 2 || m.Mean != 3.5 || m.CI95 == nil || *m.CI95 < 6.352 || *m.CI95 > 6.354 {
		t.Errorf("%+v", m)
	}
	if text := got.Table.Text(); !strings.Contains(text, "a and 1 more seeds") || !strings.Contains(text, "3.5000 ± 6.35") || strings.Contains(text, "latent_dim") {
		t.Errorf("the table:\n%s", text)
	}
	if got.Curves.Title.Text != "Held-out data" {
		t.Errorf("it draws %q", got.Curves.Title.Text)
	}
}

func TestReportIsOnePage(t *testing.T) {
	r := kept(t, "a", 3)
	pictures := filepath.Join(r.Dir, runs.PicturesFolder)
	os.MkdirAll(pictures, 0o755)
	png, err := viz.PNG(viz.Curves("x", "x", "y", nil), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(pictures, "map.png"), png, 0o644)
	os.WriteFile(filepath.Join(pictures, "none.png"), []byte("<script>"), 0o644)
	os.Symlink(filepath.Join(r.Dir, "none"), filepath.Join(pictures, "gone.png"))
	os.WriteFile(filepath.Join(r.Dir, runs.SourceFile), []byte("+ a <b> & c\xff"), 0o644)
	page, err := r.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := string(page)
	for _, want := range []string{"<figcaption>map</figcaption>", "a &lt;b&gt; &amp; c\uFFFD", "latents = 8", "step 3 of 3", "&lt;script&gt;alert"} {
		if !strings.Contains(s, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, wrong := range []string{"<script", "none</figcaption>", "http://", "https://", "<link"} {
		if strings.Contains(s, wrong) {
			t.Errorf("the page has %q", wrong)
		}
	}
	if n := strings.Count(s, `src="data:image/png;base64,`); n != 3 || strings.Count(s, "src=") != 3 { // the curve, the model, the map
		t.Errorf("%d pictures are within the page, of %d", n, strings.Count(s, "src="))
	}
}
