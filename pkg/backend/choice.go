// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Choice is which backend runs, and why.
type Choice struct {
	Name    string `json:"name"`              // "xla" or "go"
	Plugin  string `json:"plugin,omitempty"`  // the XLA plugin's file
	Version string `json:"version,omitempty"` // of the plugin: its interface, and what it says about itself
	Devices int    `json:"devices,omitempty"` // that a client of the plugin sees
	Reason  string `json:"reason"`            // one sentence without its full stop
	Mend    string `json:"mend,omitempty"`    // the command that gives the faster backend; "" where this is it

	options string // of the backend; for XLA with a comma before each
	hash    string // of the plugin's content
	cpu     bool   // the plugin is for the CPU
	run     run
}

// String is the line that says which backend runs and why.
func (c Choice) String() string {
	what := "XLA"
	if c.Name == "go" {
		what = "the pure Go backend, which is 10 to 40 times slower than XLA"
	}
	if c.Mend != "" {
		return fmt.Sprintf("Running on %s: %s. To get XLA: %s", what, c.Reason, c.Mend)
	}
	return fmt.Sprintf("Running on %s: %s.", what, c.Reason)
}

// Choose says which backend Open would run, and why, and opens none. It tries a plugin that was never tried, which takes
// a second, but it installs nothing, whatever the options say.
func Choose(ctx context.Context, o Options) (Choice, error) {
	o.Install = false
	return theEnvironment().choose(ctx, o)
}

// environment is what the choice depends on.
type environment struct {
	env     func(string) string
	root    string // the cache folder; "" where there is none
	whyNot  string // why this binary cannot run XLA; "" when it can
	own     func() (path string, err error)
	check   func(ctx context.Context, path string, longRun bool) (Choice, error)
	install func(ctx context.Context, log io.Writer) error
}

func theEnvironment() environment {
	root, err := Folder()
	if err != nil {
		root = ""
	}
	e := environment{env: os.Getenv, root: root, whyNot: whyNoXLA()}
	e.own = func() (string, error) { return theWheel.path(root), theWheel.verify(root) }
	e.check = func(ctx context.Context, path string, longRun bool) (Choice, error) {
		return checkPlugin(ctx, path, root, longRun, e.env)
	}
	e.install = func(ctx context.Context, log io.Writer) error {
		if root == "" {
			_, err := Folder()
			return err
		}
		return install(ctx, root, log, theWheel, goXLA)
	}
	return e
}

// checkPlugin tries a plugin as it would be run.
func checkPlugin(ctx context.Context, path, root string, longRun bool, env func(string) string) (Choice, error) {
	hash, err := fileHash(path, root)
	if err != nil {
		return Choice{}, err
	}
	r, err := planRun(longRun, hash, env)
	if err != nil {
		return Choice{}, err
	}
	t, err := tryPlugin(ctx, path, hash, r, root)
	if err != nil {
		if env("XLA_FLAGS") != "" {
			if _, e := tryPlugin(ctx, path, hash, run{noFlags: true}, root); e == nil {
				err = badFlags{fmt.Errorf("XLA_FLAGS=%s: XLA does not start with it (%w): correct or unset XLA_FLAGS", env("XLA_FLAGS"), err)}
			}
		}
		return Choice{}, err
	}
	c := Choice{Name: "xla", Plugin: path, Devices: t.Devices, hash: hash, cpu: t.Platform == "cpu" || t.Platform == "Host", run: r}
	c.Version = "PJRT " + t.API
	if t.Platform != "" {
		c.Version += ", " + t.Platform
	}
	if t.Version != "" && t.Version != t.Platform {
		c.Version += " " + firstLine(t.Version)
	}
	return c, nil
}

// badFlags is an error in XLA_FLAGS: the user's own setting, and no reason to run on something else.
type badFlags struct{ error }

func isBadFlags(err error) bool {
	var b badFlags
	return errors.As(err, &b)
}

func (e environment) choose(ctx context.Context, o Options) (Choice, error) {
	variable, from := e.env("GOMLX_BACKEND"), "GOMLX_BACKEND="+e.env("GOMLX_BACKEND")
	if variable == "" && o.Plugin != "" {
		variable, from = "xla:"+o.Plugin, "the plugin "+o.Plugin
	}
	if variable == "" {
		return e.unasked(ctx, o)
	}
	name, options, _ := strings.Cut(variable, ":")
	switch name {
	case "go":
		c := Choice{Name: "go", options: options, Reason: from + " says so"}
		if variable == "go" {
			c.Reason += " (as go:parallelism=-1, because the plain default can hang on few cores)"
		}
		return c, nil
	case "xla", "stablehlo", "hlo", "shlo", "pjrt":
		return e.asked(ctx, o, from, options)
	}
	return Choice{}, fmt.Errorf("%s: it must be go, xla, xla:cpu, xla:/path/of/plugin.so or xla:cuda; unset GOMLX_BACKEND to have the fastest one chosen", from)
}

// asked is the choice when XLA was asked for by name: it is XLA or an error.
func (e environment) asked(ctx context.Context, o Options, from, options string) (Choice, error) {
	if e.whyNot != "" {
		return Choice{}, fmt.Errorf("%s asks for XLA, but %s; or unset GOMLX_BACKEND", from, e.whyNot)
	}
	plugin, rest, _ := strings.Cut(options, ",")
	if rest != "" {
		rest = "," + rest
	}
	if plugin == "" || plugin == "cpu" {
		c, err := e.installed(ctx, o.LongRun)
		if errors.Is(err, errNone) && o.Install && e.env("PERCEIVER_NO_INSTALL") == "" {
			if err := e.install(ctx, o.Log); err != nil {
				return Choice{}, fmt.Errorf("%s asks for XLA, and none is installed: %w", from, err)
			}
			c, err = e.installed(ctx, o.LongRun)
		}
		if isBadFlags(err) {
			return Choice{}, err
		}
		if err != nil {
			return Choice{}, fmt.Errorf("%s asks for XLA, but %w: run `%s`, or unset GOMLX_BACKEND", from, err, setupCommand)
		}
		c.options, c.Reason = rest, from+" says so"
		return c, nil
	}
	path := plugin
	if strings.ContainsRune(plugin, filepath.Separator) || strings.HasSuffix(plugin, ".so") {
		abs, err := filepath.Abs(plugin)
		if err != nil {
			return Choice{}, fmt.Errorf("%s: %w", from, err)
		}
		path = abs
	} else {
		path = ""
		for _, f := range search(folders(e.env)) {
			if f.kind == plugin {
				path = f.path
				break
			}
		}
		if path == "" {
			return Choice{}, fmt.Errorf("%s: there is no XLA plugin named %q in the folders that are searched (%s): give its path, xla:/path/of/plugin.so, or unset GOMLX_BACKEND", from, plugin, strings.Join(folders(e.env), ", "))
		}
	}
	c, err := e.check(ctx, path, o.LongRun)
	if isBadFlags(err) {
		return Choice{}, err
	}
	if missing(err) {
		return Choice{}, fmt.Errorf("%s: there is no such plugin: correct the path, or %s", from, mendPlugin)
	}
	if err != nil {
		return Choice{}, fmt.Errorf("%s: the XLA plugin %s does not work (%w): %s", from, path, err, mendPlugin)
	}
	c.options, c.Reason = rest, from+" says so"
	return c, nil
}

// unasked is the choice when nothing was asked for: the fastest that works.
func (e environment) unasked(ctx context.Context, o Options) (Choice, error) {
	if e.whyNot != "" {
		why, mend, _ := strings.Cut(e.whyNot, ": ")
		return Choice{Name: "go", Reason: why, Mend: mend}, nil
	}
	c, err := e.installed(ctx, o.LongRun)
	if err == nil {
		return c, nil
	}
	if isBadFlags(err) {
		return Choice{}, err
	}
	if ctx.Err() != nil {
		return Choice{}, ctx.Err()
	}
	pure := Choice{Name: "go", Reason: err.Error(), Mend: setupCommand}
	if !o.Install || e.env("PERCEIVER_NO_INSTALL") != "" {
		return pure, nil
	}
	if before := failedLately(e.root); before != "" {
		pure.Reason += ", and installing it failed less than an hour ago (" + before + ")"
		return pure, nil
	}
	if err := e.install(ctx, o.Log); err != nil {
		if ctx.Err() != nil {
			return Choice{}, ctx.Err()
		}
		pure.Reason = err.Error()
		return pure, nil
	}
	if c, err = e.installed(ctx, o.LongRun); err != nil {
		pure.Reason = err.Error()
		return pure, nil
	}
	c.Reason += ", just now"
	return c, nil
}

var errNone = errors.New("no XLA plugin is installed")

// installed gives the first plugin for the CPU that works: ours, then those in the folders of go-xla. The error says
// what is wrong with each that is there.
func (e environment) installed(ctx context.Context, longRun bool) (Choice, error) {
	var bad []error
	own, err := e.own()
	if err == nil {
		c, err := e.check(ctx, own, longRun)
		if err == nil {
			c.Reason = "`perceiver setup` installed it"
			return c, nil
		}
		if isBadFlags(err) {
			return Choice{}, err
		}
		bad = append(bad, fmt.Errorf("the XLA plugin %s does not work (%w)", own, err))
	} else if !missing(err) {
		bad = append(bad, err)
	}
	for _, f := range search(folders(e.env)) {
		if ctx.Err() != nil {
			return Choice{}, ctx.Err()
		}
		if f.kind != "cpu" {
			continue
		}
		c, err := e.check(ctx, f.path, longRun)
		if err == nil {
			c.Reason = "the plugin " + f.path + " is installed"
			return c, nil
		}
		if isBadFlags(err) {
			return Choice{}, err
		}
		bad = append(bad, fmt.Errorf("the XLA plugin %s does not work (%w)", f.path, err))
	}
	if len(bad) == 0 {
		return Choice{}, errNone
	}
	words := make([]string, len(bad))
	for i, b := range bad {
		words[i] = b.Error()
	}
	return Choice{}, errors.New(strings.Join(words, ", and "))
}
