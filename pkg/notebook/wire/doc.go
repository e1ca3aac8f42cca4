// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package wire is the Jupyter message protocol as it goes over a socket: signed messages in frames, the connection file
// that names the sockets, and a client's end of a ZeroMQ connection.
//
// Both sides of the notebook use it: the headless runner, which talks to a kernel, and the kernel's proxy, which stands
// between a Jupyter client and GoNB.
package wire
