// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// openGo opens the pure Go backend with the options of GOMLX_BACKEND=go:options.
//
// Without an option it runs as many workers as it likes, "parallelism=-1". The library's own default is one worker for
// each core, and on a few cores these can all wait for work that none is left to do: the program hangs.
func openGo(options string) (compute.Backend, error) {
	workers, rest, err := parallelism(options)
	if err != nil {
		return nil, err
	}
	b, err := gobackend.New(rest)
	if err != nil {
		return nil, fmt.Errorf("GOMLX_BACKEND=go:%s: %w", options, err)
	}
	if setWorkers(b, workers) {
		return b, nil
	}
	b, err = gobackend.New(strings.Trim(fmt.Sprintf("%s,parallelism=%d", rest, workers), ","))
	if err != nil {
		return nil, fmt.Errorf("GOMLX_BACKEND=go:%s: %w", options, err)
	}
	return b, nil
}

// parallelism takes the number of workers out of the options; -1 where they name none.
func parallelism(options string) (workers int, rest string, err error) {
	workers = -1
	var others []string
	for part := range strings.SplitSeq(options, ",") {
		value, found := strings.CutPrefix(part, "parallelism=")
		if !found {
			if part != "" {
				others = append(others, part)
			}
			continue
		}
		if workers, err = strconv.Atoi(value); err != nil {
			return 0, "", fmt.Errorf("GOMLX_BACKEND=go:%s: parallelism must be a whole number; -1 is as many workers as there is work", options)
		}
	}
	return workers, strings.Join(others, ","), nil
}

// setWorkers does what the option "parallelism" does, without the line that the option prints to standard output, where
// our results go. The type is internal to the library, so that its method can be reached in this way only; where that
// fails, the caller falls back to the option.
func setWorkers(b compute.Backend, workers int) (done bool) {
	v := reflect.ValueOf(b)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return false
	}
	pool := v.Elem().FieldByName("Workers")
	if !pool.IsValid() || pool.Kind() != reflect.Pointer || pool.IsNil() {
		return false
	}
	set := pool.MethodByName("SetMaxParallelism")
	if !set.IsValid() {
		return false
	}
	f, ok := set.Interface().(func(int))
	if !ok {
		return false
	}
	f(workers)
	return true
}

// Pure opens the pure Go backend whatever GOMLX_BACKEND says. Tests compare the two by it.
func Pure() (compute.Backend, error) { return openGo("") }
