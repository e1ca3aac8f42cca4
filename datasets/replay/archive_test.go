// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// A stream of 680 bytes, packed in two ways, and 17 MB of zeros.
var (
	plain    = strings.Repeat("some stream that is worth packing ", 20)
	bzip2ed  = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x3c\xc5\x51\x34\x00\x01\x17\x91\x80\x40\x00\x2a\xeb\xdc\x80\x20\x00\x90\x29\x80\x02\x68\x14\xaa\x8d\x3c\x84\x3c\xa3\x64\xc9\x32\x4c\x93\xb2\x6c\x9a\x27\x04\xc1\x3a\x26\x09\xb2\x68\x9d\x89\xa2\x7c\x27\xd2\x72\x4d\x93\x64\xd1\x3f\x13\x24\xe8\x98\x26\x09\xc0\x99\x27\xb2\x79\x27\x24\xf0\x4f\xe2\xee\x48\xa7\x0a\x12\x07\x98\xaa\x26\x80"
	deflated = "\x78\xda\x2b\xce\xcf\x4d\x55\x28\x2e\x29\x4a\x4d\xcc\x55\x28\xc9\x48\x2c\x51\xc8\x2c\x56\x28\xcf\x2f\x2a\xc9\x50\x28\x48\x4c\xce\xce\xcc\x4b\x57\x28\x1e\x55\x31\xaa\x62\xc0\x55\x00\x00\x09\x78\xfc\x59"
	bomb     = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xd0\x90\xee\xf1\x00\x88\x88\xc0\x00\xc0\x02\x00\x08\x20\x00\x30\xcc\x05\x29\xa6\x84\x21\x0d\x84\x42\x10\xf1\x77\x24\x53\x85\x09\x0d\x09\x0e\xef\x10"
)

func packed(method byte, content string, unpacked int) stored {
	s := stream("replay.details", append([]byte{method}, content...))
	s.unpacked = unpacked
	return s
}

func TestStreams(t *testing.T) {
	for what, s := range map[string]stored{
		"raw":   stream("replay.details", []byte(plain)),
		"bzip2": packed(0x10, bzip2ed, len(plain)),
		"zlib":  packed(0x02, deflated, len(plain)),
	} {
		a, err := openArchive(file(nil, stream("first", []byte{1}), s))
		if err != nil {
			t.Fatal(err)
		}
		content, ok, err := a.stream("replay.details")
		if err != nil || !ok || string(content) != plain {
			t.Errorf("%s: %.40q, %v, %v", what, content, ok, err)
		}
		if _, ok, err := a.stream("second"); ok || err != nil {
			t.Errorf("a stream that is not there: %v, %v", ok, err)
		}
	}
}

func TestBadStreams(t *testing.T) {
	flagged := stream("replay.details", []byte(plain))
	flagged.flags = 0x80010200
	long := packed(0x10, plain, 10)
	for words, s := range map[string]stored{
		"another length than the 100 bytes":  packed(0x10, bomb, 100),
		"another length than the 679 bytes":  packed(0x10, bzip2ed, len(plain)-1),
		"another length than the 681 bytes":  packed(0x02, deflated, len(plain)+1),
		"up to 16777216 are read":            packed(0x10, bomb, 17<<20),
		"unpack to 10, which cannot be":      long,
		"method 0x8":                         packed(0x08, bzip2ed, len(plain)),
		"replay.details: it does not unpack": packed(0x02, bzip2ed, len(plain)),
		"does not unpack (bzip2":             packed(0x10, "BZh9"+deflated, len(plain)),
		"does not unpack (unexpected EOF":    packed(0x10, bzip2ed[:40], len(plain)),
		"a way that replays do not use":      flagged,
	} {
		a, err := openArchive(file(nil, s))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.stream("replay.details"); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

func TestBadArchives(t *testing.T) {
	changed := func(at int, word uint32) []byte {
		b := slices.Clone(small())
		binary.LittleEndian.PutUint32(b[at:], word)
		return b
	}
	for words, file := range map[string][]byte{
		"no StarCraft II replay":           []byte("PK\x03\x04 something else"),
		"should begin at byte 99999999":    changed(8, 99999999),
		"user data":                        changed(12, 0xFFFFFFFF),
		"no archive at byte 1020":          changed(8, 1020),
		"format 9":                         changed(archiveAt+12, 9),
		"hash table claims 268435456":      changed(archiveAt+24, 1<<28),
		"hash table ends at byte":          changed(archiveAt+16, 0xFFFFFF00),
		"block table claims 4294967295":    changed(archiveAt+28, 0xFFFFFFFF),
		"block table ends at byte":         changed(archiveAt+20, 0xFFFFFFF0),
		"should be block 1 of 1":           changed(archiveAt+28, 1),
		"it has no replay.tracker.events:": file(header(1, 1), smallStreams()[0]),
		"it has no replay.details:":        file(header(1, 800), smallStreams()[1]),
	} {
		if _, err := Parse(file); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}
