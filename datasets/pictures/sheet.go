// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"fmt"
	"strconv"
)

// The picture of digits that comes with OpenCV: 50 rows of 100 digits of 20×20 pixels, five rows for each digit.
const (
	sheetCell    = 20
	sheetRows    = 50
	sheetColumns = 100
	sheetClasses = 10
)

// readSheet cuts the picture into digits. Neighbours are much alike, perhaps of one hand: so the last row of each digit is
// held out, and not digits here and there.
func readSheet(path string) (*Set, error) {
	img, err := Read(path)
	if err != nil {
		return nil, err
	}
	if b := img.Bounds(); b.Dx() != sheetColumns*sheetCell || b.Dy() != sheetRows*sheetCell {
		return nil, fmt.Errorf("it is one picture of %d×%d pixels; only the %d×%d picture of 5,000 handwritten digits is a collection by itself, others are folders", b.Dx(), b.Dy(), sheetColumns*sheetCell, sheetRows*sheetCell)
	}
	const rowsOfDigit = sheetRows / sheetClasses
	var pixels, class [2][]byte
	for row := range sheetRows {
		part := 0
		if row%rowsOfDigit == rowsOfDigit-1 {
			part = 1
		}
		for column := range sheetColumns {
			class[part] = append(class[part], byte(row/rowsOfDigit))
			for y := range sheetCell {
				for x := range sheetCell {
					pixels[part] = append(pixels[part], img.RGBAAt(column*sheetCell+x, row*sheetCell+y).G)
				}
			}
		}
	}
	s := &Set{Train: greyPictures(pixels[0], class[0], sheetCell, sheetCell), Held: greyPictures(pixels[1], class[1], sheetCell, sheetCell)}
	for i := range sheetClasses {
		s.Labels = append(s.Labels, strconv.Itoa(i))
	}
	return s, nil
}
