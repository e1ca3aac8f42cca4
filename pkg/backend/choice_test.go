// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// world is a machine that is made up: variables, plugins that are there (in folder, by file name) and how they do.
type world struct {
	env     string // "A=b C=d"
	own     string // of the plugin in our cache: "" missing, "good", "damaged", "bad" (does not run)
	folder  string // names of plugins in the folder that is searched; one that begins with "!" does not run
	noXLA   bool
	install string // "": works; "fails"
	lately  bool   // an installation failed a moment ago
	options Options
}

func (w world) environment(t *testing.T) environment {
	t.Helper()
	dir := t.TempDir()
	bad := map[string]bool{}
	for name := range strings.FieldsSeq(w.folder) {
		name, broken := strings.CutPrefix(name, "!")
		bad[filepath.Join(dir, name)] = broken
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pairs := append(strings.Fields(strings.ReplaceAll(w.env, "DIR", dir)), "PJRT_PLUGIN_LIBRARY_PATH="+dir)
	e := environment{env: envOf(pairs...), root: filepath.Join(t.TempDir(), "cache")}
	if w.noXLA {
		e.whyNot = "this binary was built without cgo, which XLA needs: install a C compiler"
	}
	own := w.own
	e.own = func() (string, error) {
		switch own {
		case "":
			return "", fs.ErrNotExist
		case "damaged":
			return "", errors.New("the XLA plugin OWN is damaged")
		}
		return "OWN", nil
	}
	e.check = func(_ context.Context, path string, longRun bool) (Choice, error) {
		broken, known := bad[path]
		switch {
		case path == "OWN" && own == "bad", broken:
			return Choice{}, errors.New("it is broken")
		case path != "OWN" && !known:
			return Choice{}, fs.ErrNotExist
		}
		return Choice{Name: "xla", Plugin: strings.ReplaceAll(path, dir, "DIR"), cpu: !strings.Contains(path, "cuda"), run: run{longRun: longRun}}, nil
	}
	e.install = func(context.Context, io.Writer) error {
		if w.install == "fails" {
			return errors.New("XLA could not be installed; there is no python3")
		}
		own = "good"
		return nil
	}
	if w.lately {
		if err := os.MkdirAll(filepath.Join(e.root, "xla"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(failureFile(e.root), []byte("no network"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func TestChoice(t *testing.T) {
	cpu := "pjrt_c_api_cpu_plugin.so"
	for _, c := range []struct {
		what   string
		world  world
		name   string // "" for an error
		plugin string
		words  []string // in the reason, or in the error
		mend   bool
	}{
		{"nothing there", world{}, "go", "", []string{"no XLA plugin is installed"}, true},
		{"ours", world{own: "good", folder: cpu}, "xla", "OWN", []string{"perceiver setup"}, false},
		{"ours is damaged, another is there", world{own: "damaged", folder: cpu}, "xla", "DIR/" + cpu, []string{"is installed"}, false},
		{"go-xla's", world{folder: "pjrt_c_api_cuda_plugin.so pjrt_c_api_cpu_v0.83.1_plugin.so"}, "xla", "DIR/pjrt_c_api_cpu_v0.83.1_plugin.so", nil, false},
		{"the first does not run", world{folder: "!" + cpu + " pjrt_c_api_cpu_v0.83.1_plugin.so"}, "xla", "DIR/pjrt_c_api_cpu_v0.83.1_plugin.so", nil, false},
		{"none runs", world{own: "bad", folder: "!" + cpu}, "go", "", []string{"OWN does not work (it is broken)", cpu + " does not work"}, true},
		{"a plugin for a GPU is not taken unasked", world{folder: "pjrt_c_api_cuda_plugin.so"}, "go", "", nil, true},
		{"no cgo", world{own: "good", noXLA: true}, "go", "", []string{"without cgo"}, true},

		{"installs", world{options: Options{Install: true}}, "xla", "OWN", []string{"just now"}, false},
		{"installs instead of a damaged one", world{own: "damaged", options: Options{Install: true}}, "xla", "OWN", []string{"just now"}, false},
		{"may not install", world{env: "PERCEIVER_NO_INSTALL=1", options: Options{Install: true}}, "go", "", []string{"no XLA plugin is installed"}, true},
		{"cannot install", world{install: "fails", options: Options{Install: true}}, "go", "", []string{"there is no python3"}, true},
		{"could not install lately", world{lately: true, options: Options{Install: true}}, "go", "", []string{"less than an hour ago (no network)"}, true},

		{"go asked for", world{env: "GOMLX_BACKEND=go", own: "good"}, "go", "", []string{"GOMLX_BACKEND=go says so", "can hang"}, false},
		{"go with options asked for", world{env: "GOMLX_BACKEND=go:parallelism=2", own: "good"}, "go", "", []string{"parallelism=2 says so"}, false},
		{"xla asked for", world{env: "GOMLX_BACKEND=xla", own: "good"}, "xla", "OWN", []string{"GOMLX_BACKEND=xla says so"}, false},
		{"xla:cpu asked for", world{env: "GOMLX_BACKEND=xla:cpu", folder: cpu}, "xla", "DIR/" + cpu, []string{"says so"}, false},
		{"xla asked for and not there", world{env: "GOMLX_BACKEND=xla"}, "", "", []string{"GOMLX_BACKEND=xla", "no XLA plugin is installed", setupCommand, "unset"}, false},
		{"xla asked for and installed", world{env: "GOMLX_BACKEND=xla", options: Options{Install: true}}, "xla", "OWN", []string{"says so"}, false},
		{"xla asked for, not to be installed", world{env: "GOMLX_BACKEND=xla", install: "fails", options: Options{Install: true}}, "", "", []string{"no python3"}, false},
		{"xla asked for without cgo", world{env: "GOMLX_BACKEND=xla", noXLA: true}, "", "", []string{"without cgo", "unset GOMLX_BACKEND"}, false},
		{"a path", world{env: "GOMLX_BACKEND=xla:DIR/" + cpu, own: "good", folder: cpu}, "xla", "DIR/" + cpu, []string{"says so"}, false},
		{"a wrong path", world{env: "GOMLX_BACKEND=xla:/no/such.so", own: "good"}, "", "", []string{"/no/such.so", "no such plugin", setupCommand, "unset"}, false},
		{"a broken plugin", world{env: "GOMLX_BACKEND=xla:DIR/" + cpu, own: "good", folder: "!" + cpu}, "", "", []string{cpu, "it is broken", setupCommand, "unset"}, false},
		{"cuda", world{env: "GOMLX_BACKEND=xla:cuda,preallocate", own: "good", folder: "pjrt_c_api_cuda_plugin.so"}, "xla", "DIR/pjrt_c_api_cuda_plugin.so", nil, false},
		{"cuda is not there", world{env: "GOMLX_BACKEND=xla:cuda", own: "good"}, "", "", []string{`named "cuda"`, "unset"}, false},
		{"a backend that does not exist", world{env: "GOMLX_BACKEND=torch"}, "", "", []string{"GOMLX_BACKEND=torch", "xla:cuda"}, false},
		{"a plugin of the caller", world{folder: cpu, own: "good", options: Options{Plugin: "/no/such.so"}}, "", "", []string{"/no/such.so"}, false},
		{"the variable goes before it", world{env: "GOMLX_BACKEND=go", options: Options{Plugin: "/no/such.so"}}, "go", "", nil, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := c.world.environment(t).choose(context.Background(), c.world.options)
			if (err != nil) != (c.name == "") {
				t.Fatalf("choice %+v, error %v", got, err)
			}
			text := got.Reason
			if err != nil {
				text = err.Error()
				if strings.Contains(text, "\n") {
					t.Errorf("more than a line: %s", text)
				}
			}
			if got.Name != c.name || got.Plugin != c.plugin {
				t.Errorf("runs %q on %q, want %q on %q (%s)", got.Name, got.Plugin, c.name, c.plugin, text)
			}
			for _, w := range c.words {
				if !strings.Contains(text, w) {
					t.Errorf("%q lacks %q", text, w)
				}
			}
			if (got.Mend != "") != c.mend {
				t.Errorf("mend %q", got.Mend)
			}
			if line := got.String(); err == nil && (strings.Contains(line, "\n") || got.Name == "go" && !strings.Contains(line, "pure Go")) {
				t.Errorf("the line is %q", line)
			}
		})
	}
}

func TestChoicePassesOptionsOn(t *testing.T) {
	w := world{env: "GOMLX_BACKEND=xla:cuda,preallocate,memory_fraction=0.5", folder: "pjrt_c_api_cuda_plugin.so"}
	c, err := w.environment(t).choose(context.Background(), Options{})
	if err != nil || c.options != ",preallocate,memory_fraction=0.5" || c.cpu {
		t.Errorf("%+v %v", c, err)
	}
	w = world{own: "good", options: Options{LongRun: true}}
	if c, err = w.environment(t).choose(context.Background(), w.options); err != nil || !c.run.longRun {
		t.Errorf("the long run got lost: %+v %v", c, err)
	}
}

func TestChoiceStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w := world{folder: "!pjrt_c_api_cpu_plugin.so", options: Options{Install: true}}
	if _, err := w.environment(t).choose(ctx, w.options); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFailedLately(t *testing.T) {
	root := world{lately: true}.environment(t).root
	if got := failedLately(root); got != "no network" {
		t.Errorf("got %q", got)
	}
	old := time.Now().Add(-2 * forgetFailure)
	if err := os.Chtimes(failureFile(root), old, old); err != nil {
		t.Fatal(err)
	}
	if got := failedLately(root); got != "" {
		t.Errorf("an old failure still counts: %q", got)
	}
}

func TestSearch(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for _, path := range []string{one + "/pjrt_c_api_cpu_v0.83.1_plugin.so", one + "/pjrt_c_api_cpu_plugin.so", one + "/libc.so", two + "/pjrt-plugin-cuda.so", two + "/pjrt_plugin_cpu.so"} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := search([]string{"relative", one, filepath.Join(one, "none"), two})
	want := []found{{"cpu", one + "/pjrt_c_api_cpu_plugin.so"}, {"cpu", one + "/pjrt_c_api_cpu_v0.83.1_plugin.so"}, {"cpu", two + "/pjrt_plugin_cpu.so"}, {"cuda", two + "/pjrt-plugin-cuda.so"}}
	if len(got) != len(want) {
		t.Fatalf("found %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %v, want %v", i, got[i], want[i])
		}
	}
	dirs := folders(envOf("HOME=/home/x", "LD_LIBRARY_PATH=/a:/b"))
	if dirs[0] != "/home/x/.local/lib/go-xla" || dirs[len(dirs)-1] != "/b" {
		t.Errorf("folders %v", dirs)
	}
	if dirs = folders(envOf("HOME=/home/x", "PJRT_PLUGIN_LIBRARY_PATH=/only")); len(dirs) != 1 || dirs[0] != "/only" {
		t.Errorf("folders %v", dirs)
	}
}
