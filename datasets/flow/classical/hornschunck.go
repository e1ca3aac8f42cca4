// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package classical finds movement without learning, as a baseline: the method of Horn and Schunck ("Determining
// optical flow", 1981), from coarse to fine pictures, with the second picture warped again and again by what was found so
// far (Meinhardt-Llopis, Sánchez and Kondermann, "Horn–Schunck optical flow with a multi-scale strategy", IPOL 2013).
package classical

import (
	"fmt"
	"image"

	"github.com/perceiver-go/perceiver/datasets/flow"
)

// Settings of HornSchunck. What is 0 has the value that its comment names.
type Settings struct {
	Smoothness float64 // α: how much neighbours must move alike, in grey levels; 12
	Warps      int     // times that the second picture is warped on each level; 8
	Iterations int     // of the linear system after each warp; 50
	Smallest   int     // pixels of the shorter side at which pictures are not made smaller any more; 12
}

func (s Settings) withDefaults() Settings {
	if s.Smoothness == 0 {
		s.Smoothness = 12
	}
	for _, f := range []struct {
		field *int
		value int
	}{{&s.Warps, 8}, {&s.Iterations, 50}, {&s.Smallest, 12}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return s
}

// HornSchunck finds the movement from picture a to picture b, which have one size. On each level it makes small
//
//	Σ (Ix·du + Iy·dv + It)² + α²·(|∇u|² + |∇v|²)
//
// where Ix, Iy and It are the slopes of the grey levels in the warped second picture and their difference to the first.
func HornSchunck(a, b image.Image, s Settings) (*flow.Field, error) {
	size := a.Bounds().Size()
	if size != b.Bounds().Size() || size.X < 1 || size.Y < 1 {
		return nil, fmt.Errorf("the pictures have %v and %v pixels; they must have one size", size, b.Bounds().Size())
	}
	s = s.withDefaults()
	first, second := []plane{grey(a)}, []plane{grey(b)}
	for top := first[0]; min(top.w, top.h)/2 >= s.Smallest; top = first[len(first)-1] {
		first, second = append(first, top.half()), append(second, second[len(second)-1].half())
	}
	top := first[len(first)-1]
	u, v := newPlane(top.w, top.h), newPlane(top.w, top.h)
	for level := len(first) - 1; level >= 0; level-- {
		p := first[level]
		if level < len(first)-1 {
			u, v = u.double(p.w, p.h), v.double(p.w, p.h)
		}
		for range s.Warps {
			s.refine(p, second[level], u, v)
			u, v = u.median(), v.median() // what one warp got badly wrong must not lead the next one astray
		}
	}
	f := flow.NewField(size.X, size.Y)
	for i := range u.at {
		f.UV[2*i], f.UV[2*i+1] = u.at[i], v.at[i]
	}
	return f, nil
}

// refine improves the movement (u, v) from a to b.
func (s Settings) refine(a, b, u, v plane) {
	n := len(a.at)
	ix, iy, rest := make([]float32, n), make([]float32, n), make([]float32, n) // rest + ix·u + iy·v is the difference of grey levels
	for y := range a.h {
		for x := range a.w {
			i := y*a.w + x
			px, py := float32(x)+u.at[i], float32(y)+v.at[i]
			if px < 0 || py < 0 || px > float32(a.w-1) || py > float32(a.h-1) {
				continue // comes from outside: only its neighbours know
			}
			ix[i] = (b.sample(px+0.5, py) - b.sample(px-0.5, py) + a.slope(x, y, 1, 0)) / 2
			iy[i] = (b.sample(px, py+0.5) - b.sample(px, py-0.5) + a.slope(x, y, 0, 1)) / 2
			rest[i] = b.sample(px, py) - a.at[i] - ix[i]*u.at[i] - iy[i]*v.at[i]
		}
	}
	alpha2 := float32(s.Smoothness * s.Smoothness)
	const over = 1.8 // successive over-relaxation: each step goes further than it would have to
	for range s.Iterations {
		for y := range a.h {
			u0, u1, u2 := u.rows(y)
			v0, v1, v2 := v.rows(y)
			gx, gy, gt := ix[y*a.w:(y+1)*a.w], iy[y*a.w:(y+1)*a.w], rest[y*a.w:(y+1)*a.w]
			for x := range u1 {
				left, right := max(x-1, 0), min(x+1, len(u1)-1)
				mu, mv := (u1[left]+u1[right]+u0[x]+u2[x])/4, (v1[left]+v1[right]+v0[x]+v2[x])/4
				t := (gx[x]*mu + gy[x]*mv + gt[x]) / (alpha2 + gx[x]*gx[x] + gy[x]*gy[x])
				u1[x] += over * (mu - gx[x]*t - u1[x])
				v1[x] += over * (mv - gy[x]*t - v1[x])
			}
		}
	}
}
