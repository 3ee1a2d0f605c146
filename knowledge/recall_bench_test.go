package knowledge

import (
	"fmt"
	"math/rand/v2"
)

// manyEntries makes n entries whose words are those of some real ones, cut and
// joined anew, and those of more lines: a large knowledge base with the
// frequencies of real speech.
func manyEntries(from []Entry, n int, more ...string) []Entry {
	rng := rand.New(rand.NewPCG(1, 2))
	var lines [][]rune
	for _, l := range more {
		lines = append(lines, []rune(l))
	}
	for _, e := range from {
		for _, v := range append([]string{e.Question}, e.Variants...) {
			lines = append(lines, []rune(v))
		}
	}
	piece := func() string {
		l := lines[rng.IntN(len(lines))]
		half := len(l) / 2
		if rng.IntN(2) == 0 {
			return string(l[:half])
		}
		return string(l[half:])
	}
	out := append([]Entry(nil), from...)
	for i := len(out); i < n; i++ {
		e := Entry{ID: fmt.Sprintf("kb_%06d", i), Question: piece() + piece(), State: Live}
		for range 4 {
			e.Variants = append(e.Variants, piece()+piece())
		}
		e.Answer = []Part{{Kind: TextPart, Text: piece() + "，" + piece() + "。" + piece()}}
		out = append(out, e)
	}
	return out
}
