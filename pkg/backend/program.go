// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"fmt"
)

// canonical gives the text of a program without what differs from run to run though nothing has changed.
//
// GoMLX names the variables of a metric after a random UUID ("..._uuid_" and 36 letters). Each becomes the number of its
// first appearance, so that programs that differ in which metric is used where still differ. And the name of the program
// ends with a number that says how many others its owner compiled before; the name goes.
func canonical(program []byte) []byte {
	const mark, length = "uuid_", 36
	out := make([]byte, 0, len(program))
	if rest, found := bytes.CutPrefix(program, []byte(moduleStart)); found {
		program = rest[max(0, bytes.IndexByte(rest, ' ')):]
	}
	numbers := map[string]int{}
	for next := bytes.Index(program, []byte(mark)); next >= 0; next = bytes.Index(program, []byte(mark)) {
		next += len(mark)
		out = append(out, program[:next]...)
		program = program[next:]
		if len(program) >= length && isUUID(program[:length]) {
			id := string(program[:length])
			if _, seen := numbers[id]; !seen {
				numbers[id] = len(numbers)
			}
			out = fmt.Appendf(out, "#%d", numbers[id])
			program = program[length:]
		}
	}
	return append(out, program...)
}

// moduleStart is how the text of a program begins; its name follows.
const moduleStart = "module @"

func isUUID(id []byte) bool {
	for i, c := range id {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash && c != '_' && c != '-' || !dash && !hex {
			return false
		}
	}
	return true
}

// donates reports whether the program may write its results over its arguments, which its name says: "module @donate_...".
func donates(program []byte) bool {
	name, found := bytes.CutPrefix(program, []byte(moduleStart))
	return found && bytes.HasPrefix(name, []byte("donate_"))
}

// withDonors marks the variables among the arguments of @main as buffers that XLA may write results over. GoMLX hands
// over the old value of a variable that the program updates, but says so only when the program runs, which is too late
// for the compiler: it would give every new value a place of its own, beside the old one. The mark is a permission only.
// What GoMLX does not hand over at run time stays as it is; XLA then copies it first.
//
// Inputs ("%arg0") are never handed over, and so not marked. An argument that has attributes already (sharding, for one)
// is left alone, and so is a program that does not look as expected.
func withDonors(program []byte) []byte {
	const attribute = " {jax.buffer_donor = true}"
	_, list, found := bytes.Cut(program, []byte("@main("))
	if !found {
		return program
	}
	head := program[:len(program)-len(list)]
	out := make([]byte, 0, len(program)+len(program)/8)
	out = append(out, head...)
	from, depth, quoted, plain := 0, 0, false, true // where the argument begins; open brackets; no attributes so far
	for i, c := range list {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			plain = false
			depth++
		case c == '<' || c == '[' || c == '(':
			depth++
		case c == ')' && depth == 0, c == ',' && depth == 0:
			argument := list[from:i]
			out = append(out, argument...)
			if name := bytes.TrimSpace(argument); plain && len(name) > 0 && !bytes.HasPrefix(name, []byte("%arg")) {
				out = append(out, attribute...)
			}
			if c == ')' {
				return append(out, list[i:]...)
			}
			out = append(out, c)
			from, plain = i+1, true
		case c == '>' || c == '}' || c == ']' || c == ')':
			depth--
		}
	}
	return program
}
