// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sounds writes short sounds of the given names into a folder; each has another length.
func sounds(t *testing.T, dir string, names ...string) {
	t.Helper()
	for i, n := range names {
		path := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(path, &Sound{8000, make([]float32, 10+i)}); err != nil {
			t.Fatal(err)
		}
	}
}

// Training sees every clip once before it sees one again, in another order in every epoch and for every seed.
func TestSetOrder(t *testing.T) {
	var clips []*Clip
	for i := range 7 {
		clips = append(clips, &Clip{Name: fmt.Sprint(i), Sound: &Sound{8000, nil}, Classes: []int{i % 2}})
	}
	order := func(seed uint64, from int) (names string) {
		s, err := newSet([]string{"a", "b"}, false, clips, clips[:1], seed)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 7 {
			names += s.Train(uint64(from + i)).Name
		}
		return names
	}
	first, second, other := order(1, 0), order(1, 7), order(2, 0)
	for _, o := range []string{first, second, other} {
		letters := strings.Split(o, "")
		slices.Sort(letters)
		if strings.Join(letters, "") != "0123456" {
			t.Errorf("an epoch is %s", o)
		}
	}
	if first == second || first == other || first != order(1, 0) {
		t.Errorf("epochs %s and %s, of another seed %s", first, second, other)
	}
}

func names(clips []*Clip) (out []string) {
	for _, c := range clips {
		out = append(out, filepath.Base(c.Name))
	}
	return out
}

func TestFSDD(t *testing.T) {
	dir := t.TempDir()
	sounds(t, dir, "3_ann_0.wav", "3_ann_5.wav", "9_bob_4.wav", "9_bob_17.wav", "0_ann_49.wav")
	s, err := FSDD(t.Context(), dir, "", 8000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(s.held); !slices.Equal(got, []string{"3_ann_0.wav", "9_bob_4.wav"}) {
		t.Errorf("held out: %v", got)
	}
	if got := names(s.train); !slices.Equal(got, []string{"0_ann_49.wav", "3_ann_5.wav", "9_bob_17.wav"}) || s.train[1].Classes[0] != 3 || len(s.train[1].Samples) != 11 {
		t.Errorf("to train on: %v, %+v", got, s.train[1])
	}
	if s, err = FSDD(t.Context(), dir, "bob", 16000, 1); err != nil {
		t.Fatal(err)
	}
	if got := names(s.held); !slices.Equal(got, []string{"9_bob_17.wav", "9_bob_4.wav"}) || s.held[0].Rate != 16000 || len(s.held[0].Samples) != 26 {
		t.Errorf("bob held out: %v, %+v", got, s.held[0].Sound)
	}

	refused := func(words, dir, speaker string) {
		t.Helper()
		if _, err := FSDD(t.Context(), dir, speaker, 8000, 1); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	refused(`no speaker "cleo"`, dir, "cleo")
	refused("no such file", filepath.Join(dir, "none"), "")
	refused("has no recordings", t.TempDir(), "")
	sounds(t, dir, "ten_ann_0.wav")
	refused("is not called as", dir, "")
	if err := os.Rename(filepath.Join(dir, "ten_ann_0.wav"), filepath.Join(dir, "1_ann_9.wav")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "1_ann_9.wav"), wav("fmt ", formatOf(1, 1, 0, 8), "data", []byte{}), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("1_ann_9.wav: the WAV file says", dir, "")
}

func TestESC10(t *testing.T) {
	dir := t.TempDir()
	for i, name := range SoundsOfTheWorld {
		folder := fmt.Sprintf("%03d - %s", i+1, strings.ToUpper(name[:1])+name[1:])
		sounds(t, dir, filepath.Join(folder, "1-100-A.wav"), filepath.Join(folder, "2-100-B.wav"), filepath.Join(folder, "5-7-A.wav"))
	}
	s, err := ESC10(t.Context(), dir, 2, 16000, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if s.HeldOuts() != 10 || s.Trains() != 20 || len(s.Classes()) != 10 {
		t.Fatalf("%d held out, %d to train on", s.HeldOuts(), s.Trains())
	}
	if c := s.HeldOut(6); filepath.Base(c.Name) != "2-100-B.wav" || !strings.Contains(c.Name, "Helicopter") || c.Classes[0] != 6 || c.Rate != 16000 {
		t.Errorf("held-out clip 6 is %+v", c)
	}
	if _, err := ESC10(t.Context(), dir, 3, 16000, 1, ""); err == nil || !strings.Contains(err.Error(), "0 held out") {
		t.Errorf("a fold without clips: %v", err)
	}
	if _, err := ESC10(t.Context(), dir, 6, 16000, 1, ""); err == nil {
		t.Error("fold 6 was accepted")
	}
	refused := func(words string) {
		t.Helper()
		if _, err := ESC10(t.Context(), dir, 1, 16000, 1, ""); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	sounds(t, dir, filepath.Join("001 - Dog bark", "6-1-A.wav"))
	refused("its fold is not known")
	sounds(t, dir, filepath.Join("000 - Owl", "1-1-A.wav"))
	refused("none of its classes")
	if err := os.RemoveAll(filepath.Join(dir, "000 - Owl")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "001 - Dog bark")); err != nil {
		t.Fatal(err)
	}
	refused("no folder \"NNN - Dog bark\"")
}

// The real data, where it lies beside the checkout.
func TestRealSets(t *testing.T) {
	const dir = "../../../shared/data/audio"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there is no sound in ../shared/data/audio beside the checkout")
	}
	s, err := FSDD(t.Context(), filepath.Join(dir, "fsdd"), "", 8000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if s.HeldOuts() != 300 || s.Trains() != 2700 {
		t.Errorf("spoken digits: %d held out, %d to train on", s.HeldOuts(), s.Trains())
	}
	needFFmpeg(t)
	clips, err := filepath.Glob(filepath.Join(dir, "esc10", "001*", "*.ogg"))
	if err != nil || len(clips) != 40 {
		t.Fatalf("%d clips of dogs, %v", len(clips), err)
	}
	dog, err := openCached(t.Context(), clips[0], 16000, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if s := float64(len(dog.Samples)) / 16000; s < 4.9 || s > 5.1 || dog.Silent() {
		t.Errorf("a dog barks for %g s, silent: %t", s, dog.Silent())
	}
}
