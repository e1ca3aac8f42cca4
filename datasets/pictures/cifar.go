// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A record of CIFAR-10's binary version: the class, then red, green and blue planes of 32×32 pixels.
const (
	cifarSide    = 32
	cifarRecord  = 1 + 3*cifarSide*cifarSide
	cifarRecords = 10000 // of a file
)

var cifarLabels = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// openCIFAR reads data_batch_1.bin and on, test_batch.bin and batches.meta.txt. It returns nil where there are none.
func openCIFAR(root string) (*Set, error) {
	trainFiles, err := filepath.Glob(filepath.Join(root, "data_batch_*.bin"))
	if err != nil || len(trainFiles) == 0 {
		return nil, err
	}
	s := &Set{Labels: cifarLabels}
	if names, err := lines(filepath.Join(root, "batches.meta.txt")); err == nil && len(names) > 0 {
		s.Labels = names
	}
	if s.Train, err = readCIFAR(len(s.Labels), trainFiles...); err != nil {
		return nil, err
	}
	s.Held, err = readCIFAR(len(s.Labels), filepath.Join(root, "test_batch.bin"))
	return s, err
}

func readCIFAR(classes int, paths ...string) (*memory, error) {
	var pixels, class []byte
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if n := info.Size(); n == 0 || n%cifarRecord != 0 || n > cifarRecords*cifarRecord {
			return nil, fmt.Errorf("%s: it has %d bytes; a batch of CIFAR-10 has a multiple of %d, and %d records at most", filepath.Base(path), n, cifarRecord, cifarRecords)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for i := 0; i+cifarRecord <= len(b); i += cifarRecord {
			if int(b[i]) >= classes {
				return nil, fmt.Errorf("%s: record %d is of class %d; there are %d, counted from 0", filepath.Base(path), i/cifarRecord, b[i], classes)
			}
			class, pixels = append(class, b[i]), append(pixels, b[i+1:i+cifarRecord]...)
		}
	}
	return planarPictures(pixels, class, cifarSide, cifarSide), nil
}

// lines are the lines of a small text that are not empty.
func lines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan() && len(out) < 256; {
		if line := strings.TrimSpace(s.Text()); line != "" {
			out = append(out, line)
		}
	}
	return out, nil
}
