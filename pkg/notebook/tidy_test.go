// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"strings"
	"testing"
)

func tidied(t *testing.T) *Notebook {
	t.Helper()
	nb := New()
	nb.Add(Markdown, "# Title\n\nText.")
	nb.Add(Code, "%%\nfmt.Println(1)")
	return nb
}

func TestTidyNotebooksHaveNoProblems(t *testing.T) {
	nb := tidied(t)
	b, err := nb.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if all := Problems(b); len(all) > 0 {
		t.Errorf("got %q", all)
	}

	id := nb.Cells[1].ID
	nb.Cells[1].ExecutionCount, nb.Cells[1].Outputs = 3, []*Output{{Type: Stream, Name: "stdout", Text: "1\n"}}
	nb.Cells[1].Metadata = map[string]any{"execution": map[string]any{"iopub.status.busy": "2026-01-01"}, "scrolled": true, "tags": []any{"keep"}}
	nb.Metadata["language_info"] = map[string]any{"name": "go", "version": "go1.26.8"}
	nb.Tidy()
	if c := nb.Cells[1]; c.ID != id || c.Outputs != nil || c.ExecutionCount != 0 || len(c.Metadata) != 1 || c.Metadata["tags"] == nil {
		t.Errorf("%+v", c)
	}
	delete(nb.Cells[1].Metadata, "tags")
	if again, _ := nb.Marshal(); string(again) != string(b) {
		t.Errorf("the notebook changed:\n%s", again)
	}
}

func TestProblems(t *testing.T) {
	for want, change := range map[string]func(*Notebook){
		"kernel \"python3\"": func(nb *Notebook) { nb.Metadata["kernelspec"] = map[string]any{"name": "python3"} },
		"title":              func(nb *Notebook) { nb.Cells = nb.Cells[1:] },
		"cell 2":             func(nb *Notebook) { nb.Cells[1].ExecutionCount = 1 },
		"form":               func(nb *Notebook) { nb.Cells[1].Metadata = map[string]any{"scrolled": true} },
	} {
		nb := tidied(t)
		change(nb)
		b, err := nb.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(Problems(b), "\n"); !strings.Contains(all, want) || strings.Contains(all, "\n") {
			t.Errorf("want one problem that speaks of %s, got %q", want, all)
		}
	}
	if all := Problems([]byte("# not JSON")); len(all) != 1 || !strings.Contains(all[0], "JSON") {
		t.Errorf("no JSON: %q", all)
	}
}
