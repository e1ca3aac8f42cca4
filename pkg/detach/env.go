// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package detach

import (
	"path/filepath"
	"strings"
)

// envDir tells a copy which call of Start is its own.
const envDir = "PERCEIVER_DETACHED"

// environment is that of the copy: nothing that ties it to a notebook, whose pipes and temporary folder end with it.
func environment(env []string, dir string) []string {
	kernel, temp := "", ""
	for _, e := range env {
		switch name, value, _ := strings.Cut(e, "="); name {
		case "PERCEIVER_KERNEL_TMP":
			kernel = value
		case "TMPDIR":
			temp = value
		}
	}
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		switch {
		case strings.HasPrefix(name, "GONB_"), strings.HasPrefix(name, "PERCEIVER_KERNEL_"), name == envDir, name == "JPY_PARENT_PID":
		case name == "TMPDIR" && kernel != "" && filepath.Clean(temp) == filepath.Clean(kernel):
		default:
			out = append(out, e)
		}
	}
	return append(out, envDir+"="+dir)
}
