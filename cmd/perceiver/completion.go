// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/perceiver-go/perceiver/bench"
	"github.com/perceiver-go/perceiver/datasets/catalog"
	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (completionCommand) Help() string {
	return `Examples:
  source <(perceiver completion bash)
  perceiver completion fish > ~/.config/fish/completions/perceiver.fish`
}

// The scripts ask the program itself, so that they need no change when commands do.
var completionScripts = map[string]string{
	"bash": `_perceiver() { local IFS=$'\n'; COMPREPLY=($(perceiver complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)); }
complete -o default -F _perceiver perceiver
`,
	"zsh": `#compdef perceiver
_perceiver() { local -a words_; words_=(${(f)"$(perceiver complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"}); compadd -a words_ || _files; }
compdef _perceiver perceiver
`,
	"fish": `complete -c perceiver -a '(perceiver complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

func (c *completionCommand) Run(out io.Writer) error {
	_, err := io.WriteString(out, completionScripts[c.Shell])
	return err
}

// completeCommand answers the scripts: the words that may stand where the last of Words does.
type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

func (c *completeCommand) Run(k *kong.Kong, out io.Writer) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	for _, w := range candidates(k.Model.Node, words[:len(words)-1]) {
		if strings.HasPrefix(w, words[len(words)-1]) {
			fmt.Fprintln(out, w)
		}
	}
	return nil
}

// candidates are the words that may follow those before.
func candidates(node *kong.Node, before []string) (out []string) {
	last := ""
	for _, w := range before {
		last = w
		for _, child := range node.Children {
			if child.Name == w {
				node = child
			}
		}
	}
	switch last {
	case "--profile":
		return experiment.Profiles
	case "--set", "--vary", "--variant", "--adjust":
		return settable()
	case "--match":
		return []string{"flops", "params"}
	case "--status":
		return statuses
	case "--sort":
		return []string{"updated", "created", "experiment", "step"}
	case "--format":
		return []string{"csv", "parquet", "tensorboard"}
	case "--executor":
		return []string{"local", "slurm"}
	case "--config":
		for _, task := range bench.Tasks {
			if slices.Contains(before, task) {
				return bench.Configs(task)
			}
		}
		return nil
	}
	for _, child := range node.Children {
		if !child.Hidden {
			out = append(out, child.Name)
		}
	}
	for _, flag := range node.Flags {
		out = append(out, "--"+flag.Name)
	}
	for _, arg := range node.Positional {
		switch arg.Name {
		case "experiment", "name":
			out = append(out, experiments.Names()...)
		case "tables":
			out = append(out, lab.PaperTables()...)
		case "model":
			out = append(out, published.Names()...)
		case "set":
			all, _ := catalog.All()
			for _, s := range all {
				out = append(out, s.Name)
			}
		case "run", "runs":
			folders, _ := filepath.Glob(filepath.Join(lab.Runs(), "*"))
			out = append(out, folders...)
		case "task":
			out = append(out, bench.Tasks...)
		case "shell":
			out = append(out, "bash", "zsh", "fish")
		case "files":
			notebooks, _ := filepath.Glob("notebooks/*.ipynb")
			here, _ := filepath.Glob("*.ipynb")
			out = append(append(out, notebooks...), here...)
		}
	}
	return out
}

// settable lists the keys of the first experiment, ready for a value.
func settable() (out []string) {
	x, err := lab.Load(experiments.Names()[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return nil
	}
	for _, k := range x.Keys() {
		out = append(out, k+"=")
	}
	return out
}
