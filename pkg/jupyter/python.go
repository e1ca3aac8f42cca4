// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// MissingError says that there is no Python with which Jupyter can be installed.
type MissingError struct {
	Found  string // the program that was tried, or ""
	Reason string
}

// Error says what is missing, how to get it, and what works without.
func (e *MissingError) Error() string {
	what := e.Reason
	if e.Found != "" {
		what = e.Found + ": " + e.Reason
	}
	return "Jupyter needs Python 3.10 or newer with the modules venv and ensurepip, and " + what + ". " +
		"Install it, for example with: apt-get install python3-venv. " +
		"Without Python, notebooks run and become pages all the same: perceiver notebook run notebooks/01-first-perceiver.ipynb"
}

// probe is what a Python must be able to do.
const probe = "import sys\nif sys.version_info < (3, 10): sys.exit('its version is ' + sys.version.split()[0])\nimport venv, ensurepip"

// FindPython finds a Python that can make virtual environments. The error is a *MissingError if there is none.
func FindPython(ctx context.Context) (string, error) {
	missing := &MissingError{Reason: "there is no python3 on the PATH"}
	for _, name := range []string{"python3", "python"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		out, err := exec.CommandContext(ctx, path, "-c", probe).CombinedOutput()
		cancel()
		if err == nil {
			return path, nil
		}
		if missing.Found == "" {
			missing.Found, missing.Reason = path, reason(out, err)
		}
	}
	return "", missing
}

// reason is the last line that a program wrote, or how it ended.
func reason(out []byte, err error) string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(out), "?")), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return fmt.Sprintf("it ended with %v", err)
}
