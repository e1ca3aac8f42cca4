// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// TensorBoard writes the metrics of runs into a folder for TensorBoard: a folder for each run, with one event file.
// The folder has the name of the run's, and a number where two have the same.
//
// metrics.jsonl has no times. TensorBoard wants some, so they are spread evenly over the time from the run's beginning
// to its end.
func TensorBoard(dir string, rs ...*runs.Run) error {
	used := map[string]int{}
	for _, r := range rs {
		name := filepath.Base(filepath.Clean(r.Dir))
		if used[name]++; used[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, used[name])
		}
		if err := eventFile(filepath.Join(dir, name), r); err != nil {
			return err
		}
	}
	return nil
}

func eventFile(dir string, r *runs.Run) error {
	records, err := r.Records()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	host := strings.Map(func(c rune) rune {
		if c == '/' || c == '\\' || c == 0 {
			return '-'
		}
		return c
	}, r.Info.Machine.Host)
	// The name must hold "tfevents". The same run gets the same name, so that exporting again replaces the file.
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s", max(0, r.Info.Created.Unix()), host)))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = writeEvents(w, r.Info, records)
	if err == nil {
		err = w.Flush()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

func writeEvents(w io.Writer, info runs.Info, records []runs.Record) error {
	last := 1
	for _, record := range records {
		last = max(last, record.Step)
	}
	at := func(step int) float64 {
		took := max(0, info.Updated.Sub(info.Created))
		return seconds(info.Created) + took.Seconds()*float64(max(0, step))/float64(last)
	}
	head := message{}
	head.double(1, at(0))
	head.bytes(3, []byte("brain.Event:2"))
	if err := frame(w, head); err != nil {
		return err
	}
	for _, record := range records {
		var summary message
		for _, p := range points(record) {
			var value message
			value.bytes(1, []byte(p.name))
			value.float(2, float32(p.value))
			summary.bytes(1, value)
		}
		var event message
		event.double(1, at(record.Step))
		event.varint(2, uint64(record.Step))
		event.bytes(5, summary)
		if err := frame(w, event); err != nil {
			return err
		}
	}
	return nil
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixNano()) / 1e9
}

// castagnoli is the polynomial of the checksums in TFRecord files.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is a checksum as TFRecord files store it: turned and shifted, so that a checksum over data that has checksums
// in it stays a good one.
func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// frame writes a record of a TFRecord file: its length, a checksum of that, the record, a checksum of it.
func frame(w io.Writer, record []byte) error {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(record)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, record...)
	b = binary.LittleEndian.AppendUint32(b, masked(record))
	_, err := w.Write(b)
	return err
}

// message is a protocol buffer under construction: TensorBoard's Event, Summary and Summary.Value need no more than
// these four kinds of fields.
type message []byte

func (m *message) key(field, kind uint64) { *m = binary.AppendUvarint(*m, field<<3|kind) }

func (m *message) varint(field, v uint64) {
	m.key(field, 0)
	*m = binary.AppendUvarint(*m, v)
}

func (m *message) double(field uint64, v float64) {
	m.key(field, 1)
	*m = binary.LittleEndian.AppendUint64(*m, math.Float64bits(v))
}

func (m *message) bytes(field uint64, v []byte) {
	m.key(field, 2)
	*m = append(binary.AppendUvarint(*m, uint64(len(v))), v...)
}

func (m *message) float(field uint64, v float32) {
	m.key(field, 5)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(v))
}
