// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestKernelIsInstalledAndRemoved(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	s := Spec{Argv: []string{"/bin/kernel", "{connection_file}"}, DisplayName: "K", Language: "go", InterruptMode: "message", Env: map[string]string{"A": "b"}}
	for range 2 { // the second time over the first
		file, err := InstallKernel("k", s)
		if err != nil || file != filepath.Join(data, "kernels", "k", "kernel.json") {
			t.Fatalf("%s, %v", file, err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any // by Jupyter's names
		if err := json.Unmarshal(b, &got); err != nil || got["interrupt_mode"] != "message" || got["display_name"] != "K" || len(got["argv"].([]any)) != 2 {
			t.Errorf("%s, %v", b, err)
		}
	}
	was, err := UninstallKernel("k")
	if err != nil || !reflect.DeepEqual(*was, s) {
		t.Errorf("%+v, %v", was, err)
	}
	if _, err := os.Stat(filepath.Join(data, "kernels", "k")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is left: %v", err)
	}
	if _, err := UninstallKernel("k"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("removed twice: %v", err)
	}
}

func TestUninstallLeavesWhatIsNotOurs(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	file := filepath.Join(data, "kernels", "k", "kernel.json")
	os.MkdirAll(filepath.Dir(file), 0o755)
	os.WriteFile(file, []byte("no JSON"), 0o644)
	if _, err := UninstallKernel("k"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a damaged file: %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error("it was removed")
	}
}

func TestDataDirIsWhereJupyterLooks(t *testing.T) {
	t.Setenv("JUPYTER_DATA_DIR", "")
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "/home/her")
	t.Setenv("USERPROFILE", "/home/her")
	t.Setenv("APPDATA", "")
	dir, err := DataDir()
	if err != nil || !strings.HasPrefix(filepath.ToSlash(dir), "/home/her/") {
		t.Errorf("%s, %v", dir, err)
	}
}
