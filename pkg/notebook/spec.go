// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// connectionFile is what a kernel's command has in place of the connection file.
const connectionFile = "{connection_file}"

// findSpec returns the command of the kernel of a name: that of jupyter/kernels/NAME/kernel.json in the folder or in one
// above it. Only kernels that stand in the repository are looked for, so that a notebook runs with the kernel it was
// committed with and never with one that happens to be installed.
func findSpec(dir, name string) ([]string, error) {
	if name == "" {
		name = KernelName
	}
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return nil, fmt.Errorf("the notebook asks for the kernel %q, which is no name of a kernel; write %q in its kernelspec", name, KernelName)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for d := abs; ; d = filepath.Dir(d) {
		file := filepath.Join(d, "jupyter", "kernels", name, "kernel.json")
		b, err := os.ReadFile(file)
		if err == nil {
			return parseSpec(file, b)
		}
		if !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "not a directory") {
			return nil, fmt.Errorf("kernel spec: %w", err)
		}
		if filepath.Dir(d) == d {
			return nil, fmt.Errorf("the notebook asks for the kernel %q, and there is no jupyter/kernels/%s/kernel.json in %s or above; move the notebook into a clone that has it, or write %q in its kernelspec", name, name, abs, KernelName)
		}
	}
}

func parseSpec(file string, b []byte) ([]string, error) {
	var spec struct {
		Argv []string `json:"argv"`
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		return nil, fmt.Errorf("kernel spec %s: %w", file, err)
	}
	for _, a := range spec.Argv {
		if strings.Contains(a, connectionFile) {
			return spec.Argv, nil
		}
	}
	return nil, fmt.Errorf("kernel spec %s: argv must be a command with %s in it", file, connectionFile)
}
