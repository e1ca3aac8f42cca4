// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Files are clips cut out of videos that people have.
type Files struct {
	Format
	Seed uint64

	ctx     context.Context
	classes []string
	all     []entry
	train   []span
	held    []span

	mu     sync.Mutex
	kept   map[int]*Recording // read, by their place in all
	weight int                // bytes of them
}

// entry is a video of a collection.
type entry struct {
	path  string
	class int // -1: not known
}

// span is a stretch of a video in which clips may begin; to is -1 where the length is not known yet.
type span struct{ video, from, to int }

const (
	manyVideos   = 10 // from here on whole videos are held out
	heldOutOf    = 10 // one of so many, or a tenth of the length
	keptBytes    = 1 << 30
	mostVideos   = 1 << 20
	labelsFile   = "labels.txt"
	mostLabels   = 64 << 20 // bytes of it
	clipsToSplit = 3        // a single video must have so many clips, so that one can be held out
)

// OpenFiles opens a video, or a folder of videos: GIFs, folders of pictures, and files that ffmpeg reads. Read says how
// they are read. The class of a video is the name of the folder it lies in, or what the file labels.txt says, which has a
// line for each video: its name, a tab, its class. Videos that lie in the folder itself have no class without that file.
//
// Of ten videos or more, about a tenth is held out whole: which, a hash of their names decides. Of fewer, the last tenth of
// each. At most held clips are held out, spread evenly.
func OpenFiles(ctx context.Context, path string, f Format, seed uint64, held int) (*Files, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data %s: there is no such file or folder", path)
	} else if err != nil {
		return nil, fmt.Errorf("data %s: %w", path, err)
	}
	s := &Files{Format: f, Seed: seed, ctx: context.WithoutCancel(ctx), kept: map[int]*Recording{}}
	frames, err := []string(nil), error(nil)
	if info.IsDir() {
		frames, err = pictures(path)
	}
	switch {
	case err != nil:
	case !info.IsDir() || len(frames) > 0:
		s.all = []entry{{path, -1}}
	default:
		err = s.collect(path)
	}
	if err != nil {
		return nil, fmt.Errorf("data %s: %w", path, err)
	}
	if err := s.split(ctx, path, max(1, held)); err != nil {
		return nil, err
	}
	return s, nil
}

// collect lists the videos of a folder and their classes.
func (s *Files) collect(root string) error {
	var names []string // below root, with slashes
	add := func(folder string) ([]string, error) {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		var others []string
		for _, e := range entries {
			name := filepath.ToSlash(filepath.Join(folder, e.Name()))
			switch {
			case strings.HasPrefix(e.Name(), "."):
			case e.IsDir():
				frames, err := pictures(filepath.Join(root, name))
				if err != nil {
					return nil, err
				}
				if len(frames) > 0 {
					names = append(names, name)
				} else {
					others = append(others, name)
				}
			case isVideo(e.Name()):
				names = append(names, name)
			}
			if len(names) > mostVideos {
				return nil, fmt.Errorf("there are more than %d videos in it", mostVideos)
			}
		}
		return others, nil
	}
	folders, err := add("")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if _, err := add(folder); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("there are no videos in it: give GIFs, folders of pictures (PNG or JPEG), or files as %s", strings.Join(videoEndings[:6], ", "))
	}
	slices.Sort(names)
	classOf := map[string]string{}
	if file := filepath.Join(root, labelsFile); exists(file) {
		if classOf, err = readLabels(file, names); err != nil {
			return err
		}
	} else {
		for _, name := range names {
			if folder, _, below := strings.Cut(name, "/"); below {
				classOf[name] = folder
			}
		}
	}
	seen := map[string]bool{}
	for _, class := range classOf {
		if !seen[class] {
			seen[class] = true
			s.classes = append(s.classes, class)
		}
	}
	slices.Sort(s.classes)
	for _, name := range names {
		e := entry{filepath.Join(root, filepath.FromSlash(name)), -1}
		if class, known := classOf[name]; known {
			e.class, _ = slices.BinarySearch(s.classes, class)
		}
		s.all = append(s.all, e)
	}
	return nil
}

// readLabels reads the classes of videos; each must be there.
func readLabels(path string, names []string) (map[string]string, error) {
	if info, err := os.Stat(path); err != nil || info.Size() > mostLabels {
		return nil, fmt.Errorf("%s: it cannot be read, or has more than %d MB", path, mostLabels>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	classOf, err := parseLabels(string(b), names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return classOf, nil
}

func parseLabels(content string, names []string) (map[string]string, error) {
	classOf := map[string]string{}
	line := 0
	for text := range strings.Lines(content) {
		line++
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		name, class, ok := strings.Cut(text, "\t")
		name, class = filepath.ToSlash(strings.TrimSpace(name)), strings.TrimSpace(class)
		if !ok || name == "" || class == "" {
			return nil, fmt.Errorf("line %d is not the name of a video, a tab and its class", line)
		}
		if _, there := slices.BinarySearch(names, name); !there {
			return nil, fmt.Errorf("line %d names %q, and there is no such video", line, name)
		}
		if _, twice := classOf[name]; twice {
			return nil, fmt.Errorf("line %d names %q a second time", line, name)
		}
		classOf[name] = class
	}
	for _, name := range names {
		if _, ok := classOf[name]; !ok {
			return nil, fmt.Errorf("the video %q has no line; give each a class, or remove the file", name)
		}
	}
	return classOf, nil
}

// split sorts the videos, or stretches of them, into the two parts.
func (s *Files) split(ctx context.Context, root string, held int) error {
	if len(s.all) >= manyVideos {
		for i, e := range s.all {
			name, err := filepath.Rel(root, e.path)
			if err != nil {
				name = e.path
			}
			h := fnv.New64a()
			h.Write([]byte(filepath.ToSlash(name)))
			part := &s.train
			if (h.Sum64()*0x9E3779B97F4A7C15)>>32%heldOutOf == 0 {
				part = &s.held
			}
			*part = append(*part, span{i, 0, -1})
		}
		if len(s.held) == 0 { // by hash none was chosen: take the last
			s.held, s.train = s.train[len(s.train)-1:], s.train[:len(s.train)-1]
		}
	} else {
		for i := range s.all {
			r, err := s.read(ctx, i)
			if err != nil {
				return err
			}
			n := s.length(r)
			if n < clipsToSplit*s.Frames && len(s.all) == 1 {
				return fmt.Errorf("data %s: it has %d frames; at least %d are needed, so that clips of %d can be held out", root, n, clipsToSplit*s.Frames, s.Frames)
			}
			if n < clipsToSplit*s.Frames { // too short to be cut in two
				s.train = append(s.train, span{i, 0, n - s.Frames + 1})
				continue
			}
			kept := max(n/heldOutOf, s.Frames)
			s.train = append(s.train, span{i, 0, n - kept - s.Frames + 1})
			for from := n - kept; from <= n-s.Frames; from += s.Frames {
				s.held = append(s.held, span{i, from, from + 1})
			}
		}
		if len(s.held) == 0 {
			return fmt.Errorf("data %s: none of its %d videos has the %d frames that are needed to hold a clip out; give ten videos or more, or longer ones", root, len(s.all), clipsToSplit*s.Frames)
		}
	}
	if n := len(s.held); n > held {
		for i := range held {
			s.held[i] = s.held[i*n/held]
		}
		s.held = s.held[:held]
	}
	return nil
}

// read gives video i, which is kept as long as there is room.
func (s *Files) read(ctx context.Context, i int) (*Recording, error) {
	s.mu.Lock()
	r := s.kept[i]
	s.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := s.Read(ctx, s.all[i].path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	size := len(r.Video) + 4*len(r.Audio)
	if s.kept[i] == nil && size <= keptBytes {
		for other, o := range s.kept { // whichever comes first: a draw is as likely to want one as another
			if s.weight+size <= keptBytes {
				break
			}
			delete(s.kept, other)
			s.weight -= len(o.Video) + 4*len(o.Audio)
		}
		s.kept[i] = r
		s.weight += size
	}
	return r, nil
}

// clip cuts a clip out of a stretch; at, from 0 to 1, says where.
func (s *Files) clip(p span, at float64) (*Clip, error) {
	r, err := s.read(s.ctx, p.video)
	if err != nil {
		return nil, err
	}
	to := p.to
	if to < 0 {
		to = s.length(r) - s.Frames + 1
	}
	c, err := s.Cut(r, p.from+int(at*float64(to-p.from)))
	if err != nil {
		return nil, err
	}
	c.Label = s.all[p.video].class
	return c, nil
}

// Classes implements Source.
func (s *Files) Classes() []string { return s.classes }

// Videos is the number of videos.
func (s *Files) Videos() int { return len(s.all) }

// Train implements Source: a stretch of any of the videos, each of them as likely as another.
func (s *Files) Train(draw uint64) (*Clip, error) {
	r := rand.New(rand.NewPCG(s.Seed, draw))
	return s.clip(s.train[r.IntN(len(s.train))], r.Float64())
}

// HeldOuts implements Source.
func (s *Files) HeldOuts() int { return len(s.held) }

// HeldOut implements Source: of a video that is held out whole, the clip in its middle.
func (s *Files) HeldOut(i int) (*Clip, error) {
	if err := heldOut(i, len(s.held)); err != nil {
		return nil, err
	}
	return s.clip(s.held[i], 0.5)
}
