// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"reflect"
	"testing"
)

func TestDifferences(t *testing.T) {
	var settings []map[string]string
	for _, content := range []string{
		"task = \"toy\"\n[model]\nlatents = 32\nrate = 0.5\n[train]\nseed = 1\n",
		"task = \"toy\"\n[model]\nlatents = 64\nrate = 0.5\n",
		"task = \"toy\"\n[model]\nlatents = 32\nrate = 0.5\nwidths = [1, 2]\n",
	} {
		r, err := Create(t.TempDir(), []byte(content), Info{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.Settings()
		if err != nil {
			t.Fatal(err)
		}
		settings = append(settings, s)
		r.Close()
	}
	want := []Difference{
		{"model.latents", []string{"32", "64", "32"}},
		{"model.widths", []string{"", "", "[1 2]"}},
		{"train.seed", []string{"1", "", ""}},
	}
	if got := Differences(settings...); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSettingsOfABrokenFile(t *testing.T) {
	r, err := Create(t.TempDir(), []byte("task = \n"), Info{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Settings(); err == nil {
		t.Error("a broken experiment.toml was read")
	}
}
