// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Cell types.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// Output types.
const (
	Stream        = "stream"
	DisplayData   = "display_data"
	ExecuteResult = "execute_result"
	Error         = "error"
)

// KernelName is the name of this module's kernel, the folder of its kernel.json.
const KernelName = "perceiver-go"

// Notebook is a notebook, format 4.5.
type Notebook struct {
	Path     string         // the file it was read from, or ""
	Metadata map[string]any // of the whole notebook
	Cells    []*Cell
	Extra    map[string]any // fields that are unknown here; they are written back
}

// Cell is one cell.
type Cell struct {
	ID             string // 1 to 64 letters, digits, - and _; unique in the notebook
	Type           string // Code, Markdown or Raw
	Source         string
	Metadata       map[string]any
	ExecutionCount int // of a code cell; 0 when it was not run
	Outputs        []*Output
	Extra          map[string]any // unknown fields, and the attachments of a Markdown cell
}

// Output is one output of a code cell. Which fields count depends on the type.
type Output struct {
	Type           string         // Stream, DisplayData, ExecuteResult or Error
	Name, Text     string         // Stream: stdout or stderr, and what was written
	Data, Metadata map[string]any // DisplayData, ExecuteResult: values by MIME type; strings, or JSON for JSON types
	ExecutionCount int            // ExecuteResult
	Ename, Evalue  string         // Error
	Traceback      []string       // Error
	Extra          map[string]any // unknown fields
}

// New returns an empty notebook for this module's kernel.
func New() *Notebook {
	nb := &Notebook{}
	nb.setMetadata()
	return nb
}

// Add appends a cell and gives it an identifier made from its place and source.
func (nb *Notebook) Add(kind, source string) *Cell {
	c := &Cell{Type: kind, Source: source, Metadata: map[string]any{}}
	c.ID = nb.freshID(len(nb.Cells), source)
	nb.Cells = append(nb.Cells, c)
	return c
}

// Strip removes outputs and execution counts, and keeps everything else, identifiers included.
func (nb *Notebook) Strip() {
	for _, c := range nb.Cells {
		c.Outputs, c.ExecutionCount = nil, 0
	}
}

// Kernel is the name of the kernel that the notebook asks for, or "".
func (nb *Notebook) Kernel() string {
	spec, _ := nb.Metadata["kernelspec"].(map[string]any)
	name, _ := spec["name"].(string)
	return name
}

// setMetadata names kernel and language. Versions and times stay out, since they would change the file at each upgrade
// and each run.
func (nb *Notebook) setMetadata() {
	if nb.Metadata == nil {
		nb.Metadata = map[string]any{}
	}
	nb.Metadata["kernelspec"] = map[string]any{"name": KernelName, "display_name": "Perceiver (Go)", "language": "go"}
	nb.Metadata["language_info"] = languageInfo()
}

func languageInfo() map[string]any {
	return map[string]any{
		"name": "go", "file_extension": ".go", "mimetype": "text/x-go",
		"pygments_lexer": "go", "codemirror_mode": "go", "version": "",
	}
}

// freshID makes an identifier that depends on nothing but the cell, so that the same notebook gets the same ones again.
func (nb *Notebook) freshID(index int, source string) string {
	h := sha256.Sum256([]byte(source))
	base := fmt.Sprintf("c%02d-%s", index, hex.EncodeToString(h[:3]))
	id := base
	for n := 2; nb.hasID(id); n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}

func (nb *Notebook) hasID(id string) bool {
	for _, c := range nb.Cells {
		if c.ID == id {
			return true
		}
	}
	return false
}

// text is the value of a MIME type as text, or "".
func (o *Output) text(mime string) string {
	s, _ := o.Data[mime].(string)
	return s
}

// empty says that a code cell has nothing to run.
func (c *Cell) empty() bool { return strings.TrimSpace(c.Source) == "" }
