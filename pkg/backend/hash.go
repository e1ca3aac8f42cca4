// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// hashNote remembers the hash of a file that had this size and time.
type hashNote struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Time int64  `json:"time"` // of modification, ns
	Hash string `json:"sha256"`
}

// fileHash gives the SHA-256 of a file. It is remembered in root for as long as size and time of the file stay the same,
// because reading 200 MB at every start would take longer than the start.
func fileHash(path, root string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	now := hashNote{Path: path, Size: info.Size(), Time: info.ModTime().UnixNano()}
	name := sha256.Sum256([]byte(path))
	memory := filepath.Join(root, "hashes", hex.EncodeToString(name[:16])+".json")
	if root != "" {
		var then hashNote
		if b, err := os.ReadFile(memory); err == nil && json.Unmarshal(b, &then) == nil && then.Hash != "" {
			now.Hash = then.Hash
			if now == then {
				return then.Hash, nil
			}
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	now.Hash = hex.EncodeToString(h.Sum(nil))
	if b, err := json.Marshal(now); root != "" && err == nil && private(root) == nil && private(filepath.Dir(memory)) == nil {
		_ = writeAside(memory, b) // not remembered is hashed again
	}
	return now.Hash, nil
}
