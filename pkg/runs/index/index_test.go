// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// put writes the run.json of a run folder.
func put(t testing.TB, root, dir string, info runs.Info) {
	t.Helper()
	content, err := json.Marshal(info)
	if err == nil {
		err = os.MkdirAll(filepath.Join(root, dir), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(root, dir, runs.InfoFile), content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// some are runs of two experiments, one of them in the folder of a sweep.
func some(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	put(t, root, "a", runs.Info{Experiment: "language/mlm", Profile: "quick", Status: runs.Done, Step: 30, Updated: day(1), Metrics: map[string]float64{"bits per byte": 3.5}})
	put(t, root, "b", runs.Info{Experiment: "flow/sintel", Profile: "quick", Status: runs.Failed, Step: 10, Updated: day(3)})
	put(t, root, "sweep/c", runs.Info{Experiment: "language/mlm", Profile: "small", Status: runs.Done, Step: 20, Updated: day(2), Metrics: map[string]float64{"bits per byte": 2.5}})
	put(t, root, "sweep/d", runs.Info{Experiment: "language/text", Profile: "quick", Status: runs.Running, Step: 5, Updated: day(4)})
	put(t, root, "a/pictures", runs.Info{Experiment: "no run: it lies in one"})
	put(t, root, ".hidden/e", runs.Info{Experiment: "no run: it is hidden"})
	return root
}

func list(t *testing.T, root string, f Filter) (names []string) {
	t.Helper()
	x, err := Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	entries, err := x.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		rel, err := filepath.Rel(root, e.Dir)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.ToSlash(rel))
	}
	return names
}

func TestList(t *testing.T) {
	root := some(t)
	for _, c := range []struct {
		filter Filter
		want   []string
	}{
		{Filter{}, []string{"sweep/d", "b", "sweep/c", "a"}},
		{Filter{Reverse: true}, []string{"a", "sweep/c", "b", "sweep/d"}},
		{Filter{Experiment: "language/mlm"}, []string{"sweep/c", "a"}},
		{Filter{Experiment: "language/"}, []string{"sweep/d", "sweep/c", "a"}},
		{Filter{Experiment: "language"}, nil},
		{Filter{Profile: "small"}, []string{"sweep/c"}},
		{Filter{Status: runs.Failed}, []string{"b"}},
		{Filter{Status: runs.Killed}, []string{"sweep/d"}}, // nobody holds its folder
		{Filter{Status: runs.Running}, nil},
		{Filter{Sort: "step"}, []string{"a", "sweep/c", "b", "sweep/d"}},
		{Filter{Sort: "experiment"}, []string{"b", "a", "sweep/c", "sweep/d"}},
		{Filter{Sort: "bits per byte"}, []string{"sweep/c", "a", "b", "sweep/d"}},
		{Filter{Sort: "bits per byte", Reverse: true}, []string{"a", "sweep/c", "b", "sweep/d"}},
		{Filter{Sort: `"); DROP TABLE runs; --`, Limit: 1}, []string{"a"}},
		{Filter{Limit: 2}, []string{"sweep/d", "b"}},
	} {
		if got := list(t, root, c.filter); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.filter, got, c.want)
		}
	}
}

func TestIndexFollowsTheFolders(t *testing.T) {
	root := some(t)
	list(t, root, Filter{})
	put(t, root, "b", runs.Info{Experiment: "flow/sintel", Status: runs.Done, Step: 100})
	put(t, root, "f", runs.Info{Experiment: "flow/sintel", Status: runs.Done, Step: 50})
	os.RemoveAll(filepath.Join(root, "a"))
	os.WriteFile(filepath.Join(root, "sweep", "c", runs.InfoFile), []byte("{"), 0o644)
	if got, want := list(t, root, Filter{Sort: "step"}), []string{"b", "f", "sweep/d"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDamagedIndexIsMadeAnew(t *testing.T) {
	root := some(t)
	want := list(t, root, Filter{})
	for name, damage := range map[string]func(path string) error{
		"no database": func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o644)
		},
		"truncated": func(path string) error { return os.Truncate(path, 5000) },
		"removed":   os.Remove,
		"a folder": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(path, "x"), 0o755)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root, File)
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			if got := list(t, root, Filter{}); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			os.RemoveAll(path)
			list(t, root, Filter{})
		})
	}
}

func TestNoFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "none")
	if got := list(t, root, Filter{}); got != nil {
		t.Errorf("got %v", got)
	}
	if _, err := os.Stat(root); err == nil {
		t.Error("the folder was made")
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, some(t)); err == nil {
		t.Error("it went on")
	}
}

// BenchmarkList10000 lists 10,000 run folders that were indexed before, of which none has changed.
func BenchmarkList10000(b *testing.B) {
	root := b.TempDir()
	for i := range 10_000 {
		put(b, root, fmt.Sprintf("run-%05d", i), runs.Info{Experiment: fmt.Sprintf("task/%d", i%20), Profile: "quick", Status: runs.Done, Step: i, Metrics: map[string]float64{"loss": float64(i)}})
	}
	x, err := Open(b.Context(), root)
	if err != nil {
		b.Fatal(err)
	}
	x.Close()
	for b.Loop() {
		x, err := Open(b.Context(), root)
		if err != nil {
			b.Fatal(err)
		}
		entries, err := x.List(b.Context(), Filter{Experiment: "task/3"})
		if err != nil || len(entries) != 500 {
			b.Fatal(len(entries), err)
		}
		x.Close()
	}
}
