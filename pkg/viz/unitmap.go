// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// UnitMark is a unit on a map.
type UnitMark struct {
	X, Y   float64 // from the upper left corner, in the unit of the map's side
	Team   int     // 0 is drawn round, 1 as a square, others as diamonds, each with a rim of its colour
	Size   float64 // diameter, in the unit of the map's side; 0: a fortieth of the side
	Value  float64 // what its colour says; NaN: that of its team
	Fallen bool    // a cross
	Target int     // 1 + the place of the mark that it goes for, to which a line is drawn; 0: none
}

// UnitMap is a field seen from above.
type UnitMap struct {
	Title string
	Side  float64 // of the field, which is a square
	Units []UnitMark
}

// UnitMaps draws battle maps side by side: moments of one battle, what several models say of one moment, or where
// latents look. The colours of units go from low to high on one scale for all maps. Where low is not below high, or no
// unit has a value, units have the colours of their teams and there is no scale. Read off where on the field predictions
// are high, whether a model is right about units that stand side by side, and which units share a latent.
func UnitMaps(title, values string, low, high float64, maps ...UnitMap) *Drawing {
	const (
		most = 36
		edge = 8.
		gap  = 12.
		top  = 28.
	)
	maps = maps[:min(len(maps), most)]
	if len(maps) == 0 {
		return empty(title, "no maps")
	}
	perRow := min(len(maps), 4)
	if len(maps) > 12 {
		perRow = 6
	}
	tile := min(220, 640/float64(perRow))
	rows := (len(maps) + perRow - 1) / perRow
	key := &heatmap{Map: Map{Min: low, Max: high, Unit: clean(values)}}
	right := edge + float64(perRow)*(tile+gap) - gap
	w, barred := right+edge, low < high && anyValue(maps)
	if barred {
		w += 10 + 10 + 5 + key.widestTick() + 16
	}
	h := top + float64(rows)*(tile+16+gap) - gap + edge
	return &Drawing{vg.Length(w), vg.Length(h), func(p pen) {
		p.text(edge, 13, shorten(clean(title), bold(11), w-2*edge), bold(11), ink, left)
		for i, m := range maps {
			x, y := edge+float64(i%perRow)*(tile+gap), top+float64(i/perRow)*(tile+16+gap)
			p.text(x+tile/2, y+6, shorten(clean(m.Title), sans(8.5), tile), sans(8.5), label, center)
			m.draw(p, x, y+14, tile, key, barred)
		}
		if barred {
			key.bar(p, right+10, top+14, 10, tile, key.widestTick())
		}
	}}
}

func anyValue(maps []UnitMap) bool {
	for _, m := range maps {
		for _, u := range m.Units {
			if !math.IsNaN(u.Value) {
				return true
			}
		}
	}
	return false
}

func (m UnitMap) draw(p pen, x, y, tile float64, key *heatmap, barred bool) {
	p.box(x, y, tile, tile, mist)
	p.frame(x, y, tile, tile, 0.75, line)
	if !(m.Side > 0) {
		return
	}
	scale := tile / m.Side
	inside := func(v float64) float64 { return min(max(v*scale, 0), tile) }
	for _, u := range m.Units { // lines first, so that units lie over them
		if t := u.Target - 1; t >= 0 && t < len(m.Units) && !u.Fallen {
			o := m.Units[t]
			c := Color(u.Team)
			c.A = 0x70
			p.path(0.6, premultiplied(c), false, [2]float64{x + inside(u.X), y + inside(u.Y)}, [2]float64{x + inside(o.X), y + inside(o.Y)})
		}
	}
	for _, u := range m.Units {
		at := [2]float64{x + inside(u.X), y + inside(u.Y)}
		r := max(1.6, u.Size*scale/2)
		if u.Size <= 0 {
			r = tile / 80
		}
		if u.Fallen {
			p.path(0.7, faint, false, [2]float64{at[0] - r/2, at[1] - r/2}, [2]float64{at[0] + r/2, at[1] + r/2})
			p.path(0.7, faint, false, [2]float64{at[0] - r/2, at[1] + r/2}, [2]float64{at[0] + r/2, at[1] - r/2})
			continue
		}
		rim, fill := Color(u.Team), Color(u.Team)
		if barred && !math.IsNaN(u.Value) {
			fill = key.shade(u.Value)
		}
		p.unit(at, r, u.Team, rim)
		p.unit(at, r*0.72, u.Team, fill)
	}
}

func premultiplied(c color.RGBA) color.RGBA {
	f := func(v uint8) uint8 { return uint8(int(v) * int(c.A) / 255) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), c.A}
}

// unit fills the sign of a team.
func (p pen) unit(at [2]float64, r float64, team int, c color.Color) {
	switch team {
	case 0:
		p.rounded(at[0]-r, at[1]-r, 2*r, 2*r, r, c)
	case 1:
		p.box(at[0]-0.88*r, at[1]-0.88*r, 1.76*r, 1.76*r, c)
	default:
		p.c.FillPolygon(c, []vg.Point{p.at(at[0], at[1]-1.2*r), p.at(at[0]+1.2*r, at[1]), p.at(at[0], at[1]+1.2*r), p.at(at[0]-1.2*r, at[1])})
	}
}
