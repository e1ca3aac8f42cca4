// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package display

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// A cell is a program of its own, so the tests are: the test binary starts itself with the name of a program in its
// environment.
const programKey = "DISPLAY_TEST_PROGRAM"

var programs = map[string]func(){
	"everything": func() {
		check(Text("first"))
		check(Figure(viz.Curves("c", "x", "y", nil), "a curve"))
		check(Table(viz.Table{Headers: []string{"<h>"}, Rows: [][]string{{"1"}}}))
		check(Markdown("# second"))
	},
	"live": func() {
		clock := time.Unix(1e9, 0)
		l := NewLive(os.Stderr)
		l.now = func() time.Time { return clock }
		for step := range 1000 {
			clock = clock.Add(time.Millisecond)
			check(l.Show(viz.Panel{Title: "run", Step: step, Steps: 1000}))
		}
		check(l.End(viz.Panel{Title: "run", Step: 1000, Steps: 1000, Done: true, Status: "done"}))
		check(l.Show(viz.Panel{Title: "too late"}))
	},
	"fail": func() {
		check(Text("before"))
		Fail(errors.New("run x: there is no checkpoint; train first"))
	},
	"crowd": func() {
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() { check(Text(fmt.Sprint(i))) })
		}
		group.Wait()
	},
	"gone": func() {
		std.nb.timeout = time.Millisecond
		if err := Text("lost"); err != errSilent {
			check(fmt.Errorf("the notebook is gone, but Text returned %v", err))
		}
		check(Text("found"))
	},
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "unexpected:", err)
		os.Exit(3)
	}
}

func TestMain(m *testing.M) {
	if program, ok := programs[os.Getenv(programKey)]; ok {
		program()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// run starts a program as GoNB does, or outside of a notebook, and returns what it sent and wrote.
func run(t *testing.T, name string, inNotebook bool) (sent []protocol.DisplayData, stdout, stderr string, code int) {
	t.Helper()
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Dir = folder
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GONB_") })
	cmd.Env = append(cmd.Env, programKey+"="+name)
	if name == "gone" {
		cmd.Env = append(cmd.Env, "GONB_PIPE="+fifo(t, folder, "to"), "GONB_PIPE_BACK="+fifo(t, folder, "from"))
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	finish := func() {}
	if inNotebook {
		to, from := fifo(t, folder, "to"), fifo(t, folder, "from")
		cmd.Env = append(cmd.Env, "GONB_PIPE="+to, "GONB_PIPE_BACK="+from)
		finish = kernel(t, to, from, &sent)
	}
	err := cmd.Run()
	finish()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return sent, out.String(), errs.String(), code
}

func fifo(t *testing.T, folder, name string) string {
	path := filepath.Join(folder, name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	return path
}

// kernel keeps what arrives, and acknowledges as GoNB does. It fails the test where a program goes on without waiting
// for the acknowledgement of what it showed: GoNB loses such output when the program ends.
func kernel(t *testing.T, to, from string, sent *[]protocol.DisplayData) (finish func()) {
	in, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	back, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	waiting := 0
	go func() {
		defer close(done)
		encoder := gob.NewEncoder(back)
		for decoder := gob.NewDecoder(in); ; {
			var d protocol.DisplayData
			if decoder.Decode(&d) != nil {
				return
			}
			if c, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
				waiting--
				encoder.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: c.Value})
				continue
			}
			waiting++
			*sent = append(*sent, d)
		}
	}()
	return func() {
		in.Close()
		<-done
		back.Close()
		if waiting != 0 {
			t.Errorf("%d things were shown without waiting for the notebook", waiting)
		}
	}
}

func TestInNotebook(t *testing.T) {
	sent, stdout, stderr, code := run(t, "everything", true)
	if code != 0 || stdout != "" || stderr != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if len(sent) != 4 {
		t.Fatalf("%d things arrived, want 4", len(sent))
	}
	for i, forms := range [][]protocol.MIMEType{
		{protocol.MIMETextPlain}, {protocol.MIMEImagePNG, protocol.MIMETextPlain},
		{protocol.MIMETextHTML, protocol.MIMETextPlain}, {protocol.MIMETextMarkdown, protocol.MIMETextPlain},
	} {
		if len(sent[i].Data) != len(forms) {
			t.Errorf("thing %d has %d forms, want %v", i, len(sent[i].Data), forms)
		}
		for _, f := range forms {
			if sent[i].Data[f] == nil {
				t.Errorf("thing %d has no %s", i, f)
			}
		}
	}
	if text := sent[0].Data[protocol.MIMETextPlain]; text != "first" {
		t.Errorf("the text is %q", text)
	}
	if png, _ := sent[1].Data[protocol.MIMEImagePNG].([]byte); !isPNG(png) {
		t.Error("the picture is not a PNG file")
	}
	if alt := sent[1].Data[protocol.MIMETextPlain]; alt != "[picture: a curve]" {
		t.Errorf("beside the picture stands %q", alt)
	}
	if meta, _ := sent[1].Metadata["image/png"].(map[string]int); meta["width"] != 605 { // 16 cm at 96 pixels to the inch
		t.Errorf("the picture is to be shown with %v", sent[1].Metadata)
	}
	if html := sent[2].Data[protocol.MIMETextHTML].(string); !strings.Contains(html, "&lt;h&gt;") {
		t.Errorf("the table is %s", html)
	}
}

func TestOutsideOfNotebook(t *testing.T) {
	_, stdout, stderr, code := run(t, "everything", false)
	want := "first\npicture: " + filepath.Join("out", "pictures", "a-curve.png") + "\n<h>\n───\n  1\n# second\n"
	if code != 0 || stdout != want || stderr != "" {
		t.Errorf("exit %d, stderr %q, stdout\n%s\nwant\n%s", code, stderr, stdout, want)
	}
}

func TestLiveInNotebook(t *testing.T) {
	sent, stdout, stderr, code := run(t, "live", true)
	if code != 0 || stdout != "" || stderr != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if n := len(sent); n != 8 { // at 1, 151, 301 … 901 ms, and the end
		t.Errorf("%d panels in a second, want 8", n)
	}
	for _, d := range sent {
		if d.DisplayID == "" || d.DisplayID != sent[0].DisplayID {
			t.Fatalf("the panels have different ids: %q and %q", sent[0].DisplayID, d.DisplayID)
		}
	}
	last := sent[len(sent)-1]
	if text := last.Data[protocol.MIMETextPlain].(string); !strings.Contains(text, "step 1,000/1,000") || !strings.Contains(text, "done") {
		t.Errorf("the last panel says %q", text)
	}
	found := regexp.MustCompile(`src="data:image/svg\+xml;base64,([^"]+)"`).FindStringSubmatch(last.Data[protocol.MIMETextHTML].(string))
	if found == nil {
		t.Fatalf("the panel has no picture: %v", last.Data)
	}
	if svg, err := base64.StdEncoding.DecodeString(found[1]); err != nil || !bytes.HasPrefix(svg, []byte("<svg")) {
		t.Errorf("the picture of the panel cannot be read: %v", err)
	}
}

func TestLiveInAPipe(t *testing.T) {
	_, stdout, stderr, _ := run(t, "live", false)
	if lines := strings.Count(stderr, "\n"); lines != 2 || !strings.HasSuffix(stderr, "done\n") || strings.Contains(stderr, "\x1b") {
		t.Errorf("in a second there should be a first and a last line without control characters, got %q", stderr)
	}
	if stdout != "" {
		t.Errorf("stdout has %q", stdout)
	}
}

func TestFail(t *testing.T) {
	for _, inNotebook := range []bool{true, false} {
		_, _, stderr, code := run(t, "fail", inNotebook)
		if code != 1 {
			t.Errorf("exit status %d, want 1", code)
		}
		if first, _, _ := strings.Cut(stderr, "\n"); first != "run x: there is no checkpoint; train first" {
			t.Errorf("stderr begins with %q", first)
		}
		if !strings.Contains(stderr, "main.main\n\t") {
			t.Errorf("the place in the program is not named: %q", stderr)
		}
		if strings.Contains(stderr, "runtime.") || strings.Contains(stderr, "testing.") {
			t.Errorf("places of libraries are named: %q", stderr)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	sent, _, stderr, code := run(t, "crowd", true)
	if code != 0 || len(sent) != 20 {
		t.Errorf("exit %d, %d of 20 texts arrived: %s", code, len(sent), stderr)
	}
}

// A notebook that never answers does not keep the program for ever; what follows is printed.
func TestNotebookIsGone(t *testing.T) {
	_, stdout, stderr, code := run(t, "gone", false)
	if code != 0 || stdout != "found\n" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}
