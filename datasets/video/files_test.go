// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

var tiny = Format{Frames: 4, Height: 8, Width: 8, Samples: 400, Speed: 10} // 1000 samples in a second

// grey is a picture of one brightness.
func grey(width, height int, v uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = v
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// folder writes n pictures, brighter and brighter by 10, and a sound that is as loud as the frames are bright.
func folder(t *testing.T, dir string, n int) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &audio.Sound{Rate: 1000, Samples: make([]float32, 100*n)}
	for i := range s.Samples {
		s.Samples[i] = float32(i/100) / 100
	}
	for i := range n {
		file, err := os.Create(filepath.Join(dir, fmt.Sprintf("frame-%03d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, grey(12, 8, uint8(10*i))); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	if err := audio.WriteFile(filepath.Join(dir, "sound.wav"), s); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A folder of pictures: the clips have the sound of their frames, and what is held out is not trained on.
func TestFolderOfPictures(t *testing.T) {
	dir := folder(t, t.TempDir(), 20)
	s, err := OpenFiles(t.Context(), dir, tiny, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	must := get(t)
	if s.HeldOuts() != 1 || s.Videos() != 1 || len(s.Classes()) != 0 {
		t.Fatalf("%d clips of %d videos are held out, the classes are %v", s.HeldOuts(), s.Videos(), s.Classes())
	}
	if c := must(s.HeldOut(0)); c.Video[0] != 160 || c.Label != -1 {
		t.Errorf("the held-out clip begins with %d, want 160 of frame 16", c.Video[0])
	}
	seen := map[uint8]bool{}
	for draw := range uint64(200) {
		c := must(s.Train(draw))
		if !same(c, must(s.Train(draw))) {
			t.Fatal("a draw differs when it is made again")
		}
		first := c.Video[0]
		seen[first] = true
		for frame := range 4 {
			if got, want := tiny.frame(c, frame)[5], first+uint8(10*frame); got != want {
				t.Errorf("frame %d has %d, want %d", frame, got, want)
			}
			if got, want := c.Audio[100*frame+50], float32(first/10)/100+float32(frame)/100; got < want-0.001 || got > want+0.001 {
				t.Errorf("the sound of frame %d is %g, want %g", frame, got, want)
			}
		}
		if len(c.Audio) != 400 {
			t.Fatalf("%d samples", len(c.Audio))
		}
	}
	if len(seen) != 13 || seen[130] || !seen[120] {
		t.Errorf("clips begin at %v, want frames 0 to 12", seen)
	}
}

// Folders name classes; of many videos some are held out whole.
func TestManyVideos(t *testing.T) {
	root := t.TempDir()
	for i := range 12 {
		folder(t, filepath.Join(root, []string{"cats", "dogs", "eels"}[i%3], fmt.Sprint("clip", i)), 5)
	}
	s, err := OpenFiles(t.Context(), root, tiny, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(s.Classes(), " ") != "cats dogs eels" || s.Videos() != 12 || s.HeldOuts() < 1 || s.HeldOuts() > 6 {
		t.Fatalf("classes %v, %d videos, %d held out", s.Classes(), s.Videos(), s.HeldOuts())
	}
	held := map[string]bool{}
	for i := range s.HeldOuts() {
		c := get(t)(s.HeldOut(i))
		held[strings.Split(c.Name, ",")[0]] = true
		if class := s.Classes()[c.Label]; !strings.Contains(c.Name, class) {
			t.Errorf("%s is of class %s", c.Name, class)
		}
	}
	for draw := range uint64(100) {
		if c := get(t)(s.Train(draw)); held[strings.Split(c.Name, ",")[0]] {
			t.Errorf("%s is trained on and held out", c.Name)
		}
	}
	few, err := OpenFiles(t.Context(), root, tiny, 1, 1)
	if err != nil || few.HeldOuts() != 1 {
		t.Errorf("%v: %d held out, want 1", err, few.HeldOuts())
	}
}

func TestLabels(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a", "b"} {
		folder(t, filepath.Join(root, name), 12)
	}
	labels := filepath.Join(root, "labels.txt")
	write := func(content string) {
		if err := os.WriteFile(labels, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a\tloud\n\nb\tsoft\r\n")
	s, err := OpenFiles(t.Context(), root, tiny, 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	if c := get(t)(s.HeldOut(1)); s.Classes()[c.Label] != "soft" {
		t.Errorf("b is %s", s.Classes()[c.Label])
	}
	for content, words := range map[string]string{
		"a\tx\n":           `"b" has no line`,
		"a\tx\nb\ty\nc\tz": `line 3 names "c", and there is no such video`,
		"a\tx\na\ty\nb\tz": `line 2 names "a" a second time`,
		"a x\nb\ty":        "line 1 is not",
	} {
		write(content)
		if _, err := OpenFiles(t.Context(), root, tiny, 1, 9); err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "labels.txt") {
			t.Errorf("%q: the error is %v", content, err)
		}
	}
}

func TestFilesRefuse(t *testing.T) {
	empty, short := t.TempDir(), folder(t, t.TempDir(), 3)
	mixed := folder(t, t.TempDir(), 12)
	file, err := os.Create(filepath.Join(mixed, "frame-005.png"))
	if err != nil {
		t.Fatal(err)
	}
	png.Encode(file, grey(9, 9, 1))
	file.Close()
	broken := folder(t, t.TempDir(), 12)
	whole, err := os.ReadFile(filepath.Join(broken, "frame-003.png"))
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(broken, "frame-003.png"), whole[:len(whole)-20], 0o600)
	lies := folder(t, t.TempDir(), 12)
	os.WriteFile(filepath.Join(lies, "sound.wav"), []byte("RIFF0000WAVEfmt 0000"), 0o600)
	two := folder(t, t.TempDir(), 12)
	audio.WriteFile(filepath.Join(two, "other.wav"), &audio.Sound{Rate: 1000, Samples: make([]float32, 9)})
	for path, words := range map[string]string{
		filepath.Join(empty, "none"): "no such file",
		empty:                        "no videos",
		short:                        "3 frames at 10 in a second, and a clip has 4",
		folder(t, t.TempDir(), 8):    "8 frames; at least 12",
		mixed:                        "9×9 pixels",
		broken:                       "frame-003.png",
		lies:                         "sound.wav",
		two:                          "both WAV files",
	} {
		if _, err := OpenFiles(t.Context(), path, tiny, 1, 9); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want an error with %q, got %v", words, err)
		}
	}
}

// Without sound a recording is silent; a short one is followed by silence.
func TestSound(t *testing.T) {
	dir := folder(t, t.TempDir(), 12)
	wav := filepath.Join(dir, "sound.wav")
	audio.WriteFile(wav, &audio.Sound{Rate: 1000, Samples: []float32{0.5, 0.5}})
	r, err := tiny.Read(t.Context(), dir)
	if err != nil || r.Mute || len(r.Audio) != 1200 || r.Audio[1] != 0.5 || r.Audio[2] != 0 {
		t.Errorf("%v, %d samples", err, len(r.Audio))
	}
	audio.WriteFile(wav, &audio.Sound{Rate: 4000, Samples: slices.Repeat([]float32{0.5}, 400)}) // another rate
	if r, err := tiny.Read(t.Context(), dir); err != nil || r.Audio[50] < 0.49 || r.Audio[50] > 0.51 || r.Audio[150] != 0 {
		t.Errorf("%v: a tenth of a second of 0.5 becomes %g and then %g", err, r.Audio[50], r.Audio[150])
	}
	os.Remove(wav)
	if r, err = tiny.Read(t.Context(), dir); err != nil || !r.Mute || len(r.Audio) != 1200 {
		t.Errorf("%v, %d samples, mute: %v", err, len(r.Audio), r.Mute)
	}
	if _, err := tiny.Cut(r, 9); err == nil {
		t.Error("a clip that ends behind the last frame")
	}
}

// Videos with a changing speed and odd sizes come through ffmpeg at the format's speed.
func TestVideo(t *testing.T) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "a.mkv")
	// The first second has 30 frames in a second, the second has 5.
	args := []string{"-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=62x34:rate=30:duration=2", "-vf", "select='lt(t,1)+not(mod(n,6))'",
		"-fps_mode", "vfr", "-c:v", "mpeg4", path}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := tiny.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if n := tiny.length(r); n < 18 || n > 21 || !r.Mute {
		t.Errorf("%d frames, want 20 of 2 seconds; mute: %v", n, r.Mute)
	}
}

func FuzzLabels(f *testing.F) {
	f.Add("a\tx\nb\ty")
	f.Add("a\t\n\t\n")
	f.Fuzz(func(t *testing.T, content string) {
		if classOf, err := parseLabels(content, []string{"a", "b"}); err == nil && (len(classOf) != 2 || classOf["a"] == "" || classOf["b"] == "") {
			t.Errorf("%q gives %v", content, classOf)
		}
	})
}
