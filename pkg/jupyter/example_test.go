// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/jupyter"
)

// JupyterLab on the notebooks of a clone, until the context ends.
func Example() {
	ctx := context.Background()
	venv, err := jupyter.Install(ctx, jupyter.Lab, filepath.Join(os.TempDir(), "cache"), os.Stderr)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = jupyter.Serve(ctx, jupyter.Lab, venv, jupyter.Options{Root: ".", Open: "notebooks/01-first-perceiver.ipynb", Log: os.Stderr,
		Started: func(page string) { jupyter.OpenBrowser(page) }})
	fmt.Println(err)
}
