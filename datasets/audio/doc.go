// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package audio reads, writes, makes and describes sound.
//
//	wav.go             WAV files with samples from -1 to 1
//	open.go            any file of sound, through the program ffmpeg where it is no WAV file
//	level.go           how loud a sound is, and whether it was cut off at full scale
//	resample.go        another number of samples in a second
//	stft.go, mel.go    power over time and frequency, and the same by the ear's scale, in decibels
//	source.go, set.go  sounds with classes, some to train on and some held out
//	tones.go, voice.go generated sounds, whose class is to be heard
//	fsdd.go, esc10.go  spoken digits, and sounds of the world, with their official splits
//	labelled.go        a folder of your own with a list of its sounds and their classes
//	cache.go           compressed files, decoded once
package audio
