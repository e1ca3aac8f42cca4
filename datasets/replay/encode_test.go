// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/binary"
	"slices"
)

// What follows writes replays, for the tests.

func vint(n int64) []byte {
	sign := byte(0)
	if n < 0 {
		sign, n = 1, -n
	}
	b := []byte{sign | byte(n&0x3F)<<1}
	for n >>= 6; n > 0; n >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(n&0x7F))
	}
	return b
}

func num(n int64) []byte       { return append([]byte{tagInt}, vint(n)...) }
func blob(s string) []byte     { return slices.Concat([]byte{tagBlob}, vint(int64(len(s))), []byte(s)) }
func some(value []byte) []byte { return append([]byte{tagOptional, 1}, value...) }

var none = []byte{tagOptional, 0}

func list(values ...[]byte) []byte {
	return slices.Concat([]byte{tagArray}, vint(int64(len(values))), slices.Concat(values...))
}

func nums(numbers ...int64) []byte {
	var values [][]byte
	for _, n := range numbers {
		values = append(values, num(n))
	}
	return list(values...)
}

// object has the fields 0, 1, 2 and so on; nil leaves one out.
func object(values ...[]byte) []byte {
	var b []byte
	n := int64(0)
	for key, value := range values {
		if value != nil {
			b = slices.Concat(b, vint(int64(key)), value)
			n++
		}
	}
	return slices.Concat([]byte{tagStruct}, vint(n), b)
}

// event is an event of the tracker, so many loops after the one before.
func event(delta int64, kind Kind, fields ...[]byte) []byte {
	width := []byte{tagChoice, 0, tagU8, byte(delta)}
	if delta > 255 {
		width = binary.LittleEndian.AppendUint32([]byte{tagChoice, 4, tagU32}, uint32(delta))
	}
	return slices.Concat(width, num(int64(kind)), object(fields...))
}

// header is the user data.
func header(build, loops int64) []byte {
	return object(blob("StarCraft II replay\x1b11"), object(num(1), num(5), num(0), num(14), num(build), num(build)), num(2), num(loops))
}

// player is an entry of the details: the name and account of somebody, and what is read.
func player(name, race string, team, watches, result int64) []byte {
	account := object(num(2), num(844300288), num(1), num(4711))
	return object(blob(name), account, blob(race), object(num(255), num(1), num(2), num(3)), num(2), num(team), num(100), num(watches), num(result), some(num(0)), blob(""))
}

func details(title string, players ...[]byte) []byte {
	return object(some(list(players...)), blob(title), blob(""))
}

// stored is a stream as it lies in the archive.
type stored struct {
	name     string
	raw      []byte
	unpacked int // 0: as long as raw
	flags    uint32
}

func stream(name string, content []byte) stored {
	return stored{name: name, raw: content, flags: 0x81000200}
}

func encipher(words []uint32, key uint32) {
	b := uint32(0xEEEEEEEE)
	for i, w := range words {
		b += cryptWords[256*useWord+int(key&0xFF)]
		words[i] = w ^ (key + b)
		key = (^key<<21 + 0x11111111) | key>>11
		b += w + b<<5 + 3
	}
}

// Where things are in a file that file makes.
const (
	archiveAt = 1024
	headerLen = 208
)

// file is an archive with its user data.
func file(user []byte, streams ...stored) []byte {
	var content []byte
	hashes, blocks := make([]uint32, 0, 64), make([]uint32, 0, 64)
	for i, s := range streams {
		unpacked := len(s.raw)
		if s.unpacked > 0 {
			unpacked = s.unpacked
		}
		hashes = append(hashes, hashName(s.name, useNameA), hashName(s.name, useNameB), 0, uint32(i))
		blocks = append(blocks, uint32(headerLen+len(content)), uint32(len(s.raw)), uint32(unpacked), s.flags)
		content = append(content, s.raw...)
	}
	for len(hashes) < 16*entryWords {
		hashes = append(hashes, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
	}
	words := func(words ...uint32) (b []byte) {
		for _, w := range words {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return b
	}
	hashAt := uint32(headerLen + len(content))
	blockAt := hashAt + uint32(4*len(hashes))
	head := slices.Concat([]byte("MPQ\x1a"), words(headerLen, blockAt+uint32(4*len(blocks)), 3|5<<16, hashAt, blockAt, uint32(len(hashes)/entryWords), uint32(len(blocks)/entryWords)))
	head = append(head, make([]byte, headerLen-len(head))...)
	encipher(hashes, hashName("(hash table)", useKey))
	encipher(blocks, hashName("(block table)", useKey))
	front := slices.Concat([]byte("MPQ\x1b"), words(512, archiveAt, uint32(len(user))), user)
	front = append(front, make([]byte, archiveAt-len(front))...)
	return slices.Concat(front, head, content, words(hashes...), words(blocks...))
}

// small is a short game of a Terran and a Zerg on a map of our own, with somebody who watches.
func small() []byte { return file(header(93333, 800), smallStreams()...) }

func smallStreams() []stored {
	stats := make([][]byte, 39)
	for i := range stats {
		stats[i] = num(int64(i))
	}
	stats[29], stats[30] = num(4096*12), num(4096*15)
	events := slices.Concat(
		event(0, PlayerSetup, num(1), num(1), some(num(0)), some(num(0))),
		event(0, PlayerSetup, num(3), num(1), some(num(1)), some(num(2))), // 2 is left out
		event(0, PlayerSetup, num(15), num(4), none, none),
		event(0, Upgrade, num(1), blob("RewardDanceMule"), num(1)),
		event(0, UnitBorn, num(1), num(1), blob("MineralField"), num(0), num(0), num(10), num(20)),
		event(0, UnitBorn, num(2), num(1), blob("Beacon_Terran"), num(1), num(1), num(0), num(0)),
		event(0, UnitBorn, num(3), num(1), blob("SCV"), num(1), num(1), num(30), num(40)),
		event(0, UnitBorn, num(4), num(1), blob("Drone"), num(3), num(3), num(130), num(140)),
		event(160, PlayerStats, num(1), object(stats...)),
		event(40, UnitInit, num(5), num(1), blob("Barracks"), num(1), num(1), num(33), num(44)),
		event(100, UnitTypeChange, num(4), num(1), blob("Egg")),
		event(20, UnitPositions, num(3), nums(0, 31, 41, 1, 131, 141)),
		event(80, UnitDied, num(4), num(1), some(num(1)), num(132), num(142), none, none),
		event(20, UnitBorn, num(4), num(2), blob("Zergling"), num(3), num(3), num(133), num(143)),
		event(80, UnitDone, num(5), num(1)),
		event(20, UnitOwnerChange, num(4), num(2), num(1), num(1)),
		event(255, 12, num(7), blob("something new")),
	)
	return []stored{
		stream("replay.details", details("Two Hills", player("Ann", "Terraner", 0, 0, 1), player("Zoe", "Zerg", 1, 0, 2), player("Ida", "Zerg", 2, 1, 0))),
		stream("replay.tracker.events", events),
		stream("replay.message.events", []byte("good luck")),
	}
}
