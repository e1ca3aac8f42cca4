// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/jupyter"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type kernelCommand struct {
	Install   kernelInstallCommand   `cmd:"" help:"Tell every Jupyter program of this user, such as VS Code, about the kernel."`
	Uninstall kernelUninstallCommand `cmd:"" help:"Take that back."`
}

type kernelInstallCommand struct{}

func (kernelInstallCommand) Help() string {
	return `The commands lab and notebook need no installation. This one builds the kernel and writes a spec with absolute paths into this user's Jupyter folder, for programs that are started elsewhere. Notebooks outside of any Go module see the module that it was installed from. Do it again after an update.`
}

func (c *kernelInstallCommand) Run(ctx context.Context, out io.Writer) error {
	root, err := cloneRoot(ctx)
	if err != nil {
		return err
	}
	program, err := launcher()
	if err != nil {
		return err
	}
	goCommand, err := exec.LookPath("go")
	if err == nil {
		goCommand, err = filepath.Abs(goCommand)
	}
	if err != nil {
		return err
	}
	if err := prewarm(ctx, root); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		return fmt.Errorf("the kernel's folder: %w: set PERCEIVER_CACHE_DIR to a folder that can be written", err)
	}
	build := exec.CommandContext(ctx, goCommand, "build", "-o", program+".new", kernelPackage)
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building the kernel: %w", err)
	}
	if err := os.Rename(program+".new", program); err != nil { // a kernel may be running
		return err
	}
	file, err := jupyter.InstallKernel(notebook.KernelName, jupyter.Spec{
		Argv: []string{program, "{connection_file}"}, DisplayName: "Perceiver (Go)", Language: "go", InterruptMode: "message",
		Env: map[string]string{"PERCEIVER_KERNEL_GO": goCommand, "PERCEIVER_KERNEL_HOME": root},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "installed: %s\n", file)
	return nil
}

type kernelUninstallCommand struct{}

func (c *kernelUninstallCommand) Run(out io.Writer) error {
	program, err := launcher()
	if err != nil {
		return err
	}
	if _, err := jupyter.UninstallKernel(notebook.KernelName); err != nil {
		return err
	}
	if err := os.Remove(program); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	fmt.Fprintln(out, "uninstalled")
	return nil
}

// launcher is where the kernel's program is put.
func launcher() (string, error) {
	cache, err := backend.Folder()
	if err != nil {
		return "", err
	}
	name := "perceiver-kernel"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(cache, "bin", name), nil
}
