// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

type weightsCommand struct {
	Models  weightsModelsCommand  `cmd:"" help:"List the published models, or show one with all its keys."`
	Inspect weightsInspectCommand `cmd:"" help:"List the tensors of a safetensors file."`
	Verify  weightsVerifyCommand  `cmd:"" help:"Compare a published model with the port's numbers, tensor by tensor."`
	Convert weightsConvertCommand `cmd:"" help:"Write a run in the layout of the published port, or make a run of such a folder."`
	Answer  weightsAnswerCommand  `cmd:"" help:"Write what a model answers to made-up inputs, for another program to compare with."`
	Get     weightsGetCommand     `cmd:"" help:"Fetch the released weights of a published model."`
}

type weightsInspectCommand struct {
	File string `arg:"" help:"File, for example model.safetensors."`
	JSON bool   `help:"Print the list as JSON."`
}

func (weightsInspectCommand) Help() string {
	return `Running statistics and counters are listed, and not counted as parameters.

Examples:
  perceiver weights inspect model.safetensors
  perceiver weights inspect runs/books/checkpoints/step-001200/model.safetensors --json`
}

// inspected is the JSON of weights inspect.
type inspected struct {
	Tensors    []inspectedTensor `json:"tensors"`
	Parameters int               `json:"parameters"`
}

type inspectedTensor struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}

func (c *weightsInspectCommand) Run(out io.Writer) error {
	f, err := weights.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	list := inspected{Tensors: []inspectedTensor{}, Parameters: published.CountTensors(f)}
	for _, t := range f.Tensors() {
		list.Tensors = append(list.Tensors, inspectedTensor{t.Name, t.DType, append([]int{}, t.Shape...)})
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(list)
	}
	for _, t := range list.Tensors {
		fmt.Fprintf(out, "%-90s %-5s %v\n", t.Name, t.DType, t.Shape)
	}
	fmt.Fprintf(out, "%d tensors, %d parameters\n", len(list.Tensors), list.Parameters)
	return nil
}

type weightsVerifyCommand struct {
	Dir     string `arg:"" optional:"" help:"Folder with config.json, model.safetensors and io.safetensors."`
	Formula string `help:"A published model in full size, with weights that a formula makes; nothing is downloaded." placeholder:"NAME"`
	JSON    bool   `help:"Print the comparison as JSON."`
}

func (weightsVerifyCommand) Help() string {
	return `The weights must fit the model of config.json exactly: a tensor that is missing, left over, of another shape or full of NaN is named.
Then the model runs on the inputs of io.safetensors (in.*), and everything else in the file is compared. The exit code is 1 if anything is out.

The models for --formula are ` + strings.Join(published.Names(), ", ") + `.
They take up to a minute and 10 GB of memory on XLA.

Examples:
  perceiver weights verify my-model
  perceiver weights verify --formula image_conv --json`
}

func (c *weightsVerifyCommand) Run(ctx context.Context, out io.Writer) error {
	if (c.Dir == "") == (c.Formula == "") {
		return &usageError{"give either a folder or --formula NAME; see \"perceiver weights verify --help\""}
	}
	if c.Formula != "" {
		if _, err := published.Canonical(c.Formula); err != nil {
			return &usageError{"--formula: " + err.Error()}
		}
	}
	verify := func() (*published.Report, error) { return lab.VerifyFolder(ctx, c.Dir) }
	if c.Formula != "" {
		verify = func() (*published.Report, error) { return lab.VerifyFormula(ctx, c.Formula) }
	}
	r, err := verify()
	var mismatch *published.MismatchError
	if c.JSON && errors.As(err, &mismatch) {
		r = &published.Report{Error: err.Error()}
	} else if err != nil {
		return err
	}
	if c.JSON {
		if encodeErr := json.NewEncoder(out).Encode(r); encodeErr != nil || err != nil {
			return errors.Join(err, encodeErr)
		}
	} else {
		fmt.Fprint(out, r.Text())
	}
	if !r.OK {
		return &quietError{failed}
	}
	return nil
}

type weightsConvertCommand struct {
	From string `arg:"" help:"Run folder, or folder of the published port."`
	To   string `arg:"" help:"New folder."`
	JSON bool   `help:"Print what was made as JSON."`
}

func (weightsConvertCommand) Help() string {
	return `A run becomes a folder with config.json and model.safetensors that the Python package transformers loads with from_pretrained, where
its model is one that transformers has. A folder of the published masked language model becomes a run that can be asked, scored and trained on.

Examples:
  perceiver weights convert runs/books books-model
  perceiver weights convert language-perceiver runs/published
  perceiver predict runs/published "This is an incomplete sentence where some words are ________."`
}

func (c *weightsConvertCommand) Run(ctx context.Context, out io.Writer) error {
	made, err := lab.Convert(ctx, c.From, c.To)
	if err != nil {
		return err
	}
	if made.Note != "" {
		fmt.Fprintf(os.Stderr, "perceiver: there is no config.json, because transformers cannot hold this model: %s\n", made.Note)
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(made)
	}
	fmt.Fprintf(out, "%s: %d parameters\n", made.To, made.Parameters)
	return nil
}

type weightsGetCommand struct {
	Name     string `arg:"" name:"model" help:"A published model, for example language."`
	Revision string `help:"Another branch, tag or commit than the one that is known." placeholder:"REV"`
	SHA256   string `name:"sha256" help:"Digest that the weights must have, as the page of the file shows it." placeholder:"HEX"`
	Out      string `help:"Folder; default: in the user's cache (PERCEIVER_CACHE_DIR moves it)." placeholder:"DIR"`
}

func (weightsGetCommand) Help() string {
	return `The models are ` + strings.Join(published.Names(), ", ") + `.
A download that was cut short goes on where it stopped. The weights are taken only if they are exactly those of the model, and have the digest where one is known.
Without a network the command says what to fetch, and where to put it.

Examples:
  perceiver weights get language
  perceiver predict language "This is an incomplete sentence where some words are________."`
}

func (c *weightsGetCommand) Run(ctx context.Context, out io.Writer) error {
	s, err := published.Find(c.Name)
	if err != nil {
		return &usageError{err.Error()}
	}
	name, err := published.Canonical(c.Name)
	if err != nil {
		return &usageError{err.Error()}
	}
	if c.Revision != "" {
		s.Revision, s.SHA256 = c.Revision, ""
	}
	if c.SHA256 != "" {
		s.SHA256 = strings.ToLower(c.SHA256)
	}
	dir := c.Out
	if dir == "" {
		if dir, err = lab.ReleasedFolder(name); err != nil {
			return err
		}
	}
	if err := published.Get(ctx, http.DefaultClient, s, dir, os.Stderr); err != nil {
		return err
	}
	fmt.Fprintln(out, dir)
	return nil
}
