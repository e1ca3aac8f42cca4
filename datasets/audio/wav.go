// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// Sound is one channel of sound.
type Sound struct {
	Rate    int       // samples in a second
	Samples []float32 // from -1 to 1
}

// MaxBytes bounds the files that are read: an hour and a half of two channels at 48 kHz.
const MaxBytes = 1 << 30

// ReadFile reads a WAV file. Several channels become one, their mean.
func ReadFile(path string) (*Sound, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// format is the chunk "fmt " of a WAV file.
type format struct{ kind, channels, rate, bits int }

const (
	kindPCM        = 1
	kindFloat      = 3
	kindExtensible = 0xFFFE // the kind is in the first two bytes of an identifier at the end of the chunk
)

// endless is the number of bytes from which on a program only says that it does not know how many there will be, as one
// that writes to a pipe. Such a file has as many as are there.
const endless = 0x7FFF0000

// Read reads a WAV file of 8, 16, 24 or 32 bits, or of floats of 32 or 64 bits. Several channels become one, their mean. A
// file with fewer samples than it says is refused.
func Read(r io.Reader) (*Sound, error) {
	in := bufio.NewReader(io.LimitReader(r, MaxBytes))
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil || !isWAV(head[:]) {
		return nil, errors.New("it is no WAV file: it does not begin with RIFF and WAVE")
	}
	var f *format
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(in, chunk[:]); err != nil {
			return nil, errors.New("the WAV file ends before its samples")
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch name := string(chunk[:4]); {
		case name == "fmt ":
			var err error
			if f, err = readFormat(in, size); err != nil {
				return nil, err
			}
		case name == "data" && f == nil:
			return nil, errors.New("the WAV file has samples before it says what they are")
		case name == "data":
			raw, err := io.ReadAll(io.LimitReader(in, size))
			if err != nil {
				return nil, err
			}
			if got := int64(len(raw)); got < size && size < endless {
				return nil, fmt.Errorf("the WAV file says it has %d bytes of samples, and %d are there: it was cut off, or its header is wrong", size, got)
			}
			return f.sound(raw)
		default:
			if _, err := io.CopyN(io.Discard, in, size+size%2); err != nil {
				return nil, errors.New("the WAV file ends before its samples")
			}
			continue
		}
		if size%2 == 1 {
			if _, err := in.Discard(1); err != nil {
				return nil, errors.New("the WAV file ends before its samples")
			}
		}
	}
}

func readFormat(in io.Reader, size int64) (*format, error) {
	if size < 16 || size > 1<<10 {
		return nil, fmt.Errorf("the WAV file describes its samples in %d bytes; 16 to 1024 are used for that", size)
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, errors.New("the WAV file ends before its samples")
	}
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	f := &format{u16(0), u16(2), int(binary.LittleEndian.Uint32(b[4:])), u16(14)}
	if f.kind == kindExtensible && size >= 26 {
		f.kind = u16(24)
	}
	known := f.kind == kindPCM && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32) || f.kind == kindFloat && (f.bits == 32 || f.bits == 64)
	switch {
	case !known:
		return nil, fmt.Errorf("the samples of the WAV file are of kind %d with %d bits; whole numbers of 8, 16, 24 or 32 bits (kind 1) and floats of 32 or 64 bits (kind 3) can be read", f.kind, f.bits)
	case f.channels < 1 || f.channels > 64:
		return nil, fmt.Errorf("the WAV file has %d channels; 1 to 64 can be read", f.channels)
	case f.rate < 1 || f.rate > MaxRate:
		return nil, fmt.Errorf("the WAV file says it has %d samples in a second; 1 to %d can be read", f.rate, MaxRate)
	case u16(12) != f.channels*f.bits/8:
		return nil, fmt.Errorf("the header of the WAV file contradicts itself: %d channels of %d bits take %d bytes, and it says %d", f.channels, f.bits, f.channels*f.bits/8, u16(12))
	}
	return f, nil
}

// sound decodes samples, channel after channel for each moment.
func (f *format) sound(raw []byte) (*Sound, error) {
	width := f.bits / 8
	n := len(raw) / (width * f.channels)
	s := &Sound{f.rate, make([]float32, n)}
	for i := range s.Samples {
		sum := float32(0)
		for c := range f.channels {
			sum += f.sample(raw[(i*f.channels+c)*width:])
		}
		s.Samples[i] = sum / float32(f.channels)
		if x := s.Samples[i]; x != x || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("sample %d of the WAV file is %g, which is not a number", i, x)
		}
	}
	return s, nil
}

func (f *format) sample(b []byte) float32 {
	switch {
	case f.kind == kindFloat && f.bits == 64:
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case f.kind == kindFloat:
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	case f.bits == 8: // the only one without a sign
		return (float32(b[0]) - 128) / 128
	case f.bits == 16:
		return float32(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bits == 24:
		return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)>>8) / (1 << 23)
	}
	return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// WriteFile writes a WAV file of one channel and 16 bits. What is outside of -1 to 1 is cut. The file is there whole or
// not at all.
func WriteFile(path string, s *Sound) error {
	content, err := Encode(s)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // several programs may write the same sound
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

// Encode is the content of a WAV file of one channel and 16 bits. What is outside of -1 to 1 is cut.
func Encode(s *Sound) ([]byte, error) {
	if s.Rate < 1 || len(s.Samples) > MaxBytes/2-44 {
		return nil, fmt.Errorf("a sound of %d samples at %d in a second cannot be written", len(s.Samples), s.Rate)
	}
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
		}
	}
	size := uint32(2 * len(s.Samples))
	put([]byte("RIFF"), 36+size, []byte("WAVEfmt "), uint32(16), uint16(kindPCM), uint16(1), uint32(s.Rate), uint32(2*s.Rate), uint16(2), uint16(16), []byte("data"), size)
	for _, x := range s.Samples {
		if x != x {
			return nil, errors.New("a sample is not a number")
		}
		b.Write(binary.LittleEndian.AppendUint16(nil, uint16(to16(x))))
	}
	return b.Bytes(), nil
}

// to16 is a sample as a whole number of 16 bits; what is outside of -1 to 1 is cut.
func to16(x float32) int16 {
	return int16(min(max(math.RoundToEven(float64(x)*(1<<15)), math.MinInt16), math.MaxInt16))
}
