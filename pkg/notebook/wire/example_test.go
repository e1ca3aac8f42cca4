// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// A message is signed on one side and checked on the other.
func Example() {
	key := []byte("the key in the connection file")
	m, _ := wire.New("execute_request", wire.NewID(), nil, map[string]any{"code": "1 + 1"})
	got, err := wire.Parse(m.Frames(key), key)
	fmt.Println(got.Header.Type, string(got.Content), err)
	_, err = wire.Parse(m.Frames([]byte("another")), key)
	fmt.Println(err)
	// Output:
	// execute_request {"code":"1 + 1"} <nil>
	// the message is not signed with the key of this kernel
}
