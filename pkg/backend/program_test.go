// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"strings"
	"testing"
)

const (
	uuidA = "0f8fad5b_d9cb_469f_a165_70867728950e"
	uuidB = "7c9e6679_7425_40de_944b_e07fc1f90ae7"
)

func TestCanonical(t *testing.T) {
	program := func(name, first, second string) string {
		return "module @" + name + " {\n func.func @main(%_loss_uuid_" + first + ": tensor<f32>, %_rate_uuid_" + second + ": tensor<f32>)"
	}
	for _, c := range []struct {
		what, a, b string
		same       bool
	}{
		{"other UUIDs", program("step_1", uuidA, uuidB), program("step_1", uuidB, uuidA), true},
		{"other number of the program", program("step_1", uuidA, uuidB), program("step_2", uuidA, uuidB), true},
		{"two metrics become one", program("step_1", uuidA, uuidB), program("step_1", uuidA, uuidA), false},
		{"not a UUID", program("step_1", "x"+uuidA[1:], uuidB), program("step_1", "y"+uuidA[1:], uuidB), false},
		{"a UUID at the very end", "uuid_" + uuidA, "uuid_" + uuidB, true},
		{"one letter short of a UUID", "uuid_" + uuidA[:35], "uuid_" + uuidB[:35], false},
		{"text", "module @a { x }", "module @a { y }", false},
	} {
		if same := bytes.Equal(canonical([]byte(c.a)), canonical([]byte(c.b))); same != c.same {
			t.Errorf("%s: same = %v, want %v:\n%s\n%s", c.what, same, c.same, canonical([]byte(c.a)), canonical([]byte(c.b)))
		}
	}
}

func TestDonates(t *testing.T) {
	for program, want := range map[string]bool{
		"module @donate_train_step_1 {": true,
		"module @train_donate_ {":       false,
		"donate_":                       false,
		"":                              false,
	} {
		if got := donates([]byte(program)); got != want {
			t.Errorf("%q: %v", program, got)
		}
	}
}

func TestWithDonors(t *testing.T) {
	const d = " {jax.buffer_donor = true}"
	for _, c := range []struct{ what, in, want string }{
		{"variables and inputs", "m @main(%arg0: tensor<2xf32>, %_w: tensor<2x3xf32>, %_b: tensor<f32>) -> tensor<f32> { f(%x: y) }",
			"m @main(%arg0: tensor<2xf32>, %_w: tensor<2x3xf32>" + d + ", %_b: tensor<f32>" + d + ") -> tensor<f32> { f(%x: y) }"},
		{"attributes stay", `@main(%_w: tensor<2xf32> { sdy.sharding = #sdy.sharding<@mesh, [{"a,)", ?}]> }, %_b: tensor<f32>) -> ()`,
			`@main(%_w: tensor<2xf32> { sdy.sharding = #sdy.sharding<@mesh, [{"a,)", ?}]> }, %_b: tensor<f32>` + d + `) -> ()`},
		{"type with a comma", "@main(%_w: tensor<2xf32, #e<[1, 2]>>) -> ()", "@main(%_w: tensor<2xf32, #e<[1, 2]>>" + d + ") -> ()"},
		{"no arguments", "@main() -> tensor<f32>", "@main() -> tensor<f32>"},
		{"no main", "func @other(%_w: tensor<f32>)", "func @other(%_w: tensor<f32>)"},
		{"cut short", "@main(%_w: tensor<f32>, %_b", "@main(%_w: tensor<f32>, %_b"},
	} {
		if got := string(withDonors([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.what, got, c.want)
		}
	}
}

// FuzzProgram: whatever the text is, nothing panics, the marks alone are added, and a change of the text that is none of
// the names keeps two programs apart.
func FuzzProgram(f *testing.F) {
	f.Add("module @donate_a { func.func @main(%_w: tensor<f32>, %arg0: tensor<2xf32>) -> () uuid_" + uuidA)
	f.Add("module @")
	f.Add("@main(\"(<{,)")
	f.Fuzz(func(t *testing.T, text string) {
		marked := string(withDonors([]byte(text)))
		if strings.ReplaceAll(marked, " {jax.buffer_donor = true}", "") != strings.ReplaceAll(text, " {jax.buffer_donor = true}", "") {
			t.Errorf("%q became %q", text, marked)
		}
		if again := canonical([]byte(text)); bytes.Equal(again, canonical([]byte(text+"!"))) {
			t.Errorf("%q has the same text as with a letter more", text)
		}
	})
}
