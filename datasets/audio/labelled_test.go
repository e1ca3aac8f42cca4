// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var roads = []string{"car", "horn", "tram"}

func labelled(t *testing.T, list string, several bool) (*Set, error) {
	t.Helper()
	dir := t.TempDir()
	sounds(t, dir, "a.wav", "b/c.wav", "d.wav")
	if err := os.WriteFile(filepath.Join(dir, LabelFile), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	return Labelled(t.Context(), dir, roads, several, 8000, 1)
}

func TestLabelled(t *testing.T) {
	s, err := labelled(t, "file,classes,part\na.wav,tram; car,train\nb/c.wav,,train\nd.wav,horn,test\n", true)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Several() || s.Trains() != 2 || s.HeldOuts() != 1 || !slices.Equal(s.TrainClip(0).Classes, []int{0, 2}) || len(s.TrainClip(1).Classes) != 0 || s.HeldOut(0).Classes[0] != 1 {
		t.Errorf("%+v", s)
	}
	if s, err = labelled(t, "file,classes,part\na.wav,tram,train\nd.wav,horn,test\n", false); err != nil || s.Several() {
		t.Errorf("one class each: %v", err)
	}
}

func TestLabelledRefuses(t *testing.T) {
	for words, list := range map[string]string{
		"the first line must be":      "a.wav,car,train\n",
		`line 3: d.wav has the class`: "file,classes,part\na.wav,car,train\nd.wav,bus,test\n",
		"names e.wav, which is not":   "file,classes,part\na.wav,car,train\ne.wav,car,test\n",
		"names ../a.wav, which is no": "file,classes,part\na.wav,car,train\n../a.wav,car,test\n",
		"is in line 2 already":        "file,classes,part\na.wav,car,train\na.wav,car,test\n",
		`in the part "dev"`:           "file,classes,part\na.wav,car,dev\n",
		"has 2 classes, and should":   "file,classes,part\na.wav,car;tram,train\n",
		"there is no file":            "file,classes,part\n,car,train\n",
		"0 held out":                  "file,classes,part\na.wav,car,train\n",
		"wrong number of fields":      "file,classes,part\na.wav,car\n",
	} {
		if _, err := labelled(t, list, false); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	if _, err := labelled(t, "file,classes,part\na.wav,car;car,train\n", true); err == nil || !strings.Contains(err.Error(), "a class twice") {
		t.Errorf("a class twice: %v", err)
	}
	if _, err := Labelled(t.Context(), t.TempDir(), roads, true, 8000, 1); err == nil || !strings.Contains(err.Error(), "no list labels.csv") {
		t.Errorf("no list: %v", err)
	}
	if _, err := Labelled(t.Context(), t.TempDir(), []string{"a", "a"}, true, 8000, 1); err == nil {
		t.Error("two classes of one name were accepted")
	}
}

func FuzzReadLabels(f *testing.F) {
	f.Add("file,classes,part\na.wav,car;horn,train\n", true)
	f.Add("file,classes,part\n\"a,b\",tram,test\n", false)
	f.Add("file,classes", false)
	f.Fuzz(func(t *testing.T, list string, several bool) {
		files, err := readLabels(strings.NewReader(list), roads, several)
		if err != nil {
			return
		}
		for _, file := range files {
			if file.path == "" || !several && len(file.classes) != 1 || len(file.classes) > len(roads) {
				t.Errorf("%+v", file)
			}
		}
	})
}
