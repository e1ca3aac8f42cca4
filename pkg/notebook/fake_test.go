// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// The test binary is a kernel when it is started with this variable: one that does what its cells say, line by line.
const fakeEnv = "PERCEIVER_TEST_FAKE_KERNEL"

func TestMain(m *testing.M) {
	if mode := os.Getenv(fakeEnv); mode != "" {
		if mode == "broken" {
			fmt.Fprintln(os.Stderr, "no room on this machine")
			os.Exit(3)
		}
		fakeKernel(os.Args[len(os.Args)-1])
		return
	}
	os.Exit(m.Run())
}

func fakeKernel(file string) {
	at, err := wire.ReadConnection(file)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	shell, control, pub := zmq4.NewRouter(ctx), zmq4.NewRouter(ctx), zmq4.NewPub(ctx)
	for channel, s := range map[string]zmq4.Socket{wire.Shell: shell, wire.Control: control, wire.IOPub: pub} {
		if err := s.Listen(at.Address(channel)); err != nil {
			panic(err)
		}
	}
	key := []byte(at.Key)
	answer := func(s zmq4.Socket, to *wire.Message, kind string, content any) {
		m, _ := wire.New(kind, "fake", to.RawHeader, content)
		if m.Identities = [][]byte{[]byte(kind)}; s != pub {
			m.Identities = to.Identities
		}
		s.SendMulti(zmq4.NewMsgFrom(m.Frames(key)...))
	}
	interrupted := make(chan struct{}, 1)
	go func() {
		for {
			z, _ := control.Recv()
			m, err := wire.Parse(z.Frames, key)
			if err != nil {
				continue
			}
			if m.Header.Type == "shutdown_request" {
				answer(control, m, "shutdown_reply", map[string]any{"status": "ok"})
				os.Exit(0)
			}
			interrupted <- struct{}{}
		}
	}()
	count := 0
	for {
		z, _ := shell.Recv()
		m, err := wire.Parse(z.Frames, key)
		if err != nil {
			continue
		}
		answer(pub, m, "status", map[string]string{"execution_state": "busy"})
		if m.Header.Type == "kernel_info_request" {
			answer(shell, m, "kernel_info_reply", map[string]any{"status": "ok"})
		} else {
			count++
			var c struct{ Code string }
			m.Decode(&c)
			status := "ok"
			for _, line := range strings.Split(c.Code, "\n") {
				do, arg, _ := strings.Cut(line, " ")
				n, _ := strconv.Atoi(arg)
				show := func(kind, id string) {
					answer(pub, m, kind, map[string]any{"data": map[string]any{"text/plain": arg}, "metadata": map[string]any{}, "transient": map[string]any{"display_id": id}, "execution_count": count})
				}
				switch do {
				case "print":
					answer(pub, m, "stream", map[string]any{"name": "stdout", "text": arg + "\n"})
				case "much":
					for range n {
						answer(pub, m, "stream", map[string]any{"name": "stdout", "text": strings.Repeat("x", 1<<20)})
					}
				case "show":
					show("display_data", "id")
				case "update":
					show("update_display_data", "id")
				case "result":
					show("execute_result", "")
				case "clear":
					answer(pub, m, "clear_output", map[string]any{"wait": arg == "wait"})
				case "forged":
					f, _ := wire.New("stream", "x", m.RawHeader, map[string]any{"name": "stdout", "text": "forged"})
					f.Identities = [][]byte{[]byte("stream")}
					pub.SendMulti(zmq4.NewMsgFrom(f.Frames([]byte("wrong"))...))
				case "stray":
					f, _ := wire.New("stream", "x", []byte(`{"msg_id":"another cell"}`), map[string]any{"name": "stdout", "text": "stray"})
					pub.SendMulti(zmq4.NewMsgFrom(append([][]byte{[]byte("stream")}, f.Frames(key)...)...))
				case "fail":
					status = "error"
					answer(pub, m, "error", map[string]any{"ename": "bad", "evalue": arg, "traceback": []string{}})
				case "silent":
					status = "error"
				case "wait":
					<-interrupted
				case "hang":
					select {}
				case "die":
					fmt.Fprintln(os.Stderr, "out of memory")
					os.Exit(9)
				}
			}
			answer(shell, m, "execute_reply", map[string]any{"status": status, "execution_count": count})
		}
		answer(pub, m, "status", map[string]string{"execution_state": "idle"})
	}
}

// fake returns options that run a notebook with the fake kernel, and a notebook of such cells.
func fake(t *testing.T, mode string, cells ...string) (*Notebook, Options) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	nb := New()
	for _, c := range cells {
		nb.Add(Code, c)
	}
	return nb, Options{Kernel: []string{self, connectionFile}, Dir: t.TempDir(), Env: []string{fakeEnv + "=" + mode, t.Name() + "=1"}, Start: 30 * time.Second}
}
