// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"errors"
	"fmt"
	"math"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/catalog"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Data is the section [data] of an audio experiment.
type Data struct {
	Source  string   `toml:"source"`   // "tones" (generated), "fsdd", "esc10", "folder" (sounds and labels.csv); of films: "shapes" (generated), "digits", "films" (a folder for each class)
	Classes []string `toml:"classes"`  // of "folder" and "films"
	Several bool     `toml:"several"`  // of "folder": a sound has any number of classes
	Mix     int      `toml:"mix"`      // of "tones": most classes that are heard at once
	HeldOut int      `toml:"held_out"` // of "tones" and of films: number of held-out clips
	Speaker string   `toml:"speaker"`  // of "fsdd": the speaker who is held out; "": the official test
	Fold    int      `toml:"fold"`     // of "esc10": the fold that is held out

	Inputs    string  `toml:"inputs"`     // "sound" (or ""), "video" or "both"; the last two need films
	Speed     int     `toml:"speed"`      // of films: frames in a second
	Side      int     `toml:"side"`       // of films: height and width of a frame, in pixels
	DropVideo float64 `toml:"drop_video"` // with both: part of the training clips whose film is left out, so that the sound is learned too
	DropSound float64 `toml:"drop_sound"` // with both: part of the training clips whose sound is left out

	Rate     int     `toml:"rate"`     // samples in a second
	Seconds  float64 `toml:"seconds"`  // that the model hears at once
	Features string  `toml:"features"` // "mel" or "wave"
	Window   int     `toml:"window"`   // of "mel": samples that a frame sees
	Hop      int     `toml:"hop"`      // of "mel": samples from frame to frame
	Mels     int     `toml:"mels"`     // of "mel": bands

	Shift    float64 `toml:"shift"`     // seconds by which a sound is moved at most, beyond the room that it has
	Stretch  float64 `toml:"stretch"`   // 0.1: a sound is made up to 10 % longer or shorter
	Masks    int     `toml:"masks"`     // stretches of time, and of bands, that are hidden
	TimeMask float64 `toml:"time_mask"` // seconds that are hidden at most
	BandMask int     `toml:"band_mask"` // of "mel": bands that are hidden at most
	Tilt     float64 `toml:"tilt"`      // of "mel": decibels by which the highest and lowest band are made louder or softer at most
	Mixup    float64 `toml:"mixup"`     // part of the examples that are blended with another one, and their classes with its
}

// Spec is the audio task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults: generated sounds of one second.
func NewSpec() tasks.Spec {
	return &Spec{Model: defaults(), Data: Data{Source: "tones", HeldOut: 1000, Fold: 1, Rate: 8000, Seconds: 1, Features: "mel", Window: 256, Hop: 100, Mels: 40, Speed: 25, Side: 32}}
}

// names are the classes of the sources that have their own.
var names = map[string][]string{"tones": sounds.ToneClasses, "fsdd": sounds.Digits, "esc10": sounds.SoundsOfTheWorld,
	"shapes": (&video.Shapes{}).Classes(), "digits": (&video.Digits{}).Classes()}

// named reports whether the user names the classes.
func (d Data) named() bool { return d.Source == "folder" || d.Source == "films" }

// hears and sees say what the model gets.
func (d Data) hears() bool { return d.Inputs != "video" }
func (d Data) sees() bool  { return d.Inputs == "video" || d.Inputs == "both" }

// classes are the names of the classes.
func (d Data) classes() []string {
	if d.named() {
		return d.Classes
	}
	return names[d.Source]
}

// several reports whether a sound may have several classes.
func (d Data) several() bool {
	return d.Source == "tones" && d.Mix > 1 || d.Source == "folder" && d.Several
}

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	_, err := s.network()
	return err
}

func (d Data) validate() error {
	for _, f := range []struct {
		key             string
		value, low, top float64
	}{{"rate", float64(d.Rate), 1000, sounds.MaxRate}, {"seconds", d.Seconds, 0.01, 600}, {"mix", float64(d.Mix), 0, float64(len(sounds.ToneClasses))},
		{"held_out", float64(d.HeldOut), 1, 1e6}, {"drop_video", d.DropVideo, 0, 1}, {"drop_sound", d.DropSound, 0, 1 - d.DropVideo}, {"fold", float64(d.Fold), 1, 5}, {"shift", d.Shift, 0, 600}, {"stretch", d.Stretch, 0, 0.5},
		{"masks", float64(d.Masks), 0, 16}, {"time_mask", d.TimeMask, 0, d.Seconds}, {"band_mask", float64(d.BandMask), 0, float64(d.Mels)},
		{"tilt", d.Tilt, 0, 60}, {"mixup", d.Mixup, 0, 1}} {
		if !(f.value >= f.low && f.value <= f.top) {
			return fmt.Errorf("data.%s = %v: it must be from %v to %v", f.key, f.value, f.low, f.top)
		}
	}
	switch {
	case !d.named() && names[d.Source] == nil:
		return fmt.Errorf("data.source = %q: it must be \"tones\", \"fsdd\", \"esc10\", \"folder\", \"shapes\", \"digits\" or \"films\"", d.Source)
	case d.named() && len(d.Classes) < 2:
		return fmt.Errorf("data.classes has %d names: a folder of sounds or films needs the names of its classes, two at least", len(d.Classes))
	case !d.named() && len(d.Classes) > 0, d.Source != "folder" && d.Several:
		return fmt.Errorf("data.classes and data.several are for data.source = \"folder\", the first for \"films\" too; %q has classes of its own, one for each clip", d.Source)
	case d.Inputs != "" && d.Inputs != "sound" && d.Inputs != "video" && d.Inputs != "both":
		return fmt.Errorf("data.inputs = %q: it must be \"sound\", \"video\" or \"both\"", d.Inputs)
	case d.sees() && !d.filmed():
		return fmt.Errorf("data.inputs = %q: data.source = %q has sounds alone; films are \"shapes\", \"digits\" and \"films\"", d.Inputs, d.Source)
	case d.Features != "mel" && d.Features != "wave":
		return fmt.Errorf("data.features = %q: it must be \"mel\" or \"wave\"", d.Features)
	}
	if d.filmed() {
		if f := d.format(); f.Frames == 0 || f.Samples == 0 {
			return fmt.Errorf("data.seconds = %g: a film must have a whole number of frames and of samples; data.speed × data.seconds is %g, and data.rate × data.seconds is %g", d.Seconds, d.Seconds*float64(d.Speed), d.Seconds*float64(d.Rate))
		}
		if err := d.format().Validate(); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	if d.Features == "mel" {
		if _, err := d.mel(); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	if n := d.frames() * d.channels(); n < 1 || n > 1<<22 {
		return fmt.Errorf("data.seconds = %g: the model would hear %d numbers at once; there must be 1 to %d", d.Seconds, n, 1<<22)
	}
	return nil
}

func (d Data) mel() (*sounds.Mel, error) {
	m, err := sounds.NewMel(sounds.Mel{STFT: sounds.STFT{Window: d.Window, Hop: d.Hop}, Rate: d.Rate, Bands: d.Mels})
	if err != nil {
		return nil, fmt.Errorf("the spectrogram of data.rate = %d, data.window = %d, data.hop = %d, data.mels = %d: %w", d.Rate, d.Window, d.Hop, d.Mels, err)
	}
	return m, nil
}

// hop is the number of samples that a frame stands for: of a wave, a frame is a sample.
func (d Data) hop() int {
	if d.Features == "wave" {
		return 1
	}
	return d.Hop
}

// frames is the number of frames that the model hears at once, and channels the width of a frame.
func (d Data) frames() int { return int(math.Round(d.Seconds * float64(d.Rate) / float64(d.hop()))) }

func (d Data) channels() int {
	if d.Features == "wave" {
		return 1
	}
	return d.Mels
}

// Open implements tasks.Spec. Options.Data is the folder of the sounds or films, for every source that is not generated. Where it is "", it is
// looked for in the folder audio of the folder of data, which PERCEIVER_DATA names, or which is shared/data beside the
// checkout.
func (s *Spec) Open(ctx context.Context, o tasks.Options) (tasks.Task, error) { return s.open(ctx, o) }

func (s *Spec) open(ctx context.Context, o tasks.Options) (*Task, error) {
	n, err := s.network()
	if err != nil {
		return nil, err
	}
	t := &Task{network: n, data: s.Data, batch: max(1, o.Batch), seed: o.Seed, features: newFeatures(s.Data)}
	if o.NoData {
		return t, nil
	}
	if s.Data.filmed() {
		t.source, err = s.Data.openFilms(ctx, o.Data, o.Seed)
		return t, err
	}
	found, err := s.Data.open(ctx, o.Data, o.Seed)
	if err != nil {
		return nil, err
	}
	t.source = listed{found}
	return t, nil
}

// open finds the sounds.
func (d Data) open(ctx context.Context, path string, seed uint64) (sounds.Source, error) {
	if d.Source == "tones" {
		if path != "" {
			return nil, fmt.Errorf("data %s: the sounds of data.source = \"tones\" are generated; for a folder with a list of its sounds set data.source=folder and data.classes", path)
		}
		g := &sounds.Tones{Rate: d.Rate, Samples: int(math.Round(d.Seconds * float64(d.Rate))), Mix: d.Mix, Seed: seed, Held: d.HeldOut}
		if err := g.Validate(); err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		return g, nil
	}
	var err error
	if path == "" {
		if path, err = d.find(); err != nil {
			return nil, err
		}
	}
	var set *sounds.Set
	switch d.Source {
	case "fsdd":
		set, err = sounds.FSDD(ctx, path, d.Speaker, d.Rate, seed)
	case "esc10":
		set, err = sounds.ESC10(ctx, path, d.Fold, d.Rate, seed, "")
	default:
		set, err = sounds.Labelled(ctx, path, d.Classes, d.Several, d.Rate, seed)
	}
	if err != nil {
		return nil, err // a nil *Set in a Source would not be nil
	}
	return set, nil
}

// find looks for a data set in the folder of data, for a program that runs somewhere in the checkout.
func (d Data) find() (string, error) {
	if d.Source == "folder" {
		return "", errors.New(`data.source = "folder": say which folder with --data`)
	}
	set, err := catalog.Find(d.Source)
	if err != nil {
		return "", err
	}
	root := catalog.Folder()
	here, err := set.Look(root)
	if err != nil {
		return "", err
	}
	if root == "" || here.Files == 0 {
		return "", fmt.Errorf("the sounds of data.source = %q are not here: fetch them with: perceiver data get %s, or get them from %s and name their folder with --data", d.Source, d.Source, set.Home)
	}
	return here.Path, nil
}
