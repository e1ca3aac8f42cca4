// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Channels of a kernel.
const (
	Shell   = "shell"
	Control = "control"
	Stdin   = "stdin"
	IOPub   = "iopub"
	HB      = "hb"
)

// Connection is what a connection file says: where a kernel listens and with which key messages are signed.
type Connection struct {
	Transport       string `json:"transport"` // tcp, or ipc for unix sockets
	IP              string `json:"ip"`        // of tcp; for ipc the beginning of the sockets' paths
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name,omitempty"`
	ShellPort       int    `json:"shell_port"`
	ControlPort     int    `json:"control_port"`
	StdinPort       int    `json:"stdin_port"`
	IOPubPort       int    `json:"iopub_port"`
	HBPort          int    `json:"hb_port"`
}

// Local returns a connection over unix sockets in a private folder, with a key of its own when none is given. Unlike
// ports, which anyone may take between choosing and binding them, names in a private folder stay free.
func Local(dir, key string) Connection {
	if key == "" {
		key = NewID()
	}
	return Connection{
		Transport: "ipc", IP: filepath.Join(dir, "s"), Key: key, SignatureScheme: "hmac-sha256",
		ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HBPort: 5,
	}
}

// maxConnectionFile is far above the few hundred bytes that a connection file has.
const maxConnectionFile = 1 << 20

// ReadConnection reads a connection file.
func ReadConnection(file string) (Connection, error) {
	var c Connection
	f, err := os.Open(file)
	if err != nil {
		return c, fmt.Errorf("connection file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxConnectionFile))
	if err != nil {
		return c, fmt.Errorf("connection file %s: %w", file, err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("connection file %s is not what Jupyter writes: %w", file, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("connection file %s: %w", file, err)
	}
	return c, nil
}

// Write writes the connection file, readable by the user alone, since it holds the key.
func (c Connection) Write(file string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("connection file %s: %w", file, err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("connection file: %w", err)
	}
	return nil
}

// Address is the ZeroMQ address of a channel.
func (c Connection) Address(channel string) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, c.port(channel))
	}
	return fmt.Sprintf("tcp://%s:%d", c.IP, c.port(channel))
}

func (c Connection) port(channel string) int {
	switch channel {
	case Shell:
		return c.ShellPort
	case Control:
		return c.ControlPort
	case Stdin:
		return c.StdinPort
	case IOPub:
		return c.IOPubPort
	}
	return c.HBPort
}

// maxSocketPath is what a unix socket address holds on the systems we know of (104 bytes on macOS, 108 on Linux).
const maxSocketPath = 103

func (c Connection) check() error {
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return fmt.Errorf("transport is %q, and only tcp and ipc are known", c.Transport)
	}
	if c.IP == "" {
		return fmt.Errorf("ip is empty")
	}
	if c.Transport == "ipc" && len(c.IP) > maxSocketPath-6 {
		return fmt.Errorf("the path %s is too long for a unix socket (at most %d bytes): set TMPDIR to a shorter folder", c.IP, maxSocketPath-6)
	}
	if c.Key != "" && c.SignatureScheme != "" && c.SignatureScheme != "hmac-sha256" {
		return fmt.Errorf("signature_scheme is %q, and only hmac-sha256 is known", c.SignatureScheme)
	}
	for _, ch := range []string{Shell, Control, Stdin, IOPub, HB} {
		if p := c.port(ch); p < 1 || p > 65535 {
			return fmt.Errorf("%s_port is %d, and must lie in 1 to 65535", ch, p)
		}
	}
	return nil
}
