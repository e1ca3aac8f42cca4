// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"context"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// mostNewFiles bounds how many files that git does not know are taken into a diff.
const mostNewFiles = 200

// newFiles are those of which a diff has the content although git does not know them yet: a program is made of them too.
var newFiles = []string{"*.go", "*.toml", "*.ipynb", "go.mod", "go.sum"}

// Source says which commit the program was made from and how the working tree in dir differs from it, new files of
// source included. Both are empty where there is no git or no repository; then the commit is the one that the Go tool wrote
// into the program, if it did.
func Source(ctx context.Context, dir string) (commit string, diff []byte) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	git := func(args ...string) []byte {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil && !slices.Contains(args, "--no-index") { // with it, git reports differences as a failure
			return nil
		}
		return out
	}
	commit = strings.TrimSpace(string(git("rev-parse", "HEAD")))
	if commit != "" {
		diff = git("diff", "HEAD", "--no-color", "--no-ext-diff")
		if top := strings.TrimSuffix(string(git("rev-parse", "--show-toplevel")), "\n"); top != "" {
			dir = top
		}
		names := strings.FieldsFunc(string(git(append([]string{"ls-files", "--others", "--exclude-standard", "-z", "--"}, newFiles...)...)), func(r rune) bool { return r == 0 })
		for _, name := range names[:min(len(names), mostNewFiles)] {
			diff = append(diff, git("diff", "--no-index", "--no-color", "--no-ext-diff", "--", "/dev/null", name)...)
		}
		return commit, diff
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	return commit, nil
}
