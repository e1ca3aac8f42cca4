// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

type predictCommand struct {
	Folder  string   `arg:"" name:"run" help:"Run folder, as \"perceiver train\" named it; or folder or name of a published model."`
	Input   []string `arg:"" optional:"" help:"Text with [MASK] for each hidden byte, or runs of two or more underscores; pictures; as the model wants it."`
	Labels  string   `help:"File with the name of a class on each line, in place of the names in config.json." placeholder:"FILE"`
	Top     int      `help:"Classes in the answer." default:"5"`
	Out     string   `help:"Folder for the files of the answer: a movement, frames and sound of a video; or a .flo file, for a movement alone. Default: out/predict." placeholder:"PATH"`
	Picture string   `help:"Write a movement as a picture, in colours, to this PNG file." placeholder:"FILE"`
	Video   string   `help:"Find the movement from each frame of this video to the next; needs ffmpeg. With --out FILE.mp4 the answer is a video in colours, with a folder a .flo file and a picture of each frame." placeholder:"FILE"`
	Longest float64  `help:"Movement that has the full colour in the pictures of a video, in pixels." default:"24"`
	JSON    bool     `help:"Print the answer as JSON."`
}

func (predictCommand) Help() string {
	return `A published model is a folder with config.json and model.safetensors, or the name of one that "perceiver weights get" has fetched.

Examples:
  perceiver predict RUN "the refle____ of light"
  perceiver predict RUN "every[MASK]ray" --json
  perceiver predict language "This is an incomplete sentence where some words are________."
  perceiver predict image-conv cat.jpg dog.png --labels imagenet.txt
  perceiver predict flow first.png second.png --out moved
  perceiver predict RUN first.png second.png --out flow.flo --picture flow.png
  perceiver predict RUN --video street.mp4 --out moved.mp4
  perceiver predict multimodal frames/ sound.wav --out again
  perceiver predict multimodal film.mp4 --out again`
}

func (c *predictCommand) Run(ctx context.Context, out io.Writer) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Video != "" {
		return c.film(ctx, out)
	}
	answer, err := c.ask(ctx)
	if err != nil {
		return err
	}
	paths, err := c.save(answer.Files)
	if err != nil {
		return err
	}
	if !c.JSON {
		for _, path := range paths {
			fmt.Fprintln(os.Stderr, "wrote", path)
		}
		_, err = fmt.Fprintln(out, answer.Text)
		return err
	}
	content, err := withFiles(answer.JSON, paths)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(content)
}

// check finds what does not go together.
func (c *predictCommand) check() error {
	switch {
	case c.Video == "" && len(c.Input) == 0:
		return &usageError{"there is nothing that the model is asked about; give <input>, or --video; see \"perceiver predict --help\""}
	case c.Video != "" && len(c.Input) > 0:
		return &usageError{fmt.Sprintf("--video: the frames of the video are the input; leave %s out", c.Input[0])}
	case c.Video != "" && c.Picture != "":
		return &usageError{"--picture: it is for two pictures; a video has --out, a folder or a file such as moved.mp4"}
	case c.Picture != "" && !isEnding(c.Picture, ".png"):
		return &usageError{fmt.Sprintf("--picture %s: it must end with .png", c.Picture)}
	case c.Video == "" && isEnding(c.Out, ".png"):
		return &usageError{fmt.Sprintf("--out %s: it must be a folder or a .flo file; the picture goes to --picture", c.Out)}
	case c.Video != "" && isEnding(c.Out, ".flo"):
		return &usageError{fmt.Sprintf("--out %s: a video has many movements; give a folder or a file such as moved.mp4", c.Out)}
	case !(c.Longest > 0):
		return &usageError{fmt.Sprintf("--longest %g: it must be above 0", c.Longest)}
	}
	return nil
}

func isEnding(path, end string) bool { return strings.EqualFold(filepath.Ext(path), end) }

// film asks about a video.
func (c *predictCommand) film(ctx context.Context, out io.Writer) error {
	told, err := lab.FilmFlow(ctx, c.Folder, lab.FlowVideo{Path: c.Video, Out: c.folder(), Longest: c.Longest, Told: func(frame int, mean float64) {
		fmt.Fprintf(os.Stderr, "frame %d: movement of %.2f pixels in the mean\n", frame, mean)
	}})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(told)
	}
	_, err = fmt.Fprintf(out, "%d frames of %d×%d pixels: movement of %.2f in the mean, %.2f at most; %s\n", told.Frames, told.Width, told.Height, told.Mean, told.Largest, told.Out)
	return err
}

func (c *predictCommand) folder() string { return cmp.Or(c.Out, filepath.Join("out", "predict")) }

// save writes the files of an answer and says where they are. Those that are asked for by name are the only ones.
func (c *predictCommand) save(files []tasks.File) (paths []string, err error) {
	named := map[string]string{}
	if isEnding(c.Out, ".flo") {
		named["flow.flo"] = c.Out
	}
	if c.Picture != "" {
		named["flow.png"] = c.Picture
	}
	folder := c.folder()
	if named["flow.flo"] != "" || c.Picture != "" && c.Out == "" {
		folder = ""
	}
	for _, f := range files {
		path := named[f.Name]
		if path == "" && folder != "" {
			path = filepath.Join(folder, f.Name)
		}
		if path == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, f.Content, 0o644); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	for _, path := range named {
		if !slices.Contains(paths, path) {
			return nil, fmt.Errorf("%s: the model's answer is no movement, so there is nothing to write there", path)
		}
	}
	return paths, nil
}

// withFiles adds the paths of an answer's files to its JSON, as "files".
func withFiles(answer any, paths []string) (any, error) {
	if len(paths) == 0 {
		return answer, nil
	}
	content, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if string(content) != "null" {
		if err := json.Unmarshal(content, &fields); err != nil {
			return nil, fmt.Errorf("the answer has files and is no JSON object: %w", err)
		}
	}
	fields["files"] = paths
	return fields, nil
}

func (c *predictCommand) ask(ctx context.Context) (tasks.Prediction, error) {
	if lab.IsReleased(c.Folder) {
		m, err := lab.OpenReleased(c.Folder)
		if err != nil {
			return tasks.Prediction{}, err
		}
		return m.Predict(ctx, lab.Question{Inputs: c.Input, Labels: c.Labels, Top: c.Top})
	}
	r, err := lab.OpenRun(c.Folder)
	if err != nil {
		return tasks.Prediction{}, err
	}
	return r.Predict(ctx, c.Input...)
}
