// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func request(t testing.TB) *Message {
	m, err := New("execute_request", "session", nil, map[string]any{"code": "fmt.Println(1)"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	key := []byte("secret")
	m := request(t)
	m.Identities, m.Buffers = [][]byte{[]byte("peer")}, [][]byte{[]byte("raw bytes")}
	m.RawHeader = json.RawMessage(strings.Replace(string(m.RawHeader), "{", `{"subshell_id":"kept",`, 1))
	got, err := Parse(m.Frames(key), key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Header != m.Header || string(got.Identities[0]) != "peer" || string(got.Buffers[0]) != "raw bytes" {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(string(got.RawHeader), "kept") {
		t.Error("an unknown field of the header is lost")
	}
	var c struct{ Code string }
	if err := got.Decode(&c); err != nil || c.Code != "fmt.Println(1)" {
		t.Errorf("content %q, %v", c.Code, err)
	}
	reply, err := New("execute_reply", "kernel", got.RawHeader, map[string]string{"status": "ok"})
	if err != nil || reply.Parent.ID != m.Header.ID {
		t.Errorf("the reply's parent is %q, not %q (%v)", reply.Parent.ID, m.Header.ID, err)
	}
}

func TestSignature(t *testing.T) {
	m := request(t)
	for name, f := range map[string][][]byte{
		"another key": m.Frames([]byte("other")),
		"unsigned":    m.Frames(nil),
	} {
		if _, err := Parse(f, []byte("secret")); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	changed := m.Frames([]byte("secret"))
	changed[len(changed)-1] = []byte(`{"code":"evil"}`)
	if _, err := Parse(changed, []byte("secret")); !errors.Is(err, ErrSignature) {
		t.Errorf("changed content: %v", err)
	}
	if _, err := Parse(m.Frames(nil), nil); err != nil {
		t.Errorf("without a key: %v", err)
	}
}

func TestParseBad(t *testing.T) {
	b := func(s ...string) (f [][]byte) {
		for _, x := range s {
			f = append(f, []byte(x))
		}
		return f
	}
	for name, f := range map[string][][]byte{
		"nothing":      nil,
		"no delimiter": b("a", "b"),
		"short":        b(delimiter, "", "{}", "{}"),
		"no type":      b(delimiter, "", "{}", "{}", "{}", "{}"),
		"no JSON":      b(delimiter, "", "{", "{}", "{}", "{}"),
		"content list": b(delimiter, "", `{"msg_id":"1","msg_type":"x"}`, "{}", "{}", "[]"),
	} {
		if _, err := Parse(f, nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"msg_id":"1","msg_type":"x"}`), []byte("{}"), []byte("{}"), []byte("{}"))
	f.Add([]byte("null"), []byte("null"), []byte(""), []byte("[]"))
	f.Fuzz(func(t *testing.T, a, b, c, d []byte) {
		m, err := Parse([][]byte{[]byte(delimiter), nil, a, b, c, d}, nil)
		if err == nil && (m.Header.Type == "" || len(m.Content) == 0) {
			t.Errorf("accepted %+v", m)
		}
	})
}

func TestConnectionFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.json")
	c := Local("/somewhere", "")
	if err := c.Write(file); err != nil {
		t.Fatal(err)
	}
	if s, _ := os.Stat(file); s.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: the key lies open", s.Mode())
	}
	got, err := ReadConnection(file)
	if err != nil || got != c {
		t.Fatalf("%+v, %v", got, err)
	}
	if a := got.Address(IOPub); a != "ipc:///somewhere/s-4" {
		t.Error(a)
	}
	for _, bad := range []string{
		`[]`, `{}`, `{"transport":"pigeon","ip":"x"}`, `{"transport":"tcp","ip":"127.0.0.1","shell_port":70000}`,
		`{"transport":"ipc","ip":"` + strings.Repeat("x", 200) + `"}`,
		`{"transport":"tcp","ip":"127.0.0.1","key":"k","signature_scheme":"md5"}`,
	} {
		os.WriteFile(file, []byte(bad), 0o600)
		if _, err := ReadConnection(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// A dealer and a subscriber talk to sockets of the zmq4 library, and Close ends a waiting Recv.
func TestConn(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "wire")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	at := Local(dir, "k")
	router, pub := zmq4.NewRouter(ctx), zmq4.NewPub(ctx)
	defer router.Close()
	defer pub.Close()
	dialled := make(chan *Conn)
	go func() { // dialled before anyone listens
		c, err := Dial(ctx, at.Address(Shell), zmq4.Dealer, "me")
		if err != nil {
			t.Error(err)
		}
		dialled <- c
	}()
	if err := router.Listen(at.Address(Shell)); err != nil {
		t.Fatal(err)
	}
	if err := pub.Listen(at.Address(IOPub)); err != nil {
		t.Fatal(err)
	}
	shell := <-dialled
	if shell == nil {
		t.FailNow()
	}
	if err := shell.Send([][]byte{[]byte("a"), []byte(strings.Repeat("b", 1000))}); err != nil {
		t.Fatal(err)
	}
	m, err := router.Recv()
	if err != nil || len(m.Frames) != 3 || string(m.Frames[0]) != "me" || len(m.Frames[2]) != 1000 {
		t.Fatalf("%v, %v", m, err)
	}
	if err := router.SendMulti(m); err != nil {
		t.Fatal(err)
	}
	back, err := shell.Recv()
	if err != nil || len(back) != 2 || string(back[0]) != "a" {
		t.Fatalf("%q, %v", back, err)
	}

	sub, err := Dial(ctx, at.Address(IOPub), zmq4.Sub, "me")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan error)
	go func() {
		_, err := sub.Recv()
		heard <- err
		_, err = sub.Recv()
		for err == nil { // more of what was published while waiting
			_, err = sub.Recv()
		}
		heard <- err
	}()
	for done := false; !done; { // the subscription arrives at some time after Dial
		pub.Send(zmq4.NewMsgString("x"))
		select {
		case err := <-heard:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	sub.Close()
	if err := <-heard; err == nil {
		t.Error("Recv goes on after Close")
	}
	shell.Close()
}

func TestDialGivesUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, "ipc:///nowhere/s-1", zmq4.Dealer, "me"); err == nil || !strings.Contains(err.Error(), "/nowhere/s-1") {
		t.Error(err)
	}
}

func TestSetSession(t *testing.T) {
	m, err := New("status", "a", nil, map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	m.RawHeader = bytes.Replace(m.RawHeader, []byte("{"), []byte(`{"subshell_id":"x",`), 1)
	if err := m.SetSession("b\""); err != nil {
		t.Fatal(err)
	}
	got, err := Parse(m.Frames([]byte("key")), []byte("key"))
	if err != nil || got.Header.Session != "b\"" || got.Header.ID != m.Header.ID || !bytes.Contains(got.RawHeader, []byte(`"subshell_id":"x"`)) {
		t.Errorf("%s, %v", got.RawHeader, err)
	}
}
