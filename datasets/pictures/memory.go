// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import "image"

// memory are pictures of one size that were read whole.
type memory struct {
	height, width int
	pixels        []byte // one picture after another: colours or grey as the function picture takes them
	class         []byte
	picture       func(values []byte, height, width int) *image.RGBA
	stride        int // bytes of a picture
}

func (m *memory) Len() int        { return len(m.class) }
func (m *memory) Class(i int) int { return int(m.class[i]) }

func (m *memory) Picture(i int) (*image.RGBA, error) {
	return m.picture(m.pixels[i*m.stride:(i+1)*m.stride], m.height, m.width), nil
}

func greyPictures(pixels, class []byte, height, width int) *memory {
	return &memory{height, width, pixels, class, fromGrey, height * width}
}

func planarPictures(pixels, class []byte, height, width int) *memory {
	planes := func(values []byte, height, width int) *image.RGBA { return fromRGB(values, height, width, true) }
	return &memory{height, width, pixels, class, planes, 3 * height * width}
}
