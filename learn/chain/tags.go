package chain

import (
	"cmp"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// tags is how spans are written as one tag a unit. Outside is tag 0. With ends,
// label k has begin, inside, end and single (BIOES); without, begin and inside
// (BIO).
type tags struct {
	labels int
	ends   bool
}

const outside = 0

func (s tags) per() int {
	if s.ends {
		return 4
	}
	return 2
}

func (s tags) n() int      { return 1 + s.per()*s.labels }
func (s tags) stride() int { return kernel.Pad(s.n()) }

// Parts of a span.
const (
	begin = iota
	inside
	last
	single
)

func (s tags) tag(label, part int) int { return 1 + s.per()*label + part }

// part tells the label and the part of a tag that is not outside.
func (s tags) part(tag int) (label, part int) { return (tag - 1) / s.per(), (tag - 1) % s.per() }

// opens tells whether a unit with this tag needs none of its span before it.
func (s tags) opens(tag int) bool {
	if tag == outside {
		return true
	}
	_, part := s.part(tag)
	return part == begin || part == single
}

// closes tells whether a text may end after tag, and something else begin.
func (s tags) closes(tag int) bool {
	if tag == outside || !s.ends {
		return true
	}
	_, part := s.part(tag)
	return part == last || part == single
}

// follows tells whether tag b may come after tag a.
func (s tags) follows(a, b int) bool {
	if s.opens(b) {
		return s.closes(a)
	}
	if a == outside {
		return false
	}
	la, pa := s.part(a)
	lb, _ := s.part(b)
	return la == lb && (pa == begin || pa == inside)
}

// write gives the tags of n units; spans do not overlap.
func (s tags) write(n int, spans []piece) []uint8 {
	out := make([]uint8, n)
	for _, p := range spans {
		for t := p.from; t < p.to; t++ {
			part := inside
			switch {
			case t == p.from && s.ends && p.to == p.from+1:
				part = single
			case t == p.from:
				part = begin
			case t == p.to-1 && s.ends:
				part = last
			}
			out[t] = uint8(s.tag(p.label, part))
		}
	}
	return out
}

// read gives the spans that tags stand for.
func (s tags) read(seq []uint8) (spans []piece) {
	for t := 0; t < len(seq); t++ {
		if seq[t] == outside {
			continue
		}
		label, _ := s.part(int(seq[t]))
		from := t
		for t+1 < len(seq) && !s.opens(int(seq[t+1])) {
			t++
		}
		spans = append(spans, piece{from, t + 1, label})
	}
	return spans
}

// piece is a span in units, [from,to).
type piece struct{ from, to, label int }

// layers parts spans so that none in a layer overlap: what lies outside comes
// first, what lies in it after. Spans beyond the last layer are left out.
func layers(pieces []piece, most int) [][]piece {
	slices.SortStableFunc(pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.from, b.from))
	})
	pieces = slices.Compact(pieces)
	var out [][]piece
next:
	for _, p := range pieces {
		for i := range out {
			if !slices.ContainsFunc(out[i], func(q piece) bool { return p.from < q.to && q.from < p.to }) {
				out[i] = append(out[i], p)
				continue next
			}
		}
		if len(out) < most {
			out = append(out, []piece{p})
		}
	}
	for _, l := range out {
		slices.SortFunc(l, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	}
	return out
}

// mostLabels keeps a tag within a byte.
const mostLabels = 63

// found turns a piece into a span of code points.
func (p piece) found(units []unit) learn.Span {
	return learn.Span{Start: int(units[p.from].from), End: int(units[p.to-1].to), Label: p.label}
}
