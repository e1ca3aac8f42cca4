// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	for name, x := range map[string]struct {
		w           words
		evalue      string
		ok          bool
		ename, want string
		trace       string // the first line
	}{
		"log.Fatal": {words{stderr: "step 1\nstep 2\ndata x: no such file\nexit status 1\n"}, "exit status 1", true, "exit status 1", "data x: no such file", "data x: no such file"},
		"panic": {words{stderr: "working\npanic: boom: twice\n\ngoroutine 1 [running]:\nmain.main()\n\t\x1b[7m[[ Cell [3] Line 2 ]]\x1b[0m /x/main.go:7\nexit status 2\n"},
			"exit status 2", true, "panic", "boom: twice", "panic: boom: twice"},
		"with stack":   {words{stderr: "old\n\x1b[31mbad shape\x1b[0m\nmain.f\n\t/x/main.go:3\nmain.main\n\t/x/main.go:9\nexit status 1\n"}, "exit status 1", true, "exit status 1", "bad shape", "\x1b[31mbad shape\x1b[0m"},
		"only a stack": {words{stderr: "\t/x/main.go:3\nexit status 1"}, "exit status 1", true, "exit status 1", "/x/main.go:3", "/x/main.go:3"},
		"silent":       {words{stderr: "exit status 1\n"}, "exit status 1", false, "", "", ""},
		"interrupted":  {words{stderr: "signal: interrupt\n", interrupted: true}, "signal: interrupt", true, "interrupted", "signal: interrupt", "interrupted: signal: interrupt"},
		"saved":        {words{stderr: "saved at step 7\nexit status 130", interrupted: true}, "exit status 130", true, "interrupted", "saved at step 7", "saved at step 7"},
		"no compile":   {words{stderr: "x"}, "failed to run go build: exit status 1", false, "", "", ""},
	} {
		ename, evalue, trace, ok := x.w.explain(x.evalue)
		if ok != x.ok || ename != x.ename || evalue != x.want {
			t.Errorf("%s: %q %q %v", name, ename, evalue, ok)
		}
		if ok && trace[0] != x.trace {
			t.Errorf("%s: the traceback begins with %q", name, trace[0])
		}
	}
	_, _, trace, _ := words{stderr: "panic: x\n" + strings.Repeat("frame\n", 1000)}.explain("exit status 2")
	if len(trace) != traceLines {
		t.Errorf("%d lines of trace", len(trace))
	}
}

func TestTail(t *testing.T) {
	var x tail
	for range 100 {
		x.add(strings.Repeat("a", 10_000))
	}
	x.add("end")
	if len(x) > 2*maxTail || !strings.HasSuffix(string(x), "aend") {
		t.Errorf("%d bytes kept", len(x))
	}
}

func TestIsComplete(t *testing.T) {
	for code, want := range map[string]string{
		"":                            "complete",
		"x := 1":                      "complete",
		"func f() {":                  "incomplete\t",
		"func f() {\n\tif x {":        "incomplete\t\t",
		"func f() {\n}":               "complete",
		"f(\"{\")":                    "complete",
		"x := `raw":                   "incomplete",
		"/* comment":                  "incomplete",
		"// {":                        "complete",
		"%%":                          "incomplete",
		"%%\n":                        "incomplete",
		"%%\nfmt.Println(1)":          "incomplete",
		"%%\nfmt.Println(1)\n":        "complete",
		"%%\nfor {\n":                 "incomplete\t",
		"!ls {":                       "complete",
		"%reset":                      "complete",
		"}":                           "complete",
		"var s = '":                   "complete", // let the compiler say it
		"type t struct {\n\tx int\n}": "complete",
	} {
		got := isComplete(code)
		indent, _ := got["indent"].(string)
		if s := got["status"].(string) + indent; s != want {
			t.Errorf("%q: %q, want %q", code, s, want)
		}
	}
}

func TestBuildError(t *testing.T) {
	if got, ok := buildError("# gonb_12ab\n./main.go:3:1: undefined: x\n"); !ok || got != "./main.go:3:1: undefined: x" {
		t.Errorf("%q %v", got, ok)
	}
	for _, s := range []string{"exit status 1", "# gonb_12ab", ""} {
		if got, ok := buildError(s); ok {
			t.Errorf("%q gives %q", s, got)
		}
	}
}
