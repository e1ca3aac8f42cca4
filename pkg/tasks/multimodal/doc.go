// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package multimodal is autoencoding of videos with their sound and their class: one latent array holds all three, and
// is asked for each sample, each pixel and the class again (Perceiver IO, section 4.3).
//
//	inputs   patches of sound, patches of video and the class, made equally wide with learned vectors, one after another   [B, M, C]
//	queries  the place of a sound patch, the place of a pixel, and a learned one for the class, made equally wide           [B, O, Q]
//	outputs  16 samples for a sound patch, 3 colours for a pixel, a score for each class
//
// Modalities stand in alphabetical order everywhere: audio, image, label. With the published sizes, M is 1920 + 50,176 + 1
// and O is 1920 + 802,816 + 1. That many outputs are never computed at once: training asks for some, and a Reconstructor
// asks for some after others, from latents that were computed once.
//
// The class of a video is found by hiding it: its element is replaced by a learned vector, and what the latents know about
// it is asked for. MaskLabel does that.
package multimodal
