// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package detach lets a program leave a part of itself behind: a function that goes on after the program, its terminal
// or its notebook have ended, and that can be asked how it is.
//
//	err := detach.Start("runs/.detached/long", func(ctx context.Context) error { return train(ctx) })
//	state, err := detach.Ask("runs/.detached/long", detach.Stop)
//
// Start copies the running program into the folder, and starts the copy with the same arguments, in a session of its
// own. The copy runs as the program did, until it comes to the same call of Start: there it runs the function, and ends.
// What stands before the call is therefore done twice, so the call should stand first. In the cell of a notebook, which
// is a program of its own, this is easily had.
//
// The folder holds the program, its log, state.json, and the name of a Unix socket on which it answers. The package
// knows no other package of the module.
//
//	detach.go   Start: the two sides of it
//	ask.go      Ask, and what is answered
//	env.go      the environment of the copy
package detach
