// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wav makes a file of chunks: their names and contents in turn.
func wav(chunks ...any) []byte {
	var body bytes.Buffer
	body.WriteString("WAVE")
	for i := 0; i < len(chunks); i += 2 {
		content := chunks[i+1].([]byte)
		body.WriteString(chunks[i].(string))
		_ = binary.Write(&body, binary.LittleEndian, uint32(len(content)))
		body.Write(content)
		if len(content)%2 == 1 {
			body.WriteByte(0)
		}
	}
	head := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(body.Len()))...)
	return append(head, body.Bytes()...)
}

func formatOf(kind, channels, rate, bits int) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, []uint16{uint16(kind), uint16(channels)})
	_ = binary.Write(&b, binary.LittleEndian, []uint32{uint32(rate), uint32(rate * channels * bits / 8)})
	_ = binary.Write(&b, binary.LittleEndian, []uint16{uint16(channels * bits / 8), uint16(bits)})
	return b.Bytes()
}

func TestReadKinds(t *testing.T) {
	float := binary.LittleEndian.AppendUint32(nil, math.Float32bits(-0.25))
	extensible := append(formatOf(0xFFFE, 1, 8000, 16), append([]byte{22, 0, 16, 0, 0, 0, 0, 0, 1, 0}, make([]byte, 14)...)...)
	for name, c := range map[string]struct {
		file []byte
		rate int
		want []float32
	}{
		"8 bits":           {wav("fmt ", formatOf(1, 1, 8000, 8), "data", []byte{0, 128, 192}), 8000, []float32{-1, 0, 0.5}},
		"16 bits":          {wav("fmt ", formatOf(1, 1, 44100, 16), "data", []byte{0, 0x80, 0, 0, 0, 0x40}), 44100, []float32{-1, 0, 0.5}},
		"24 bits":          {wav("fmt ", formatOf(1, 1, 48000, 24), "data", []byte{0, 0, 0x80, 0, 0, 0x40}), 48000, []float32{-1, 0.5}},
		"32 bits":          {wav("fmt ", formatOf(1, 1, 48000, 32), "data", []byte{0, 0, 0, 0x80, 0, 0, 0, 0x20}), 48000, []float32{-1, 0.25}},
		"long floats":      {wav("fmt ", formatOf(3, 1, 48000, 64), "data", binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.75))), 48000, []float32{0.75}},
		"floats":           {wav("fmt ", formatOf(3, 1, 48000, 32), "data", float), 48000, []float32{-0.25}},
		"two channels":     {wav("fmt ", formatOf(1, 2, 48000, 16), "data", []byte{0, 0x40, 0, 0xC0, 0, 0x40, 0, 0}), 48000, []float32{0, 0.25}},
		"other chunks":     {wav("LIST", []byte{1, 2, 3}, "fmt ", formatOf(1, 1, 8000, 8), "fact", []byte{1}, "data", []byte{192}), 8000, []float32{0.5}},
		"extensible":       {wav("fmt ", extensible, "data", []byte{0, 0x40}), 8000, []float32{0.5}},
		"no samples":       {wav("fmt ", formatOf(1, 1, 8000, 8), "data", []byte{}), 8000, []float32{}},
		"half a moment":    {wav("fmt ", formatOf(1, 2, 8000, 8), "data", []byte{192, 192, 192}), 8000, []float32{0.5}},
		"announcing much ": {append(wav("fmt ", formatOf(1, 1, 8000, 8)), 'd', 'a', 't', 'a', 0xff, 0xff, 0xff, 0xff, 192), 8000, []float32{0.5}},
	} {
		s, err := Read(bytes.NewReader(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if s.Rate != c.rate || !slices.Equal(s.Samples, c.want) {
			t.Errorf("%s: %d, %v; want %d, %v", name, s.Rate, s.Samples, c.rate, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	for words, file := range map[string][]byte{
		"no WAV file":            []byte("ID3 something else"),
		"ends before":            wav("fmt ", formatOf(1, 1, 8000, 8)),
		"before it says":         wav("data", []byte{1}),
		"kind 6 with 8 bits":     wav("fmt ", formatOf(6, 1, 8000, 8), "data", []byte{1}),
		"kind 1 with 12 bits":    wav("fmt ", formatOf(1, 1, 8000, 12), "data", []byte{1}),
		"0 channels":             wav("fmt ", formatOf(1, 0, 8000, 8), "data", []byte{1}),
		"has 0 samples in a":     wav("fmt ", formatOf(1, 1, 0, 8), "data", []byte{1}),
		"has 4000000000 samples": wav("fmt ", formatOf(1, 1, 4e9, 8), "data", []byte{1}),
		"contradicts itself":     wav("fmt ", append(formatOf(1, 2, 8000, 16)[:12], 2, 0, 16, 0), "data", []byte{1}),
		"in 3 bytes":             wav("fmt ", []byte{1, 0, 1}),
		"is NaN":                 wav("fmt ", formatOf(3, 1, 8000, 32), "data", nan),
		"says it has 4 bytes of samples, and 3 are there": wav("fmt ", formatOf(1, 1, 8000, 8), "data", []byte{1, 2, 3, 4})[:12+24+8+3],
		"ends before its sample":                          wav("LIST", []byte{1, 2, 3, 4})[:16],
	} {
		if _, err := Read(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

// What is written is read back, cut to the range of 16 bits.
func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	if err := WriteFile(path, &Sound{48000, []float32{0, 0.5, -1, 2, -3, 1.0 / (1 << 15)}}); err != nil {
		t.Fatal(err)
	}
	s, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 0.5, -1, 32767. / 32768, -1, 1.0 / (1 << 15)}; s.Rate != 48000 || !slices.Equal(s.Samples, want) {
		t.Errorf("%+v, want %v", s, want)
	}
	for _, bad := range []*Sound{{0, []float32{1}}, {8000, []float32{float32(math.NaN())}}} {
		if err := WriteFile(filepath.Join(t.TempDir(), "b.wav"), bad); err == nil {
			t.Errorf("%v was written", bad)
		}
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none.wav")); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(wav("fmt ", formatOf(1, 2, 48000, 16), "data", []byte{1, 2, 3, 4, 5}))
	f.Add(wav("LIST", []byte{1}, "fmt ", formatOf(3, 1, 8000, 32), "data", []byte{0, 0, 0x80, 0x3f}))
	f.Add(wav("fmt ", formatOf(1, 1, 8000, 24), "data", []byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Read(bytes.NewReader(file))
		if err == nil && (s.Rate < 1 || len(s.Samples) > len(file)) {
			t.Errorf("%d samples of %d bytes", len(s.Samples), len(file))
		}
	})
}
