// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// File is an open safetensors file. Its methods may be called from several goroutines.
type File struct {
	name     string
	data     io.ReaderAt
	start    int64 // of the tensors' data
	tensors  []Tensor
	byName   map[string]int
	metadata map[string]string
	close    func() error
}

// Open reads and checks the header of a file. Values are read when they are asked for.
func Open(path string) (*File, error) {
	// Looking before opening: opening a pipe would wait for a writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("weights %s: it is not a file; name a .safetensors file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	f, err := read(path, file, info.Size())
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("weights %s: %w", path, err)
	}
	f.close = file.Close
	return f, nil
}

// FromBytes reads a file that is in memory. The name is for errors.
func FromBytes(name string, data []byte) (*File, error) {
	f, err := read(name, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", name, err)
	}
	return f, nil
}

// read checks the header of size bytes of data.
func read(name string, data io.ReaderAt, size int64) (*File, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("it has %d bytes, too few for a safetensors file", size)
	}
	if _, err := data.ReadAt(prefix[:], 0); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	switch rest := uint64(size - int64(len(prefix))); {
	case length > maxHeader:
		return nil, fmt.Errorf("its first 8 bytes announce a header of %d bytes, and %d are allowed; this is no safetensors file", length, maxHeader)
	case length > rest:
		return nil, fmt.Errorf("its first 8 bytes announce a header of %d bytes, and only %d follow; it is cut short, or no safetensors file", length, rest)
	}
	header := make([]byte, length)
	if _, err := data.ReadAt(header, int64(len(prefix))); err != nil && length > 0 {
		return nil, err
	}
	f := &File{name: name, data: data, start: int64(len(prefix)) + int64(length), byName: map[string]int{}}
	var err error
	if f.tensors, f.metadata, err = parseHeader(header, uint64(size-f.start)); err != nil {
		return nil, err
	}
	for i, t := range f.tensors {
		f.byName[t.Name] = i
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Tensors lists the tensors in the order of their data.
func (f *File) Tensors() []Tensor {
	list := slices.Clone(f.tensors)
	for i := range list {
		list[i].Shape = slices.Clone(list[i].Shape)
	}
	return list
}

// Tensor is the entry of a name, and whether there is one.
func (f *File) Tensor(name string) (Tensor, bool) {
	i, ok := f.byName[name]
	if !ok {
		return Tensor{}, false
	}
	t := f.tensors[i]
	t.Shape = slices.Clone(t.Shape)
	return t, true
}

// Metadata is the free text that the writer left; empty where there is none.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// mostValues bounds the memory of one tensor to 8 GiB. A file may be sparse, so its size is no promise that somebody
// had the memory to write it.
const mostValues = 1 << 31

// Float32s reads a tensor's values, the last axis running fastest. F16 and BF16 are widened exactly and F64 is rounded,
// where its values fit into a float32; I64 must be numbers that float32 holds exactly. Other types are an error.
func (f *File) Float32s(name string) ([]float32, error) { return values(f, name, widen) }

// Float64s reads the values of a tensor of floats, of whole numbers or of truth values (0 and 1), all of them exactly.
func (f *File) Float64s(name string) ([]float64, error) { return values(f, name, widen64) }

// values reads a tensor with a decoder.
func values[T any](f *File, name string, decode func(into []T, raw []byte, dtype string) error) ([]T, error) {
	i, ok := f.byName[name]
	if !ok {
		return nil, fmt.Errorf("weights %s: it has no tensor %s", f.name, quote(name))
	}
	t := f.tensors[i]
	fail := func(err error) error { return fmt.Errorf("weights %s: tensor %s: %w", f.name, quote(name), err) }
	if err := decode(nil, nil, t.DType); err != nil {
		return nil, fail(err)
	}
	width := int(bitsOf[t.DType] / 8)
	n := (t.to - t.from) / uint64(width)
	if n > mostValues {
		return nil, fail(fmt.Errorf("it has %d values, and at most %d are read at once", n, uint64(mostValues)))
	}
	values := make([]T, n)
	raw := make([]byte, min(len(values)*width, chunk))
	at := f.start + int64(t.from)
	for rest := values; len(rest) > 0; {
		n := min(len(rest), len(raw)/width)
		if _, err := f.data.ReadAt(raw[:n*width], at); err != nil {
			return nil, fail(fmt.Errorf("it cannot be read: %w", err))
		}
		if err := decode(rest[:n], raw, t.DType); err != nil {
			return nil, fail(err)
		}
		rest, at = rest[n:], at+int64(n*width)
	}
	return values, nil
}

// chunk is how many bytes are decoded or encoded at once.
const chunk = 1 << 18
