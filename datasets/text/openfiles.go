// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"os"
	"sync"
)

// openFiles keeps the files of a corpus open between reads, 64 at most.
type openFiles struct {
	mu    sync.Mutex
	files map[string]*openFile
}

type openFile struct {
	file  *os.File
	users int
	drop  bool // close it when the last user is done
}

const maxOpen = 64

func (o *openFiles) get(path string) (*openFile, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.files[path]; f != nil {
		f.users++
		return f, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if o.files == nil {
		o.files = map[string]*openFile{}
	}
	for name, f := range o.files {
		if len(o.files) < maxOpen {
			break
		}
		delete(o.files, name)
		if f.drop = true; f.users == 0 {
			f.file.Close()
		}
	}
	f := &openFile{file: file, users: 1}
	o.files[path] = f
	return f, nil
}

func (o *openFiles) put(f *openFile) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f.users--; f.users == 0 && f.drop {
		f.file.Close()
	}
}

func (o *openFiles) closeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, f := range o.files {
		delete(o.files, name)
		if f.drop = true; f.users == 0 {
			f.file.Close()
		}
	}
}
