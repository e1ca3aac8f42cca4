// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The kernel of this repository, started by its committed spec, runs real cells. The first run on a machine builds GoNB.
func TestRunGoNB(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs cells")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command on PATH")
	}
	notebook := func(cells ...string) *Notebook {
		nb := New()
		for _, c := range cells {
			nb.Add(Code, c)
		}
		return nb
	}
	run := func(t *testing.T, nb *Notebook, limit time.Duration) *CellError {
		t.Helper()
		privateTemp(t)
		_, err := Run(t.Context(), nb, Options{Dir: "../..", Timeout: limit, Env: []string{"PERCEIVER_TEST_MARK=" + t.Name()}})
		var cell *CellError
		if err != nil && !errors.As(err, &cell) {
			t.Fatal(err)
		}
		nothingLeft(t, "PERCEIVER_TEST_MARK="+t.Name())
		if files, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(files) > 0 {
			t.Errorf("files left behind: %v (%v)", files, err)
		}
		return cell
	}
	check := func(t *testing.T, c *Cell, want string) {
		t.Helper()
		if got := show(c); !strings.Contains(got, want) {
			t.Errorf("cell %q has %q, want %q", c.Source, got, want)
		}
	}

	t.Run("displays, state and a panic", func(t *testing.T) {
		nb := notebook(
			"import (\n\t\"github.com/janpfeifer/gonb/gonbui\"\n\t\"github.com/perceiver-go/perceiver/datasets/text\"\n)\n\n"+
				"func double(x int) int { return 2 * x }\n\n%%\ngonbui.UpdateMarkdown(\"id\", \"first\")\ngonbui.Sync()\nfmt.Println(text.GoBook)",
			"%%\ngonbui.UpdateMarkdown(\"id\", \"second\")\ngonbui.Sync()\nfmt.Println(double(21))",
			"%%\nfmt.Fprintln(os.Stderr, \"loading\")\nvar m map[string]int\nm[\"x\"] = 1",
			"%%\nfmt.Println(\"never\")")
		err := run(t, nb, 0)
		check(t, nb.Cells[0], "stdout=goroot:book\n")
		if got := nb.Cells[0].Outputs[0].text("text/markdown"); got != "second" {
			t.Errorf("the first cell shows %q, and the second updated it", got)
		}
		check(t, nb.Cells[1], "stdout=42\n")
		if err == nil || err.Index != 2 || err.Name != "panic" || err.Value != "assignment to entry in nil map" || !strings.Contains(strings.Join(err.Traceback, "\n"), "Line 4") {
			t.Errorf("%+v", err)
		}
		check(t, nb.Cells[2], "stderr=loading\n")
		if strings.Contains(show(nb.Cells[2]), "exit status") {
			t.Errorf("the exit status is shown: %q", show(nb.Cells[2]))
		}
		if nb.Cells[3].ExecutionCount != 0 || show(nb.Cells[3]) != "" {
			t.Error("the cell after the failing one was run")
		}
	})
	t.Run("floods, bytes that are no text, and an exit", func(t *testing.T) {
		nb := notebook(
			"%%\nos.Stdout.Write([]byte(\"a\\xff\\xfeb\\n\"))\nos.Exit(0)",
			"%%\nfor range 300 {\n\tfmt.Println(strings.Repeat(\"x\", 99_999))\n}",
			"%%\nfmt.Println(\"before\")\nos.Exit(3)")
		err := run(t, nb, 0)
		check(t, nb.Cells[0], "stdout=a\uFFFD\uFFFDb\n")
		if got := show(nb.Cells[1]); len(got) > 3<<20 || !strings.Contains(got, "not kept") {
			t.Errorf("30 MB became %d bytes, ending in %q", len(got), got[max(0, len(got)-100):])
		}
		if err == nil || err.Index != 2 || err.Value != "exit status 3" {
			t.Errorf("%+v", err)
		}
		check(t, nb.Cells[2], "stdout=before\n")
	})
	t.Run("a cell that hangs", func(t *testing.T) { // interrupted while it runs, or on a slow machine while it is built
		nb := notebook("%%\ntime.Sleep(time.Hour)")
		if err := run(t, nb, 2*time.Second); err == nil || !err.TimedOut {
			t.Errorf("%+v", err)
		}
		check(t, nb.Cells[0], "error=timeout")
	})
}
