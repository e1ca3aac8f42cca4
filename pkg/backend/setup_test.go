// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// fakeWheel is a wheel that holds content where content is expected to be want.
func fakeWheel(t *testing.T, member, content, want string, fetched *atomic.Int32) wheel {
	t.Helper()
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for name, text := range map[string]string{"package/__init__.py": "", member: content} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(want))
	return wheel{"package/plugin.so", hex.EncodeToString(sum[:]), int64(len(want)), func(_ context.Context, dir string) (string, error) {
		if fetched != nil {
			fetched.Add(1)
		}
		path := filepath.Join(dir, "a.whl")
		return path, os.WriteFile(path, file.Bytes(), 0o600)
	}}
}

func noOther(context.Context) error { return errors.New("github.com cannot be reached") }

func onlyWhereTheWheelIs(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the wheel is for linux/amd64")
	}
}

func TestInstall(t *testing.T) {
	onlyWhereTheWheelIs(t)
	root := filepath.Join(t.TempDir(), "cache")
	var fetched atomic.Int32
	w := fakeWheel(t, "package/plugin.so", "the plugin", "the plugin", &fetched)
	if err := w.verify(root); !missing(err) {
		t.Fatalf("before: %v", err)
	}
	for range 2 {
		if err := install(context.Background(), root, nil, w, noOther); err != nil {
			t.Fatal(err)
		}
	}
	if n := fetched.Load(); n != 1 {
		t.Errorf("downloaded %d times", n)
	}
	if got, err := os.ReadFile(w.path(root)); err != nil || string(got) != "the plugin" {
		t.Errorf("%q %v", got, err)
	}
	if info, err := os.Stat(filepath.Dir(w.path(root))); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}

	// A damaged plugin is seen and replaced.
	if err := os.WriteFile(w.path(root), []byte("the"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.verify(root); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a plugin cut short: %v", err)
	}
	if err := install(context.Background(), root, nil, w, noOther); err != nil || w.verify(root) != nil {
		t.Errorf("not replaced: %v, %v", err, w.verify(root))
	}
	left, _ := filepath.Glob(filepath.Join(root, "xla", strings.Replace(partial, "*", "", 1)+"*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInstallRefusesOtherContent(t *testing.T) {
	onlyWhereTheWheelIs(t)
	for what, w := range map[string]wheel{
		"another plugin":    fakeWheel(t, "package/plugin.so", "the plague", "the plugin", nil),
		"a longer plugin":   fakeWheel(t, "package/plugin.so", "the plugin and more", "the plugin", nil),
		"a shorter plugin":  fakeWheel(t, "package/plugin.so", "the", "the plugin", nil),
		"no plugin":         fakeWheel(t, "package/other.so", "the plugin", "the plugin", nil),
		"a download failed": {"package/plugin.so", "", 1, func(context.Context, string) (string, error) { return "", errors.New("no network") }},
		"not a wheel": {"package/plugin.so", "", 1, func(_ context.Context, dir string) (string, error) {
			return filepath.Join(dir, "x"), os.WriteFile(filepath.Join(dir, "x"), []byte("<html>"), 0o600)
		}},
	} {
		root := filepath.Join(t.TempDir(), "cache")
		var log bytes.Buffer
		err := install(context.Background(), root, &log, w, noOther)
		if err == nil || !strings.Contains(err.Error(), "github.com cannot be reached") {
			t.Errorf("%s: %v", what, err)
		}
		if _, e := os.Stat(w.path(root)); !missing(e) {
			t.Errorf("%s: it is installed", what)
		}
		if failedLately(root) == "" {
			t.Errorf("%s: the failure is not remembered", what)
		}
		if err := install(context.Background(), root, nil, w, func(context.Context) error { return nil }); err != nil {
			t.Errorf("%s: the other way works, and yet: %v", what, err)
		}
		if failedLately(root) != "" {
			t.Errorf("%s: the failure is remembered after a success", what)
		}
	}
}

func TestInstallManyAtOnce(t *testing.T) {
	onlyWhereTheWheelIs(t)
	root := filepath.Join(t.TempDir(), "cache")
	var fetched atomic.Int32
	w := fakeWheel(t, "package/plugin.so", "the plugin", "the plugin", &fetched)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			if err := install(context.Background(), root, nil, w, noOther); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := fetched.Load(); n != 1 || w.verify(root) != nil {
		t.Errorf("downloaded %d times; %v", n, w.verify(root))
	}
}

func TestInstallStops(t *testing.T) {
	onlyWhereTheWheelIs(t)
	ctx, cancel := context.WithCancel(context.Background())
	root := filepath.Join(t.TempDir(), "cache")
	w := wheel{"package/plugin.so", "", 1, func(context.Context, string) (string, error) { cancel(); return "", ctx.Err() }}
	if err := install(ctx, root, nil, w, noOther); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if failedLately(root) != "" {
		t.Error("an interrupt counts as a failure")
	}
}

// FuzzUnpack: a download may be anything.
func FuzzUnpack(f *testing.F) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, _ := z.Create("package/plugin.so")
	_, _ = io.WriteString(w, "the plugin")
	_ = z.Close()
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:40])
	f.Add([]byte("PK\x05\x06"))
	sum := sha256.Sum256([]byte("the plugin"))
	want := wheel{member: "package/plugin.so", hash: hex.EncodeToString(sum[:]), size: 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
		if err := os.WriteFile(in, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := want.unpack(in, out)
		got, _ := os.ReadFile(out)
		if err == nil && string(got) != "the plugin" || len(got) > 11 {
			t.Errorf("accepted %q", got)
		}
	})
}
