// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// openCached opens a file at a rate. What had to be decoded by another program is kept as a WAV file, so that it is
// decoded once; without a folder to keep it in, it is decoded every time. A file that changed is another file.
func openCached(ctx context.Context, path string, rate int, folder string) (*Sound, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, err
	}
	if folder == "" {
		if user, err := os.UserCacheDir(); err == nil {
			folder = filepath.Join(user, "perceiver", "sound")
		}
	}
	if folder == "" || filepath.Ext(path) == ".wav" {
		return openAt(ctx, path, rate)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "1 %s %d %d %d", abs, info.Size(), info.ModTime().UnixNano(), rate))
	kept := filepath.Join(folder, hex.EncodeToString(sum[:16])+".wav")
	if s, err := ReadFile(kept); err == nil && s.Rate == rate {
		return s, nil
	}
	s, err := openAt(ctx, path, rate)
	if err != nil {
		return nil, err
	}
	// The first reading gives what later ones do, so that a run is the same with and without what is kept.
	s = s.rounded()
	if err := os.MkdirAll(folder, 0o700); err == nil {
		_ = WriteFile(kept, s) // a cache that cannot be written is none
	}
	return s, nil
}

// rounded is the sound as a file of 16 bits holds it.
func (s *Sound) rounded() *Sound {
	out := &Sound{s.Rate, make([]float32, len(s.Samples))}
	for i, x := range s.Samples {
		out.Samples[i] = float32(to16(x)) / (1 << 15)
	}
	return out
}
