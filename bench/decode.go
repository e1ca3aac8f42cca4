// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Decoding is how memory and time depend on the number of outputs that are asked for: a video with its sound is encoded
// once, and more and more of its pixels are decoded, in a process of its own each time.
type Decoding struct {
	Config  string  `json:"config"`
	Backend string  `json:"backend"`
	Params  int     `json:"params"`
	Points  []Point `json:"points"`
}

// Point is a number of outputs with what they cost.
type Point struct {
	Outputs   int     `json:"outputs"` // sound patches, pixels and the class
	FLOPs     float64 `json:"flops"`
	Seconds   float64 `json:"seconds"` // of encoding and decoding, compiled programs at hand
	PeakRSSMB int     `json:"peak_rss_mb"`
}

// decoding is the kind of measurement.
const decoding = "decoding"

// shares of the pixels that are asked for.
var shares = []int{64, 16, 4, 1}

// Decode measures a configuration of the task multimodal: S or F.
func Decode(ctx context.Context, o Options) (*Decoding, error) {
	n, err := multimodalBenchmark(o.Config)
	if err != nil {
		return nil, err
	}
	d := &Decoding{Config: o.Config, Params: perceiver.Count(n.Params())}
	patches, pixels, classes := n.Outputs()
	// The first process may have to compile, which takes memory too; then the programs are on disk.
	if _, _, err := process(ctx, o.Command, Work{Config: o.Config, Kind: decoding, Pixels: 1}); err != nil {
		return nil, err
	}
	for _, share := range shares {
		p := Point{Outputs: patches + pixels/share + classes, FLOPs: n.Cost(patches, pixels/share).Total().FLOPs}
		if o.Log != nil {
			fmt.Fprintf(o.Log, "%s: %d outputs\n", o.Config, p.Outputs)
		}
		f, _, err := process(ctx, o.Command, Work{Config: o.Config, Kind: decoding, Pixels: pixels / share})
		if err != nil {
			return nil, err
		}
		d.Backend, p.PeakRSSMB = f.Backend, f.PeakMB
		if len(f.Pass) > 0 {
			p.Seconds = f.Pass[0]
		}
		d.Points = append(d.Points, p)
	}
	return d, nil
}

func multimodalBenchmark(config string) (*multimodal.Network, error) {
	n, ok := multimodal.Benchmarks()[config]
	if !ok {
		return nil, fmt.Errorf("there is no configuration %q of task multimodal; there are S and F", config)
	}
	return n, nil
}

// decodeHere measures one point in this process.
func decodeHere(ctx context.Context, w Work) (*Found, error) {
	n, err := multimodalBenchmark(w.Config)
	if err != nil {
		return nil, err
	}
	b, err := backend.Open(ctx, backend.Options{Install: true})
	if err != nil {
		return nil, err
	}
	weights, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		return nil, err
	}
	if err := weights.Init(1); err != nil {
		return nil, err
	}
	r, err := n.NewReconstructor(b.Compute, weights)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	clip := n.Noise(1)
	if _, err := r.Begin(ctx, clip, 1); err != nil { // compiles
		return nil, err
	}
	f := &Found{Backend: b.Name, FirstStep: time.Now()}
	if _, err := r.Begin(ctx, clip, w.Pixels); err != nil {
		return nil, err
	}
	f.Pass = []float64{time.Since(f.FirstStep).Seconds()}
	f.PeakMB = train.PeakRSS()
	return f, nil
}

// Table shows the result to people.
func (d *Decoding) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "configuration %s on %s, %d weights: a video with its sound is encoded once and decoded in parts\n", d.Config, d.Backend, d.Params)
	d.rows(&b)
	return b.String()
}

func (d *Decoding) rows(w io.Writer) {
	fmt.Fprintf(w, "%10s %12s %9s %12s\n", "outputs", "GFLOP", "seconds", "peak memory")
	for _, p := range d.Points {
		fmt.Fprintf(w, "%10d %12.1f %9.2f %9d MB\n", p.Outputs, p.FLOPs/1e9, p.Seconds, p.PeakRSSMB)
	}
}
