// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package house holds the order of the module's rooms: which package may import which.
package house

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/perceiver-go/perceiver/"

// arrows say what the packages below a folder may import of this module. A folder stands for itself and all below it;
// the longest that fits a package is its rule. Folders that are not listed may import nothing of the module.
var arrows = map[string][]string{
	"cmd":            {"bench", "datasets", "experiments", "pkg"},
	"pkg/lab":        {"datasets", "experiments", "pkg/backend", "pkg/detach", "pkg/display", "pkg/experiment", "pkg/perceiver", "pkg/published", "pkg/reproduce", "pkg/runs", "pkg/sweep", "pkg/tasks", "pkg/train", "pkg/viz"},
	"pkg/experiment": {"pkg/tasks", "pkg/train"},
	"pkg/published":  {"internal/download", "pkg/perceiver", "pkg/tasks", "pkg/weights"},
	"pkg/reproduce":  {"pkg/experiment", "pkg/runs", "pkg/sweep"},
	"pkg/sweep":      {"pkg/experiment", "pkg/perceiver", "pkg/runs", "pkg/tasks"},
	"pkg/runs":       {"pkg/runs"},
	"pkg/train":      {"pkg/perceiver", "pkg/runs", "pkg/tasks", "pkg/weights"},
	"pkg/tasks":      {"datasets", "pkg/perceiver", "pkg/tasks"},
	"pkg/perceiver":  {"pkg/perceiver"},
	"pkg/display":    {"pkg/viz"},
	"pkg/notebook":   {"pkg/notebook"},
	"pkg/backend":    {"pkg/backend"},
	"datasets":       {"datasets", "internal/download"},
	"bench":          {"pkg/backend", "pkg/perceiver", "pkg/tasks", "pkg/train"},

	// The kernel starts with every notebook: no graphs, no cgo.
	"cmd/perceiver-kernel": {"pkg/notebook"},
}

// graphs are the only folders in which GoMLX graphs are built: the library renames things often.
var graphs = []string{"pkg/perceiver", "pkg/tasks", "pkg/train", "pkg/backend", "pkg/published"}

type listed struct {
	ImportPath                string
	Imports                   []string
	TestImports, XTestImports []string
}

func below(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func rule(path string) []string {
	best := ""
	for folder := range arrows {
		if below(path, folder) && len(folder) > len(best) {
			best = folder
		}
	}
	return arrows[best]
}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; n++ {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if ours && !slices.ContainsFunc(rule(from), func(folder string) bool { return below(to, folder) }) {
				t.Errorf("%s imports %s, which the design does not allow", from, to)
			}
			graph := strings.HasPrefix(imported, "github.com/gomlx/gomlx/")
			if graph && !slices.ContainsFunc(graphs, func(folder string) bool { return below(from, folder) }) {
				t.Errorf("%s imports %s: graphs are built in %v only", from, imported, graphs)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if to, ours := strings.CutPrefix(imported, module); ours && below(to, "cmd") && !below(from, "cmd") {
				t.Errorf("a test of %s imports %s", from, to)
			}
		}
	}
	if n < 10 {
		t.Fatalf("only %d packages were listed", n)
	}
}
