package chain

import (
	"unicode"

	"zhuomo/learn"
)

// row is one text as features: unit t has keys[at[t]:at[t+1]].
type row struct {
	units []unit
	at    []uint32
	keys  []uint64
}

// reach is which units, counted from the unit itself, a feature looked at.
type reach struct{ from, to int8 }

// reader turns texts into rows. It is for one goroutine.
type reader struct {
	fine  bool
	lists *lists // whose values are marked; may be nil
	runes []rune
	word  []uint64 // by unit, with two edges before and after
	kind  []uint64
	trace bool // keep reaches
	reach []reach
	out   row
}

const edges = 2

// read gives the features of text; they are valid until the next read.
func (r *reader) read(text string) *row {
	r.runes = r.runes[:0]
	for _, c := range text {
		r.runes = append(r.runes, c)
	}
	o := &r.out
	o.units, o.at, o.keys, r.reach = cut(r.runes, r.fine, o.units[:0]), append(o.at[:0], 0), o.keys[:0], r.reach[:0]
	n := len(o.units)
	r.word, r.kind = r.word[:0], r.kind[:0]
	for k := range n + 2*edges {
		at := k - edges
		if at < 0 || at >= n {
			r.word, r.kind = append(r.word, 2), append(r.kind, 0)
			continue
		}
		u := o.units[at]
		r.word, r.kind = append(r.word, wordOf(r.runes[u.from:u.to])), append(r.kind, kindOf(r.runes[u.from:u.to]))
	}
	r.lists.mark(r.word[edges : edges+n])
	for t := range n {
		r.unit(t)
		r.listed(t)
		o.at = append(o.at, uint32(len(o.keys)))
	}
	return o
}

// wordOf is a unit's text as features and lists know it.
func wordOf(runes []rune) uint64 {
	h := uint64(learn.HashStart)
	for _, c := range runes {
		h = learn.Mix(h, uint64(fold(c)))
	}
	return h
}

// unit writes the features of unit t. The numbers are part of the file format.
func (r *reader) unit(t int) {
	w, k := r.word[t:t+5], r.kind[t:t+5]
	u := r.out.units[t]
	r.add(0, 0, 1)
	for i := range w {
		r.add(int8(i-2), int8(i-2), 10+uint64(i), w[i])
	}
	for i := range 4 {
		r.add(int8(i-2), int8(i-1), 20+uint64(i), w[i], w[i+1])
	}
	r.add(-1, 1, 24, w[1], w[3])
	for i := range 3 {
		r.add(int8(i-2), int8(i), 30+uint64(i), w[i], w[i+1], w[i+2])
	}
	for i := range 4 {
		r.add(int8(i-2), int8(i-1), 40+uint64(i), k[i], k[i+1])
	}
	r.add(-1, 1, 44, k[1], k[2], k[3])
	r.add(-2, 2, 45, k[0], k[1], k[2], k[3], k[4])
	if u.space {
		r.add(0, 0, 46, k[2])
	}
	if u.to-u.from < 2 && k[2] == kindWide {
		r.add(-1, 0, 47, w[1], k[3])
		r.add(0, 1, 48, k[1], w[3])
		return
	}
	// Words of letters: beginnings, ends and what the neighbours look like.
	r.add(0, 0, 50, k[2], w[2])
	r.add(-1, 0, 51, w[1], k[2])
	r.add(0, 1, 52, k[2], w[3])
	runes := r.runes[u.from:u.to]
	head, tail := uint64(learn.HashStart), uint64(learn.HashStart)
	for n := range min(len(runes), 5) {
		head = learn.Mix(head, uint64(fold(runes[n])))
		tail = learn.Mix(tail, uint64(fold(runes[len(runes)-1-n])))
		if n > 0 {
			r.add(0, 0, 60+uint64(n), head)
			r.add(0, 0, 70+uint64(n), tail)
		}
	}
	r.add(0, 0, 80, shape(runes))
}

func (r *reader) add(from, to int8, template uint64, parts ...uint64) {
	r.out.keys = append(r.out.keys, keyOf(template, parts...))
	if r.trace {
		r.reach = append(r.reach, reach{from, to})
	}
}

func keyOf(template uint64, parts ...uint64) uint64 {
	h := learn.Mix(learn.HashStart, template)
	for _, p := range parts {
		h = learn.Mix(h, p)
	}
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	return h | 1 // 0 marks an empty slot of the index
}

// below gives the features of unit t that tell the tags which the layer j has in
// the text last read; the layers after it lean on them.
func (r *reader) below(j int, tags []uint8, t int, each func(key uint64, at reach)) {
	tag := func(t int) uint64 {
		if t < 0 || t >= len(tags) {
			return 1 << 8
		}
		return uint64(tags[t])
	}
	w, layer, x := r.word[t:t+5], uint64(j), tag(t)
	each(keyOf(100, layer, x), reach{0, 0})
	each(keyOf(101, layer, tag(t-1), x), reach{-1, 0})
	each(keyOf(102, layer, x, tag(t+1)), reach{0, 1})
	each(keyOf(103, layer, x, w[2]), reach{0, 0})
	each(keyOf(104, layer, x, w[1]), reach{-1, 0})
	each(keyOf(105, layer, x, w[3]), reach{0, 1})
}

// fold writes a character in lower case and half width.
func fold(c rune) rune {
	if '！' <= c && c <= '～' {
		c -= '！' - '!'
	}
	if c < 0x80 {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	return unicode.ToLower(c)
}

func kindOf(runes []rune) uint64 {
	first := runes[0]
	switch {
	case learn.Wide(first):
		return kindWide
	case unicode.IsDigit(first):
		return kindDigits
	case !isLetter(first):
		return kindSign + uint64(first)<<8
	}
	upper := 0
	for _, c := range runes {
		if unicode.IsUpper(c) {
			upper++
		}
	}
	switch {
	case upper == 0:
		return kindLower
	case upper == len(runes) && len(runes) > 1:
		return kindUpper
	case upper == 1 && unicode.IsUpper(first):
		return kindTitle
	}
	return kindMixed
}

// shape is a word with its letters told only by case: Beijing2008 → Xxd.
func shape(runes []rune) uint64 {
	h, last := uint64(learn.HashStart), uint64(0)
	for _, c := range runes {
		kind := uint64(c)
		switch {
		case unicode.IsUpper(c):
			kind = 1
		case unicode.IsLetter(c):
			kind = 2
		case unicode.IsDigit(c):
			kind = 3
		}
		if kind != last {
			h = learn.Mix(h, kind)
		}
		last = kind
	}
	return h
}

func (r *row) clone() row {
	return row{append([]unit(nil), r.units...), append([]uint32(nil), r.at...), append([]uint64(nil), r.keys...)}
}

// index gives each feature its number: open addressing over a power of two.
type index struct {
	keys []uint64 // 0: empty
	ids  []uint32
	n    int
}

func newIndex(room int) *index {
	size := 1 << 10
	for size < 2*room {
		size *= 2
	}
	return &index{keys: make([]uint64, size), ids: make([]uint32, size)}
}

// find gives the number of key.
func (x *index) find(key uint64) (uint32, bool) {
	mask := uint64(len(x.keys) - 1)
	for i := key >> 20 & mask; ; i = (i + 1) & mask {
		switch x.keys[i] {
		case key:
			return x.ids[i], true
		case 0:
			return 0, false
		}
	}
}

// put gives the number of key, the next one if it is new.
func (x *index) put(key uint64) uint32 {
	mask := uint64(len(x.keys) - 1)
	i := key >> 20 & mask
	for ; x.keys[i] != 0; i = (i + 1) & mask {
		if x.keys[i] == key {
			return x.ids[i]
		}
	}
	if 2*(x.n+1) > len(x.keys) {
		old := *x
		*x = *newIndex(2 * old.n)
		x.n = old.n
		for at, k := range old.keys {
			if k != 0 {
				x.place(k, old.ids[at])
			}
		}
		return x.put(key)
	}
	x.keys[i], x.ids[i] = key, uint32(x.n)
	x.n++
	return uint32(x.n - 1)
}

func (x *index) place(key uint64, id uint32) {
	mask := uint64(len(x.keys) - 1)
	i := key >> 20 & mask
	for ; x.keys[i] != 0; i = (i + 1) & mask {
	}
	x.keys[i], x.ids[i] = key, id
}
