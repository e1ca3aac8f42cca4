// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/cpu"
)

// Machine is what the speed of this package depends on.
type Machine struct {
	Go        string `json:"go"` // version
	System    string `json:"system"`
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`
	MemoryMB  int    `json:"memory_mb"` // 0 where it is unknown
	Cgo       bool   `json:"cgo"`       // whether this binary can run XLA, if there is a plugin

	CacheDir   string `json:"cache_dir,omitempty"` // of plugin and programs
	CacheOff   string `json:"cache_off,omitempty"` // why programs are not kept; "" when they are
	CacheFiles int    `json:"cache_files"`         // programs that are kept
	CacheMB    int    `json:"cache_mb"`            // what they take
	LimitMB    int    `json:"cache_limit_mb"`      // what they may take
}

// Facts describes the machine, the binary and the cache of compiled programs. It loads and tries nothing; see Choose for
// the plugin.
func Facts() Machine {
	m := Machine{Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Cgo: xlaBuilt}
	info, _ := readProc("/proc/meminfo")
	if kB, err := strconv.Atoi(strings.TrimSuffix(field(info, "MemTotal"), " kB")); err == nil {
		m.MemoryMB = kB / 1024
	}
	info, _ = readProc("/proc/cpuinfo")
	m.Processor = field(info, "model name")
	root, err := Folder()
	if err != nil {
		m.CacheOff = err.Error()
		return m
	}
	m.CacheDir = root
	s, why, err := openStore(root, os.Getenv)
	if err != nil {
		why = err.Error()
	}
	m.CacheOff = why
	if s != nil {
		files, _ := s.list()
		var bytes int64
		for _, f := range files {
			bytes += f.Size()
		}
		m.CacheFiles, m.CacheMB, m.LimitMB = len(files), int((bytes+1<<19)>>20), int(s.limit>>20)
	}
	return m
}

// processor describes the processor that machine code is made for: its model, its features, and the number of cores, for
// which XLA divides the work.
func processor() string {
	info, _ := readProc("/proc/cpuinfo")
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d cores", runtime.GOARCH, runtime.NumCPU())
	for _, name := range []string{"vendor_id", "cpu family", "model", "model name", "stepping", "flags", "CPU implementer", "CPU part", "Features"} {
		if v := field(info, name); v != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, v)
		}
	}
	fmt.Fprintf(&b, "\n%+v %+v", cpu.X86, cpu.ARM64)
	return b.String()
}

// readProc gives the first part of a file of the system, which stands for the rest.
func readProc(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	return string(b), err
}

// field gives the first value of a name in lines of "name : value".
func field(text, name string) string {
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		key, value, found := strings.Cut(s.Text(), ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
