// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// fileOf is a file with the given header and as many bytes of data, 0, 1, 2, ...
func fileOf(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for i := range data {
		b = append(b, byte(i))
	}
	return b
}

func readBytes(b []byte) (*File, error) { return read("test", bytes.NewReader(b), int64(len(b))) }

// readable are headers of files that are whole.
var readable = []struct {
	header string
	data   int
	want   string // names in order
}{
	{`{}`, 0, ""},
	{`{}    `, 0, ""},
	{`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8, "a"},
	{`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4, "a"},
	{`{"a":{"data_offsets":[0,6],"shape":[2,3],"dtype":"U8"},"__metadata__":{"x":"y"}}`, 6, "a"},
	{`{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}`, 8, "a b"},
	{`{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]}}`, 4, "a b"},
	{`{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}`, 4, "b a"},
	{`{"\u00e9 \ud83d\ude00":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}`, 1, "é 😀"},
}

func TestHeadersThatAreRead(t *testing.T) {
	for _, test := range readable {
		f, err := readBytes(fileOf(test.header, test.data))
		if err != nil {
			t.Errorf("%s: %v", test.header, err)
			continue
		}
		var names []string
		for _, x := range f.Tensors() {
			names = append(names, x.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: tensors %q, want %q", test.header, got, test.want)
		}
	}
}

// refused are headers of files that are not whole, or not what they say.
func refused() map[string]struct {
	header string
	data   int
	want   string // part of the sentence
} {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"a":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	const good = `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	return map[string]struct {
		header string
		data   int
		want   string // part of the sentence
	}{
		"no object":             {`[]`, 0, "begin with {"},
		"space before":          {` {}`, 0, "begin with {"},
		"empty":                 {``, 0, "begin with {"},
		"cut JSON":              {`{"a":{"dtype":"F32"`, 0, "valid JSON"},
		"two values":            {`{}{}`, 0, "valid JSON"},
		"NUL padding":           {"{}\x00\x00", 0, "valid JSON"},
		"comma at the end":      {`{"a":` + good + `,}`, 4, "valid JSON"},
		"not UTF-8":             {"{\"a\xff\":" + good + "}", 4, "UTF-8"},
		"half a surrogate":      {`{"a\ud800":` + good + `}`, 4, "Unicode"},
		"tensor twice":          {`{"a":` + good + `,"a":` + good + `}`, 4, "twice"},
		"twice by an escape":    {`{"a":` + good + `,"\u0061":` + good + `}`, 4, "twice"},
		"metadata twice":        {`{"__metadata__":{},"__metadata__":{}}`, 0, "twice"},
		"metadata key twice":    {`{"__metadata__":{"a":"1","a":"2"}}`, 0, "twice"},
		"shape twice":           {`{"a":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,4]}}`, 4, "twice"},
		"metadata no strings":   {`{"__metadata__":{"a":1}}`, 0, "not a string"},
		"metadata no object":    {`{"__metadata__":"a"}`, 0, "not a JSON object"},
		"tensor no object":      {`{"a":7}`, 0, "not a JSON object"},
		"tensor null":           {`{"a":null}`, 0, "not a JSON object"},
		"lacks dtype":           {`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4, "lacks"},
		"lacks shape":           {`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4, "lacks"},
		"lacks offsets":         {`{"a":{"dtype":"F32","shape":[1]}}`, 4, "lacks"},
		"other key":             {`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4, `"x"`},
		"unknown type":          {one(`"F33"`, `[1]`, `[0,4]`), 4, "F33"},
		"type in small letters": {one(`"f32"`, `[1]`, `[0,4]`), 4, "f32"},
		"type no string":        {one(`32`, `[1]`, `[0,4]`), 4, "dtype"},
		"shape no array":        {one(`"F32"`, `1`, `[0,4]`), 4, "not an array"},
		"shape null":            {one(`"F32"`, `null`, `[0,4]`), 4, "not an array"},
		"nested shape":          {one(`"F32"`, `[[1]]`, `[0,4]`), 4, "whole numbers"},
		"negative axis":         {one(`"F32"`, `[-1]`, `[0,4]`), 4, "whole numbers"},
		"broken axis":           {one(`"F32"`, `[1.0]`, `[0,4]`), 4, "whole numbers"},
		"exponent":              {one(`"F32"`, `[1e0]`, `[0,4]`), 4, "whole numbers"},
		"axis as string":        {one(`"F32"`, `["1"]`, `[0,4]`), 4, "whole numbers"},
		"axis beyond 63 bits":   {one(`"F32"`, `[9223372036854775808]`, `[0,4]`), 4, "whole numbers"},
		"product wraps to 4":    {one(`"F32"`, `[4611686018427387905]`, `[0,4]`), 4, "too large"},
		"product wraps to 0":    {one(`"F32"`, `[4294967296,4294967296]`, `[0,0]`), 0, "too large"},
		"half bytes":            {one(`"F4"`, `[3]`, `[0,2]`), 2, "whole bytes"},
		"one offset":            {one(`"F32"`, `[1]`, `[4]`), 4, "must have two"},
		"three offsets":         {one(`"F32"`, `[1]`, `[0,4,8]`), 4, "must have two"},
		"negative offset":       {one(`"F32"`, `[1]`, `[-4,0]`), 4, "whole numbers"},
		"turned offsets":        {one(`"F32"`, `[1]`, `[4,0]`), 4, "do not hold"},
		"too few bytes":         {one(`"F32"`, `[2]`, `[0,4]`), 4, "do not hold"},
		"too many bytes":        {one(`"F32"`, `[1]`, `[0,8]`), 8, "do not hold"},
		"beyond the end":        {one(`"F32"`, `[2]`, `[0,8]`), 7, "beyond"},
		"far beyond the end":    {one(`"U8"`, `[1]`, `[9223372036854775806,9223372036854775807]`), 4, "beyond"},
		"hole at the start":     {one(`"F32"`, `[1]`, `[4,8]`), 8, "hole"},
		"bytes at the end":      {one(`"F32"`, `[1]`, `[0,4]`), 5, "belong to no tensor"},
		"no tensor, some bytes": {`{}`, 1, "belong to no tensor"},
		"hole between":          {`{"a":` + good + `,"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}`, 6, "hole"},
		"overlap":               {`{"a":` + good + `,"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}`, 5, "overlap"},
		"the same place":        {`{"a":` + good + `,"b":` + good + `}`, 4, "overlap"},
		"empty inside another":  {`{"a":` + good + `,"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}`, 4, "overlap"},
		"too many axes":         {one(`"U8"`, "["+strings.Repeat("1,", 64)+"1]", `[0,1]`), 1, "axes"},
		"deep nesting":          {`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, 0, "valid JSON"},
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	for name, test := range refused() {
		_, err := readBytes(fileOf(test.header, test.data))
		if err == nil {
			t.Errorf("%s: it is read", name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %q, which does not say %q", name, err, test.want)
		} else if noTensor := strings.HasPrefix(test.want, "valid JSON") || test.want == "UTF-8" || test.want == "belong to no tensor"; !noTensor &&
			strings.HasPrefix(test.header, `{"a":`) && !strings.Contains(err.Error(), `"a`) && !strings.Contains(err.Error(), `"b"`) {
			t.Errorf("%s: the error does not name the tensor: %q", name, err)
		}
	}
}

func TestHeaderLengths(t *testing.T) {
	length := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"no bytes":         {nil, "0 bytes, too few"},
		"seven bytes":      {make([]byte, 7), "7 bytes, too few"},
		"longer than file": {append(length(3), "{}"...), "only 2 follow"},
		"over the cap":     {length(maxHeader + 1), "are allowed"},
		"negative":         {length(1<<64 - 1), "are allowed"},
	} {
		if _, err := readBytes(test.file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, which does not say %q", name, err, test.want)
		}
	}
}

func TestErrorsStayShort(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	_, err := readBytes(fileOf(`{"`+long+`":{"dtype":"`+long+`","shape":[],"data_offsets":[0,0]}}`, 0))
	if err == nil || len(err.Error()) > 1000 {
		t.Errorf("an error of %d bytes, want one below 1000", len(fmt.Sprint(err)))
	}
}

// What a header promises is never more than the bytes that are there, so reading all of it is safe.
func FuzzRead(f *testing.F) {
	for _, test := range readable {
		f.Add(fileOf(test.header, test.data))
	}
	for _, test := range refused() {
		f.Add(fileOf(test.header, test.data))
	}
	f.Add([]byte("\x03\x00\x00\x00\x00\x00\x00\x00{}")) // the header ends beyond the file
	f.Add(fileOf(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[4,6]},"b":{"dtype":"F64","shape":[],"data_offsets":[6,14]},"c":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, 14))
	f.Add(fileOf(`{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[0,9],"data_offsets":[0,0]}}`, 0))
	f.Add(fileOf(`{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}`, 4))
	f.Add(fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}`, 4))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\x7f{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := readBytes(b)
		if err != nil {
			return
		}
		total, seen := uint64(0), map[string]bool{}
		for _, x := range file.Tensors() {
			if seen[x.Name] {
				t.Errorf("%q is there twice", x.Name)
			}
			seen[x.Name] = true
			total += uint64(x.Size()) * bitsOf[x.DType] / 8
			if v, err := file.Float32s(x.Name); err == nil && len(v) != x.Size() {
				t.Errorf("%q: %d values for shape %v", x.Name, len(v), x.Shape)
			}
		}
		if total != uint64(len(b))-8-binary.LittleEndian.Uint64(b) {
			t.Errorf("the tensors have %d bytes, the file another number", total)
		}
	})
}
