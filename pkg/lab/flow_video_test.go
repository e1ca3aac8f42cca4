// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/ffmpeg"
)

const publishedFlow = "../published/testdata/optical_flow_small"

// testFilm is a video of some frames, larger than the model's tile; the test is skipped where ffmpeg is missing.
func testFilm(t *testing.T, size string, frames string) string {
	t.Helper()
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "film.avi")
	if out, err := exec.Command(program, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=rate=10:size="+size, "-frames:v", frames, "-c:v", "ffv1", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// The movement of each frame of a video is that between its pictures, in files or as a video in colours.
func TestFilmFlow(t *testing.T) {
	quiet(t)
	path, dir := testFilm(t, "40x30", "4"), filepath.Join(t.TempDir(), "moved")
	var told []int
	f, err := FilmFlow(t.Context(), publishedFlow, FlowVideo{Path: path, Out: dir, Told: func(frame int, _ float64) { told = append(told, frame) }})
	if err != nil {
		t.Fatal(err)
	}
	if f.Frames != 3 || f.Width != 40 || f.Height != 30 || len(told) != 3 || told[2] != 3 || !(f.Mean > 0 && f.Mean <= f.Largest) {
		t.Fatalf("%+v, told of %v", f, told)
	}
	if out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, filepath.Join(dir, "frame%d.png")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p, err := openReleased(t, publishedFlow).Predict(t.Context(), Question{Inputs: []string{filepath.Join(dir, "frame3.png"), filepath.Join(dir, "frame4.png")}})
	if err != nil {
		t.Fatal(err)
	}
	last, err := os.ReadFile(filepath.Join(dir, "000003.flo"))
	if err != nil || string(last) != string(p.Files[0].Content) {
		t.Errorf("the movement of the third frame is not that between the third and the fourth picture (%v)", err)
	}
	picture, err := os.Open(filepath.Join(dir, "000003.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Close()
	if img, err := png.Decode(picture); err != nil || img.Bounds() != image.Rect(0, 0, 40, 30) {
		t.Errorf("the picture: %v", err)
	}

	film := filepath.Join(t.TempDir(), "moved.gif")
	again, err := FilmFlow(t.Context(), publishedFlow, FlowVideo{Path: path, Out: film, Longest: 4})
	if err != nil || again.Frames != 3 || math.Abs(again.Mean-f.Mean) > 1e-9 {
		t.Fatalf("%+v, %v", again, err)
	}
	if info, err := ffmpeg.Probe(t.Context(), film); err != nil || info.Width != 40 || info.Height != 30 || info.Speed != "10/1" {
		t.Errorf("the video of movement is %+v, %v", info, err)
	}
}

func TestFilmFlowRefuses(t *testing.T) {
	quiet(t)
	for want, path := range map[string]string{"only one frame": testFilm(t, "40x30", "1"), "larger picture": testFilm(t, "8x6", "3"), "no such file": "none.avi"} {
		out := filepath.Join(t.TempDir(), "moved.mkv")
		if _, err := FilmFlow(t.Context(), publishedFlow, FlowVideo{Path: path, Out: out}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
		left, err := filepath.Glob(filepath.Join(filepath.Dir(out), "*"))
		hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".*"))
		if err != nil || len(left)+len(hidden) > 0 {
			t.Errorf("%s: left behind are %v and %v", want, left, hidden)
		}
	}
	if _, err := FilmFlow(t.Context(), "../published/testdata", FlowVideo{}); err == nil {
		t.Error("a folder without a model was taken")
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := FilmFlow(t.Context(), publishedFlow, FlowVideo{Path: "flow_video_test.go", Out: t.TempDir()}); !errors.Is(err, ffmpeg.ErrMissing) {
		t.Errorf("without ffmpeg: %v", err)
	}
}
