// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/all"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Profiles are the sizes of an experiment, smallest first.
var Profiles = []string{"quick", "small", "paper"}

// DefaultProfile is the size that runs where none is asked for.
const DefaultProfile = "quick"

// Experiment is what can be run: a task with its settings, and how it is trained.
type Experiment struct {
	Name    string // as "language/mlm"
	Profile string
	Title   string
	Task    string
	Source  string // of the data; "": the task's default
	Spec    tasks.Spec
	Train   train.Config
	Paper   []PaperRow // what the paper says; no part of the effective experiment
}

// Options choose the variant of an experiment.
type Options struct {
	Profile string   // "" is DefaultProfile
	Set     []string // "key=value", applied in order on top of the profile
	Source  string   // the data, where it is not the file's
}

// fileLimit bounds the size of an experiment file; the longest are a few kilobytes.
const fileLimit = 1 << 20

// Read reads an experiment file from disk. Its name is the path without ".toml".
func Read(path string, o Options) (*Experiment, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > fileLimit {
		return nil, &Error{path, fmt.Errorf("it has %d bytes; an experiment file has %d at most", info.Size(), fileLimit)}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, strings.TrimSuffix(path, ".toml"), content, o)
}

// Parse reads the content of an experiment file. Where names it in errors, and name is the experiment's.
func Parse(where, name string, content []byte, o Options) (*Experiment, error) {
	file := map[string]any{}
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil, &Error{where, misplacedRows(content, syntax(err))}
	}
	e := &Experiment{Name: name, Train: train.Defaults()}
	sections, err := e.head(file, o.Profile)
	if err != nil {
		return nil, &Error{where, err}
	}
	if err := e.assign(sections); err != nil {
		return nil, &Error{where, err}
	}
	for _, s := range o.Set {
		if err := e.set(s); err != nil {
			return nil, &Error{"--set " + s, err}
		}
	}
	if o.Source != "" {
		e.Source = o.Source
	}
	if err := e.validate(); err != nil {
		return nil, &Error{where, err}
	}
	return e, nil
}

// syntax says where TOML went wrong.
func syntax(err error) error {
	var d *toml.DecodeError
	if errors.As(err, &d) {
		row, column := d.Position()
		return fmt.Errorf("line %d, column %d: %s", row, column, strings.TrimPrefix(d.Error(), "toml: "))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "toml: "))
}

// head reads the keys above the sections and returns the sections with the profile's changes.
func (e *Experiment) head(file map[string]any, profile string) (map[string]map[string]any, error) {
	texts := map[string]*string{"task": &e.Task, "title": &e.Title, "source": &e.Source, "name": &e.Name, "profile": &e.Profile}
	sections := map[string]map[string]any{"model": {}, "data": {}, "train": {}}
	profiles := map[string]map[string]any{}
	known := append(append(slices.Collect(maps.Keys(texts)), slices.Collect(maps.Keys(sections))...), Profiles...)
	for _, key := range sortedKeys(file) {
		table, isTable := file[key].(map[string]any)
		if key == "paper" {
			var err error
			if table, err = e.paper(file[key], sections); err != nil {
				return nil, err
			}
			if isTable = true; len(table) == 0 {
				continue
			}
		}
		_, isText := texts[key]
		_, isSection := sections[key]
		switch {
		case isText:
			if err := set(key, reflect.ValueOf(texts[key]).Elem(), file[key]); err != nil {
				return nil, err
			}
		case isSection && isTable:
			sections[key] = table
		case slices.Contains(Profiles, key) && isTable:
			profiles[key] = table
		case isSection || slices.Contains(Profiles, key):
			return nil, fmt.Errorf("%s = %s: it must be a section, [%s]", key, show(file[key]), key)
		default:
			return nil, unknown("key or section", key, known)
		}
	}
	if e.Profile != "" { // an effective experiment: its profile has been applied
		if len(profiles) > 0 {
			return nil, fmt.Errorf("profile = %q: a file with profiles of its own cannot have this key", e.Profile)
		}
		if profile != "" && profile != e.Profile {
			return nil, fmt.Errorf("it is the effective experiment of profile %q, so --profile %s cannot be applied", e.Profile, profile)
		}
		return sections, nil
	}
	e.Profile = profile
	if profile == "" {
		e.Profile = DefaultProfile
	}
	if !slices.Contains(Profiles, e.Profile) {
		return nil, unknown("profile", e.Profile, Profiles)
	}
	// Every profile is checked, so that a slip in one is not found months later.
	for _, p := range sortedKeys(profiles) {
		for _, key := range sortedKeys(profiles[p]) {
			table, isTable := profiles[p][key].(map[string]any)
			if _, ok := sections[key]; !ok || !isTable {
				return nil, unknown("section", p+"."+key, []string{p + ".model", p + ".data", p + ".train"})
			}
			if p == e.Profile {
				sections[key] = maps.Clone(sections[key])
				maps.Copy(sections[key], table)
			}
		}
	}
	return sections, e.checkOthers(profiles)
}

// checkOthers assigns the profiles that were not chosen to a copy that nobody uses.
func (e *Experiment) checkOthers(profiles map[string]map[string]any) error {
	for _, p := range sortedKeys(profiles) {
		other := &Experiment{Task: e.Task}
		sections := map[string]map[string]any{}
		for key, table := range profiles[p] {
			sections[key], _ = table.(map[string]any)
		}
		if err := other.assign(sections); err != nil {
			return fmt.Errorf("profile %s: %w", p, err)
		}
	}
	return nil
}

// sections are the structs that the sections of the file fill.
func (e *Experiment) sections() map[string]reflect.Value {
	out := fields(reflect.ValueOf(e.Spec).Elem())
	out["train"] = reflect.ValueOf(&e.Train).Elem()
	return out
}

func (e *Experiment) assign(sections map[string]map[string]any) error {
	if e.Task == "" {
		return fmt.Errorf("it has no key task; it must name one of %s", strings.Join(all.Names(), ", "))
	}
	if e.Spec == nil {
		spec, ok := all.New(e.Task)
		if !ok {
			return unknown("task", e.Task, all.Names())
		}
		e.Spec = spec
	}
	targets := e.sections()
	for _, section := range sortedKeys(sections) {
		if err := assign(section, sections[section], targets[section]); err != nil {
			return err
		}
	}
	return nil
}

// set applies one "key=value".
func (e *Experiment) set(setting string) error {
	key, text, ok := strings.Cut(setting, "=")
	key, text = strings.TrimSpace(key), strings.TrimSpace(text)
	if !ok || text == "" {
		return errors.New("it must have the form key=value, for example model.latents=64")
	}
	section, name, ok := strings.Cut(key, ".")
	targets := e.sections()
	if _, known := targets[section]; !ok || !known {
		return unknown("key", key, e.Keys())
	}
	parsed := struct{ X any }{}
	if err := toml.Unmarshal([]byte("X = "+text), &parsed); err != nil || strings.ContainsAny(text, "\n\r") {
		parsed.X = text // a text without quotes
	}
	if _, isTable := parsed.X.(map[string]any); isTable {
		return fmt.Errorf("%s: the value must not be a table", key)
	}
	return assign(section, map[string]any{name: parsed.X}, targets[section])
}

// Keys are all keys that can be set, as "model.latents".
func (e *Experiment) Keys() []string {
	var keys []string
	for section, v := range e.sections() {
		keys = append(keys, prefixed(section, fields(v))...)
	}
	slices.Sort(keys)
	return keys
}

func (e *Experiment) validate() error {
	if err := e.Train.Validate(); err != nil {
		return err
	}
	if e.Train.Seed > math.MaxInt64 {
		return fmt.Errorf("train.seed = %d: it must be below 2^63", e.Train.Seed)
	}
	return e.Spec.Validate()
}

// TOML is the effective experiment: every key with the value that applies.
func (e *Experiment) TOML() ([]byte, error) {
	var b bytes.Buffer
	head := struct {
		Name    string `toml:"name"`
		Profile string `toml:"profile"`
		Title   string `toml:"title,omitempty"`
		Task    string `toml:"task"`
		Source  string `toml:"source,omitempty"`
	}{e.Name, e.Profile, e.Title, e.Task, e.Source}
	if err := toml.NewEncoder(&b).Encode(head); err != nil {
		return nil, err
	}
	targets := e.sections()
	for _, section := range []string{"model", "data", "train"} {
		v, ok := targets[section]
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "\n[%s]\n", section)
		if err := toml.NewEncoder(&b).Encode(v.Interface()); err != nil {
			return nil, fmt.Errorf("section %s: %w", section, err)
		}
	}
	return b.Bytes(), nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
