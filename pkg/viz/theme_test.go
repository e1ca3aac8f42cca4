// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func TestHuman(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{0, "", "0"}, {0, "B", "0 B"}, {7, "", "7"}, {1.5e9, "FLOP", "1.5 GFLOP"}, {201108230, "", "201 M"}, {33536, "", "33.5 k"},
		{999, "", "999"}, {999.9, "", "1 k"}, {999999, "B", "1 MB"}, {-2500, "", "−2.5 k"}, {0.1234, "s", "0.123 s"}, {1e-7, "", "1e-07"},
		{1e30, "", "1e+12 E"}, {math.Inf(1), "", "∞"}, {math.NaN(), "", "–"}, {9.999, "", "10"}, {99.96, "", "100"},
	} {
		if got := Human(c.v, c.unit); got != c.want {
			t.Errorf("Human(%g, %q) = %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

func names(ticks []plot.Tick) []string {
	var out []string
	for _, t := range ticks {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return out
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 1200, "0 200 400 600 800 1000 1200"}, {2.3, 5.7, "2.5 3.0 3.5 4.0 4.5 5.0 5.5"}, {0, 0.13, "0 0.02 0.04 0.06 0.08 0.10 0.12"},
		{0, 50000, "0 10k 20k 30k 40k 50k"}, {-1, 1, "−1.0 −0.5 0 0.5 1.0"}, {0, 2.5e6, "0 0.5M 1.0M 1.5M 2.0M 2.5M"},
		{1, 1, ""}, {math.Inf(-1), 0, ""}, {math.NaN(), 1, ""},
	} {
		if got := strings.Join(names(Ticks{}.Ticks(c.low, c.high)), " "); got != c.want {
			t.Errorf("ticks from %g to %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{1, 1000, "1 10 100 1k"}, {1, 90, "1 2 5 10 20 50"}, {2, 4, "2.0 2.5 3.0 3.5 4.0"}, {0.01, 10, "0.01 0.1 1 10"},
		{1, 1e12, "1 100 10k 1M 100M 10G 1T"}, {-1, 5, ""}, {0, 5, ""},
	} {
		if got := strings.Join(names(LogTicks{}.Ticks(c.low, c.high)), " "); got != c.want {
			t.Errorf("ticks from %g to %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
	if n := len(LogTicks{}.Ticks(1e-300, 1e300)); n > 20 {
		t.Errorf("%d ticks on a very long axis", n)
	}
}

// labOf is the Oklab lightness and colour of an sRGB colour.
func labOf(i float64) (l, a, b float64) {
	c := Shade(i)
	lin := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, bb := lin(c.R), lin(c.G), lin(c.B)
	p := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bb)
	q := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bb)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bb)
	return 0.2104542553*p + 0.7936177850*q - 0.0040720468*s, 1.9779984951*p - 2.4285922050*q + 0.4505937099*s, 0.0259040371*p + 0.7827717662*q - 0.8086757660*s
}

func TestShadesAreEven(t *testing.T) {
	before, _, _ := labOf(0)
	for i := 1; i <= 20; i++ {
		l, _, _ := labOf(float64(i) / 20)
		if d := l - before; d < 0.02 || d > 0.05 {
			t.Errorf("lightness rises by %.3f from %d/20 to %d/20, want 0.034 or so", d, i-1, i)
		}
		before = l
	}
	if Shade(-1) != Shade(0) || Shade(2) != Shade(1) || Shade(math.NaN()) != absent {
		t.Error("values outside of the scale have no colour of their own")
	}
	if Color(-1) != Color(len(palette)-1) || Color(len(palette)) != Color(0) {
		t.Error("the palette does not go round")
	}
}

func TestPNG(t *testing.T) {
	file, err := PNG(Curves("t", "x", "y", nil), 4*vg.Inch, 2*vg.Inch)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 4*DPI || s.Y != 2*DPI {
		t.Errorf("4 by 2 inches are %v pixels", s)
	}
	i := bytes.Index(file, []byte("pHYs"))
	if i < 0 || binary.BigEndian.Uint32(file[i+4:]) != 7559 {
		t.Error("the file does not say that it has 192 dpi")
	}

	d := CostBars("t", Measure{"m", "", []Bar{{"a", 1}}})
	w, h := d.Size()
	file, err = PNG(d, w/2, 10*h)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = png.Decode(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	if got, want := img.Bounds().Dx(), int(w.Dots(DPI/2)); got < want-1 || got > want+1 {
		t.Errorf("a drawing at half its width is %d pixels wide, want %d", got, want)
	}
}

func TestPNGRefuses(t *testing.T) {
	bad := plot.New()
	bad.X.Scale, bad.X.Min, bad.X.Max = plot.LogScale{}, -1, 1
	for name, f := range map[string]func() ([]byte, error){
		"nothing":     func() ([]byte, error) { return PNG(nil, 0, 0) },
		"no drawing":  func() ([]byte, error) { return PNG((*Drawing)(nil), 0, 0) },
		"huge":        func() ([]byte, error) { return PNG(plot.New(), 1e6, 1e6) },
		"negative":    func() ([]byte, error) { return PNG(plot.New(), -1, 5) },
		"not a size":  func() ([]byte, error) { return PNG(plot.New(), vg.Length(math.NaN()), 5) },
		"a log of -1": func() ([]byte, error) { return PNG(bad, 0, 0) },
	} {
		if _, err := f(); err == nil || !strings.HasPrefix(err.Error(), "picture") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestGlyphs(t *testing.T) {
	got := Glyphs([]byte("a \n\t\xc3z"), []bool{false, false, false, false, false, true})
	if want := []string{"a", Space, Newline, Tab, "c3", Masked}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
