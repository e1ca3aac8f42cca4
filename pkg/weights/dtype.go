// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"encoding/binary"
	"fmt"
	"math"
)

// bitsOf are the types that safetensors has, with the bits of one value.
var bitsOf = map[string]uint64{
	"F64": 64, "F32": 32, "F16": 16, "BF16": 16,
	"F8_E5M2": 8, "F8_E4M3": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8, "F8_E8M0": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
	"I64": 64, "U64": 64, "I32": 32, "U32": 32, "I16": 16, "U16": 16, "I8": 8, "U8": 8, "BOOL": 8, "C64": 64,
}

// widen decodes little-endian values of a type into float32s; raw holds exactly len(into) of them.
func widen(into []float32, raw []byte, dtype string) error {
	switch dtype {
	case "F32":
		for i := range into {
			into[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case "F16":
		for i := range into {
			into[i] = half(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case "BF16":
		for i := range into {
			into[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	case "F64":
		for i := range into {
			x := math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
			into[i] = float32(x)
			if math.IsInf(float64(into[i]), 0) && !math.IsInf(x, 0) {
				return fmt.Errorf("it has the value %g, which is too large for float32", x)
			}
		}
	case "I64": // counters: whole numbers that float32 can hold
		for i := range into {
			x := int64(binary.LittleEndian.Uint64(raw[8*i:]))
			into[i] = float32(x)
			if x < -wholeFloat32 || x > wholeFloat32 {
				return fmt.Errorf("it has the value %d, which float32 cannot hold exactly", x)
			}
		}
	default:
		return fmt.Errorf("its type is %s; only F32, F16, BF16, F64 and I64 can be read as float32", dtype)
	}
	return nil
}

// wholeFloat32 and wholeFloat64 bound the whole numbers that these types hold without a gap.
const (
	wholeFloat32 = 1 << 24
	wholeFloat64 = 1 << 53
)

// widen64 decodes little-endian values of a type into float64s; raw holds exactly len(into) of them.
func widen64(into []float64, raw []byte, dtype string) error {
	switch dtype {
	case "F64":
		for i := range into {
			into[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	case "I64":
		for i := range into {
			x := int64(binary.LittleEndian.Uint64(raw[8*i:]))
			into[i] = float64(x)
			if x < -wholeFloat64 || x > wholeFloat64 {
				return fmt.Errorf("it has the value %d, which float64 cannot hold exactly", x)
			}
		}
	case "I32":
		for i := range into {
			into[i] = float64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	case "U8", "BOOL":
		for i := range into {
			into[i] = float64(raw[i])
		}
	case "F32", "F16", "BF16":
		narrow := make([]float32, len(into))
		if err := widen(narrow, raw, dtype); err != nil {
			return err
		}
		for i, x := range narrow {
			into[i] = float64(x)
		}
	default:
		return fmt.Errorf("its type is %s; only F64, F32, F16, BF16, I64, I32, U8 and BOOL can be read as float64", dtype)
	}
	return nil
}

// half is the value of a 16-bit float: 1 bit of sign, 5 of exponent, 10 of fraction. A NaN keeps its payload.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&0x3FF
	switch exponent {
	case 0: // zero, or a fraction of 2^-14 that has no leading one
		x := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(x))
	case 31:
		return math.Float32frombits(sign | 0xFF<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
