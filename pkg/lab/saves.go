// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"os"
	"os/signal"

	"github.com/perceiver-go/perceiver/pkg/detach"
)

// saves is where a training hears that it is to save and go on: by the signal USR1, and by Ask where it is detached.
// Stop ends the listening.
func saves() (ask <-chan struct{}, stop func()) {
	signals, done, asked := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{}, 1)
	if len(saveSignals) > 0 {
		signal.Notify(signals, saveSignals...)
	}
	var spawned <-chan struct{}
	if detach.Here() {
		spawned = detach.Saves()
	}
	go func() {
		for {
			select {
			case <-signals:
			case <-spawned:
			case <-done:
				return
			}
			select {
			case asked <- struct{}{}:
			default: // it was asked already
			}
		}
	}()
	return asked, func() {
		signal.Stop(signals)
		close(done)
	}
}
