// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDataSets(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PERCEIVER_DATA", root)
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("audio/fsdd/0_x_0.wav", "")

	var list struct {
		Sets []struct {
			Name string
			Here *struct{ Files int }
		}
	}
	code, out, talk := data("list", "--json")
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil {
		t.Fatalf("%d, %v: %s", code, err, talk)
	}
	for _, s := range list.Sets {
		if (s.Here != nil) != (s.Name == "fsdd") {
			t.Errorf("%s is here: %v", s.Name, s.Here)
		}
	}
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"list"}, 0, "1 files, 0.0 MB"},
		{[]string{"show", "fsdd"}, 0, "CC BY-SA 4.0"},
		{[]string{"show", "sintel"}, 0, filepath.Join(root, "flow/sintel")},
		{[]string{"show", "fsd"}, 2, "there is no such data set"},
		{[]string{"get", "kitti"}, 1, "register there"},
		{[]string{"get", "fsdd"}, 1, "has 1 files already"},
		{[]string{"verify"}, 1, "has no list of digests"},
	} {
		if code, out, talk := data(c.args...); code != c.code || !strings.Contains(out+talk, c.words) {
			t.Errorf("data %v: exit code %d and %q; want %d and %q", c.args, code, out+talk, c.code, c.words)
		}
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	put("SHA256SUMS", empty+"  audio/fsdd/0_x_0.wav\n")
	if code, out, talk := data("verify", "--json"); code != 0 || !strings.Contains(out, `"good":1`) {
		t.Errorf("a good folder: %d, %s%s", code, out, talk)
	}
	put("audio/fsdd/0_x_0.wav", "x")
	if code, out, _ := data("verify"); code != 1 || !strings.Contains(out, "changed: audio/fsdd/0_x_0.wav") {
		t.Errorf("a changed file: %d, %s", code, out)
	}
	t.Setenv("PERCEIVER_DATA", "")
	t.Chdir(t.TempDir())
	if code, _, talk := data("get", "fsdd"); code != 2 || !strings.Contains(talk, "PERCEIVER_DATA") {
		t.Errorf("no folder: %d, %s", code, talk)
	}
}
