// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of what is read. A notebook beyond them was not written by hand, and a browser would not open it.
const (
	maxFile    = 256 << 20
	maxCells   = 10_000
	maxOutputs = 10_000 // of one cell
)

var validID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// Read reads a notebook file. Errors name the file, the cell and what is wrong with it.
func Read(path string) (*Notebook, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("notebook %s: %w", path, err)
	}
	nb, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("notebook %s: %w", path, err)
	}
	nb.Path = path
	return nb, nil
}

// Parse reads a notebook from JSON: nbformat 4, any minor version. Cells without identifiers, as before 4.5, are given
// some; they depend on place and source alone, so they are the same at the next reading.
func Parse(b []byte) (*Notebook, error) {
	switch {
	case len(b) > maxFile:
		return nil, fmt.Errorf("the file has more than %d MiB; remove outputs from it", maxFile>>20)
	case len(bytes.TrimSpace(b)) == 0:
		return nil, errors.New("the file is empty")
	case !utf8.Valid(b):
		return nil, errors.New("the file is not UTF-8 text")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // numbers in metadata are written back as they were
	var top map[string]any
	if err := d.Decode(&top); err != nil {
		return nil, fmt.Errorf("the file is not a JSON object: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the end of the notebook")
	}
	f := fields{m: top}
	if major := f.integer("nbformat"); f.err == nil && major != 4 {
		return nil, fmt.Errorf("nbformat is %d, and only 4 is read; open and save it in JupyterLab to convert it", major)
	}
	f.integer("nbformat_minor")
	nb := &Notebook{Metadata: f.object("metadata")}
	cells := f.list("cells")
	if f.err != nil {
		return nil, f.err
	}
	if len(cells) > maxCells {
		return nil, fmt.Errorf("there are %d cells, and at most %d are read", len(cells), maxCells)
	}
	nb.Extra = f.rest()
	seen := map[string]int{}
	for i, v := range cells {
		c, err := parseCell(v)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		if first, ok := seen[c.ID]; ok && c.ID != "" {
			return nil, fmt.Errorf("cell %d: the id %q is that of cell %d already; give it another", i+1, c.ID, first)
		}
		seen[c.ID] = i + 1
		nb.Cells = append(nb.Cells, c)
	}
	for i, c := range nb.Cells {
		if c.ID == "" {
			c.ID = nb.freshID(i, c.Source)
		}
	}
	return nb, nil
}

func parseCell(v any) (*Cell, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is %s, and must be an object", kindOf(v))
	}
	f := fields{m: m}
	c := &Cell{Type: f.str("cell_type"), Source: f.text("source"), Metadata: f.object("metadata")}
	if _, ok := m["id"]; ok {
		if c.ID = f.str("id"); f.err == nil && !validID.MatchString(c.ID) {
			return nil, fmt.Errorf("the id %q must be 1 to 64 letters, digits, - and _", c.ID)
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	switch c.Type {
	case Code:
		c.ExecutionCount = f.count("execution_count")
		outputs := f.list("outputs")
		if f.err == nil && len(outputs) > maxOutputs {
			f.err = fmt.Errorf("there are %d outputs, and at most %d are read", len(outputs), maxOutputs)
		}
		for i, o := range outputs {
			if f.err != nil {
				break
			}
			out, err := parseOutput(o)
			if err != nil {
				return nil, fmt.Errorf("output %d: %w", i+1, err)
			}
			c.Outputs = append(c.Outputs, out)
		}
	case Markdown, Raw:
	default:
		return nil, fmt.Errorf("cell_type is %q, and must be code, markdown or raw", c.Type)
	}
	c.Extra = f.rest()
	return c, f.err
}

func parseOutput(v any) (*Output, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is %s, and must be an object", kindOf(v))
	}
	f := fields{m: m}
	o := &Output{Type: f.str("output_type")}
	switch o.Type {
	case Stream:
		o.Name, o.Text = f.str("name"), f.text("text")
	case ExecuteResult, DisplayData:
		if o.Type == ExecuteResult {
			o.ExecutionCount = f.count("execution_count")
		}
		o.Data, o.Metadata = f.object("data"), f.object("metadata")
		for mime, v := range o.Data {
			if lines, ok := v.([]any); ok && !isJSON(mime) {
				s, err := join(lines)
				if err != nil {
					return nil, fmt.Errorf("data of %s: %w", mime, err)
				}
				o.Data[mime] = s
			}
		}
	case Error:
		o.Ename, o.Evalue = f.str("ename"), f.str("evalue")
		for _, l := range f.list("traceback") {
			s, ok := l.(string)
			if !ok {
				return nil, fmt.Errorf("traceback holds %s, and must be a list of text", kindOf(l))
			}
			o.Traceback = append(o.Traceback, s)
		}
	default:
		if f.err == nil {
			f.err = fmt.Errorf("output_type is %q, and must be stream, display_data, execute_result or error", o.Type)
		}
	}
	o.Extra = f.rest()
	return o, f.err
}

// fields takes the known fields out of a JSON object; what is left is kept by the notebook. The first mistake is kept in err.
type fields struct {
	m   map[string]any
	err error
}

func (f *fields) take(key string) (any, bool) {
	v, ok := f.m[key]
	delete(f.m, key)
	return v, ok
}

func (f *fields) fail(key, rule string, v any, ok bool) {
	if f.err != nil {
		return
	}
	if !ok {
		f.err = fmt.Errorf("%s is missing", key)
		return
	}
	f.err = fmt.Errorf("%s is %s, and must be %s", key, kindOf(v), rule)
}

func (f *fields) str(key string) string {
	v, ok := f.take(key)
	s, isText := v.(string)
	if !isText {
		f.fail(key, "text", v, ok)
	}
	return s
}

// text is a string or a list of them, which is how nbformat writes long ones.
func (f *fields) text(key string) string {
	v, ok := f.take(key)
	switch v := v.(type) {
	case string:
		return v
	case []any:
		s, err := join(v)
		if err == nil {
			return s
		}
	}
	f.fail(key, "text or a list of lines", v, ok)
	return ""
}

func (f *fields) object(key string) map[string]any {
	v, ok := f.take(key)
	m, isObject := v.(map[string]any)
	if !isObject {
		f.fail(key, "an object", v, ok)
	}
	return m
}

func (f *fields) list(key string) []any {
	v, ok := f.take(key)
	l, isList := v.([]any)
	if !isList {
		f.fail(key, "a list", v, ok)
	}
	return l
}

func (f *fields) integer(key string) int64 {
	v, ok := f.take(key)
	n, isNumber := v.(json.Number)
	i, err := n.Int64()
	if !isNumber || err != nil {
		f.fail(key, "a whole number", v, ok)
	}
	return i
}

// count is a number that may be null.
func (f *fields) count(key string) int {
	if v, ok := f.m[key]; ok && v == nil {
		f.take(key)
		return 0
	}
	return int(f.integer(key))
}

func (f *fields) rest() map[string]any {
	if len(f.m) == 0 {
		return nil
	}
	return f.m
}

func join(lines []any) (string, error) {
	var b strings.Builder
	for _, l := range lines {
		s, ok := l.(string)
		if !ok {
			return "", fmt.Errorf("a line is %s, and must be text", kindOf(l))
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// isJSON says that values of a MIME type are JSON rather than text.
func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	}
	return "an object"
}
