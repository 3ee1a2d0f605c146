package knowledge

import (
	"sync"
	"unicode"

	"zhuomo/text"
)

// pieces cuts a folded text into what survives a slip of the pen: how two
// neighbouring characters sound, and three neighbouring letters of a word in
// Latin letters, its edges among them.
//
// Cost: one pass; into is reused when it is large enough.
func pieces(folded string, into []uint64) []uint64 {
	out := into[:0]
	sounds := soundNumbers()
	var before uint64 // sound of the character before
	var last [2]rune  // letters before, in a word
	inWord := false
	for _, r := range folded {
		latin := r >= '0' && r <= '9' || r >= 'a' && r <= 'z'
		switch {
		case latin && !inWord:
			inWord, last = true, [2]rune{'^', r}
		case latin || inWord:
			c := r
			if !latin {
				c = '$'
			}
			out = append(out, pieceKey(uint64(last[0]), uint64(last[1]), uint64(c)))
			last, inWord = [2]rune{last[1], c}, latin
		}
		if latin {
			before = 0
			continue
		}
		if r < 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			before = 0
			continue
		}
		sound := uint64(r) + 1<<20
		if n, ok := sounds[r]; ok {
			sound = uint64(n)
		}
		if before != 0 {
			out = append(out, pieceKey(1, before, sound))
		}
		before = sound
	}
	if inWord {
		out = append(out, pieceKey(uint64(last[0]), uint64(last[1]), '$'))
	}
	return out
}

// pieceKey mixes three numbers (splitmix64's last step).
func pieceKey(a, b, c uint64) uint64 {
	h := a*0x9E3779B97F4A7C15 ^ b*0xBF58476D1CE4E5B9 ^ c*0x94D049BB133111EB
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// soundNumbers numbers the usual reading of each common character, without its
// tone; endings and beginnings that many people do not tell apart (zh z, ng n)
// count as one.
var soundNumbers = sync.OnceValue(func() map[rune]uint16 {
	numbers, byName := map[rune]uint16{}, map[string]uint16{}
	for r := rune(0x4E00); r <= 0x9FA5; r++ {
		readings := text.PlainReadings(r)
		if len(readings) == 0 {
			continue
		}
		name := blurred(readings[0])
		n, ok := byName[name]
		if !ok {
			n = uint16(len(byName) + 2)
			byName[name] = n
		}
		numbers[r] = n
	}
	return numbers
})

// blurred is a syllable with what is often confused made alike.
func blurred(syllable string) string {
	if len(syllable) > 2 && syllable[1] == 'h' {
		syllable = syllable[:1] + syllable[2:] // zh ch sh
	}
	if n := len(syllable); n > 2 && syllable[n-2:] == "ng" && syllable[n-3] != 'o' && syllable[n-3] != 'a' {
		syllable = syllable[:n-1] // eng ing
	}
	return syllable
}
