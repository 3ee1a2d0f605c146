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
	slots []slot  // open addressing over the buckets of this text
	stamp uint32  // what marks a slot as taken by this text
	runes []rune  // folded text with one edge mark at each end of a segment
	at    []int32 // code point of the source that each of runes stands for, -1 for marks
	out   grams
	kept  uint32 // pieces before this place are not counted again

	trace bool // keep spans
	spans []span
	turn  int
}

type slot struct{ stamp, bucket, place uint32 }

func newReader(s shape) *reader {
	return &reader{shape: s, slots: make([]slot, 1024)}
}

// read gives the n-grams of one input. They are valid until the next read.
func (r *reader) read(in learn.Input) *grams {
	r.out.bucket, r.out.count, r.spans = r.out.bucket[:0], r.out.count[:0], r.spans[:0]
	r.turn, r.out.vector = -1, in.Vector
	if r.stamp++; r.stamp == 0 { // after 2³² texts old stamps would look new
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
	r.kept = uint32(r.out.ends[groupWords])
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
	r.runes, r.at = append(r.runes[:0], edge), append(r.at[:0], -1)
	place := int32(-1)
	for _, c := range text {
		if place++; place == maxRunes {
			break
		}
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
		} else {
			if '！' <= c && c <= '～' {
				c -= '！' - '!'
			}
			c = unicode.ToLower(c)
		}
		if c == ' ' || c < ' ' || c > utf8.RuneSelf && unicode.IsSpace(c) {
			if r.runes[len(r.runes)-1] == edge {
				continue
			}
			c = edge
		}
		r.runes, r.at = append(r.runes, c), append(r.at, place)
	}
	if r.runes[len(r.runes)-1] != edge {
		r.runes, r.at = append(r.runes, edge), append(r.at, -1)
	}
}

// bucketOf ends the hash of model-linear.md; changing it or learn.Mix is a v2.
func (r *reader) bucketOf(h uint64) uint32 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	return uint32(h >> r.shift)
}

// chars takes the character n-grams that do not cross a space.
func (r *reader) chars(salt uint64) {
	seed := learn.Mix(learn.HashStart, salt)
	for i, first := range r.runes {
		least, most := r.charMin, r.charMax
		if learn.Wide(first) {
			least, most = 1, r.hanMax
		}
		h := seed
		for n := 1; n <= most && i+n <= len(r.runes); n++ {
			c := r.runes[i+n-1]
			h = learn.Mix(h, uint64(c))
			if n >= least && !(n == 1 && first == edge) {
				r.add(h, i, i+n)
			}
			if n > 1 && c == edge {
				break
			}
		}
	}
}

// latin is how much of the text is Latin words and numbers beside wide characters.
func (r *reader) latin() float32 {
	in, wide := 0, 0
	for _, c := range r.runes {
		if learn.Wide(c) {
			wide++
		} else if letter(c) {
			in++
		}
	}
	if in == 0 {
		return 0
	}
	return float32(in) / float32(in+wide)
}

// words takes the n-grams of runs of letters and digits, across spaces and
// punctuation; a Han character ends a sequence.
func (r *reader) words() {
	seed := learn.Mix(learn.HashStart, groupWords)
	var before [8]uint64 // hashes of the words before, the nearest first
	var from [8]int
	known := 0
	for i := 0; i < len(r.runes); i++ {
		c := r.runes[i]
		if learn.Wide(c) {
			known = 0
			continue
		}
		if !letter(c) {
			continue
		}
		begin, h := i, seed
		for ; i < len(r.runes) && letter(r.runes[i]) && !learn.Wide(r.runes[i]); i++ {
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

// add counts one n-gram that stands at r.runes[from:to].
func (r *reader) add(h uint64, from, to int) {
	b := r.bucketOf(h)
	mask := uint32(len(r.slots) - 1)
	i := (b * 0x9E3779B1 >> 8) & mask
	for ; r.slots[i].stamp == r.stamp; i = (i + 1) & mask {
		if s := r.slots[i]; s.bucket == b {
			if s.place < r.kept {
				return
			}
			if r.out.count[s.place] < 1<<16-1 {
				r.out.count[s.place]++
			}
			if r.trace {
				r.trail(b, from, to)
			}
			return
		}
	}
	if r.trace {
		r.trail(b, from, to)
	}
	r.slots[i] = slot{r.stamp, b, uint32(len(r.out.bucket))}
	r.out.bucket, r.out.count = append(r.out.bucket, b), append(r.out.count, 1)
	if 2*len(r.out.bucket) > len(r.slots) {
		r.grow()
	}
}

// grow doubles the slots and puts this text's buckets back in.
func (r *reader) grow() {
	r.slots = make([]slot, 2*len(r.slots))
	mask := uint32(len(r.slots) - 1)
	for place, b := range r.out.bucket {
		i := (b * 0x9E3779B1 >> 8) & mask
		for r.slots[i].stamp == r.stamp {
			i = (i + 1) & mask
		}
		r.slots[i] = slot{r.stamp, b, uint32(place)}
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

func letter(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c)
}
