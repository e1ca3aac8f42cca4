// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func names(variants []Settings) (out []string) {
	for _, v := range variants {
		out = append(out, v.String())
	}
	return out
}

func TestGrid(t *testing.T) {
	got := names(grid(t, "model.latents=16,32", `a.list=[1, 2],[3],"x,y"`))
	want := []string{"latents=16, list=[1, 2]", "latents=16, list=[3]", `latents=16, list="x,y"`, "latents=32, list=[1, 2]", "latents=32, list=[3]", `latents=32, list="x,y"`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, bad := range [][]string{{"model.latents"}, {"=1"}, {"a="}, {"a=1,,2"}, {"a=1", "a=2"}, {"a=1..2"},
		{"a=" + strings.Repeat("1,", 40) + "1", "b=" + strings.Repeat("1,", 40) + "1"}} {
		if v, err := Grid(bad); err == nil {
			t.Errorf("%q gave %v", bad, v)
		}
	}
}

func TestList(t *testing.T) {
	v, err := List([]string{"", "model.latents=32  model.layers_per_block=8"})
	if err != nil || len(v) != 2 || len(v[0]) != 0 || v[1].String() != "latents=32, layers_per_block=8" {
		t.Errorf("got %v, %v", v, err)
	}
	for _, bad := range []string{"latents", "a=1 a=2", "a="} {
		if v, err := List([]string{bad}); err == nil {
			t.Errorf("%q gave %v", bad, v)
		}
	}
}

func TestRandom(t *testing.T) {
	draw := func(seed uint64) []Settings {
		v, err := Random([]string{"rate=1e-4..1e-2", "n=8..64", "word=a,b"}, 400, seed)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := draw(1)
	low, seen := 0, map[string]bool{}
	for _, s := range v {
		rate, err := strconv.ParseFloat(s[0].Value, 64)
		if err != nil || rate < 0.99e-4 || rate > 1.01e-2 {
			t.Fatalf("a rate of %q, %v", s[0].Value, err)
		}
		if rate < 1e-3 {
			low++
		}
		if n, err := strconv.Atoi(s[1].Value); err != nil || n < 8 || n > 64 {
			t.Fatalf("n is %q, %v", s[1].Value, err)
		}
		seen[s[2].Value] = true
	}
	if low < 150 || low > 250 {
		t.Errorf("%d of 400 rates are in the lower half of the logarithmic scale", low)
	}
	if len(seen) != 2 {
		t.Errorf("of the words a and b, %v were drawn", seen)
	}
	if !reflect.DeepEqual(v, draw(1)) || reflect.DeepEqual(v, draw(2)) {
		t.Error("the seed does not decide what is drawn")
	}
	if v, err := Random([]string{"word=a,b"}, 3, 1); err == nil {
		t.Errorf("3 different of 2: %v", v)
	}
	if v, err := Random([]string{"word=a,b"}, 2, 1); err != nil || len(v) != 2 {
		t.Errorf("2 different of 2: %v, %v", v, err)
	}
	for _, bad := range []string{"a=2..1", "a=x..y", "a=1..", "a=-1e308..1e308", "a=1..inf"} {
		if v, err := Random([]string{bad}, 1, 1); err == nil {
			t.Errorf("%q gave %v", bad, v)
		}
	}
}

func FuzzParseAxis(f *testing.F) {
	f.Add("model.latents=32,64")
	f.Add(`a=[1,2],"x,y"`)
	f.Add("rate=1e-4..1e-2")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAxis(text)
		if err == nil && a.values == nil && !(a.low < a.high) {
			t.Errorf("%q: no values, and a range from %g to %g", text, a.low, a.high)
		}
		if err == nil && slices.Contains(a.values, "") {
			t.Errorf("%q: an empty value", text)
		}
	})
}

func TestSettingsJSON(t *testing.T) {
	v, err := List([]string{`model.latents=32 model.queries=learned train.learning_rate=3e-3 x="q" y=[1,2] z=true`})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(v[0])
	if want := `{"model.latents":32,"model.queries":"learned","train.learning_rate":3e-3,"x":"q","y":[1,2],"z":true}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestPlan(t *testing.T) {
	p := plan(t, Options{Variants: grid(t, "model.latents=8,16"), Seeds: 3})
	if len(p.Cells) != 6 || !reflect.DeepEqual(p.Seeds, []uint64{0, 1, 2}) || p.Goal.Metric != "bits_per_masked_byte" {
		t.Fatalf("%+v", p)
	}
	for _, want := range []string{"latents = 16\n", "seed = 2\n", "latent_dim = 32\n"} {
		if !strings.Contains(string(p.Cells[5].TOML), want) {
			t.Errorf("the last cell has no %q", want)
		}
	}
	more := plan(t, Options{Variants: grid(t, "model.latents=4,8,16"), Seeds: 4})
	shared := 0
	for _, c := range more.Cells {
		if slices.ContainsFunc(p.Cells, func(d Cell) bool { return c.Folder == d.Folder }) {
			shared++
		}
	}
	if shared != 6 {
		t.Errorf("a sweep with more variants and seeds shares %d folders with the smaller one, not 6", shared)
	}
	if p.Variants[1].FLOPs <= p.Variants[0].FLOPs || p.Variants[1].Params <= p.Variants[0].Params {
		t.Errorf("more latents cost no more: %+v", p.Variants)
	}
}

func TestPlanRefuses(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "no variants"},
		{Options{Variants: grid(t, "model.latens=8,16")}, `did you mean "model.latents"`},
		{Options{Variants: grid(t, "model.latents=8,8")}, "variants 1 and 2 are the same"},
		{Options{Variants: grid(t, "model.latents=8,0")}, "at least 1"},
		{Options{Variants: grid(t, "train.seed=1,2")}, "train.seed cannot be varied"},
		{Options{Variants: grid(t, "model.latents=8"), Seeds: 1_000_000}, "at most"},
		{Options{Variants: grid(t, "model.latents=8"), Match: "time"}, "flops"},
		{Options{Variants: grid(t, "model.latents=8"), Adjust: "model.blocks"}, "to match what"},
		{Options{Variants: grid(t, "model.latents=8,16"), Match: "flops", Adjust: "model.latents"}, "cannot be adjusted too"},
		{Options{Variants: grid(t, "model.latents=8,4000"), Match: "flops"}, "cannot be made to cost"},
		{Options{Variants: grid(t, "model.latents=8,16"), Match: "flops", Adjust: "model.nothing"}, "model.nothing"},
	} {
		if _, err := NewPlan(t.Context(), load, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want an error about %q", c.o, err, c.want)
		}
	}
}

// TestMatch compares what matching finds with every value that it could have chosen.
func TestMatch(t *testing.T) {
	width := append([]string{widthKey}, alongWidth...) // they are the same in the experiment
	for _, c := range []struct {
		match, vary string
		keys        []string
	}{
		{"flops", "model.latents=16,8", []string{depthKey}},
		{"params", "model.layers_per_block=4,3", width},
		{"flops", "model.layers_per_block=4,2", width},
	} {
		t.Run(c.match+" "+c.vary, func(t *testing.T) {
			variants := grid(t, c.vary)
			p := plan(t, Options{Variants: variants, Match: c.match})
			amount := func(v Variant) float64 {
				if c.match == "params" {
					return float64(v.Params)
				}
				return v.FLOPs
			}
			first, second := p.Variants[0], p.Variants[1]
			if len(first.Adjusted) != 0 || len(second.Adjusted) != len(c.keys) {
				t.Fatalf("adjusted: %v and %v", first.Adjusted, second.Adjusted)
			}
			for i, a := range second.Adjusted {
				if a.Key != c.keys[i] || !strings.Contains(string(p.Cells[1].TOML), fmt.Sprintf("%s = %s\n", strings.TrimPrefix(a.Key, "model."), a.Value)) {
					t.Errorf("the experiment does not have %v", a)
				}
			}
			if v := second.Adjusted[0].Value; c.vary == "model.layers_per_block=4,2" && v == "32" {
				t.Errorf("half the layers have no more than %s channels", v)
			}
			best := math.Abs(amount(second) - amount(first))
			for value := range 200 {
				set := slices.Clone(variants[1])
				for _, key := range c.keys {
					set = append(set, Setting{key, fmt.Sprint(value)})
				}
				other, err := NewPlan(t.Context(), load, Options{Variants: []Settings{set}})
				if err == nil && math.Abs(amount(other.Variants[0])-amount(first)) < best {
					t.Errorf("%v is nearer than %v", set, second.Adjusted)
				}
			}
			if off := best / amount(first); (off > noteFrom) != (len(p.Notes) > 0) {
				t.Errorf("off by %.3f, and the notes are %q", off, p.Notes)
			}
		})
	}
}
