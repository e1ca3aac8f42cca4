// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// What is kept of the outputs of one cell. A notebook is for reading; what a program writes by the megabyte belongs in a file.
const (
	maxStreamBytes = 2 << 20
	maxRichBytes   = 64 << 20
	maxRunOutputs  = 1000
)

// recorder gathers the messages of running cells into their outputs.
type recorder struct {
	shown map[string][]*Output // displays by display_id, over all cells: a later cell may update an earlier one's
	cell  *Cell

	clear       bool // clear_output with wait: at the next output
	text, rich  int  // bytes kept
	dropped     int  // bytes of text not kept
	droppedRich int  // outputs not kept
}

// begin turns to the next cell.
func (r *recorder) begin(c *Cell) {
	*r = recorder{shown: r.shown, cell: c}
	if r.shown == nil {
		r.shown = map[string][]*Output{}
	}
	c.Outputs, c.ExecutionCount = nil, 0
}

// end says in the cell what was not kept of it.
func (r *recorder) end() {
	if r.dropped > 0 {
		r.note(fmt.Sprintf("[at least %d more bytes of text are not kept]\n", r.dropped))
	}
	if r.droppedRich > 0 {
		r.note(fmt.Sprintf("[%d more outputs are not kept]\n", r.droppedRich))
	}
}

func (r *recorder) note(s string) {
	r.cell.Outputs = append(r.cell.Outputs, &Output{Type: Stream, Name: "stderr", Text: s})
}

// take takes one message of the iopub channel that belongs to the cell.
func (r *recorder) take(m *wire.Message) error {
	switch m.Header.Type {
	case "stream":
		var c struct{ Name, Text string }
		if err := m.Decode(&c); err != nil {
			return err
		}
		r.clearNow()
		r.stream(c.Name, c.Text)
	case "display_data", "execute_result", "update_display_data":
		return r.display(m)
	case "clear_output":
		var c struct{ Wait bool }
		if err := m.Decode(&c); err != nil {
			return err
		}
		r.clear = true
		if !c.Wait {
			r.clearNow()
		}
	case "error":
		var c struct {
			Ename, Evalue string
			Traceback     []string
		}
		if err := m.Decode(&c); err != nil {
			return err
		}
		r.clearNow()
		r.cell.Outputs = append(r.cell.Outputs, &Output{Type: Error, Ename: c.Ename, Evalue: c.Evalue, Traceback: c.Traceback})
	}
	return nil
}

// stream joins what is written to one stream in a row.
func (r *recorder) stream(name, text string) {
	if name != "stderr" {
		name = "stdout"
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	keep := min(len(text), maxStreamBytes-r.text)
	if keep < len(text) {
		r.dropped += len(text) - keep
		text = strings.ToValidUTF8(text[:keep], "")
	}
	if text == "" {
		return
	}
	r.text += len(text)
	if n := len(r.cell.Outputs); n > 0 {
		if last := r.cell.Outputs[n-1]; last.Type == Stream && last.Name == name {
			last.Text += text
			return
		}
	}
	if r.room() {
		r.cell.Outputs = append(r.cell.Outputs, &Output{Type: Stream, Name: name, Text: text})
	}
}

func (r *recorder) display(m *wire.Message) error {
	var c struct {
		Data, Metadata map[string]any
		Transient      struct {
			ID string `json:"display_id"`
		}
		Count int `json:"execution_count"`
	}
	if err := m.Decode(&c); err != nil {
		return err
	}
	for mime, v := range c.Data {
		if lines, ok := v.([]any); ok && !isJSON(mime) {
			if s, err := join(lines); err == nil {
				c.Data[mime] = s
			}
		}
	}
	size := len(m.Content)
	if n := size; n > maxRichBytes {
		size = 0
		c.Data = map[string]any{"text/plain": fmt.Sprintf("[an output of %d MiB is not kept; show something smaller]", n>>20)}
		c.Metadata = nil
	}
	if m.Header.Type == "update_display_data" && len(r.shown[c.Transient.ID]) > 0 {
		for _, o := range r.shown[c.Transient.ID] {
			o.Data, o.Metadata = c.Data, c.Metadata
		}
		return nil
	}
	r.clearNow()
	if r.rich+size > maxRichBytes || !r.room() {
		r.droppedRich++
		return nil
	}
	r.rich += size
	o := &Output{Type: DisplayData, Data: c.Data, Metadata: c.Metadata}
	if m.Header.Type == "execute_result" {
		o.Type, o.ExecutionCount = ExecuteResult, c.Count
	}
	r.cell.Outputs = append(r.cell.Outputs, o)
	if id := c.Transient.ID; id != "" {
		r.shown[id] = append(r.shown[id], o)
	}
	return nil
}

func (r *recorder) room() bool { return len(r.cell.Outputs) < maxRunOutputs }

// clearNow removes the cell's outputs when that was asked for.
func (r *recorder) clearNow() {
	if !r.clear {
		return
	}
	for id, shown := range r.shown {
		r.shown[id] = slices.DeleteFunc(shown, func(o *Output) bool { return slices.Contains(r.cell.Outputs, o) })
	}
	r.clear, r.cell.Outputs, r.text, r.rich = false, nil, 0, 0
}

// failure is the error among the outputs, or nil.
func (r *recorder) failure() *Output {
	for _, o := range slices.Backward(r.cell.Outputs) {
		if o.Type == Error {
			return o
		}
	}
	return nil
}
