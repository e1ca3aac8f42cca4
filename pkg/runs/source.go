// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"context"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"
)

// sourceLimit bounds source.diff.
const sourceLimit = 4 << 20

// Source says which commit the program was made from and how the working tree in dir differs from it. Both are empty
// where there is no git or no repository; then the commit is the one that the Go tool wrote into the program, if it did.
func Source(ctx context.Context, dir string) (commit string, diff []byte) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	git := func(args ...string) []byte {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			return nil
		}
		return out
	}
	commit = strings.TrimSpace(string(git("rev-parse", "HEAD")))
	if commit != "" {
		diff = git("diff", "HEAD", "--no-color", "--no-ext-diff")
		if len(diff) > sourceLimit {
			diff = append(diff[:sourceLimit], "\n(cut here)\n"...)
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
