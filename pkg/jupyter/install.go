// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// App is one of Jupyter's programs that show notebooks in a browser, in the version that is installed.
type App struct {
	Name    string // as people call it
	Version string
	module  string // the Python module, which is also its name in the package index
	class   string // of its options
	page    string // what an address begins with, in front of the path of a notebook
	home    string // the address without one
}

// The two that can be opened. Notebook is the plain page with one notebook that was there before JupyterLab; it stands on
// JupyterLab, so the versions belong together.
var (
	Lab      = App{"JupyterLab", "4.6.6", "jupyterlab", "LabApp", "/lab/tree/", "/lab"}
	Notebook = App{"Jupyter Notebook", "7.6.5", "notebook", "JupyterNotebookApp", "/notebooks/", "/tree"}
)

func (a App) folder(cache string) string { return filepath.Join(cache, a.module+"-"+a.Version) }

// settings are those of the installation for all users of it; what a user sets in Jupyter comes on top. Without them
// Jupyter asks at its first start whether it may look for news in the network.
const settings = `{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
`

// Install returns the folder of a virtual environment that has a program, below cache. The first time it is made, which
// takes about half a minute, 250 MB, and the Python package index. What it does is said on log, which may be nil.
func Install(ctx context.Context, app App, cache string, log io.Writer) (venv string, err error) {
	venv = app.folder(cache)
	if works(ctx, app, venv) {
		return venv, nil
	}
	python, err := FindPython(ctx)
	if err != nil {
		return "", err
	}
	say(log, "Installing %s %s into %s; this happens once\n", app.Name, app.Version, venv)
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", fmt.Errorf("%s: %w: set PERCEIVER_CACHE_DIR to a folder that can be written", app.Name, err)
	}
	clearStale(cache)
	// It is made aside and renamed: an installation that was cut short is never found, and of two the first one stays.
	aside, err := os.MkdirTemp(cache, partial)
	if err != nil {
		return "", fmt.Errorf("%s: %w", app.Name, err)
	}
	defer os.RemoveAll(aside)
	if err := try(ctx, "making a virtual environment", python, "-m", "venv", aside); err != nil {
		return "", err
	}
	if err := try(ctx, "installing "+app.Name+"; is the Python package index in reach?", interpreter(aside),
		"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", app.module+"=="+app.Version); err != nil {
		return "", err
	}
	file := filepath.Join(aside, "share", "jupyter", "lab", "settings", "overrides.json")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(settings), 0o644)); err != nil {
		return "", fmt.Errorf("%s: %w", app.Name, err)
	}
	if works(ctx, app, venv) {
		return venv, nil // another process was faster
	}
	if err := errors.Join(os.RemoveAll(venv), os.Rename(aside, venv)); err != nil {
		return "", fmt.Errorf("%s: %w", app.Name, err)
	}
	if !works(ctx, app, venv) {
		return "", fmt.Errorf("%s was installed into %s but does not start; remove that folder and try again", app.Name, venv)
	}
	return venv, nil
}

// Installed is the virtual environment of an app that Install made below cache, "" where it made none. Nothing is started.
func Installed(app App, cache string) string {
	venv := app.folder(cache)
	if _, err := os.Stat(interpreter(venv)); err != nil {
		return ""
	}
	return venv
}

const partial = ".jupyter-*"

// clearStale removes what killed installations left behind.
func clearStale(cache string) {
	dirs, _ := filepath.Glob(filepath.Join(cache, partial))
	for _, dir := range dirs {
		if s, err := os.Stat(dir); err == nil && time.Since(s.ModTime()) > 24*time.Hour {
			os.RemoveAll(dir)
		}
	}
}

// interpreter is the Python of a virtual environment.
func interpreter(venv string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(venv, "Scripts", "python.exe")
	}
	return filepath.Join(venv, "bin", "python")
}

// works says whether a virtual environment has a program in the right version: it has not when it was never made, and
// not when the Python it was made with was replaced.
func works(ctx context.Context, app App, venv string) bool {
	if _, err := os.Stat(interpreter(venv)); err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute) // on a busy machine the import takes long
	defer cancel()
	out, err := exec.CommandContext(ctx, interpreter(venv), "-c", "import "+app.module+", jupyter_server; print("+app.module+".__version__)").Output()
	return err == nil && strings.TrimSpace(string(out)) == app.Version
}

// try runs a program; its last words are in the error.
func try(ctx context.Context, what, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		text := strings.TrimSpace(strings.ToValidUTF8(string(out[max(0, len(out)-2000):]), "?"))
		return fmt.Errorf("%s: %s %s: %w\n%s", what, program, strings.Join(args, " "), err, text)
	}
	return nil
}

func say(log io.Writer, format string, args ...any) {
	if log != nil {
		fmt.Fprintf(log, format, args...)
	}
}
