// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"errors"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// notebook is the way to the notebook whose cell this program is.
type notebook struct {
	broken  bool          // it did not answer; output goes where it goes outside of notebooks
	timeout time.Duration // 0: half a minute
}

var errSilent = errors.New("the notebook does not answer: output goes to the terminal and to files from here on; restart the kernel if it is still open")

func (n *notebook) present() bool { return gonbui.IsNotebook && !n.broken }

// send shows something and returns when the notebook has it. With an id it replaces what was sent under that id. A
// notebook that has gone away would keep the program waiting for ever: that is noticed after a while.
func (n *notebook) send(forms data, meta map[string]any, id string) error {
	done := make(chan error, 1)
	go func() {
		gonbui.SendData(&protocol.DisplayData{Data: forms, Metadata: meta, DisplayID: id})
		if err := gonbui.Error(); err != nil {
			done <- err
			return
		}
		gonbui.Sync()
		done <- gonbui.Error()
	}()
	timeout := n.timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	select {
	case err := <-done:
		n.broken = err != nil
		return err
	case <-time.After(timeout):
		n.broken = true
		return errSilent
	}
}
