// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlanRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "flags")
	if err := os.WriteFile(file, []byte(oneDNN+"=true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, flags, plugin string
		ask                 bool
		set                 string // what XLA_FLAGS is set to
		long                bool
	}{
		{"short", "", wheelPluginHash, false, "", false},
		{"long", "", wheelPluginHash, true, oneDNN + "=true", true},
		{"long, with other flags", "--xla_a=1", wheelPluginHash, true, "--xla_a=1 " + oneDNN + "=true", true},
		{"long on a plugin without these kernels", "", "other", true, "", false},
		{"the user sets the flag", oneDNN, wheelPluginHash, false, "", true},
		{"the user sets the flag on another plugin", oneDNN + "=true", "other", false, "", true},
		{"the user clears the flag", oneDNN + "=false", wheelPluginHash, true, "", false},
		{"the last one counts", oneDNN + "=true " + oneDNN + "=0", wheelPluginHash, false, "", false},
		{"a flag that begins alike", oneDNN + "_other=true", wheelPluginHash, false, "", false},
		{"a file of flags", file, wheelPluginHash, false, "", true},
	} {
		r, err := planRun(c.ask, c.plugin, envOf("XLA_FLAGS="+c.flags))
		if err != nil || r.setFlags != c.set || r.longRun != c.long {
			t.Errorf("%s: %+v %v", c.what, r, err)
		}
		if r.setFlags != "" && r.flagsText != r.setFlags {
			t.Errorf("%s: the key of the cache has %q and XLA reads %q", c.what, r.flagsText, r.setFlags)
		}
		s, why, err := r.open(envOf("PERCEIVER_COMPILE_CACHE=on"))
		if err != nil || (s == nil) != c.long || c.long && !strings.Contains(why, "oneDNN") {
			t.Errorf("%s: store %v, %q, %v", c.what, s != nil, why, err)
		}
	}
	if _, err := planRun(false, "", envOf("XLA_FLAGS=/no/such/file")); err == nil || !strings.Contains(err.Error(), "XLA_FLAGS=/no/such/file") {
		t.Errorf("a missing file of flags: %v", err)
	}
}
