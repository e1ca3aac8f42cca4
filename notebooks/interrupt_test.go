// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook"
)

// A cell that trains is interrupted: the run is saved, the cells behind it do not run, and a cell of another kernel
// finds the run and goes on with it.
func TestInterruptSavesAndAnotherKernelGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("notebooks build a program for each cell; leave -short out to run them")
	}
	runs := t.TempDir()
	env := append(quick(t), "PERCEIVER_SET=train.steps=100000", "PERCEIVER_RUNS="+runs)
	const define = "import \"github.com/perceiver-go/perceiver/pkg/lab\"\n\nfunc experiment() *lab.Experiment {\n" +
		"\treturn lab.Must(lab.Load(\"language/mlm\", lab.Set(\"model.latents=4\", \"model.latent_dim=16\", \"model.self_heads=2\", \"model.cross_heads=2\", \"model.qk_width=16\", \"model.v_width=16\", \"train.log_every=1\")))\n}"
	const train = "%%\nlab.Must(experiment().Train(lab.Context()))"
	const look = "%%\nrun := lab.Must(experiment().Run())\nfmt.Println(run.State(), \"after step\", run.Info.Step)"

	// stopped runs a notebook and interrupts it when that many lines of metrics are there.
	stopped := func(lines int, cells ...string) *notebook.Notebook {
		t.Helper()
		nb := notebook.New()
		nb.Path = "interrupt.ipynb"
		for _, c := range cells {
			nb.Add(notebook.Code, c)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		ended := make(chan struct{})
		defer close(ended)
		go func() {
			for range time.Tick(50 * time.Millisecond) {
				select {
				case <-ended:
					return
				default:
				}
				files, _ := filepath.Glob(filepath.Join(runs, "*", "metrics.jsonl"))
				if len(files) == 1 {
					if b, err := os.ReadFile(files[0]); err == nil && strings.Count(string(b), "\n") >= lines {
						interrupt()
						return
					}
				}
			}
		}()
		_, err := notebook.Run(ctx, nb, notebook.Options{Timeout: 4 * time.Minute, Env: env})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the notebook ended with %v", err)
		}
		return nb
	}
	step := func() (n int) {
		t.Helper()
		nb := notebook.New()
		nb.Path = "look.ipynb"
		nb.Add(notebook.Code, define)
		nb.Add(notebook.Code, look)
		if _, err := notebook.Run(t.Context(), nb, notebook.Options{Timeout: 4 * time.Minute, Env: env}); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(nb.Cells[1].Outputs[0].Text, "interrupted after step %d", &n); err != nil || n < 1 {
			t.Fatalf("another kernel says %q", nb.Cells[1].Outputs[0].Text)
		}
		return n
	}
	nb := stopped(3, define, train, look)
	first := step()
	said := ""
	for _, o := range nb.Cells[1].Outputs {
		said += o.Text + o.Evalue
	}
	if !strings.Contains(said, fmt.Sprintf("interrupted after step %d", first)) {
		t.Errorf("the run is saved at step %d, and the cell says %q", first, said)
	}
	if len(nb.Cells[2].Outputs) > 0 {
		t.Errorf("the cell behind it ran: %q", nb.Cells[2].Outputs[0].Text)
	}
	stopped(first+5, define, train)
	if second := step(); second < first+3 {
		t.Errorf("the second kernel trained to step %d, and the first had reached %d", second, first)
	}
}
