// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// Marshal writes the notebook as nbformat does: format 4.5, sorted keys, an indent of one space, long text as a list of
// lines, and a newline at the end. The same notebook gives the same bytes.
func (nb *Notebook) Marshal() ([]byte, error) {
	top := object(nb.Extra)
	top["nbformat"], top["nbformat_minor"] = 4, 5
	top["metadata"] = object(nb.Metadata)
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.json()
	}
	top["cells"] = cells
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(top); err != nil {
		return nil, fmt.Errorf("notebook %s: %w", nb.Path, err)
	}
	return b.Bytes(), nil
}

// Write writes the notebook to a file, in a way that leaves either the old file or the whole new one. The folder is made
// when it is missing.
func (nb *Notebook) Write(path string) error {
	b, err := nb.Marshal()
	if err != nil {
		return err
	}
	return WriteFile(path, b)
}

// WriteFile writes a file aside and renames it into place; the folder is made when it is missing.
func WriteFile(path string, b []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (c *Cell) json() map[string]any {
	m := object(c.Extra)
	m["id"], m["cell_type"], m["source"], m["metadata"] = c.ID, c.Type, lines(c.Source), object(c.Metadata)
	if c.Type == Code {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = o.json()
		}
		m["outputs"], m["execution_count"] = outputs, countOrNull(c.ExecutionCount)
	}
	return m
}

func (o *Output) json() map[string]any {
	m := object(o.Extra)
	m["output_type"] = o.Type
	switch o.Type {
	case Stream:
		m["name"], m["text"] = o.Name, lines(o.Text)
	case Error:
		m["ename"], m["evalue"], m["traceback"] = o.Ename, o.Evalue, append([]string{}, o.Traceback...)
	default:
		data := object(o.Data)
		for mime, v := range data {
			if s, ok := v.(string); ok && !isJSON(mime) {
				data[mime] = lines(s)
			}
		}
		m["data"], m["metadata"] = data, object(o.Metadata)
		if o.Type == ExecuteResult {
			m["execution_count"] = countOrNull(o.ExecutionCount)
		}
	}
	return m
}

// object is a copy of a map that is never nil, since null is no metadata.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return maps.Clone(m)
}

// lines cuts text after each newline.
func lines(s string) []string {
	if s == "" {
		return []string{}
	}
	l := strings.SplitAfter(s, "\n")
	if l[len(l)-1] == "" {
		l = l[:len(l)-1]
	}
	return l
}

func countOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
