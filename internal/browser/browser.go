// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package browser drives a headless Chromium, for tests of what a user sees and clicks. It speaks the DevTools protocol
// over a pipe, so it needs no port and no library.
//
//	b, err := browser.Start(ctx, 1200, 800)
//	err = b.Open(ctx, "http://127.0.0.1:8888/lab?token=…")
//	err = b.Click(ctx, `document.querySelector("button")`)
package browser

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

// ErrNone says that the machine has no Chromium.
var ErrNone = errors.New("there is no chromium on PATH")

// Browser is a running Chromium with one page.
type Browser struct {
	cmd     *exec.Cmd
	profile string
	out     *os.File
	session string

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	ended   chan struct{}
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// Start starts Chromium with an empty profile and a page of a size in pixels. Close it after use.
func Start(ctx context.Context, width, height int) (*Browser, error) {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		return nil, ErrNone
	}
	profile, err := os.MkdirTemp("", "browser-")
	if err != nil {
		return nil, err
	}
	b := &Browser{profile: profile, waiting: map[int]chan reply{}, ended: make(chan struct{})}
	if err := b.launch(program, width, height); err != nil {
		b.Close()
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	var target struct{ TargetID string }
	if err := b.call(ctx, "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		b.Close()
		return nil, fmt.Errorf("%s does not start: %w", program, err)
	}
	var attached struct{ SessionID string }
	if err := b.call(ctx, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		b.Close()
		return nil, err
	}
	b.session = attached.SessionID
	metrics := map[string]any{"width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": false}
	if err := errors.Join(b.call(ctx, "Page.enable", nil, nil), b.call(ctx, "Emulation.setDeviceMetricsOverride", metrics, nil)); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// launch starts the program; it reads commands from file 3 and writes answers to file 4, each ended by a zero byte.
func (b *Browser) launch(program string, width, height int) error {
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	back, answers, err := os.Pipe()
	if err != nil {
		return err
	}
	b.out = out
	b.cmd = exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--remote-debugging-pipe", "--user-data-dir="+b.profile, fmt.Sprintf("--window-size=%d,%d", width, height), "about:blank")
	b.cmd.ExtraFiles = []*os.File{in, answers}
	err = b.cmd.Start()
	in.Close()
	answers.Close()
	if err != nil {
		b.cmd = nil
		return err
	}
	go b.read(back)
	return nil
}

func (b *Browser) read(back *os.File) {
	defer close(b.ended)
	for r := bufio.NewReader(back); ; {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			ID     int
			Method string
			reply
		}
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		if m.Method == "Page.javascriptDialogOpening" { // as when a page with changes is left; it would wait for an answer
			go b.call(context.Background(), "Page.handleJavaScriptDialog", map[string]any{"accept": true}, nil)
		}
		b.mu.Lock()
		to := b.waiting[m.ID]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		if to != nil {
			to <- m.reply
		}
	}
}

// call sends a command and waits for its result.
func (b *Browser) call(ctx context.Context, method string, params any, result any) error {
	b.mu.Lock()
	b.next++
	id, answer := b.next, make(chan reply, 1)
	b.waiting[id] = answer
	command := map[string]any{"id": id, "method": method}
	if params != nil {
		command["params"] = params
	}
	if b.session != "" {
		command["sessionId"] = b.session
	}
	line, err := json.Marshal(command)
	if err == nil {
		_, err = b.out.Write(append(line, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-b.ended:
		return fmt.Errorf("%s: the browser has ended", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Open goes to an address. It does not wait until the page is there: Wait does.
func (b *Browser) Open(ctx context.Context, address string) error {
	return b.call(ctx, "Page.navigate", map[string]any{"url": address}, nil)
}

// Eval computes a JavaScript expression in the page, and reads its value as JSON into out, which may be nil.
func (b *Browser) Eval(ctx context.Context, expression string, out any) error {
	var r struct {
		Result    struct{ Value json.RawMessage }
		Exception *struct {
			Text      string
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	if err := b.call(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r); err != nil {
		return err
	}
	if r.Exception != nil {
		return fmt.Errorf("%s %s in %s", r.Exception.Text, r.Exception.Exception.Description, expression)
	}
	if out == nil || len(r.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(r.Result.Value, out)
}

// Wait waits until an expression is true; one that fails, as it may while a page loads, is not.
func (b *Browser) Wait(ctx context.Context, expression string) error {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		var yes bool
		err := b.Eval(ctx, "Boolean("+expression+")", &yes)
		if yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not true: %w (%v)", expression, ctx.Err(), err)
		case <-b.ended:
			return errors.New("the browser has ended")
		case <-again.C:
		}
	}
}

// Click waits for the element of an expression, and clicks on its middle with the mouse.
func (b *Browser) Click(ctx context.Context, element string) error {
	if err := b.Wait(ctx, element); err != nil {
		return err
	}
	var at struct{ X, Y float64 }
	if err := b.Eval(ctx, `(() => { const e = `+element+`; e.scrollIntoView({block: "nearest"}); const r = e.getBoundingClientRect(); return {x: r.x + r.width/2, y: r.y + r.height/2}; })()`, &at); err != nil {
		return err
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		event := map[string]any{"type": kind, "x": at.X, "y": at.Y}
		if kind != "mouseMoved" {
			event["button"], event["clickCount"] = "left", 1
		}
		if err := b.call(ctx, "Input.dispatchMouseEvent", event, nil); err != nil {
			return err
		}
	}
	return nil
}

// Screenshot is a PNG of what can be seen of the page.
func (b *Browser) Screenshot(ctx context.Context) ([]byte, error) {
	var r struct{ Data string }
	if err := b.call(ctx, "Page.captureScreenshot", map[string]any{"format": "png"}, &r); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(r.Data)
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() {
	if b.cmd != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		session := b.session
		b.session = "" // the browser is closed, not the page
		b.call(ctx, "Browser.close", nil, nil)
		b.session = session
		select {
		case <-b.ended:
		case <-ctx.Done():
			b.cmd.Process.Kill()
		}
		cancel()
		b.cmd.Wait()
	}
	if b.out != nil {
		b.out.Close()
	}
	os.RemoveAll(b.profile)
}
