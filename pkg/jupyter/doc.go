// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package jupyter opens JupyterLab on the notebooks of this module, and tells programs that are started elsewhere, such
// as VS Code, where its kernel is. It knows no other package of the module.
//
//	venv, err := jupyter.Install(ctx, jupyter.Lab, cache, os.Stderr)
//	err = jupyter.Serve(ctx, jupyter.Lab, venv, jupyter.Options{Root: root, Log: os.Stderr})
//
// JupyterLab is a Python program, and so is the plain Jupyter Notebook. Each is installed into a virtual environment of its own in the user's cache, so that
// nothing on the machine is changed, and always in the same version. Notebooks need it for the browser only: package
// notebook runs them without.
package jupyter
