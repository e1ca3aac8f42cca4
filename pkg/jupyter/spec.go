// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Spec is the kernel.json of a kernel. Programs find it in a folder of its name.
type Spec struct {
	Argv          []string          `json:"argv"` // absolute, with {connection_file}: a program on the desktop has another PATH
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env,omitempty"`
}

// DataDir is the folder of this user's Jupyter files: JUPYTER_DATA_DIR, or where Jupyter looks on this system.
func DataDir() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("there is no home folder for the kernel (%w): set JUPYTER_DATA_DIR", err)
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case "windows":
		if roaming := os.Getenv("APPDATA"); roaming != "" {
			return filepath.Join(roaming, "jupyter"), nil
		}
		return filepath.Join(home, ".jupyter", "data"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}

// InstallKernel writes a spec under a name into this user's Jupyter files, over one of that name, and returns its file.
func InstallKernel(name string, s Spec) (string, error) {
	file, err := kernelFile(name)
	if err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("kernel %s: %w", name, err)
	}
	aside := file + ".new" // renamed into place: another program may be reading the file
	if err := errors.Join(os.WriteFile(aside, append(b, '\n'), 0o644), os.Rename(aside, file)); err != nil {
		return "", fmt.Errorf("kernel %s: %w", name, err)
	}
	return file, nil
}

// UninstallKernel removes the spec of a name from this user's Jupyter files, and returns what it was. The error is
// fs.ErrNotExist if there is none. A folder with other files in it is not ours, and stays.
func UninstallKernel(name string) (*Spec, error) {
	file, err := kernelFile(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("kernel %s is not installed: %w", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("kernel %s: %w", name, err)
	}
	s := &Spec{}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(s); err != nil {
		return nil, fmt.Errorf("%s is no kernel spec (%w); look at it and remove it by hand", file, err)
	}
	if err := errors.Join(os.Remove(file), os.Remove(filepath.Dir(file))); err != nil {
		return nil, fmt.Errorf("kernel %s: %w", name, err)
	}
	return s, nil
}

func kernelFile(name string) (string, error) {
	dir, err := DataDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kernels", name, "kernel.json"), nil
}
