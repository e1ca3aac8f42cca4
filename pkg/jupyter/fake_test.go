// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package jupyter

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The test program stands in for Python: started with FAKE_PYTHON set, it makes virtual environments, installs and serves.
// The value of FAKE_PYTHON says what goes wrong.
func TestMain(m *testing.M) {
	if mode, ok := os.LookupEnv("FAKE_PYTHON"); ok {
		os.Exit(fakePython(mode, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func fakePython(mode string, args []string) int {
	fail := func(format string, a ...any) int {
		fmt.Fprintf(os.Stderr, format+"\n", a...)
		return 1
	}
	self, _ := os.Executable()
	switch all := strings.Join(args, " "); {
	case args[0] == "-c" && args[1] == probe:
		if mode == "old" {
			return fail("its version is 3.8.10")
		}
	case args[0] == "-c": // which version?
		v, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(os.Args[0])), "installed"))
		if err != nil {
			return fail("ModuleNotFoundError: No module named 'jupyterlab'")
		}
		fmt.Println(string(v))
	case strings.HasPrefix(all, "-m venv "):
		os.MkdirAll(filepath.Join(args[2], "bin"), 0o755)
		if err := os.Symlink(self, filepath.Join(args[2], "bin", "python")); err != nil {
			return fail("%v", err)
		}
	case strings.HasPrefix(all, "-m pip install "):
		if mode == "offline" {
			return fail("Could not find a version that satisfies the requirement %s", args[len(args)-1])
		}
		_, version, _ := strings.Cut(args[len(args)-1], "==")
		os.WriteFile(filepath.Join(filepath.Dir(filepath.Dir(os.Args[0])), "installed"), []byte(version), 0o644)
	case strings.HasPrefix(all, "-m jupyterlab "), strings.HasPrefix(all, "-m notebook "):
		return fakeLab(mode, all)
	default:
		return fail("unexpected: %s", all)
	}
	return 0
}

func fakeLab(mode, args string) int {
	if mode == "broken" {
		fmt.Fprintln(os.Stderr, "a broken installation")
		return 3
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	_, port, _ := strings.Cut(args, "--ServerApp.port=")
	port, _, _ = strings.Cut(port, " ")
	go http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "token "+os.Getenv("JUPYTER_TOKEN") {
			http.Error(w, "wrong token", http.StatusForbidden)
			return
		}
		fmt.Fprintln(w, "{}")
	}))
	wrote := os.WriteFile("started", []byte(args+"\n"+os.Getenv("JUPYTER_PATH")), 0o644)
	<-stop
	os.WriteFile("ended", nil, 0o644)
	if wrote != nil {
		return 1
	}
	return 0
}
