// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/internal/browser"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

// JupyterLab in a headless Chromium, clicked as a user clicks. It installs JupyterLab, so it runs only when asked for:
//
//	PERCEIVER_JUPYTERLAB=1 go test ./cmd/perceiver -run TestJupyterLab -v
//
// PERCEIVER_NOTEBOOKS names notebooks, separated by spaces, instead of the first one, or is "all" or "none"; PERCEIVER_SCREENSHOT is a file
// for a picture of the last one, trained in full and kept.
func TestJupyterLab(t *testing.T) {
	if os.Getenv("PERCEIVER_JUPYTERLAB") == "" {
		t.Skip("it installs JupyterLab; set PERCEIVER_JUPYTERLAB=1 to run it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	b, err := browser.Start(ctx, 1440, 900)
	if errors.Is(err, browser.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	l := &labPage{t: t, ctx: ctx, b: b, root: root, runs: t.TempDir()}
	l.serve(os.Getenv("PERCEIVER_SCREENSHOT") == "")
	for _, file := range l.notebooks() {
		t.Run(filepath.Base(file), func(t *testing.T) { l.at(t).runAll(file) })
	}
	if shot := os.Getenv("PERCEIVER_SCREENSHOT"); shot != "" {
		l.at(t).screenshot(shot)
		return
	}
	t.Run("a cell that fails stops the rest", func(t *testing.T) { l.at(t).failing() })
	t.Run("stop saves, and a new kernel goes on", func(t *testing.T) { l.at(t).stopped() })
}

// labPage is a JupyterLab and the page on which it is seen.
type labPage struct {
	t          *testing.T
	ctx        context.Context
	b          *browser.Browser
	root, runs string
	address    string // of the server, without a file
	token      string
}

func (l *labPage) at(t *testing.T) *labPage {
	other := *l
	other.t = t
	return &other
}

func (l *labPage) must(err error) {
	l.t.Helper()
	if err == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if shot, e := l.b.Screenshot(ctx); e == nil {
		file := filepath.Join(os.TempDir(), "perceiver-jupyterlab.png")
		os.WriteFile(file, shot, 0o644)
		l.t.Logf("what was to be seen: %s", file)
	}
	l.t.Fatal(err)
}

// serve starts "perceiver lab" and waits for its address.
func (l *labPage) serve(short bool) {
	l.t.Helper()
	program := filepath.Join(l.t.TempDir(), "perceiver")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		l.t.Fatalf("%v: %s", err, out)
	}
	// The notebooks are not to be changed, nor any file of the user, and cells out of sight are to be in the page.
	settings := l.t.TempDir()
	for plugin, text := range map[string]string{
		"docmanager-extension/plugin": `{"autosave": false}`,
		"notebook-extension/tracker":  `{"windowingMode": "none"}`,
	} {
		file := filepath.Join(settings, "@jupyterlab", plugin+".jupyterlab-settings")
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			l.t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "lab", "--no-browser")
	cmd.Dir, cmd.Stderr = l.root, os.Stderr
	cmd.Env = append(os.Environ(), "JUPYTERLAB_SETTINGS_DIR="+settings, "JUPYTERLAB_WORKSPACES_DIR="+l.t.TempDir(), "JUPYTER_CONFIG_DIR="+l.t.TempDir())
	if short {
		cmd.Env = append(cmd.Env, "PERCEIVER_RUNS="+l.runs, "PERCEIVER_SET=train.steps=8")
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 && err != nil {
			l.t.Errorf("perceiver lab ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	at, token, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "JupyterLab: ")), "?token=")
	if err != nil || !ok {
		l.t.Fatalf("perceiver lab printed %q, %v", line, err)
	}
	l.address, _, _ = strings.Cut(at, "/tree/")
	l.token = token
}

// notebooks are those to be run, relative to the root.
func (l *labPage) notebooks() []string {
	switch asked := os.Getenv("PERCEIVER_NOTEBOOKS"); asked {
	case "none":
		return nil
	case "":
		return []string{"notebooks/01-first-perceiver.ipynb"}
	case "all":
		files, err := filepath.Glob(filepath.Join(l.root, "notebooks", "*.ipynb"))
		if err != nil {
			l.t.Fatal(err)
		}
		for i := range files {
			files[i], _ = filepath.Rel(l.root, files[i])
		}
		return files
	default:
		return strings.Fields(asked)
	}
}

// panel is the notebook that is to be seen.
const panel = `document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden)")`

// open opens a notebook and waits for its kernel. Each has a page of its own: with "reset" no other stays open.
func (l *labPage) open(file string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, 3*time.Minute)
	defer cancel()
	l.must(l.b.Open(ctx, l.address+"/tree/"+file+"?reset&token="+l.token))
	l.must(l.b.Wait(ctx, `document.title.includes(`+fmt.Sprintf("%q", filepath.Base(file)[:8])+`)`))
	l.must(l.b.Wait(ctx, panel+`?.querySelectorAll(".jp-Cell").length > 1`))
	l.idle(ctx)
}

// idle waits until the kernel is there and does nothing.
func (l *labPage) idle(ctx context.Context) {
	l.t.Helper()
	l.must(l.b.Wait(ctx, `/Perceiver \(Go\) \| Idle/.test(document.querySelector("#jp-main-statusbar")?.innerText)`))
}

// menu clicks on a menu, and on an entry of it.
func (l *labPage) menu(name, command string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
	defer cancel()
	l.must(l.b.Click(ctx, fmt.Sprintf(`[...document.querySelectorAll(".lm-MenuBar-item")].find(e => e.innerText.trim() == %q)`, name)))
	l.must(l.b.Click(ctx, fmt.Sprintf(`document.querySelector('.lm-Menu-item[data-command=%q]:not(.lm-mod-disabled)')`, command)))
}

// seen is a code cell as it is in the page.
type seen struct {
	Prompt   string // "[3]:", "[*]:" while it runs or waits, "[ ]:"
	Errors   int    // errors, and what programs wrote to stderr: JupyterLab shows both alike
	Pictures int
	Text     string // of its outputs
}

// cells waits until nothing runs and returns the code cells.
func (l *labPage) cells(limit time.Duration) []seen {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, limit)
	defer cancel()
	l.must(l.b.Wait(ctx, `(() => { const p = `+panel+`, c = [...p.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(e => e.innerText);
		return c.some(s => /\d/.test(s)) && !c.some(s => s.includes("*")) })()`))
	l.idle(ctx)
	var out []seen
	l.must(l.b.Eval(ctx, `[...`+panel+`.querySelectorAll(".jp-CodeCell")].map(c => ({
		prompt: c.querySelector(".jp-InputPrompt").innerText.trim(),
		errors: c.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]').length,
		pictures: [...c.querySelectorAll(".jp-OutputArea-output img")].filter(i => i.complete && i.naturalWidth > 1).length,
		text: c.querySelector(".jp-OutputArea")?.innerText ?? "" }))`, &out))
	return out
}

// runAll clicks on Run All Cells and looks at what came of it.
func (l *labPage) runAll(file string) {
	l.open(file)
	began := time.Now()
	l.menu("Run", "runmenu:run-all")
	cells := l.cells(10 * time.Minute)
	pictures := 0
	for i, c := range cells {
		pictures += c.Pictures
		if !strings.ContainsAny(c.Prompt, "0123456789") || c.Errors > 0 {
			l.t.Errorf("code cell %d %s has %d errors and says %q", i+1, c.Prompt, c.Errors, c.Text)
		}
	}
	if pictures < 3 {
		l.t.Errorf("%d pictures are to be seen", pictures)
	}
	l.t.Logf("%s: %d code cells, %d pictures, %.1f s", file, len(cells), pictures, time.Since(began).Seconds())
}

// write makes a notebook of code cells in out/, which git ignores.
func (l *labPage) write(name string, cells ...string) string {
	nb := notebook.New()
	nb.Add(notebook.Markdown, "# "+name)
	for _, c := range cells {
		nb.Add(notebook.Code, c)
	}
	file := filepath.Join("out", "jupyterlab-test-"+name+".ipynb")
	l.must(os.MkdirAll(filepath.Join(l.root, "out"), 0o755))
	l.must(nb.Write(filepath.Join(l.root, file)))
	l.t.Cleanup(func() { os.Remove(filepath.Join(l.root, file)) })
	return file
}

// failing runs all cells of a notebook whose second fails.
func (l *labPage) failing() {
	l.open(l.write("failing", "%%\nfmt.Println(1)", "%%\nvar m map[string]int\nm[\"x\"] = 1", "%%\nfmt.Println(3)"))
	l.menu("Run", "runmenu:run-all")
	c := l.cells(2 * time.Minute)
	if len(c) != 3 || c[0].Prompt != "[1]:" || c[1].Prompt != "[2]:" || c[2].Prompt != "[ ]:" {
		l.t.Errorf("the cells are %+v", c)
	} else if strings.Count(c[1].Text, "assignment to entry in nil map") != 1 || c[1].Errors != 1 || c[2].Text != "" {
		l.t.Errorf("the failing cell says %q, the one after it %q", c[1].Text, c[2].Text)
	}
}

// stopped clicks on the stop button while a cell trains, restarts the kernel, and does the same again.
func (l *labPage) stopped() {
	l.open(l.write("stopped",
		"import \"github.com/perceiver-go/perceiver/pkg/lab\"\n\nfunc experiment() *lab.Experiment {\n\tos.Setenv(\"PERCEIVER_SET\", \"\") // many steps\n\treturn lab.Must(lab.Load(\"language/mlm\", lab.Set(\"train.steps=100000\")))\n}",
		"%%\nlab.Must(experiment().Train(lab.Context()))",
		"%%\nfmt.Println(\"never\")"))
	last := 0
	for range 2 {
		l.menu("Run", "runmenu:run-all")
		l.untilStep(last + 3)
		l.must(l.b.Click(l.ctx, panel+`.querySelector('[data-command="notebook:interrupt-kernel"]')`))
		c := l.cells(time.Minute)
		said, step := "", 0
		if len(c) == 3 {
			_, said, _ = strings.Cut(c[1].Text, "interrupted after step ")
			fmt.Sscan(said, &step)
		}
		if step <= last || c[1].Errors != 1 || c[2].Prompt != "[ ]:" {
			l.t.Fatalf("after the stop button, and step %d before, the cells are %+v", last, c)
		}
		last = step
		l.menu("Kernel", "kernelmenu:restart")
		l.must(l.b.Click(l.ctx, `document.querySelector(".jp-Dialog .jp-mod-accept")`))
		l.must(l.b.Wait(l.ctx, `!document.querySelector(".jp-Dialog")`))
		l.idle(l.ctx)
	}
}

// untilStep waits until a training below the folder of runs has written down a step.
func (l *labPage) untilStep(step int) {
	l.t.Helper()
	for ctx, again := l.ctx, time.Tick(100*time.Millisecond); ; <-again {
		files, _ := filepath.Glob(filepath.Join(l.runs, "*", "metrics.jsonl"))
		for _, file := range files {
			b, err := os.ReadFile(file)
			lines := strings.Split(strings.TrimSpace(string(b)), "\n")
			var m struct{ Step int }
			if err == nil && json.Unmarshal([]byte(lines[len(lines)-1]), &m) == nil && m.Step >= step && m.Step > 8 {
				return
			}
		}
		if ctx.Err() != nil {
			l.t.Fatal("the training does not begin")
		}
	}
}

// screenshot takes the picture that the README shows: the cell that trained, and the one below it.
func (l *labPage) screenshot(file string) {
	l.must(l.b.Eval(l.ctx, `[...`+panel+`.querySelectorAll(".jp-CodeCell")].find(c => /\.Train(Task)?\(lab\./.test(c.innerText)).scrollIntoView({block: "start"})`, nil))
	time.Sleep(time.Second) // the page settles
	shot, err := l.b.Screenshot(l.ctx)
	l.must(err)
	l.must(os.WriteFile(file, shot, 0o644))
}
