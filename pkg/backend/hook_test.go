// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package backend

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// trainer is a training step in small: a weight and its moment of one shape, both updated, a table of the same shape that
// is not, and an input of the same shape.
type trainer struct {
	store                 *model.Store
	weight, moment, table *model.Variable
	exec                  *model.Exec
}

const width = 64

func ramp(scale float64) [][]float32 {
	x := make([][]float32, width)
	for i := range x {
		x[i] = make([]float32, width)
		for k := range x[i] {
			x[i][k] = float32(scale * math.Sin(float64(i*width+k)))
		}
	}
	return x
}

func newTrainer(t *testing.T, b *Backend, name string, rate float64) *trainer {
	t.Helper()
	store := model.NewStore()
	tr := &trainer{store: store}
	variable := func(name string, value any) *model.Variable {
		v, err := store.CreateVariable("/"+name, tensors.MustFromAnyValue(value))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	tr.weight, tr.moment, tr.table = variable("weight", ramp(1)), variable("moment", ramp(0)), variable("table", ramp(0.5))
	exec, err := model.NewExec(b.Compute, store, func(_ *model.Scope, g *Graph, in []*Node) []*Node {
		w := tr.weight.NodeValue(g)
		y := Tanh(Add(MatMul(in[0], w), tr.table.NodeValue(g)))
		loss := ReduceAllMean(Square(y))
		grad := Gradient(loss, w)[0]
		m := Add(MulScalar(tr.moment.NodeValue(g), 0.9), grad)
		tr.moment.SetNodeValue(m)
		tr.weight.SetNodeValue(Sub(w, MulScalar(m, rate)))
		return []*Node{loss}
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.exec = exec.WithName(name)
	return tr
}

func (tr *trainer) step(t *testing.T, in *tensors.Tensor) float32 {
	t.Helper()
	out, err := tr.exec.Call(in)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.ToScalar[float32](out[0])
}

func (tr *trainer) run(t *testing.T, steps int) []float32 {
	t.Helper()
	in := tensors.MustFromAnyValue(ramp(0.1))
	var losses []float32
	for range steps {
		losses = append(losses, tr.step(t, in))
	}
	// What was not donated is there, unchanged.
	if got := in.Value().([][]float32); got[3][5] != ramp(0.1)[3][5] {
		t.Fatalf("the input changed: %v", got[3][5])
	}
	table, err := tr.table.Value()
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Value().([][]float32); got[7][9] != ramp(0.5)[7][9] {
		t.Fatalf("the table changed: %v", got[7][9])
	}
	return losses
}

// cached runs steps of a small training program and says how the cache did.
func cached(t *testing.T, b *Backend, name string, rate float64) (losses []float32, did CacheStats) {
	t.Helper()
	before := b.Cache()
	losses = newTrainer(t, b, name, rate).run(t, 4)
	after := b.Cache()
	return losses, CacheStats{Hits: after.Hits - before.Hits, Misses: after.Misses - before.Misses, Failures: after.Failures - before.Failures}
}

func TestCompileCache(t *testing.T) {
	b := needXLA(t)
	defer b.Close()
	s := b.hooked.store
	if s == nil {
		t.Fatal(b.Cache().Why)
	}
	check := func(what string, got, want CacheStats) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	want, did := cached(t, b, "cache_test", 0.3)
	check("the first time", did, CacheStats{Misses: 1})
	got, did := cached(t, b, "cache_test", 0.3)
	check("the second time", did, CacheStats{Hits: 1})
	if !slices.Equal(got, want) {
		t.Errorf("from disk it gives %v, compiled %v", got, want)
	}
	_, did = cached(t, b, "cache_test", 0.31)
	check("another constant", did, CacheStats{Misses: 1})

	// Every file is damaged, then whole but no program: both times it compiles anew, and mends the file.
	files, _ := s.list()
	for _, damage := range []func(path, key string){
		func(path, key string) {
			if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		func(path, key string) { s.save(key, []byte("whole, but no program")) },
	} {
		for _, f := range files {
			damage(filepath.Join(s.dir, f.Name()), strings.TrimSuffix(f.Name(), extension))
		}
		got, did = cached(t, b, "cache_test", 0.3)
		check("a file that cannot be used", did, CacheStats{Misses: 1, Failures: 1})
		if !slices.Equal(got, want) {
			t.Errorf("after it: %v, want %v", got, want)
		}
		_, did = cached(t, b, "cache_test", 0.3)
		check("after it was mended", did, CacheStats{Hits: 1})
	}
}

// TestDonation: a program that may write over its arguments gives the same numbers, whether compiled or from disk, uses
// no memory of its own for what it updates, and leaves alone what was not handed over (see run).
func TestDonation(t *testing.T) {
	b := needXLA(t)
	defer b.Close()
	want, _ := cached(t, b, "plain", 0.7)
	for _, what := range []string{"compiled", "from disk"} {
		noteAliases = true
		b.hooked.aliasBytes.Store(-1)
		got, did := cached(t, b, "donate_test", 0.7)
		if (did.Hits == 1) != (what == "from disk") {
			t.Errorf("%s: %+v", what, did)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: losses %v, want %v", what, got, want)
		}
		if n := b.hooked.aliasBytes.Load(); n != 2*width*width*4 {
			t.Errorf("%s: %d bytes are written over, want those of weight and moment", what, n)
		}
	}
}

func TestManyCompileAtOnce(t *testing.T) {
	b := needXLA(t)
	defer b.Close()
	results := make([][]float32, 4)
	var group sync.WaitGroup
	for i := range results {
		tr := newTrainer(t, b, "donate_together", 0.9)
		group.Go(func() { results[i] = tr.run(t, 3) })
	}
	group.Wait()
	for _, r := range results[1:] {
		if !slices.Equal(r, results[0]) {
			t.Errorf("%v and %v", r, results[0])
		}
	}
}

// TestCloseBeforeCollection: tensors that are collected after the backend is closed do no harm.
func TestCloseBeforeCollection(t *testing.T) {
	for range 3 {
		b := needXLA(t)
		newTrainer(t, b, "close", 0.1).run(t, 1)
		b.Close()
		runtime.GC()
		runtime.GC()
	}
}

// TestSecondPlugin: XLA is in the process once.
func TestSecondPlugin(t *testing.T) {
	needXLA(t).Close()
	link := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	if err := os.Symlink(plugin, link); err != nil {
		t.Skip(err)
	}
	if _, err := Open(context.Background(), Options{Plugin: link}); err == nil || !strings.Contains(err.Error(), link) {
		t.Errorf("got %v", err)
	}
}

// TestLongRun opens XLA in a process of its own, because flags are read once.
func TestLongRun(t *testing.T) {
	if os.Getenv("PERCEIVER_TEST_LONG_RUN") == "" {
		if plugin == "" {
			t.Skip("no XLA here; `perceiver setup` installs it")
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestLongRun$", "-test.v")
		cmd.Env = append(os.Environ(), "PERCEIVER_TEST_LONG_RUN=1", "GOMLX_BACKEND=xla:"+plugin)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	b, err := Open(context.Background(), Options{Plugin: plugin, LongRun: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	pinned := b.hash == wheelPluginHash
	if b.LongRun != pinned || b.Cache().On == pinned || flagsHave(oneDNN) != pinned {
		t.Errorf("long run %v, cache %+v, XLA_FLAGS %q", b.LongRun, b.Cache(), os.Getenv("XLA_FLAGS"))
	}
	losses := newTrainer(t, b, "donate_long", 0.1).run(t, 2) // ends the process if the program is serialised
	if len(losses) != 2 || losses[0] <= losses[1] {
		t.Errorf("losses %v", losses)
	}
	short, err := Open(context.Background(), Options{Plugin: plugin})
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	if short.LongRun != pinned || short.Cache().On == pinned {
		t.Errorf("a later Open claims another setting: %v %+v", short.LongRun, short.Cache())
	}
}

func flagsHave(name string) bool {
	on, _ := flagOf(os.Getenv("XLA_FLAGS"), name)
	return on
}
