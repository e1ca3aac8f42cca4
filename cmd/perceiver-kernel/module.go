// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// seed gives the go.mod in dir, that of GoNB's temporary module, everything a cell may import: the module of the file
// around, which is replaced by its folder, and its requirements at its versions. Without this GoNB would resolve imports
// to the latest versions, from the network.
func seed(dir, around string) error {
	local, err := parseModule(around)
	if err != nil {
		return err
	}
	if local.Module == nil {
		return fmt.Errorf("%s has no module line; add one with go mod init", around)
	}
	file := filepath.Join(dir, "go.mod")
	temp, err := parseModule(file)
	if err != nil {
		return err
	}
	if err := extend(temp, local, filepath.Dir(around)); err != nil {
		return fmt.Errorf("go.mod for the cells, from %s: %w", around, err)
	}
	b, err := temp.Format()
	if err != nil {
		return fmt.Errorf("go.mod for the cells: %w", err)
	}
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(around), "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := replaceFile(filepath.Join(dir, "go.sum"), sums); err != nil {
		return err
	}
	return replaceFile(file, b)
}

func parseModule(file string) (*modfile.File, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(file, b, nil) // its errors name file and line
}

// extend adds what local asks for to temp; root is the folder of local.
func extend(temp, local *modfile.File, root string) error {
	if local.Go != nil {
		if err := temp.AddGoStmt(local.Go.Version); err != nil {
			return err
		}
	}
	if local.Toolchain != nil {
		if err := temp.AddToolchainStmt(local.Toolchain.Name); err != nil {
			return err
		}
	}
	for _, r := range local.Require {
		if err := temp.AddRequire(r.Mod.Path, r.Mod.Version); err != nil {
			return err
		}
	}
	for _, x := range local.Exclude {
		if err := temp.AddExclude(x.Mod.Path, x.Mod.Version); err != nil {
			return err
		}
	}
	for _, r := range local.Replace { // the go command heeds them in a main module only
		to := r.New.Path
		if r.New.Version == "" && !filepath.IsAbs(to) {
			to = filepath.Join(root, filepath.FromSlash(to))
		}
		if err := temp.AddReplace(r.Old.Path, r.Old.Version, to, r.New.Version); err != nil {
			return err
		}
	}
	path := local.Module.Mod.Path
	version := "v0.0.0"
	if _, major, ok := module.SplitPathVersion(path); ok && major != "" {
		version = strings.TrimLeft(major, "/.") + ".0.0"
	}
	if err := temp.AddRequire(path, version); err != nil {
		return err
	}
	return temp.AddReplace(path, "", root, "")
}

// replaceFile writes a file aside and renames it into place: the go command may be reading it.
func replaceFile(file string, b []byte) error {
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
