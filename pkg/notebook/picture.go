// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"html"
	"strings"
)

// pictureHTML is an img element with the picture inside. The value is base64, or text for SVG.
func pictureHTML(mime, value, alt string) string {
	size := ""
	if mime == "image/svg+xml" {
		value = base64.StdEncoding.EncodeToString([]byte(value))
	} else {
		value = strings.Join(strings.Fields(value), "")
	}
	if mime == "image/png" {
		if w := pngWidth(value); w > 0 {
			size = fmt.Sprintf(` width="%d"`, w)
		}
	}
	return fmt.Sprintf(`<img src="data:%s;base64,%s" alt="%s"%s>`, mime, html.EscapeString(value), html.EscapeString(alt), size)
}

// pngWidth is the width in CSS pixels, 96 to the inch, of a PNG that says how many of its own pixels go to the metre; else 0.
// A chart drawn at 192 dots per inch is then as large as it was meant, and sharp on fine screens.
func pngWidth(encoded string) int {
	b, err := base64.StdEncoding.DecodeString(encoded[:min(len(encoded), 400)/4*4])
	if err != nil || len(b) < 33 || string(b[12:16]) != "IHDR" {
		return 0
	}
	width := binary.BigEndian.Uint32(b[16:])
	for at := 33; at+21 <= len(b); { // chunks after the header: length, name, data, checksum
		n, name := binary.BigEndian.Uint32(b[at:]), string(b[at+4:at+8])
		if name == "pHYs" && n == 9 && b[at+16] == 1 {
			perMetre := binary.BigEndian.Uint32(b[at+8:])
			if css := float64(width) / float64(max(perMetre, 1)) * 96 / 0.0254; css >= 1 && css < 10_000 {
				return int(css + 0.5)
			}
			return 0
		}
		if name == "IDAT" || n > uint32(len(b)) {
			return 0
		}
		at += 12 + int(n)
	}
	return 0
}
