// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// pluginFile are the names by which go-xla knows a plugin, and where the kind of device stands in them.
var pluginFile = []*regexp.Regexp{
	regexp.MustCompile(`^pjrt_c_api_(.+)_plugin\.so$`),
	regexp.MustCompile(`^pjrt[-_]plugin[-_](.+)\.so$`),
}

// found is a plugin file.
type found struct{ kind, path string }

// kindOf gives the device of a plugin by its file name, without a version: "cpu" of "pjrt_c_api_cpu_v0.83.1_plugin.so";
// "" where the name is not that of a plugin.
func kindOf(name string) string {
	for _, re := range pluginFile {
		if m := re.FindStringSubmatch(name); m != nil {
			kind, _, _ := strings.Cut(m[1], "_v")
			return kind
		}
	}
	return ""
}

// folders lists where go-xla looks for plugins, the folders of the system linker aside. go-xla's own search is not used:
// it opens every file that it finds, and one that is broken ends the process.
func folders(env func(string) string) []string {
	if v := env("PJRT_PLUGIN_LIBRARY_PATH"); v != "" {
		return filepath.SplitList(v)
	}
	var dirs []string
	if home := env("HOME"); home != "" {
		lib := filepath.Join(home, ".local", "lib")
		dirs = append(dirs, filepath.Join(lib, "go-xla"), filepath.Join(lib, "go-xla", "nvidia"), filepath.Join(lib, "gomlx", "pjrt"))
	}
	dirs = append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia", "/usr/local/lib/gomlx/pjrt")
	return append(dirs, filepath.SplitList(env("LD_LIBRARY_PATH"))...)
}

// search lists the plugins in dirs, first folder first; in one folder the name without a version stands first.
func search(dirs []string) []found {
	var all []found
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			continue
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		var here []found
		for _, e := range entries {
			if kind := kindOf(e.Name()); kind != "" {
				here = append(here, found{kind, filepath.Join(dir, e.Name())})
			}
		}
		slices.SortStableFunc(here, func(a, b found) int { return len(a.path) - len(b.path) })
		all = append(all, here...)
	}
	return all
}
