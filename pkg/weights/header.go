// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxHeader is the longest header that is read or written, as in the reference implementation.
const maxHeader = 100_000_000

// maxRank bounds the axes of a tensor, far above any in use.
const maxRank = 64

// metadataKey is the entry of the header that is no tensor.
const metadataKey = "__metadata__"

// Tensor is the header's entry of one tensor.
type Tensor struct {
	Name  string
	DType string // "F32", "F16", "BF16", "I64", ...; for Write "F32", "I64" or ""
	Shape []int  // nil or empty: one value

	from, to uint64 // offsets of its bytes in the data
}

// Size is the number of values, the product of the shape.
func (t Tensor) Size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// bytes is the length that shape and type ask for.
func (t Tensor) bytes() (uint64, error) {
	width, known := bitsOf[t.DType]
	if !known {
		return 0, fmt.Errorf("tensor %s: the type %s is not one that safetensors has", quote(t.Name), quote(t.DType))
	}
	if len(t.Shape) > maxRank {
		return 0, fmt.Errorf("tensor %s: it has %d axes, and at most %d are allowed", quote(t.Name), len(t.Shape), maxRank)
	}
	n := width
	for _, d := range t.Shape {
		high, low := bits.Mul64(n, uint64(d))
		if d < 0 || high != 0 || low > 1<<62 {
			return 0, fmt.Errorf("tensor %s: the shape %v is negative somewhere or too large for any file", quote(t.Name), t.Shape)
		}
		n = low
	}
	if n%8 != 0 {
		return 0, fmt.Errorf("tensor %s: %v values of type %s do not fill whole bytes", quote(t.Name), t.Shape, t.DType)
	}
	return n / 8, nil
}

// quote is a name from a file as errors show it: a damaged header may have names of many megabytes.
func quote(name string) string {
	if len(name) > 200 {
		return fmt.Sprintf("%q...", name[:200])
	}
	return strconv.Quote(name)
}

// checkName refuses names that a header cannot carry unchanged. Go's JSON reader puts U+FFFD for what is not Unicode.
func checkName(name string) error {
	if !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError) {
		return fmt.Errorf("tensor %s: the name is not valid Unicode", quote(name))
	}
	return nil
}

// parseHeader reads a header whose tensors must fill dataSize bytes exactly. The tensors come in order of their data.
func parseHeader(raw []byte, dataSize uint64) (tensors []Tensor, metadata map[string]string, err error) {
	switch {
	case len(raw) == 0 || raw[0] != '{':
		return nil, nil, fmt.Errorf("the header does not begin with {, so this is no safetensors file")
	case !utf8.Valid(raw):
		return nil, nil, fmt.Errorf("the header is not valid UTF-8")
	case !json.Valid(raw):
		return nil, nil, fmt.Errorf("the header is not valid JSON")
	}
	r := &headerReader{json.NewDecoder(bytes.NewReader(raw))}
	r.UseNumber()
	metadata = map[string]string{}
	err = r.object("the header", func(name string) error {
		if name == metadataKey {
			return r.object(metadataKey, func(key string) error {
				value, ok := r.next().(string)
				if !ok {
					return fmt.Errorf("%s: the value of %s is not a string", metadataKey, quote(key))
				}
				metadata[key] = value
				return nil
			})
		}
		t, err := r.tensor(name)
		tensors = append(tensors, t)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	// Empty tensors share their place with a neighbour and come first there.
	slices.SortStableFunc(tensors, func(a, b Tensor) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return tensors, metadata, checkPlaces(tensors, dataSize)
}

// checkPlaces sees to it that the tensors fill the data, each byte belonging to one.
func checkPlaces(tensors []Tensor, dataSize uint64) error {
	at := uint64(0)
	for _, t := range tensors {
		switch need, err := t.bytes(); {
		case err != nil:
			return err
		case t.to < t.from || t.to-t.from != need:
			return fmt.Errorf("tensor %s: data_offsets [%d, %d] do not hold the %d bytes of %s%v", quote(t.Name), t.from, t.to, need, t.DType, t.Shape)
		case t.to > dataSize:
			return fmt.Errorf("tensor %s: data_offsets [%d, %d] reach beyond the %d bytes of data; is the file cut short?", quote(t.Name), t.from, t.to, dataSize)
		case t.from < at:
			return fmt.Errorf("tensor %s: data_offsets [%d, %d] overlap the tensor before, which ends at %d", quote(t.Name), t.from, t.to, at)
		case t.from > at:
			return fmt.Errorf("tensor %s: data_offsets [%d, %d] leave a hole after %d, where the data before ends", quote(t.Name), t.from, t.to, at)
		}
		at = t.to
	}
	if at != dataSize {
		return fmt.Errorf("%d bytes at the end of the file belong to no tensor", dataSize-at)
	}
	return nil
}

// headerReader walks through JSON that is known to be valid, token by token, because decoding into a map or a struct
// lets the last of two equal keys win in silence.
type headerReader struct{ *json.Decoder }

// next is the next token; nil for JSON's null.
func (r *headerReader) next() json.Token {
	token, _ := r.Token()
	return token
}

// object calls value for each key of an object; value reads the key's value.
func (r *headerReader) object(what string, value func(key string) error) error {
	if r.next() != json.Delim('{') {
		return fmt.Errorf("%s is not a JSON object", what)
	}
	seen := map[string]bool{}
	for r.More() {
		key, _ := r.next().(string)
		if seen[key] {
			return fmt.Errorf("%s has the key %s twice", what, quote(key))
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	r.next()
	return nil
}

// numbers reads an array of whole numbers from 0 on.
func (r *headerReader) numbers(what string) ([]uint64, error) {
	if r.next() != json.Delim('[') {
		return nil, fmt.Errorf("%s is not an array", what)
	}
	numbers := []uint64{}
	for r.More() {
		token := r.next()
		number, _ := token.(json.Number)
		n, err := strconv.ParseUint(number.String(), 10, 63)
		if err != nil {
			return nil, fmt.Errorf("%s has %s, and only whole numbers from 0 on are allowed", what, quote(fmt.Sprint(token)))
		}
		numbers = append(numbers, n)
	}
	r.next()
	return numbers, nil
}

func (r *headerReader) tensor(name string) (Tensor, error) {
	t := Tensor{Name: name}
	what := "tensor " + quote(name)
	if err := checkName(name); err != nil {
		return t, err
	}
	var offsets []uint64
	err := r.object(what, func(key string) error {
		switch key {
		case "dtype":
			t.DType, _ = r.next().(string)
			if t.DType == "" {
				return fmt.Errorf("%s: dtype is not the name of a type", what)
			}
		case "shape":
			dims, err := r.numbers(what + ": shape")
			t.Shape = make([]int, len(dims))
			for i, d := range dims {
				if t.Shape[i] = int(d); uint64(t.Shape[i]) != d {
					return fmt.Errorf("%s: the axis %d of the shape is too large for this machine", what, d)
				}
			}
			return err
		case "data_offsets":
			var err error
			if offsets, err = r.numbers(what + ": data_offsets"); err == nil && len(offsets) != 2 {
				err = fmt.Errorf("%s: data_offsets has %d numbers, and must have two", what, len(offsets))
			}
			return err
		default:
			return fmt.Errorf("%s has the key %s, and only dtype, shape and data_offsets are allowed", what, quote(key))
		}
		return nil
	})
	if err == nil && (t.DType == "" || t.Shape == nil || offsets == nil) {
		err = fmt.Errorf("%s lacks one of dtype, shape and data_offsets", what)
	}
	if err != nil {
		return t, err
	}
	t.from, t.to = offsets[0], offsets[1]
	return t, nil
}
