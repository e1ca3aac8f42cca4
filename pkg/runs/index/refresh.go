// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// deepest is how far below the folder of run folders a run may lie: sweeps keep theirs in folders of their own.
const deepest = 4

// stamp tells whether a file has changed.
type stamp struct{ modified, size int64 }

// refresh reads the run.json files that are new or have changed and forgets those that are gone.
func (x *Index) refresh(ctx context.Context) error {
	known, err := x.stamps(ctx)
	if err != nil {
		return err
	}
	found := map[string]stamp{}
	if err := walk(ctx, x.root, "", deepest, found); err != nil {
		return err
	}
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	put, err := tx.PrepareContext(ctx, "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer put.Close()
	changed := false
	for dir, s := range found {
		if known[dir] == s {
			continue
		}
		r, err := runs.Open(filepath.Join(x.root, dir))
		if err != nil {
			delete(found, dir) // damaged, or removed in this moment: it is no run that can be listed
			continue
		}
		info, err := json.Marshal(r.Info)
		if err != nil {
			return err
		}
		i := r.Info
		if _, err := put.ExecContext(ctx, dir, s.modified, s.size, i.Experiment, i.Profile, i.Status, i.Step, i.Created.Unix(), i.Updated.Unix(), string(info)); err != nil {
			return err
		}
		changed = true
	}
	for dir := range known {
		if _, there := found[dir]; !there {
			if _, err := tx.ExecContext(ctx, "DELETE FROM runs WHERE dir = ?", dir); err != nil {
				return err
			}
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return tx.Commit()
}

func (x *Index) stamps(ctx context.Context) (map[string]stamp, error) {
	rows, err := x.db.QueryContext(ctx, "SELECT dir, modified, size FROM runs")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]stamp{}
	for rows.Next() {
		var dir string
		var s stamp
		if err := rows.Scan(&dir, &s.modified, &s.size); err != nil {
			return nil, err
		}
		known[dir] = s
	}
	return known, rows.Err()
}

// walk finds run folders. Below one there are no others, and hidden folders and links are not followed.
func walk(ctx context.Context, root, dir string, depth int, found map[string]stamp) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Join(root, dir, runs.InfoFile)); err == nil && dir != "" {
		found[dir] = stamp{info.ModTime().UnixNano(), info.Size()}
		return nil
	}
	if depth == 0 {
		return nil
	}
	entries, err := os.ReadDir(filepath.Join(root, dir))
	if err != nil {
		if dir == "" && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil // it was removed, or is not for us to read
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			if err := walk(ctx, root, filepath.Join(dir, e.Name()), depth-1, found); err != nil {
				return err
			}
		}
	}
	return nil
}
