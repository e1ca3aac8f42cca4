// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// File is the name of the index in the folder of run folders.
const File = ".index.sqlite"

// version changes with the table; an index of another version is made anew.
const version = 1

const table = `CREATE TABLE IF NOT EXISTS runs (
	dir TEXT PRIMARY KEY, modified INTEGER, size INTEGER,
	experiment TEXT, profile TEXT, status TEXT, step INTEGER, created INTEGER, updated INTEGER, info TEXT
) WITHOUT ROWID`

// Index is an open index of the run folders below a folder.
type Index struct {
	root string
	db   *sql.DB
}

// Entry is a run folder and its run.json.
type Entry struct {
	Dir  string // the folder of run folders joined with the run's path below it
	Info runs.Info
}

// Open opens the index of the run folders below root and brings it up to date. A root that does not exist has no runs.
func Open(ctx context.Context, root string) (*Index, error) {
	x, err := open(ctx, root, filepath.Join(root, File))
	if err == nil || ctx.Err() != nil {
		return x, err
	}
	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(root, File+suffix))
	}
	if x, err = open(ctx, root, filepath.Join(root, File)); err == nil || ctx.Err() != nil {
		return x, err
	}
	return open(ctx, root, "")
}

// open uses the index in a file, or one in memory where path is "".
func open(ctx context.Context, root, path string) (*Index, error) {
	source := "file::memory:?mode=memory"
	if _, err := os.Stat(root); err == nil && path != "" {
		source = (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: "_pragma=busy_timeout(10000)&_pragma=synchronous(off)"}).String()
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // a database in memory lives in its connection
	x := &Index{root, db}
	if err = x.prepare(ctx); err == nil {
		err = x.refresh(ctx)
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("index of %s: %w", root, err)
	}
	return x, nil
}

var errVersion = errors.New("it is of another version")

func (x *Index) prepare(ctx context.Context) error {
	var found int
	if err := x.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return err
	}
	if found != 0 && found != version {
		return errVersion
	}
	if _, err := x.db.ExecContext(ctx, table); err != nil {
		return err
	}
	_, err := x.db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}

// Close closes the index.
func (x *Index) Close() error { return x.db.Close() }

// Filter says which runs to list, and in which order.
type Filter struct {
	Experiment string // exact, or all below it where it ends in "/"; "": any
	Profile    string // "": any
	Status     string // as runs.State gives it; "": any
	Sort       string // "updated" (the default), "created", "experiment", "step", or the name of a metric
	Reverse    bool   // dates and steps come highest first and all else lowest first, or the other way round
	Limit      int    // 0: all
}

// orders are the orders by name; those that are not listed are names of metrics.
var orders = map[string]string{"updated": "updated DESC", "created": "created DESC", "experiment": "experiment ASC", "step": "step DESC"}
var reversed = map[string]string{"updated": "updated ASC", "created": "created ASC", "experiment": "experiment DESC", "step": "step ASC"}

// List finds runs. Those without the metric that is sorted by come last.
func (x *Index) List(ctx context.Context, f Filter) ([]Entry, error) {
	query, args := "SELECT dir, info FROM runs WHERE 1", []any(nil)
	where := func(condition string, value any) { query, args = query+" AND "+condition, append(args, value) }
	switch n := len(f.Experiment); {
	case n > 0 && f.Experiment[n-1] == '/':
		where("substr(experiment, 1, "+fmt.Sprint(n)+") = ?", f.Experiment)
	case n > 0:
		where("experiment = ?", f.Experiment)
	}
	if f.Profile != "" {
		where("profile = ?", f.Profile)
	}
	wanted := f.Status
	if wanted == runs.Killed {
		wanted = runs.Running
	}
	if f.Status != "" {
		where("status = ?", wanted)
	}
	if f.Sort == "" {
		f.Sort = "updated"
	}
	order, direction := orders[f.Sort], ""
	if f.Reverse {
		order, direction = reversed[f.Sort], " DESC"
	}
	if order == "" {
		order = "json_extract(info, ?)" + direction + " NULLS LAST"
		name, err := json.Marshal(f.Sort)
		if err != nil {
			return nil, err
		}
		args = append(args, "$.metrics."+string(name))
	}
	rows, err := x.db.QueryContext(ctx, query+" ORDER BY "+order+", dir ASC", args...)
	if err != nil {
		return nil, fmt.Errorf("index of %s: %w", x.root, err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() && (f.Limit <= 0 || len(out) < f.Limit) {
		var dir, info string
		if err := rows.Scan(&dir, &info); err != nil {
			return nil, err
		}
		e := Entry{Dir: filepath.Join(x.root, dir)}
		if err := json.Unmarshal([]byte(info), &e.Info); err != nil {
			return nil, fmt.Errorf("index of %s: %s: %w", x.root, dir, err)
		}
		e.Info.Status = runs.State(e.Dir, e.Info) // a process may have died since, without a trace in run.json
		if f.Status == "" || f.Status == e.Info.Status {
			out = append(out, e)
		}
	}
	return out, rows.Err()
}
