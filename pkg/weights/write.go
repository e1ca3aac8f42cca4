// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
)

// Write makes a file of F32 tensors, and of I64 ones whose values are whole numbers, in the order given. It asks values for the values of each, by index and once, when
// their turn has come, so that no more than one tensor need be in memory beside its source. The same tensors give the
// same bytes.
//
// The file is written under another name in the same folder, synced and renamed: whatever goes wrong, path holds either
// what it held before or all of the new file.
func Write(path string, metadata map[string]string, tensors []Tensor, values func(i int) ([]float32, error)) error {
	header, err := encodeHeader(metadata, tensors)
	if err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	err = replace(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		buf := make([]byte, 0, chunk)
		for i, t := range tensors {
			v, err := values(i)
			if err != nil {
				return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
			}
			if len(v) != t.Size() {
				return fmt.Errorf("tensor %s: there are %d values for the shape %v", quote(t.Name), len(v), t.Shape)
			}
			for part := range slices.Chunk(v, chunk/8) {
				if buf, err = encode(buf[:0], part, t.DType); err != nil {
					return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
				}
				if _, err := w.Write(buf); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	return nil
}

// encode appends values as bytes of a type.
func encode(buf []byte, values []float32, dtype string) ([]byte, error) {
	for _, x := range values {
		if dtype != "I64" {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
		} else if n := int64(x); float32(n) == x && -wholeFloat32 <= n && n <= wholeFloat32 {
			buf = binary.LittleEndian.AppendUint64(buf, uint64(n))
		} else {
			return nil, fmt.Errorf("its value %g is not a whole number of at most %d, as I64 wants it here", x, wholeFloat32)
		}
	}
	return buf, nil
}

// encodeHeader is the header with its length in front, filled up with spaces so that the data begins at a multiple of 8.
func encodeHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 8))
	entry := func(name string, value any) error {
		out.WriteByte(",{"[bit(out.Len() == 8)])
		if err := encodeJSON(out, name); err != nil {
			return err
		}
		out.WriteByte(':')
		return encodeJSON(out, value)
	}
	if len(metadata) > 0 {
		for _, k := range slices.Sorted(maps.Keys(metadata)) {
			if checkName(k) != nil || checkName(metadata[k]) != nil {
				return nil, fmt.Errorf("the metadata %q: %q is not valid Unicode", k, metadata[k])
			}
		}
		if err := entry(metadataKey, metadata); err != nil { // keys of a map are written in order
			return nil, err
		}
	}
	seen, at := map[string]bool{metadataKey: true}, uint64(0)
	for _, t := range tensors {
		switch {
		case t.DType != "" && t.DType != "F32" && t.DType != "I64":
			return nil, fmt.Errorf("tensor %s: its type is %s, and only F32 and I64 are written", quote(t.Name), t.DType)
		case seen[t.Name]:
			return nil, fmt.Errorf("tensor %s: the name is taken, by another tensor or by the format", quote(t.Name))
		}
		if err := checkName(t.Name); err != nil {
			return nil, err
		}
		seen[t.Name] = true
		t.DType = cmp.Or(t.DType, "F32")
		size, err := t.bytes()
		if err != nil {
			return nil, err
		}
		if at+size > math.MaxInt64 {
			return nil, fmt.Errorf("tensor %s: the tensors up to it are too large for any file", quote(t.Name))
		}
		if err := entry(t.Name, struct {
			DType   string    `json:"dtype"`
			Shape   []int     `json:"shape"`
			Offsets [2]uint64 `json:"data_offsets"`
		}{t.DType, append([]int{}, t.Shape...), [2]uint64{at, at + size}}); err != nil {
			return nil, err
		}
		at += size
	}
	if out.Len() == 8 {
		out.WriteByte('{')
	}
	out.WriteByte('}')
	for out.Len()%8 != 0 {
		out.WriteByte(' ')
	}
	header := out.Bytes()
	length := len(header) - 8
	if length > maxHeader {
		return nil, fmt.Errorf("the header of %d tensors has %d bytes, and %d are allowed", len(tensors), length, maxHeader)
	}
	binary.LittleEndian.PutUint64(header, uint64(length))
	return header, nil
}

// encodeJSON writes a value without the line break and the HTML escapes of the standard encoder.
func encodeJSON(out *bytes.Buffer, value any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1)
	return nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// replace puts what write produces in the place of path, all or nothing.
func replace(path string, write func(io.Writer) error) (err error) {
	folder, base := filepath.Split(path)
	// Unlike os.CreateTemp's, the file's permissions follow the user's umask.
	aside := filepath.Join(folder, fmt.Sprintf(".%s.%016x", base, rand.Uint64()))
	file, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // write may also have panicked
			file.Close()
			os.Remove(aside)
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(aside, path); err != nil {
		return err
	}
	done = true
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename last through a power cut, where the system can.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("it is written, but its folder cannot be synced: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return fmt.Errorf("it is written, but its folder cannot be synced: %w", err)
	}
	return nil
}
