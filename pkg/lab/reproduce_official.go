// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/reproduce"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// verify compares the released models that rows name with the port, where their weights and the port's answers are in
// the cache. A model that is not there is no error: the rows say what was not attempted.
func (p *Reproduced) verify(ctx context.Context) error {
	found := map[string]*reproduce.Official{}
	for i, table := range p.tables {
		for _, row := range table.Rows {
			name := row.Official
			if name == "" {
				continue
			}
			if _, done := found[name]; !done {
				o, err := verifyOfficial(ctx, name)
				if err != nil {
					return err
				}
				found[name] = o
			}
			if found[name] != nil {
				p.Pages[i].PutOfficial(*found[name])
			}
		}
	}
	return nil
}

// verifyOfficial is nil where the files are not there.
func verifyOfficial(ctx context.Context, name string) (*reproduce.Official, error) {
	dir, err := ReleasedFolder(name)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc([]string{published.ConfigFile, published.ModelFile, published.AnswersFile}, func(file string) bool {
		_, err := os.Stat(filepath.Join(dir, file))
		return err != nil
	}) {
		return nil, nil
	}
	say("%s: comparing the official weights with the port\n", name)
	report, err := VerifyFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	commit, _ := runs.Source(ctx, ".")
	return &reproduce.Official{Model: name, Parameters: report.Parameters, Comparisons: len(report.Tensors), Bad: len(report.Bad()), Commit: commit,
		Machine: reproduce.Machine(machine(b)), Date: time.Now().UTC().Truncate(time.Second)}, nil
}
