// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package browser

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"testing"
	"time"
)

func TestBrowser(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b, err := Start(ctx, 320, 200)
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Open(ctx, `data:text/html,<button onclick="this.innerText='clicked'">press</button>`); err != nil {
		t.Fatal(err)
	}
	if err := b.Click(ctx, `document.querySelector("button")`); err != nil {
		t.Fatal(err)
	}
	var text string
	var yes bool
	if err := b.Eval(ctx, `document.querySelector("button").innerText`, &text); err != nil || text != "clicked" {
		t.Errorf("the button says %q, %v", text, err)
	}
	if err := b.Eval(ctx, `confirm("sure?")`, &yes); err != nil || !yes {
		t.Errorf("a dialog: %v, %v", yes, err)
	}
	if err := b.Eval(ctx, `nothing.there`, nil); err == nil {
		t.Error("a mistake in the expression is no error")
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	if err := b.Wait(short, `false`); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for what never comes: %v", err)
	}
	cancel()
	shot, err := b.Screenshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(shot)); err != nil || c.Width != 480 {
		t.Errorf("the screenshot: %+v, %v", c, err)
	}
}
