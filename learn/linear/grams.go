package linear

import (
	"unicode"
	"unicode/utf8"

	"zhuomo/learn"
)

// shape says which n-grams are taken; it follows from the parameters.
type shape struct {
	charMin, charMax int  // n-grams that begin at any other character
	hanMax           int  // n-grams from 1 on that begin at a Han, kana or hangul character
	wordMax          int  // n-grams of Latin words and numbers, from 1 on
	turns            int  // turns of history that are read
	pool             bool // all turns share one hash space
	again            bool // turns are read a second time, as if they were the text
	shift            uint // 64 - bits of a bucket
}

// Groups of n-grams, each hashed with a salt of its own so that "酒店" said now
// and "酒店" said before are different features.
const (
	groupChars = iota
	groupWords
	groupHistory // + turns back; behind those, with again, the same turns as text
)

const (
	maxTurns = 8
	// mostGroups is the room for all groups.
	mostGroups = groupHistory + 2*maxTurns
	maxRunes   = 1 << 14 // code points of a text that are read; what follows is ignored
)

// grams are the n-grams of one input, each bucket once. Slices of one grams may
// be parts of larger ones.
type grams struct {
	bucket []uint32
	count  []uint16 // how often, at most 65,535
	ends   [mostGroups]int32
	latin  float32   // share of the text's letters, digits and wide characters that are in words, 0–1
	vector []float32 // of an encoder, nil = none; not copied
}

// span is where one n-gram occurred: code points [from,to) of the text, or of
// history turn -1-turn.
type span struct {
	turn     int // -1 the text itself; else index into Input.History
	from, to int32
	bucket   uint32
}

// reader turns texts into n-grams. It is for one goroutine; its memory is
// reused from text to text.
type reader struct {
	shape
	slots  []uint64 // open addressing over the buckets of this text: stamp<<32 | bucket
	places []uint32 // of each slot's bucket in out
	stamp  uint64   // what marks a slot as taken by this text, 32 bits
	runes  []rune   // folded text with one edge mark at each end of a segment
	kinds  []kind   // of runes
	at     []int32  // code point of the source that each of runes stands for, -1 for marks
	out    grams
	kept   int // pieces before this place are not counted again

	trace bool // keep spans
	spans []span
	turn  int
}

// kind tells what pieces a character can begin.
type kind uint8

const (
	other  kind = iota
	letter      // of a Latin word or a number
	wide        // a word in itself
)

// ascii gives for each ASCII character what it is folded to and its kind.
var ascii = func() (table [utf8.RuneSelf]struct {
	to   rune
	kind kind
}) {
	for c := range table {
		table[c].to = max(rune(c), edge) // what steers is a space too
		switch {
		case 'A' <= c && c <= 'Z':
			table[c].to, table[c].kind = rune(c)+'a'-'A', letter
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			table[c].kind = letter
		}
	}
	return table
}()

func newReader(s shape) *reader {
	return &reader{shape: s, slots: make([]uint64, 1024), places: make([]uint32, 1024)}
}

// read gives the n-grams of one input. They are valid until the next read.
func (r *reader) read(in learn.Input) *grams {
	r.out.bucket, r.out.count, r.spans = r.out.bucket[:0], r.out.count[:0], r.spans[:0]
	r.turn, r.out.vector = -1, in.Vector
	if r.stamp++; r.stamp == 1<<32 { // after 2³² texts old stamps would look new
		clear(r.slots)
		r.stamp = 1
	}
	r.fold(in.Text)
	r.chars(groupChars)
	r.out.ends[groupChars] = int32(len(r.out.bucket))
	r.words()
	r.out.latin = r.latin()
	r.out.ends[groupWords] = int32(len(r.out.bucket))
	for back := range r.turns {
		if at := len(in.History) - 1 - back; at >= 0 {
			said := in.History[at]
			r.turn = at
			r.fold(said.Text)
			salt := uint64(groupHistory + back)
			if r.pool {
				salt = groupHistory
			}
			if said.Who == learn.Customer {
				salt += 1 << 16
			}
			r.chars(salt)
		}
		r.out.ends[groupHistory+back] = int32(len(r.out.bucket))
	}
	if r.again {
		r.readAgain(in)
	}
	return &r.out
}

// readAgain reads the turns before as if they were the text. A piece that the text
// has itself stays as it is.
func (r *reader) readAgain(in learn.Input) {
	r.kept = int(r.out.ends[groupWords])
	for back := range r.turns {
		if at := len(in.History) - 1 - back; at >= 0 {
			r.turn = at
			r.fold(in.History[at].Text)
			r.chars(groupChars)
			r.words()
		}
		r.out.ends[groupHistory+r.turns+back] = int32(len(r.out.bucket))
	}
	r.kept = 0
}

// groups is how many groups of pieces a text has.
func (s shape) groups() int {
	if s.again {
		return groupHistory + 2*s.turns
	}
	return groupHistory + s.turns
}

// edge marks both ends of what stands between spaces.
const edge = ' '

// fold writes text to r.runes in lower case and half width; stretches of space
// become one edge mark, and both ends have one.
func (r *reader) fold(text string) {
	runes, kinds, at := append(r.runes[:0], edge), append(r.kinds[:0], other), append(r.at[:0], -1)
	place := int32(-1)
	for _, c := range text {
		if place++; place == maxRunes {
			break
		}
		k := other
		if c < utf8.RuneSelf {
			c, k = ascii[c].to, ascii[c].kind
		} else {
			c, k = foldWide(c)
		}
		if c == edge && runes[len(runes)-1] == edge {
			continue
		}
		runes, kinds, at = append(runes, c), append(kinds, k), append(at, place)
	}
	if runes[len(runes)-1] != edge {
		runes, kinds, at = append(runes, edge), append(kinds, other), append(at, -1)
	}
	r.runes, r.kinds, r.at = runes, kinds, at
}

// foldWide folds a character beyond ASCII.
func foldWide(c rune) (rune, kind) {
	if '！' <= c && c <= '～' {
		c -= '！' - '!'
	}
	switch c = unicode.ToLower(c); {
	case c < utf8.RuneSelf:
		return ascii[c].to, ascii[c].kind
	case unicode.IsSpace(c):
		return edge, other
	case learn.Wide(c):
		return c, wide
	case unicode.IsLetter(c) || unicode.IsDigit(c):
		return c, letter
	}
	return c, other
}

// bucketOf ends the hash of model-linear.md; changing it or learn.Mix is a v2.
func (r *reader) bucketOf(h uint64) uint32 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	return uint32(h >> (r.shift & 63))
}

// charsRef is chars told plainly, and it keeps spans.
func (r *reader) charsRef(salt uint64) {
	seed := learn.Mix(learn.HashStart, salt)
	r.room(len(r.runes) * max(r.charMax, r.hanMax))
	for i := range r.runes {
		least, most := r.reach(i)
		h := seed
		for n, c := range r.runes[i:min(i+most, len(r.runes))] {
			h = learn.Mix(h, uint64(c))
			if n+1 >= least {
				r.add(h, i, i+n+1)
			}
			if c == edge && n > 0 {
				break
			}
		}
	}
}

// reach is how long n-grams may be that begin at r.runes[i].
func (r *reader) reach(i int) (least, most int) {
	switch {
	case r.kinds[i] == wide:
		return 1, r.hanMax
	case r.runes[i] == edge:
		return max(r.charMin, 2), r.charMax
	}
	return r.charMin, r.charMax
}

// chars takes the character n-grams that do not cross a space. It is add within the
// loop, with what add looks up held in registers.
func (r *reader) chars(salt uint64) {
	if r.trace {
		r.charsRef(salt)
		return
	}
	seed := learn.Mix(learn.HashStart, salt)
	r.room(len(r.runes) * max(r.charMax, r.hanMax))
	runes, slots, bucket, count := r.runes, r.slots, r.out.bucket, r.out.count
	places, mask, stamp := r.places[:len(slots)], len(slots)-1, r.stamp<<32
	for i := range runes {
		least, most := r.reach(i)
		h := seed
		for n, c := range runes[i:min(i+most, len(runes))] {
			h = learn.Mix(h, uint64(c))
			if n+1 >= least {
				b := r.bucketOf(h)
				want, j := stamp|uint64(b), int(b)&mask
				for slots[j] >= stamp && slots[j] != want {
					j = (j + 1) & mask
				}
				if slots[j] < stamp { // an older text's
					slots[j], places[j] = want, uint32(len(bucket))
					bucket, count = append(bucket, b), append(count, 1)
				} else if at := int(places[j]); at >= r.kept && count[at] < 1<<16-1 {
					count[at]++
				}
			}
			if c == edge && n > 0 {
				break
			}
		}
	}
	r.out.bucket, r.out.count = bucket, count
}

// latin is how much of the text is Latin words and numbers beside wide characters.
func (r *reader) latin() float32 {
	var of [wide + 1]int
	for _, k := range r.kinds {
		of[k]++
	}
	if of[letter] == 0 {
		return 0
	}
	return float32(of[letter]) / float32(of[letter]+of[wide])
}

// words takes the n-grams of runs of letters and digits, across spaces and
// punctuation; a Han character ends a sequence.
func (r *reader) words() {
	seed := learn.Mix(learn.HashStart, groupWords)
	r.room((len(r.runes)/2 + 1) * r.wordMax)
	var before [8]uint64 // hashes of the words before, the nearest first
	var from [8]int
	known := 0
	for i := 0; i < len(r.runes); i++ {
		if k := r.kinds[i]; k != letter {
			if k == wide {
				known = 0
			}
			continue
		}
		begin, h := i, seed
		for ; i < len(r.runes) && r.kinds[i] == letter; i++ {
			h = learn.Mix(h, uint64(r.runes[i]))
		}
		i--
		whole := h
		if r.wordMax > 0 {
			r.add(whole, begin, i+1)
		}
		for n := 2; n <= r.wordMax && n-2 < known; n++ {
			whole = learn.Mix(whole, before[n-2])
			r.add(whole, from[n-2], i+1)
		}
		copy(before[1:], before[:7])
		copy(from[1:], from[:7])
		before[0], from[0], known = h, begin, min(known+1, 7)
	}
}

// add counts one n-gram that stands at r.runes[from:to]; there is room for it.
func (r *reader) add(h uint64, from, to int) {
	b := r.bucketOf(h)
	want, place := r.stamp<<32|uint64(b), len(r.out.bucket)
	slots := r.slots
	i := int(b) & (len(slots) - 1)
	for slots[i]>>32 == r.stamp {
		if slots[i] == want {
			place = int(r.places[i])
			break
		}
		i = (i + 1) & (len(slots) - 1)
	}
	if place == len(r.out.bucket) {
		slots[i], r.places[i] = want, uint32(place)
		r.out.bucket, r.out.count = append(r.out.bucket, b), append(r.out.count, 0)
	}
	if place < r.kept {
		return
	}
	if r.out.count[place] < 1<<16-1 {
		r.out.count[place]++
	}
	if r.trace {
		r.trail(b, from, to)
	}
}

// room makes room for n more n-grams and puts this text's buckets in anew if that
// moves them.
func (r *reader) room(n int) {
	size := len(r.slots)
	for size < 2*(len(r.out.bucket)+n) {
		size *= 2
	}
	if size == len(r.slots) {
		return
	}
	r.slots, r.places = make([]uint64, size), make([]uint32, size)
	for place, b := range r.out.bucket {
		i := int(b) & (size - 1)
		for r.slots[i]>>32 == r.stamp {
			i = (i + 1) & (size - 1)
		}
		r.slots[i], r.places[i] = r.stamp<<32|uint64(b), uint32(place)
	}
}

// trail keeps where an n-gram stood in the source, edge marks left out.
func (r *reader) trail(b uint32, from, to int) {
	for from < to && r.at[from] < 0 {
		from++
	}
	for to > from && r.at[to-1] < 0 {
		to--
	}
	s := span{turn: r.turn, bucket: b}
	if from < to {
		s.from, s.to = r.at[from], r.at[to-1]+1
	}
	r.spans = append(r.spans, s)
}
