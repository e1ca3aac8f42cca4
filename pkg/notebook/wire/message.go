// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// delimiter parts the routing identities from the message proper.
const delimiter = "<IDS|MSG>"

// ErrSignature says that a message was not signed with the key of the connection.
var ErrSignature = errors.New("the message is not signed with the key of this kernel")

// Header is the part of a message header that is read here.
type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// Message is one message. The four JSON parts are kept as they came, so that fields unknown here survive being passed on.
type Message struct {
	Identities [][]byte // the route back, or the topic on the iopub channel

	RawHeader, RawParent, Metadata, Content json.RawMessage
	Buffers                                 [][]byte

	Header, Parent Header // what RawHeader and RawParent say
}

// New makes a message of a type with a fresh identifier. The parent is the raw header of the message it answers, or nil.
func New(kind, session string, parent json.RawMessage, content any) (*Message, error) {
	h := Header{
		ID: NewID(), Session: session, Username: "perceiver", Type: kind, Version: "5.3",
		Date: time.Now().UTC().Format(time.RFC3339Nano),
	}
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("header of a %s: %w", kind, err)
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("content of a %s: %w", kind, err)
	}
	m := &Message{RawHeader: raw, RawParent: parent, Metadata: json.RawMessage("{}"), Content: body, Header: h}
	if parent == nil {
		m.RawParent = json.RawMessage("{}")
	} else if err := json.Unmarshal(parent, &m.Parent); err != nil {
		return nil, fmt.Errorf("parent of a %s: %w", kind, err)
	}
	return m, nil
}

// NewID returns a random identifier of 32 hexadecimal digits, fit for sessions, messages and keys.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Parse reads a message from its frames and checks the signature against the key; an empty key means unsigned messages.
// The message keeps the frames.
func Parse(frames [][]byte, key []byte) (*Message, error) {
	at := -1
	for i, f := range frames {
		if string(f) == delimiter {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("a message of %d frames has no %s frame", len(frames), delimiter)
	}
	if len(frames) < at+6 {
		return nil, fmt.Errorf("a message has %d frames after %s, and 5 are needed", len(frames)-at-1, delimiter)
	}
	parts := frames[at+2 : at+6]
	if len(key) > 0 {
		given, err := hex.DecodeString(string(frames[at+1]))
		if err != nil || !hmac.Equal(given, sum(key, parts)) {
			return nil, ErrSignature
		}
	}
	m := &Message{
		Identities: frames[:at:at],
		RawHeader:  parts[0], RawParent: parts[1], Metadata: parts[2], Content: parts[3],
		Buffers: frames[at+6:],
	}
	if err := json.Unmarshal(m.RawHeader, &m.Header); err != nil {
		return nil, fmt.Errorf("the header of a message: %w", err)
	}
	if m.Header.Type == "" || m.Header.ID == "" {
		return nil, errors.New("the header of a message lacks msg_type or msg_id")
	}
	if err := json.Unmarshal(m.RawParent, &m.Parent); err != nil {
		return nil, fmt.Errorf("the parent header of a %s: %w", m.Header.Type, err)
	}
	for i, p := range parts[2:] {
		if t := bytes.TrimSpace(p); len(t) == 0 || t[0] != '{' || !json.Valid(p) {
			return nil, fmt.Errorf("the %s of a %s is not a JSON object", [...]string{"metadata", "content"}[i], m.Header.Type)
		}
	}
	return m, nil
}

// Frames writes the message as frames, signed with the key.
func (m *Message) Frames(key []byte) [][]byte {
	parts := [][]byte{m.RawHeader, m.RawParent, m.Metadata, m.Content}
	signature := []byte{}
	if len(key) > 0 {
		signature = []byte(hex.EncodeToString(sum(key, parts)))
	}
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, []byte(delimiter), signature)
	frames = append(frames, parts...)
	return append(frames, m.Buffers...)
}

// SetSession changes who the message is from. Other fields of the header stay as they came.
func (m *Message) SetSession(session string) error {
	var h map[string]json.RawMessage
	if err := json.Unmarshal(m.RawHeader, &h); err != nil {
		return fmt.Errorf("the header of a %s: %w", m.Header.Type, err)
	}
	name, err := json.Marshal(session)
	if err != nil {
		return err
	}
	h["session"] = name
	if m.RawHeader, err = json.Marshal(h); err != nil {
		return err
	}
	m.Header.Session = session
	return nil
}

// Decode reads the content into v.
func (m *Message) Decode(v any) error {
	if err := json.Unmarshal(m.Content, v); err != nil {
		return fmt.Errorf("the content of a %s: %w", m.Header.Type, err)
	}
	return nil
}

// Encode replaces the content by v.
func (m *Message) Encode(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("the content of a %s: %w", m.Header.Type, err)
	}
	m.Content = b
	return nil
}

func sum(key []byte, parts [][]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
