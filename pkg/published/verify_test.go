// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
)

// parity is the folder with models and answers of the published port, beside the repository.
const parity = "../../../shared/parity"

func fixtures(t *testing.T, path ...string) string {
	t.Helper()
	if _, err := os.Stat(parity); err != nil {
		t.Skip("the parity fixtures are not beside this checkout, in ../shared/parity")
	}
	return filepath.Join(append([]string{parity}, path...)...)
}

// Every tensor of every small model, on both backends.
func TestVerifySmallModels(t *testing.T) {
	folders, err := filepath.Glob(fixtures(t, "tiny", "*", "config.json"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("there are no models: %v", err)
	}
	for _, path := range folders {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			backendtest.Each(t, func(t *testing.T, b compute.Backend) {
				r, err := Verify(t.Context(), b, dir)
				if err != nil {
					t.Fatal(err)
				}
				if !r.OK || len(r.Skipped) > 0 {
					t.Error(r.Text())
				}
			})
		})
	}
}
