// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// full has one of everything, in the form that nbformat writes.
const full = `{
 "cells": [
  {
   "attachments": {},
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Title <b>\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "run",
   "metadata": {
    "tags": [
     "x"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\n",
      "two\n"
     ]
    },
    {
     "data": {
      "application/json": [
       1.50,
       {}
      ],
      "image/png": [
       "iVBORw0KGgo="
      ],
      "text/plain": [
       "a picture"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "data": {
      "text/plain": [
       "7"
      ]
     },
     "execution_count": 3,
     "metadata": {},
     "output_type": "execute_result",
     "unheard_of": 12345678901234567890
    },
    {
     "ename": "panic",
     "evalue": "boom",
     "output_type": "error",
     "traceback": []
    }
   ],
   "source": [
    "%%\n",
    "fmt.Println(1)"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "empty",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {
   "name": "perceiver-go"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5,
 "own": {
  "kept": true
 }
}
`

func TestRoundTrip(t *testing.T) {
	nb, err := Parse([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	b, err := nb.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != full {
		t.Errorf("written otherwise:\n%s", b)
	}
	if c := nb.Cells[1]; c.Source != "%%\nfmt.Println(1)" || c.Outputs[0].Text != "one\ntwo\n" || c.Outputs[1].text("image/png") != "iVBORw0KGgo=" {
		t.Errorf("read otherwise: %+v", c)
	}
	if nb.Kernel() != KernelName {
		t.Errorf("kernel %q", nb.Kernel())
	}
}

func TestReadBad(t *testing.T) {
	cell := func(c string) string {
		return `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"id":"a","cell_type":"markdown","metadata":{},"source":""},` + c + `]}`
	}
	for name, x := range map[string]struct{ in, want string }{
		"empty":      {"  ", "empty"},
		"not JSON":   {"# hello", "not a JSON object"},
		"cut":        {full[:300], "not a JSON object"},
		"list":       {"[]", "not a JSON object"},
		"two":        {full + full, "follows the end"},
		"binary":     {"\xff\xfe", "UTF-8"},
		"no format":  {`{"cells":[],"metadata":{}}`, "nbformat is missing"},
		"old format": {`{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[]}`, "only 4"},
		"no cells":   {`{"nbformat":4,"nbformat_minor":5,"metadata":{}}`, "cells is missing"},
		"source":     {cell(`{"id":"b","cell_type":"code","metadata":{},"source":7,"outputs":[],"execution_count":null}`), "cell 2: source is a number"},
		"line":       {cell(`{"id":"b","cell_type":"raw","metadata":{},"source":["x",7]}`), "cell 2: source is a list"},
		"type":       {cell(`{"id":"b","cell_type":"poem","metadata":{},"source":""}`), `cell_type is "poem"`},
		"same id":    {cell(`{"id":"a","cell_type":"raw","metadata":{},"source":""}`), `the id "a" is that of cell 1`},
		"bad id":     {cell(`{"id":"a b","cell_type":"raw","metadata":{},"source":""}`), "letters"},
		"output":     {cell(`{"id":"b","cell_type":"code","metadata":{},"source":"","outputs":[{"output_type":"song"}],"execution_count":1}`), `output 1: output_type is "song"`},
		"stream":     {cell(`{"id":"b","cell_type":"code","metadata":{},"source":"","outputs":[{"output_type":"stream","name":"stdout"}],"execution_count":1}`), "text is missing"},
		"count":      {cell(`{"id":"b","cell_type":"code","metadata":{},"source":"","outputs":[],"execution_count":"1"}`), "execution_count is text"},
		"deep":       {strings.Repeat("[", 1<<20), "not a JSON object"},
	} {
		if _, err := Parse([]byte(x.in)); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
}

// Cells of formats before 4.5 have no identifiers; they get the same ones at every reading.
func TestIDsForOldFormats(t *testing.T) {
	old := []byte(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
		{"cell_type":"raw","metadata":{},"source":"x"},{"cell_type":"raw","metadata":{},"source":"x"}]}`)
	a, err := Parse(old)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Parse(old)
	for i := range a.Cells {
		if !validID.MatchString(a.Cells[i].ID) || a.Cells[i].ID != b.Cells[i].ID {
			t.Errorf("ids %q and %q", a.Cells[i].ID, b.Cells[i].ID)
		}
	}
	if a.Cells[0].ID == a.Cells[1].ID {
		t.Error("two cells share an id")
	}
}

func TestWriteFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(dir, "x.ipynb")
	nb := New()
	nb.Add(Markdown, "# Hello")
	nb.Add(Code, "%%\nfmt.Println(1)").Outputs = []*Output{{Type: Stream, Name: "stdout", Text: "1\n"}}
	for range 2 { // anew, and over an old one
		if err := nb.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files left aside: %v", files)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	got.Strip()
	if got.Cells[1].Outputs != nil || got.Cells[1].ID != nb.Cells[1].ID {
		t.Errorf("stripped: %+v", got.Cells[1])
	}
	os.WriteFile(path, []byte("{"), 0o644)
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
	if err := nb.Write(filepath.Join(path, "below-a-file.ipynb")); err == nil {
		t.Error("written below a file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"raw","metadata":{},"source":["x"]}]}`))
	f.Add([]byte(`{"cells":[null],"nbformat":4,"nbformat_minor":1e3,"metadata":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		nb, err := Parse(b)
		if err != nil {
			return
		}
		once, err := nb.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, once)
		}
		twice, err := again.Marshal()
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("writing changes the notebook (%v):\n%s\n%s", err, once, twice)
		}
		if _, err := HTML(nb); err != nil {
			t.Fatal(err)
		}
	})
}
