// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !cgo || !linux

package backend

import (
	"errors"
	"runtime"

	"github.com/gomlx/compute"
)

// xlaBuilt says that this binary cannot run XLA.
const xlaBuilt = false

// whyNoXLA is the reason, as the end of a sentence.
func whyNoXLA() string {
	if runtime.GOOS != "linux" {
		return "XLA runs on Linux only here"
	}
	return "this binary was built without cgo, which XLA needs: install a C compiler and build with CGO_ENABLED=1"
}

type hooked struct {
	store   *store
	why     string
	longRun bool
}

func openXLA(Choice) (compute.Backend, *hooked, error) { return nil, nil, errors.New(whyNoXLA()) }

func openOther(Choice) (compute.Backend, error) { return nil, errors.New(whyNoXLA()) }

func try(string, bool) (trial, error) { return trial{}, errors.New(whyNoXLA()) }

func installGoXLA() error { return errors.New(whyNoXLA()) }
