// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pkgerrors "github.com/pkg/errors"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

func TestPictureFiles(t *testing.T) {
	old := Folder
	defer func() { Folder = old }()
	Folder = filepath.Join(t.TempDir(), "a", "b")
	var out bytes.Buffer
	s := &screen{out: &out, nb: &notebook{broken: true}}
	png, err := viz.PNG(viz.Curves("t", "x", "y", nil), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, alt := range []string{"Loss, step 100!", "Loss, step 100!", "", "../../etc/passwd", strings.Repeat("long ", 100)} {
		if err := s.picture(png, alt); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(Folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	long := strings.TrimSuffix(strings.Repeat("long-", 16), "-") + ".png"
	if got, want := strings.Join(names, " "), "etc-passwd.png "+long+" loss-step-100-2.png loss-step-100.png picture.png"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	if got, err := os.ReadFile(filepath.Join(Folder, "picture.png")); err != nil || !bytes.Equal(got, png) {
		t.Errorf("the file is not the picture: %v", err)
	}
	if n := strings.Count(out.String(), "\n"); n != 5 {
		t.Errorf("%d lines for 5 pictures:\n%s", n, out.String())
	}
}

func TestPictureRefuses(t *testing.T) {
	old := Folder
	defer func() { Folder = old }()
	s := &screen{out: new(bytes.Buffer), nb: &notebook{broken: true}}
	for _, file := range [][]byte{nil, []byte("GIF89a")} {
		if err := s.picture(file, "x"); err == nil || !strings.Contains(err.Error(), "not a PNG") {
			t.Errorf("error %v", err)
		}
	}
	Folder = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(Folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.picture([]byte("\x89PNG\r\n\x1a\n"), "x"); err == nil || !strings.Contains(err.Error(), Folder) {
		t.Errorf("a folder that is a file: error %v", err)
	}
}

// On a terminal the line is written over, cut to fit, and makes way for other output.
func TestLiveOnATerminal(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(1e9, 0)
	s := &screen{out: &out, nb: &notebook{broken: true}}
	l := &Live{w: &out, s: s, width: 20, now: func() time.Time { return clock }}
	show := func(step int) {
		if err := l.Show(viz.Panel{Title: "run", Step: step, Steps: 100}); err != nil {
			t.Fatal(err)
		}
	}
	show(1)
	show(2) // too early
	clock = clock.Add(everyLine)
	show(3)
	if err := s.show("a table\n", nil); err != nil {
		t.Fatal(err)
	}
	if err := l.End(viz.Panel{Title: "run", Step: 100, Steps: 100, Done: true}); err != nil {
		t.Fatal(err)
	}
	want := "\r\x1b[Krun · step 1/100 ·" + "\r\x1b[Krun · step 3/100 ·" + "\r\x1b[Ka table\n" + "\r\x1b[Krun · step 100/100\n"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestLiveWithoutAWriterIsSilent(t *testing.T) {
	for _, l := range []*Live{nil, new(Live), NewLive(nil)} {
		if err := errors.Join(l.Show(viz.Panel{}), l.End(viz.Panel{})); err != nil {
			t.Error(err)
		}
	}
}

func TestPlacesComeFromTheTrace(t *testing.T) {
	got := places(pkgerrors.WithMessage(pkgerrors.New("inner"), "outer"))
	first, rest, _ := strings.Cut(got, "\n")
	if first != "github.com/perceiver-go/perceiver/pkg/display.TestPlacesComeFromTheTrace" || !strings.Contains(rest, "screen_test.go:") {
		t.Errorf("places are %q", got)
	}
	if strings.Contains(got, "testing.") {
		t.Errorf("places of libraries are named: %q", got)
	}
}

func FuzzCSSWidth(f *testing.F) {
	png, err := viz.PNG(viz.CostBars("", viz.Measure{Bars: []viz.Bar{{Name: "a", Value: 1}}}), 0, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(png[:64])
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add(append(bytes.Clone(png[:33]), 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, file []byte) {
		if w := cssWidth(file); w < 0 {
			t.Errorf("width %d", w)
		}
	})
}
