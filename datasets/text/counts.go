// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"context"
	"fmt"
	"math"
)

// Counts are count models of bytes fitted on the training part of a corpus: how often each byte occurs, after nothing,
// after the byte before it, and after the two bytes before it.
type Counts struct {
	Bytes  int64 // that were counted
	order0 row
	order1 [256]row
	order2 map[uint16]*row
}

type row struct {
	total    uint64
	distinct int
	count    [256]uint32
}

func (r *row) add(b byte) {
	if r.count[b] == 0 {
		r.distinct++
	}
	r.count[b]++
	r.total++
}

// probability interpolates the row with what is known without its context, by the rule of Witten and Bell: a context
// with t distinct successors in n occurrences is trusted n/(n+t).
func (r *row) probability(b byte, otherwise float64) float64 {
	if r == nil || r.total == 0 {
		return otherwise
	}
	n, t := float64(r.total), float64(r.distinct)
	return (float64(r.count[b]) + t*otherwise) / (n + t)
}

// fitLimit bounds the time of Fit; count models gain little beyond it.
const fitLimit = 256 << 20

// Fit counts the training part, at most maxBytes of it; 0 means 256 MiB.
func Fit(ctx context.Context, c *Corpus, maxBytes int64) (*Counts, error) {
	if maxBytes == 0 {
		maxBytes = fitLimit
	}
	counts := &Counts{order2: map[uint16]*row{}}
	const chunk = 1 << 20
	for _, s := range c.train {
		var before [2]byte
		seen := 0
		for from := s.from; from < s.to && counts.Bytes < maxBytes; from += chunk {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			buf, err := c.read(s.file, from, int(min(chunk, s.to-from, maxBytes-counts.Bytes)))
			if err != nil {
				return nil, err
			}
			for _, b := range buf {
				counts.add(before, min(seen, 2), b)
				before[0], before[1] = before[1], b
				seen++
			}
			counts.Bytes += int64(len(buf))
		}
	}
	if counts.Bytes == 0 {
		return nil, fmt.Errorf("data %s: there is no training text to count", c.Name)
	}
	return counts, nil
}

func (c *Counts) add(before [2]byte, known int, b byte) {
	c.order0.add(b)
	if known >= 1 {
		c.order1[before[1]].add(b)
	}
	if known >= 2 {
		key := uint16(before[0])<<8 | uint16(before[1])
		r := c.order2[key]
		if r == nil {
			r = new(row)
			c.order2[key] = r
		}
		r.add(b)
	}
}

// Bits are the bits that the hidden bytes of a window cost under each model, summed over N bytes.
type Bits struct {
	Unigram, Order1, Order2 float64
	N                       int
}

// Bits scores the hidden bytes of a window. The contexts are the true bytes before, even where those are hidden from
// the language model that is compared: what it has to beat is given more than it gets on that side.
func (c *Counts) Bits(window []byte, masked []bool) Bits {
	var s Bits
	for i, b := range window {
		if !masked[i] {
			continue
		}
		p := c.order0.probability(b, 1./256)
		s.Unigram -= math.Log2(p)
		if i >= 1 {
			p = c.order1[window[i-1]].probability(b, p)
		}
		s.Order1 -= math.Log2(p)
		if i >= 2 {
			p = c.order2[uint16(window[i-2])<<8|uint16(window[i-1])].probability(b, p)
		}
		s.Order2 -= math.Log2(p)
		s.N++
	}
	return s
}
