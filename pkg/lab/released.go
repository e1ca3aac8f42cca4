// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/datasets/catalog"
	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/published"
)

// Released is a model of the published port with its weights, ready to be asked: one of the six released ones, or one
// that somebody has trained further.
type Released struct {
	*published.Folder
	Weights *perceiver.Weights
}

// OpenReleased opens a folder with config.json and model.safetensors, or a released model by its name, such as
// "image-conv", where "perceiver weights get" has put it.
func OpenReleased(nameOrFolder string) (*Released, error) {
	dir, err := releasedFolder(nameOrFolder)
	if err != nil {
		return nil, err
	}
	f, err := published.Open(dir)
	if err != nil {
		return nil, err
	}
	w, err := f.Load()
	if err != nil {
		return nil, err
	}
	return &Released{f, w}, nil
}

// IsReleased says whether OpenReleased is for this argument: it is a folder of the published port, or the name of a
// released model and no folder.
func IsReleased(nameOrFolder string) bool {
	if _, err := os.Stat(nameOrFolder); err == nil {
		_, err := os.Stat(filepath.Join(nameOrFolder, published.ConfigFile))
		return err == nil
	}
	_, err := published.Canonical(nameOrFolder)
	return err == nil
}

func releasedFolder(nameOrFolder string) (string, error) {
	if _, err := os.Stat(nameOrFolder); err == nil {
		return nameOrFolder, nil
	}
	name, err := published.Canonical(nameOrFolder)
	if err != nil {
		return "", fmt.Errorf("%s is no folder, and %w", nameOrFolder, err)
	}
	dir, err := ReleasedFolder(name)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, published.ModelFile)); err != nil {
		return "", fmt.Errorf("the weights of %s are not in %s; \"perceiver weights get %s\" fetches them", name, dir, name)
	}
	return dir, nil
}

// ReleasedFolder is where the weights of a released model are kept: in the user's cache.
func ReleasedFolder(name string) (string, error) {
	name, err := published.Canonical(name)
	if err != nil {
		return "", err
	}
	cache, err := backend.Folder()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "weights", name), nil
}

// FetchedModels are the names of the released models whose weights are in the user's cache.
func FetchedModels() []string {
	fetched := []string{}
	for _, name := range published.Names() {
		dir, err := ReleasedFolder(name)
		if err != nil {
			continue // no cache folder: nothing was fetched into it
		}
		if _, err := os.Stat(filepath.Join(dir, published.ModelFile)); err == nil {
			fetched = append(fetched, name)
		}
	}
	return fetched
}

// DataFolder is the folder of data sets, each in a folder of its own: the one that PERCEIVER_DATA names, or shared/data
// beside the clone. It is "" where there is none.
func DataFolder() string { return catalog.Folder() }

// VerifyFolder compares the model of a folder with the port's answers that are in it. What does not fit is said before a
// backend is looked for.
func VerifyFolder(ctx context.Context, dir string) (*published.Report, error) {
	if err := published.Check(dir); err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	return published.Verify(ctx, b.Compute, dir)
}

// VerifyFormula compares a published model in full size with the port, with weights and inputs that a formula makes, so
// that nothing is downloaded.
func VerifyFormula(ctx context.Context, name string) (*published.Report, error) {
	if _, err := published.Canonical(name); err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	return published.VerifyFormula(ctx, b.Compute, name)
}

// WriteAnswers runs the model of a folder of the port on inputs that a formula makes, and writes both beside it, for
// another program to be compared with this one.
func WriteAnswers(ctx context.Context, dir string) error {
	b, err := Backend(ctx)
	if err != nil {
		return err
	}
	return published.WriteAnswers(ctx, b.Compute, dir)
}
