// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func noEnv(string) string { return "" }

func envOf(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if k, v, _ := strings.Cut(p, "="); k == name {
				return v
			}
		}
		return ""
	}
}

func newStore(t *testing.T, limit int64) *store {
	t.Helper()
	s, why, err := openStore(filepath.Join(t.TempDir(), "cache"), noEnv)
	if err != nil || s == nil {
		t.Fatal(why, err)
	}
	s.limit = limit
	return s
}

func TestKey(t *testing.T) {
	base := identity{"plugin", "flags", "processor"}
	keys := map[string]string{}
	add := func(what string, id identity, options, format, program string) {
		key := id.key([]byte(options), format, []byte(program))
		if before, seen := keys[key]; seen {
			t.Errorf("%s has the key of %s", what, before)
		}
		keys[key] = what
	}
	add("the base", base, "options", "mlir", "module @a { text }")
	add("another plugin", identity{"other", "flags", "processor"}, "options", "mlir", "module @a { text }")
	add("other flags", identity{"plugin", "other", "processor"}, "options", "mlir", "module @a { text }")
	add("another processor", identity{"plugin", "flags", "other"}, "options", "mlir", "module @a { text }")
	add("other options", base, "other", "mlir", "module @a { text }")
	add("another format", base, "options", "hlo", "module @a { text }")
	add("another text", base, "options", "mlir", "module @a { other }")
	add("parts that run into each other", identity{"plugi", "nflags", "processor"}, "options", "mlir", "module @a { text }")
	if base.key(nil, "mlir", []byte("module @a_1 { x_uuid_"+uuidA+" }")) != base.key(nil, "mlir", []byte("module @a_2 { x_uuid_"+uuidB+" }")) {
		t.Error("the random name of a metric changes the key")
	}
}

func TestStoreKeepsAndFinds(t *testing.T) {
	s := newStore(t, 1<<20)
	if got := s.load("a"); got != nil {
		t.Fatalf("an empty store has %q", got)
	}
	s.save("a", []byte("program"))
	if got := s.load("a"); string(got) != "program" {
		t.Fatalf("got %q", got)
	}
	info, err := os.Stat(s.path("a"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
	var none *store
	none.save("a", []byte("program"))
	if none.load("a") != nil || none.stats().On {
		t.Error("no store keeps something")
	}
}

func TestStoreRefusesWhatIsNotWhole(t *testing.T) {
	for what, damage := range map[string]func(file []byte) []byte{
		"empty":           func(file []byte) []byte { return nil },
		"cut in the head": func(file []byte) []byte { return file[:10] },
		"cut after it":    func(file []byte) []byte { return file[:headerSize] },
		"cut":             func(file []byte) []byte { return file[:len(file)-1] },
		"longer":          func(file []byte) []byte { return append(file, 0) },
		"one bit":         func(file []byte) []byte { file[len(file)-3] ^= 1; return file },
		"another magic":   func(file []byte) []byte { file[0] = 'P'; return file },
	} {
		s := newStore(t, 1<<20)
		s.save("a", []byte("a program of some length"))
		file, err := os.ReadFile(s.path("a"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.path("a"), damage(bytes.Clone(file)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.load("a"); got != nil {
			t.Errorf("%s: loaded %q", what, got)
		}
		if _, err := os.Stat(s.path("a")); !missing(err) {
			t.Errorf("%s: the file is still there", what)
		}
		if s.stats().Failures != 1 {
			t.Errorf("%s: %d failures", what, s.stats().Failures)
		}
	}
	s := newStore(t, 1<<20)
	s.save("a", []byte("program"))
	if err := os.Rename(s.path("a"), s.path("b")); err != nil {
		t.Fatal(err)
	}
	if got := s.load("b"); got != nil {
		t.Errorf("a program under the name of another was loaded: %q", got)
	}
	if err := os.Mkdir(s.path("c"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := s.load("c"); got != nil {
		t.Errorf("a folder was loaded: %q", got)
	}
}

func TestStoreStaysInItsLimit(t *testing.T) {
	const size = 1000
	s := newStore(t, 3*size+3*int64(headerSize))
	for i, key := range []string{"a", "b", "c"} {
		s.save(key, bytes.Repeat([]byte{'x'}, size))
		old := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(s.path(key), old, old); err != nil {
			t.Fatal(err)
		}
	}
	s.load("a") // now b is the one that was not used for longest
	left := filepath.Join(s.dir, strings.Replace(partial, "*", "1", 1))
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(left, long, long); err != nil {
		t.Fatal(err)
	}
	s.save("d", bytes.Repeat([]byte{'x'}, size))
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got := s.load(key) != nil; got != want {
			t.Errorf("%s: there = %v", key, got)
		}
	}
	if _, err := os.Stat(left); !missing(err) {
		t.Error("an abandoned file is still there")
	}
	s.save("big", make([]byte, 4*size))
	if s.load("big") != nil || s.load("a") == nil {
		t.Error("a program that is larger than the limit was kept, or drove out others")
	}
}

func TestStoreManyWriters(t *testing.T) {
	s := newStore(t, 20*(1000+int64(headerSize)))
	program := func(key int) []byte { return bytes.Repeat([]byte{byte(key)}, 1000) }
	var group sync.WaitGroup
	for w := range 8 {
		other := &store{dir: s.dir, limit: s.limit} // as another process has it
		group.Go(func() {
			for i := range 100 {
				k := (i*7 + w) % 30
				key := fmt.Sprint(k)
				other.save(key, program(k))
				if got := other.load(key); got != nil && !bytes.Equal(got, program(k)) {
					t.Errorf("key %d: not the program that was saved", k)
				}
			}
			if f := other.stats().Failures; f != 0 {
				t.Errorf("%d failures", f)
			}
		})
	}
	group.Wait()
	files, partials := s.list()
	if len(files) > 20 || len(files) == 0 || len(partials) != 0 {
		t.Errorf("%d files and %d unfinished ones", len(files), len(partials))
	}
}

func TestStoreSwitches(t *testing.T) {
	for _, c := range []struct {
		env      string
		on       bool
		why, err string
	}{
		{"X=", true, "", ""},
		{"PERCEIVER_COMPILE_CACHE=on", true, "", ""},
		{"PERCEIVER_COMPILE_CACHE=off", false, "turns it off", ""},
		{"PERCEIVER_COMPILE_CACHE=OFF", false, "turns it off", ""},
		{"PERCEIVER_COMPILE_CACHE=maybe", false, "", "must be on or off"},
		{"PERCEIVER_COMPILE_CACHE_MB=0", false, "no room", ""},
		{"PERCEIVER_COMPILE_CACHE_MB=7", true, "", ""},
		{"PERCEIVER_COMPILE_CACHE_MB=-1", false, "", "whole number of megabytes"},
		{"PERCEIVER_COMPILE_CACHE_MB=lots", false, "", "whole number of megabytes"},
	} {
		s, why, err := openStore(filepath.Join(t.TempDir(), "cache"), envOf(c.env))
		if (s != nil) != c.on || !strings.Contains(why, c.why) || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: store %v, why %q, error %v", c.env, s != nil, why, err)
		}
		if c.env == "PERCEIVER_COMPILE_CACHE_MB=7" && s.limit != 7<<20 {
			t.Errorf("limit %d", s.limit)
		}
	}
}

func TestStoreFolderIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders have no such permissions here")
	}
	root := filepath.Join(t.TempDir(), "cache")
	s, why, err := openStore(root, noEnv)
	if s == nil {
		t.Fatal(why, err)
	}
	for _, dir := range []string{root, s.dir} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v", dir, info.Mode(), err)
		}
		if err := os.Chmod(dir, 0o770); err != nil {
			t.Fatal(err)
		}
		if s, why, _ := openStore(root, noEnv); s != nil || !strings.Contains(why, "chmod 700") {
			t.Errorf("%s can be written by others and is used: %q", dir, why)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	if s, why, _ := openStore(link, noEnv); s == nil {
		t.Errorf("one's own link is not followed: %q", why)
	}
	if os.Geteuid() == 0 {
		if err := os.Lchown(link, 12345, -1); err != nil {
			t.Skip("cannot give the link to another user:", err)
		}
		if s, why, _ := openStore(link, noEnv); s != nil || !strings.Contains(why, "another user") {
			t.Errorf("the link of another user is followed: %q", why)
		}
		if err := os.Chown(root, 12345, -1); err != nil {
			t.Skip("cannot give the folder to another user:", err)
		}
		if s, why, _ := openStore(root, noEnv); s != nil || !strings.Contains(why, "another user") {
			t.Errorf("the folder of another user is used: %q", why)
		}
	}
}
