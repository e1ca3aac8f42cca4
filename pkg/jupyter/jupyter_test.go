// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package jupyter

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake puts the stand-in for Python on the PATH, alone.
func fake(t *testing.T, mode string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "python3")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("FAKE_PYTHON", mode)
}

func TestInstallOnce(t *testing.T) {
	fake(t, "")
	cache := filepath.Join(t.TempDir(), "cache")
	var log bytes.Buffer
	if found := Installed(Lab, cache); found != "" {
		t.Errorf("before anything was installed there is %s", found)
	}
	venv, err := Install(t.Context(), Lab, cache, &log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), Lab.Version) {
		t.Errorf("it says %q", log.String())
	}
	if b, err := os.ReadFile(filepath.Join(venv, "share", "jupyter", "lab", "settings", "overrides.json")); err != nil || !strings.Contains(string(b), "fetchNews") {
		t.Errorf("settings: %s, %v", b, err)
	}
	log.Reset()
	t.Setenv("PATH", "") // what is installed needs no other Python
	again, err := Install(t.Context(), Lab, cache, &log)
	if err != nil || again != venv || log.Len() > 0 {
		t.Errorf("the second time: %s, %v; it says %q", again, err, log.String())
	}
	if found := Installed(Lab, cache); found != venv {
		t.Errorf("installed into %s, found %q", venv, found)
	}
	left, _ := os.ReadDir(cache)
	if len(left) != 1 {
		t.Errorf("the cache has %v", left)
	}
}

// TestInstallMendsAnother replaces an installation of another version, as a half-finished one or that of a Python that is gone.
func TestInstallMendsAnother(t *testing.T) {
	fake(t, "")
	cache := t.TempDir()
	venv, err := Install(t.Context(), Lab, cache, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(venv, "installed"), []byte("1.0"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again, err := Install(t.Context(), Lab, cache, nil); err != nil || again != venv || !works(t.Context(), Lab, venv) {
		t.Errorf("%s, %v", again, err)
	}
}

func TestInstallThatFailsLeavesNothing(t *testing.T) {
	fake(t, "offline")
	cache := t.TempDir()
	_, err := Install(t.Context(), Lab, cache, nil)
	if err == nil || !strings.Contains(err.Error(), "package index") || !strings.Contains(err.Error(), "Could not find a version") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(cache); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

func TestNoPython(t *testing.T) {
	for mode, want := range map[string]string{"none": "no python3 on the PATH", "old": "version is 3.8"} {
		t.Run(mode, func(t *testing.T) {
			fake(t, mode)
			if mode == "none" {
				t.Setenv("PATH", t.TempDir())
			}
			_, err := Install(t.Context(), Lab, t.TempDir(), nil)
			var missing *MissingError
			if !errors.As(err, &missing) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "perceiver notebook run") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestServe(t *testing.T) {
	fake(t, "")
	t.Setenv("JUPYTER_PATH", "")
	venv, err := Install(t.Context(), Lab, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var page string
	if err := Serve(ctx, Lab, venv, Options{Root: root, Open: "notebooks/a b.ipynb", Started: func(p string) { page = p; cancel() }}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(page, "http://127.0.0.1:") || !strings.Contains(page, "/lab/tree/notebooks/a%20b.ipynb?token=") {
		t.Errorf("the address is %s", page)
	}
	_, token, _ := strings.Cut(page, "token=")
	started, err := os.ReadFile(filepath.Join(root, "started"))
	if err != nil {
		t.Fatal(err)
	}
	if len(token) < 32 || bytes.Contains(started, []byte(token)) {
		t.Errorf("the token %q is short, or stands in the command line: %s", token, started)
	}
	for _, want := range []string{"ip=127.0.0.1", "root_dir=" + root, "\n" + filepath.Join(root, "jupyter")} {
		if !bytes.Contains(started, []byte(want)) {
			t.Errorf("it was started without %q: %s", want, started)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "ended")); err != nil {
		t.Error("it was not asked to end")
	}
}

// The plain Jupyter Notebook has an environment of its own, and other addresses.
func TestServeClassic(t *testing.T) {
	fake(t, "")
	cache := t.TempDir()
	venv, err := Install(t.Context(), Notebook, cache, nil)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := Install(t.Context(), Lab, cache, nil); err != nil || other == venv {
		t.Errorf("JupyterLab is in %s, too; %v", other, err)
	}
	for open, want := range map[string]string{"notebooks/x.ipynb": "/notebooks/notebooks/x.ipynb?token=", "": "/tree?token="} {
		ctx, cancel := context.WithCancel(t.Context())
		var page string
		if err := Serve(ctx, Notebook, venv, Options{Root: t.TempDir(), Open: open, Started: func(p string) { page = p; cancel() }}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page, want) {
			t.Errorf("the address is %s, want %s", page, want)
		}
	}
}

func TestServeThatFailsSaysWhy(t *testing.T) {
	fake(t, "")
	venv, err := Install(t.Context(), Lab, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FAKE_PYTHON", "broken")
	if err := Serve(t.Context(), Lab, venv, Options{Root: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "a broken installation") {
		t.Errorf("got %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	if err := Serve(t.Context(), Lab, venv, Options{Root: t.TempDir(), Port: port}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a port in use: %v", err)
	}
	if _, err := choosePort(70000); err == nil {
		t.Error("port 70000 was accepted")
	}
}
