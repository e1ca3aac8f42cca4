// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package backend

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "hook.h"

PJRT_Error* perceiverCompile(PJRT_Client_Compile_Args* args);
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// xlaBuilt says that this binary can run XLA.
const xlaBuilt = true

// hooked is the XLA of this process: one plugin, whose function to compile asks the disk first. XLA reads its flags once,
// so that neither they nor the cache can change after the first Open.
type hooked struct {
	path       string
	api        *C.PJRT_Api // the plugin's own table
	minor      int
	store      *store
	why        string // why there is no store
	identity   identity
	longRun    bool
	aliasBytes atomic.Int64 // of the last program that may write over its arguments
}

var (
	hookMu  sync.Mutex
	current atomic.Pointer[hooked]
)

// hookName is the name under which the changed table is registered with go-xla. It is an absolute path, though there is
// no such file, because go-xla takes such a name as it is: for any other it first opens every plugin that it can find,
// and one broken file among them ends the process. And it contains "cpu", by which go-xla knows that host memory can be
// shared.
const hookName = "/perceiver-go/cpu"

// openXLA opens XLA for the CPU on a plugin that was tried before.
func openXLA(c Choice) (compute.Backend, *hooked, error) {
	hookMu.Lock()
	defer hookMu.Unlock()
	h := current.Load()
	if h == nil {
		var err error
		if h, err = loadHooked(c); err != nil {
			return nil, nil, err
		}
		current.Store(h)
	}
	if h.path != c.Plugin {
		return nil, nil, fmt.Errorf("this process runs the XLA plugin %s already, and a second one (%s) cannot be loaded beside it", h.path, c.Plugin)
	}
	xla.EnableAutoInstall(false)
	b, err := xla.New(hookName + c.options)
	if err != nil {
		return nil, nil, fmt.Errorf("XLA does not start on the plugin %s (%w): %s", c.Plugin, err, mendPlugin)
	}
	return b, h, nil
}

func loadHooked(c Choice) (*hooked, error) {
	h := &hooked{path: c.Plugin, longRun: c.run.longRun, identity: identity{plugin: c.hash, flags: c.run.flagsText, processor: processor()}}
	var err error
	if h.store, h.why, err = c.run.open(os.Getenv); err != nil {
		return nil, err
	}
	if err := c.run.apply(); err != nil {
		return nil, err
	}
	api, err := load(c.Plugin)
	if err != nil {
		return nil, fmt.Errorf("the XLA plugin %s cannot be loaded (%w): %s", c.Plugin, err, mendPlugin)
	}
	h.api, h.minor = api, int(api.pjrt_api_version.minor_version)
	table := C.hook_wrap(api)
	if table == nil {
		return nil, errors.New("there is no memory to load XLA")
	}
	// The hook must be in place before go-xla can compile anything.
	current.Store(h)
	if err := pjrt.RegisterPreloadedPlugin(hookName, uintptr(unsafe.Pointer(table))); err != nil {
		current.Store(nil)
		return nil, fmt.Errorf("the XLA plugin %s does not start (%w): %s", c.Plugin, err, mendPlugin)
	}
	return h, nil
}

// load opens the shared library and gives its table of functions.
func load(path string) (*C.PJRT_Api, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var message *C.char
	api := C.hook_load(name, &message)
	if api == nil {
		defer C.free(unsafe.Pointer(message))
		return nil, errors.New(C.GoString(message))
	}
	return api, nil
}

// perceiverCompile stands in the plugin's table in place of its own function. A program that is on disk is loaded; else
// it is compiled and written. Whatever goes wrong with the disk, the program is compiled.
//
//export perceiverCompile
func perceiverCompile(args *C.PJRT_Client_Compile_Args) *C.PJRT_Error {
	h := current.Load()
	program := unsafe.Slice((*byte)(unsafe.Pointer(args.program.code)), int(args.program.code_size))
	donor := donates(program)
	if donor {
		program = withDonors(program)
	}
	key := ""
	if h.store != nil {
		format := C.GoStringN(args.program.format, C.int(args.program.format_size))
		options := C.GoBytes(unsafe.Pointer(args.compile_options), C.int(args.compile_options_size))
		key = h.identity.key(options, format, program)
		if saved := h.store.load(key); saved != nil {
			if loaded := h.deserialize(args.client, saved); loaded != nil {
				args.executable = loaded
				h.store.hits.Add(1)
				h.note(donor, loaded)
				return nil
			}
			h.store.drop(key)
		}
		h.store.misses.Add(1)
	}
	var text unsafe.Pointer // C memory, because what C is given must not point into Go's
	if donor {
		text = C.CBytes(program)
		defer C.free(text)
	}
	if err := C.hook_compile(h.api, args, (*C.char)(text), C.size_t(len(program))); err != nil {
		return err
	}
	h.note(donor, args.executable)
	if h.store != nil {
		h.serialize(args.executable, key)
	}
	return nil
}

// noteAliases is set by a test. It costs some tens of milliseconds for each program.
var noteAliases bool

func (h *hooked) note(donor bool, program *C.PJRT_LoadedExecutable) {
	if donor && noteAliases {
		h.aliasBytes.Store(int64(C.hook_alias_bytes(h.api, program)))
	}
}

func (h *hooked) deserialize(client *C.PJRT_Client, saved []byte) *C.PJRT_LoadedExecutable {
	return C.hook_deserialize(h.api, client, unsafe.Pointer(unsafe.SliceData(saved)), C.size_t(len(saved)))
}

func (h *hooked) serialize(program *C.PJRT_LoadedExecutable, key string) {
	var s C.hook_serialized
	if C.hook_serialize(h.api, program, &s) == 0 {
		h.store.failures.Add(1)
		return
	}
	defer C.hook_serialized_free(&s)
	h.store.save(key, unsafe.Slice((*byte)(unsafe.Pointer(s.bytes)), int(s.size)))
}
