// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// fields finds the settable fields of a struct by the keys in their toml tags. Embedded structs lend theirs.
func fields(v reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case f.Anonymous && tag == "":
			for k, inner := range fields(v.Field(i)) {
				out[k] = inner
			}
		case tag != "" && tag != "-" && f.IsExported():
			out[tag] = v.Field(i)
		}
	}
	return out
}

// assign puts the values of a section into the fields of a struct.
func assign(section string, values map[string]any, target reflect.Value) error {
	known := fields(target)
	for _, key := range sortedKeys(values) {
		f, ok := known[key]
		if !ok {
			return unknown("key", section+"."+key, prefixed(section, known))
		}
		if err := set(section+"."+key, f, values[key]); err != nil {
			return err
		}
	}
	return nil
}

func prefixed(section string, known map[string]reflect.Value) []string {
	var names []string
	for k := range known {
		names = append(names, section+"."+k)
	}
	return names
}

// set puts one value into one field, if it is of its type.
func set(key string, f reflect.Value, value any) error {
	wrong := func(want string) error {
		return fmt.Errorf("%s = %s: it must be %s", key, show(value), want)
	}
	switch f.Kind() {
	case reflect.Int, reflect.Int64, reflect.Int32:
		n, ok := value.(int64)
		if !ok || f.OverflowInt(n) {
			return wrong("a whole number")
		}
		f.SetInt(n)
	case reflect.Uint64, reflect.Uint32, reflect.Uint:
		n, ok := value.(int64)
		if !ok || n < 0 || f.OverflowUint(uint64(n)) {
			return wrong("a whole number, not negative")
		}
		f.SetUint(uint64(n))
	case reflect.Float64, reflect.Float32:
		x, ok := value.(float64)
		if n, whole := value.(int64); whole {
			x, ok = float64(n), true
		}
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			return wrong("a number")
		}
		f.SetFloat(x)
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return wrong("true or false")
		}
		f.SetBool(b)
	case reflect.String:
		s, ok := value.(string)
		if !ok {
			return wrong("a text in quotes")
		}
		f.SetString(s)
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			return wrong("a list in brackets")
		}
		slice := reflect.MakeSlice(f.Type(), len(list), len(list))
		for i, x := range list {
			if err := set(fmt.Sprintf("%s[%d]", key, i), slice.Index(i), x); err != nil {
				return err
			}
		}
		f.Set(slice)
	default:
		return fmt.Errorf("%s cannot be set: its type is %s", key, f.Type())
	}
	return nil
}

// show writes a value as it stands in a file, shortened.
func show(value any) string {
	s := fmt.Sprint(value)
	if text, ok := value.(string); ok {
		s = fmt.Sprintf("%q", text)
	}
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return s
}
