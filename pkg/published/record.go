// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// recorder picks, while a graph is built, the values that io.safetensors has.
type recorder struct {
	config perceiver.PublishedConfig
	want   map[string][]int // names and shapes in the file

	names  []string
	nodes  []*Node
	errors map[string]string // why a value cannot be compared

	layers, maps int // latent layers and attention maps seen so far
}

// tap is shown intermediate values by the names of this module.
func (r *recorder) tap(name string, value *Node) {
	for _, published := range r.published(name) {
		r.record(published, value)
	}
}

// published are the names in the file of a value shown to tap.
func (r *recorder) published(name string) []string {
	const encoder, latent = "perceiver.encoder.cross_attention.", "perceiver.encoder.self_attends."
	switch name {
	case "hidden_states":
		i := r.layers
		r.layers++
		// The port lists what goes into each layer, and the end of each block: the end of a block is listed twice.
		places := []string{hiddenState(i + i/r.config.Layers)}
		if i > 0 && i%r.config.Layers == 0 {
			places = append(places, hiddenState(i+i/r.config.Layers-1))
		}
		return places
	case "latents":
		return []string{"out.last_hidden_state", hiddenState(r.config.Blocks*(r.config.Layers+1) - 1)}
	case "queries":
		return []string{"dbg.decoder_query"}
	case "outputs":
		return []string{"dbg.decoder_output"}
	case encoder + "probs":
		return []string{"dbg.cross_attentions.encoder"}
	}
	if _, part, ok := strings.Cut(name, ".decoding_cross_attention."); ok {
		if part == "probs" {
			return []string{"dbg.cross_attentions.decoder"}
		}
		return []string{"dbg.decoder.cross_attention." + part}
	}
	if strings.HasPrefix(name, latent) && strings.HasSuffix(name, ".probs") {
		i := r.maps
		r.maps++
		return []string{fmt.Sprintf("dbg.attentions.%d", i)}
	}
	return []string{"dbg." + strings.TrimPrefix(name, "perceiver.")}
}

func hiddenState(i int) string { return fmt.Sprintf("dbg.hidden_states.%d", i) }

// record keeps a value if the file has it and it was not kept before: of a layer that runs several times, the first
// run is in the file.
func (r *recorder) record(name string, value *Node) {
	shape, wanted := r.want[name]
	if !wanted || slices.Contains(r.names, name) || r.errors[name] != "" {
		return
	}
	have := value.Shape()
	size := 1
	for _, d := range shape {
		size *= d
	}
	switch {
	case have.Size() == size:
		value = Reshape(value, shape...)
	case len(shape) == have.Rank()+1 && slices.Equal(shape[1:], have.Dimensions): // one array for the whole batch
		value = BroadcastPrefix(value, shape[0])
	default:
		if r.errors == nil {
			r.errors = map[string]string{}
		}
		r.errors[name] = fmt.Sprintf("it has shape %v in the file, the model gives %v", shape, have.Dimensions)
		return
	}
	r.names, r.nodes = append(r.names, name), append(r.nodes, value)
}

// outputs records what a model gave out, in order of the names, so that the same model gives the same program.
func (r *recorder) outputs(out map[string]*Node) {
	for _, name := range sortedKeys(out) {
		r.record(name, out[name])
		r.record("out64."+strings.TrimPrefix(name, "out."), out[name])
	}
}
