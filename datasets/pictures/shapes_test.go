// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/pictures"
)

func ExampleOpen() {
	set, err := pictures.Open("shapes", 7) // or a folder, as "cifar-10-batches-bin"
	if err != nil {
		fmt.Println(err)
		return
	}
	img, err := set.Train.Picture(3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Labels[set.Train.Class(3)], img.Bounds().Dx(), "×", img.Bounds().Dy())
	// Output: frame 32 × 32
}

func TestShapesFollowFromSeedAndNumber(t *testing.T) {
	pixels := func(p pictures.Part, i int) []byte {
		img, err := p.Picture(i)
		if err != nil {
			t.Fatal(err)
		}
		return img.Pix
	}
	a, b, other := pictures.NewShapes(1), pictures.NewShapes(1), pictures.NewShapes(2)
	if !bytes.Equal(pixels(a.Train, 5), pixels(b.Train, 5)) {
		t.Error("the same seed and number give two pictures")
	}
	for what, differs := range map[string][]byte{"another number": pixels(a.Train, 15), "another seed": pixels(other.Train, 5), "the held-out part": pixels(a.Held, 5)} {
		if bytes.Equal(pixels(a.Train, 5), differs) {
			t.Errorf("%s gives the same picture", what)
		}
	}
	if !bytes.Equal(pixels(a.Held, 5), pixels(other.Held, 5)) {
		t.Error("what is held out depends on the seed")
	}
}

// Each form covers a part of the picture that is neither nothing nor nearly all.
func TestShapesAreSeen(t *testing.T) {
	s := pictures.NewShapes(3)
	for i := range 40 {
		img, err := s.Train.Picture(i)
		if err != nil {
			t.Fatal(err)
		}
		bright := 0
		for p := 0; p < len(img.Pix); p += 4 {
			if int(img.Pix[p])+int(img.Pix[p+1])+int(img.Pix[p+2]) > 3*130 {
				bright++
			}
		}
		if bright < 10 || bright > 700 {
			t.Errorf("picture %d, a %s, has %d bright pixels of 1024", i, s.Labels[s.Train.Class(i)], bright)
		}
	}
}
