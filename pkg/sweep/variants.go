// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// mostVariants bounds a sweep; more is a slip.
const mostVariants = 1000

// Setting is a key of an experiment and its value, as in "model.latents=64".
type Setting struct{ Key, Value string }

func (s Setting) String() string { return s.Key + "=" + s.Value }

// Settings are settings in the order in which they were given. In JSON they are an object.
type Settings []Setting

// MarshalJSON implements json.Marshaler. Numbers, truth values and lists are themselves, all else is text.
func (s Settings) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(x.Key)
		if err != nil {
			return nil, err
		}
		value := []byte(x.Value)
		if !json.Valid(value) {
			if value, err = json.Marshal(x.Value); err != nil {
				return nil, err
			}
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// String names the settings for people, without their sections: "latents=64, dropout=0.1".
func (s Settings) String() string {
	if len(s) == 0 {
		return "as it is"
	}
	words := make([]string, len(s))
	for i, x := range s {
		words[i] = x.Key[strings.LastIndex(x.Key, ".")+1:] + "=" + x.Value
	}
	return strings.Join(words, ", ")
}

// strings are the settings as package experiment takes them.
func (s Settings) strings() []string {
	out := make([]string, len(s))
	for i, x := range s {
		out[i] = x.String()
	}
	return out
}

func (s Settings) has(key string) bool {
	for _, x := range s {
		if x.Key == key {
			return true
		}
	}
	return false
}

// axis is a key with what it may be: values, or a range.
type axis struct {
	key       string
	values    []string
	low, high float64
	whole     bool // the range is one of whole numbers
}

// parseAxis reads "key=a,b,c" or "key=low..high". Commas within brackets or quotes separate nothing.
func parseAxis(text string) (axis, error) {
	key, list, ok := strings.Cut(text, "=")
	a := axis{key: strings.TrimSpace(key)}
	if !ok || a.key == "" || strings.TrimSpace(list) == "" {
		return a, fmt.Errorf("%q: it must have the form key=a,b,c, for example model.latents=32,64", text)
	}
	if low, high, ok := strings.Cut(list, ".."); ok {
		_, err1 := strconv.ParseInt(low, 10, 64)
		_, err2 := strconv.ParseInt(high, 10, 64)
		a.whole = err1 == nil && err2 == nil
		var err error
		if a.low, err = strconv.ParseFloat(low, 64); err == nil {
			a.high, err = strconv.ParseFloat(high, 64)
		}
		if err != nil || !(a.low < a.high) || math.IsInf(a.high-a.low, 0) {
			return a, fmt.Errorf("%q: a range must have the form key=low..high, for example train.learning_rate=1e-4..1e-2", text)
		}
		return a, nil
	}
	depth, quoted, from := 0, false, 0
	add := func(to int) { a.values = append(a.values, strings.TrimSpace(list[from:to])) }
	for i, r := range list {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == ',' && depth == 0:
			add(i)
			from = i + 1
		}
	}
	add(len(list))
	for i, v := range a.values {
		if v == "" {
			return a, fmt.Errorf("%q: value %d is empty", text, i+1)
		}
	}
	return a, nil
}

func parseAxes(texts []string) ([]axis, error) {
	var axes []axis
	for _, text := range texts {
		a, err := parseAxis(text)
		if err != nil {
			return nil, err
		}
		for _, b := range axes {
			if a.key == b.key {
				return nil, fmt.Errorf("%q: the key is varied twice; give all its values at once", text)
			}
		}
		axes = append(axes, a)
	}
	return axes, nil
}

// Grid makes a variant of every combination of values, from texts as "model.latents=16,32,64". The last key changes
// fastest.
func Grid(vary []string) ([]Settings, error) {
	axes, err := parseAxes(vary)
	if err != nil {
		return nil, err
	}
	variants := []Settings{nil}
	for i, a := range axes {
		if a.values == nil {
			return nil, fmt.Errorf("%q: a range can only be drawn from at random; give values, or a number of random draws", vary[i])
		}
		var next []Settings
		for _, v := range variants {
			for _, value := range a.values {
				next = append(next, append(v[:len(v):len(v)], Setting{a.key, value}))
			}
		}
		if len(next) > mostVariants {
			return nil, fmt.Errorf("%q makes %d variants or more; a sweep has %d at most", vary[i], len(next), mostVariants)
		}
		variants = next
	}
	return variants, nil
}

// List makes a variant of each text, as "model.latents=32 model.layers_per_block=8".
func List(texts []string) ([]Settings, error) {
	var variants []Settings
	for _, text := range texts {
		v := Settings{} // a variant may change nothing
		for _, word := range strings.Fields(text) {
			key, value, ok := strings.Cut(word, "=")
			if !ok || key == "" || value == "" || v.has(key) {
				return nil, fmt.Errorf("%q: a variant must have the form \"key=value key=value\" with each key once", text)
			}
			v = append(v, Setting{key, value})
		}
		variants = append(variants, v)
	}
	return variants, nil
}

// Random draws n different variants: a value of each list, a number of each range "key=low..high". A range is drawn
// from evenly on a logarithmic scale where both ends are positive, and gives whole numbers where both ends are. The
// same seed draws the same variants.
func Random(vary []string, n int, seed uint64) ([]Settings, error) {
	axes, err := parseAxes(vary)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > mostVariants {
		return nil, fmt.Errorf("%d random draws: there must be between 1 and %d", n, mostVariants)
	}
	r := rand.New(rand.NewPCG(seed, 0x5eed))
	var variants []Settings
	seen := map[string]bool{}
	for range 100 * n {
		if len(variants) == n {
			return variants, nil
		}
		var v Settings
		for _, a := range axes {
			v = append(v, Setting{a.key, a.draw(r)})
		}
		if name := fmt.Sprint(v.strings()); !seen[name] {
			seen[name] = true
			variants = append(variants, v)
		}
	}
	if len(variants) < n {
		return nil, fmt.Errorf("there are not %d different variants to draw, but %d or few more", n, len(variants))
	}
	return variants, nil
}

func (a axis) draw(r *rand.Rand) string {
	if a.values != nil {
		return a.values[r.IntN(len(a.values))]
	}
	x := a.low + r.Float64()*(a.high-a.low)
	if a.low > 0 {
		x = a.low * math.Exp(r.Float64()*math.Log(a.high/a.low))
	}
	if a.whole {
		return strconv.FormatInt(int64(min(max(math.Round(x), a.low), a.high)), 10)
	}
	s := strconv.FormatFloat(x, 'g', 4, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0" // TOML tells numbers from whole numbers by the point
	}
	return s
}
