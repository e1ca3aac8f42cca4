// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

func open(t *testing.T, config, custom []byte) paritytest.Model {
	t.Helper()
	n, err := Published(config, custom)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSmallPublishedModels(t *testing.T) {
	for _, name := range []string{"multimodal", "multimodal_small"} {
		t.Run(name, func(t *testing.T) { paritytest.Tiny(t, name, open) })
	}
}
