// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"compress/bzip2"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// archive is an MPQ archive: a few named streams behind a hash table that finds them and a block table that says where
// they are. Only what replays use of the format is read, see unpack.
type archive struct {
	user   []byte // what stands before the archive: the version and the length of the game
	body   []byte // the archive; its offsets count from here
	hashes []uint32
	blocks []uint32
}

// maxStream bounds a stream of the archive when it is unpacked. A game of an hour fills a twentieth of it.
const maxStream = 16 << 20

// maxEntries bounds the archive's tables. Replays have 16 or 32 entries.
const maxEntries = 1 << 12

const (
	entryWords = 4 // both tables have entries of four words

	blockExists     = 0x80000000
	blockSingle     = 0x01000000
	blockEncrypted  = 0x00010000
	blockCompressed = 0x00000200

	noBlock = 0xFFFFFFFE // this and the one above are no block
)

var errCut = errors.New("it ends too early; the file is cut off or damaged, so fetch it again")

// openArchive finds the archive in a file and reads its tables.
func openArchive(file []byte) (*archive, error) {
	if len(file) < 16 || string(file[:4]) != "MPQ\x1b" {
		return nil, errors.New("it is no StarCraft II replay: such a file begins with MPQ and the byte 27")
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(file[at:]) }
	at, userSize := word(8), word(12)
	if uint64(at) > uint64(len(file)) || uint64(userSize)+16 > uint64(at) {
		return nil, fmt.Errorf("its archive should begin at byte %d behind %d bytes of user data, but the file has %d bytes; %w", at, userSize, len(file), errCut)
	}
	a := &archive{user: file[16 : 16+userSize], body: file[at:]}
	if len(a.body) < 32 {
		return nil, errCut
	}
	if string(a.body[:4]) != "MPQ\x1a" {
		return nil, fmt.Errorf("there is no archive at byte %d, where the file says; it is damaged, so fetch it again", at)
	}
	word = func(at int) uint32 { return binary.LittleEndian.Uint32(a.body[at:]) }
	if version := binary.LittleEndian.Uint16(a.body[12:]); version > 3 {
		return nil, fmt.Errorf("its archive is of format %d; formats 0 to 3 are known", version)
	}
	var err error
	if a.hashes, err = a.table("hash", word(16), word(24)); err != nil {
		return nil, err
	}
	a.blocks, err = a.table("block", word(20), word(28))
	return a, err
}

// table deciphers one of the two tables.
func (a *archive) table(name string, at, entries uint32) ([]uint32, error) {
	if entries > maxEntries {
		return nil, fmt.Errorf("its %s table claims %d entries, and a replay has no more than %d; the file is damaged, so fetch it again", name, entries, maxEntries)
	}
	end := uint64(at) + uint64(entries)*entryWords*4
	if end > uint64(len(a.body)) {
		return nil, fmt.Errorf("its %s table ends at byte %d of an archive of %d: %w", name, end, len(a.body), errCut)
	}
	words := make([]uint32, entries*entryWords)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(a.body[int(at)+4*i:])
	}
	decipher(words, hashName("("+name+" table)", useKey))
	return words, nil
}

// stream is the content of a named file of the archive; ok is false where there is none.
func (a *archive) stream(name string) (content []byte, ok bool, err error) {
	nameA, nameB := hashName(name, useNameA), hashName(name, useNameB)
	for i := 0; i < len(a.hashes); i += entryWords {
		h := a.hashes[i : i+entryWords]
		if h[0] != nameA || h[1] != nameB || h[3] >= noBlock {
			continue
		}
		block := uint64(h[3]) * entryWords
		if block >= uint64(len(a.blocks)) {
			return nil, true, fmt.Errorf("%s should be block %d of %d; the file is damaged, so fetch it again", name, h[3], len(a.blocks)/entryWords)
		}
		b := a.blocks[block : block+entryWords]
		content, err := a.unpack(b[0], b[1], b[2], b[3])
		if err != nil {
			return nil, true, fmt.Errorf("%s: %w", name, err)
		}
		return content, true, nil
	}
	return nil, false, nil
}

// unpack reads a block. Those of replays are single units, packed with bzip2 or zlib, or raw where packing would not
// have made them smaller.
func (a *archive) unpack(at, packed, unpacked, flags uint32) ([]byte, error) {
	if flags&blockExists == 0 || flags&blockSingle == 0 || flags&blockEncrypted != 0 {
		return nil, fmt.Errorf("it is stored in a way that replays do not use (flags %#x)", flags)
	}
	if end := uint64(at) + uint64(packed); end > uint64(len(a.body)) {
		return nil, fmt.Errorf("its block ends at byte %d of an archive of %d: %w", end, len(a.body), errCut)
	}
	if unpacked > maxStream {
		return nil, fmt.Errorf("it claims to unpack to %d bytes; up to %d are read", unpacked, maxStream)
	}
	raw := a.body[at : at+packed]
	switch {
	case packed == unpacked: // raw, whatever the flags say
		return raw, nil
	case packed > unpacked || flags&blockCompressed == 0 || packed == 0:
		return nil, fmt.Errorf("its %d bytes should unpack to %d, which cannot be; the file is damaged, so fetch it again", packed, unpacked)
	}
	var from io.Reader
	switch method := raw[0]; method {
	case 0x10:
		from = bzip2.NewReader(bytes.NewReader(raw[1:]))
	case 0x02:
		z, err := zlib.NewReader(bytes.NewReader(raw[1:]))
		if err != nil {
			return nil, fmt.Errorf("it does not unpack (%w); the file is damaged, so fetch it again", err)
		}
		from = z
	default:
		return nil, fmt.Errorf("it is packed with method %#x; 0x10 (bzip2) and 0x02 (zlib) can be read", method)
	}
	// The buffer grows with what is there, not with what is claimed.
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(from, int64(unpacked)+1)); err != nil {
		return nil, fmt.Errorf("it does not unpack (%w); the file is damaged, so fetch it again", err)
	}
	if b.Len() != int(unpacked) {
		return nil, fmt.Errorf("it unpacks to another length than the %d bytes it claims; the file is damaged, so fetch it again", unpacked)
	}
	return b.Bytes(), nil
}
