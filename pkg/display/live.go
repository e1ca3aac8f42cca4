// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/term"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// How often a Live changes what it shows.
const (
	everyPanel = 150 * time.Millisecond // in a notebook
	everyLine  = 100 * time.Millisecond // the line on a terminal
	everyPrint = 10 * time.Second       // lines elsewhere
)

const eraseLine = "\r\x1b[K"

// Live shows how a run goes, in place: a panel that changes in a notebook, a line that changes on a terminal, and a
// line now and then in a file or pipe. It may be told of every step: most calls of Show return at once. The zero value
// shows nothing.
type Live struct {
	w     io.Writer
	s     *screen
	width int // columns of the terminal; 0: not a terminal
	now   func() time.Time

	mu    sync.Mutex
	id    string    // of the panel in the notebook
	last  time.Time // it was shown
	ended bool
}

// NewLive makes a Live whose lines go to w outside of a notebook, usually os.Stderr. With a nil w it is silent
// everywhere.
func NewLive(w io.Writer) *Live {
	l := &Live{w: w, s: std, now: time.Now}
	if f, ok := w.(*os.File); ok && f != nil && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		l.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			l.width = width
		}
	}
	return l
}

// Show shows how things stand, if the last time was long enough ago. It keeps nothing of the panel.
func (l *Live) Show(p viz.Panel) error { return l.show(p, false) }

// End shows how things stand at last. What it shows stays; later calls of Show and End do nothing.
func (l *Live) End(p viz.Panel) error { return l.show(p, true) }

func (l *Live) show(p viz.Panel, end bool) error {
	if l == nil || l.w == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	every := everyPrint
	switch {
	case l.s.nb.present():
		every = everyPanel
	case l.width > 0:
		every = everyLine
	}
	now := l.now()
	if !end && !l.last.IsZero() && now.Sub(l.last) < every {
		return nil
	}
	l.last, l.ended = now, end
	switch {
	case l.s.nb.present():
		return l.panel(p)
	case l.width > 0:
		return l.line(p.Line(), end)
	}
	return l.s.print(l.w, p.Line()+"\n")
}

// panel sends the picture to the notebook, in the form that is shown without trust and without scripts.
func (l *Live) panel(p viz.Panel) error {
	if l.id == "" {
		l.id = "panel-" + gonbui.UniqueId()
	}
	line := p.Line()
	img := fmt.Sprintf(`<img alt="%s" style="max-width:100%%" src="data:image/svg+xml;base64,%s">`,
		html.EscapeString(line), base64.StdEncoding.EncodeToString([]byte(p.SVG())))
	return l.s.nb.send(data{protocol.MIMETextHTML: img, protocol.MIMETextPlain: line}, nil, l.id)
}

// line writes over the line before. A line that is too long for the terminal would not be erased: it is cut.
func (l *Live) line(text string, end bool) error {
	if r := []rune(text); len(r) >= l.width {
		text = strings.TrimRight(string(r[:l.width-1]), " ")
	}
	l.s.line = nil
	if !end {
		l.s.line = l.w
		_, err := io.WriteString(l.w, eraseLine+text)
		return err
	}
	_, err := io.WriteString(l.w, eraseLine+text+"\n")
	return err
}
