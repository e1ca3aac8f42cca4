// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package backend

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

// whyNoXLA is for binaries that cannot run XLA; this one can.
func whyNoXLA() string { return "" }

// tiny is a program without arguments that gives 3.
const tiny = `module @tiny {
  func.func @main() -> tensor<f32> {
    %0 = stablehlo.constant dense<1.0> : tensor<f32>
    %1 = stablehlo.constant dense<2.0> : tensor<f32>
    %2 = stablehlo.add %0, %1 : tensor<f32>
    return %2 : tensor<f32>
  }
}
`

// try loads a plugin and, where client is set, compiles and runs a tiny program on it. It runs in a child process: a
// broken plugin takes the process with it.
func try(path string, client bool) (trial, error) {
	api, err := load(path)
	if err != nil {
		return trial{}, err
	}
	t := trial{API: fmt.Sprintf("%d.%d", api.pjrt_api_version.major_version, api.pjrt_api_version.minor_version)}
	if !client {
		return t, nil
	}
	if err := pjrt.RegisterPreloadedPlugin(hookName, uintptr(unsafe.Pointer(api))); err != nil {
		return trial{}, err
	}
	plugin, err := pjrt.GetPlugin(hookName)
	if err != nil {
		return trial{}, err
	}
	c, err := plugin.NewClient(nil)
	if err != nil {
		return trial{}, err
	}
	t.Platform, t.Version, t.Devices = c.Platform(), c.PlatformVersion(), c.NumDevices()
	program, err := c.Compile().WithStableHLO([]byte(tiny)).Done()
	if err != nil {
		return trial{}, err
	}
	out, err := program.Execute().Done()
	if err != nil {
		return trial{}, err
	}
	value, err := pjrt.BufferToScalar[float32](out[0])
	if err != nil {
		return trial{}, err
	}
	if value != 3 {
		return trial{}, fmt.Errorf("it adds 1 and 2 to %v", value)
	}
	return t, nil
}

// openOther opens a plugin that is not for the CPU in go-xla's own way.
func openOther(c Choice) (compute.Backend, error) {
	xla.EnableAutoInstall(false)
	b, err := xla.New(c.Plugin + c.options)
	if err != nil {
		return nil, fmt.Errorf("XLA does not start on the plugin %s (%w): %s", c.Plugin, err, mendPlugin)
	}
	return b, nil
}

// installGoXLA runs go-xla's own installer, which asks GitHub. It has no time limit of its own: without a network it
// must not make anybody wait.
func installGoXLA() error {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.DialContext = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
		t.TLSHandshakeTimeout = 5 * time.Second
		t.ResponseHeaderTimeout = 20 * time.Second
	}
	lib, err := installer.DefaultHomeLibPath()
	if err != nil {
		return err
	}
	os.Stdout = os.Stderr // it talks on standard output
	if err := installer.CPUAutoInstall(lib+"/go-xla", true, installer.Quiet); err != nil {
		return errors.New(firstLine(err.Error()))
	}
	return nil
}
