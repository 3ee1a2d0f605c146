package spoil

import (
	_ "embed"
	"math/rand/v2"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed script_pairs.txt
var scriptPairs string

//go:embed readings.txt
var readingLines string

// scripts is the spoiler's own small table of scripts, written apart from the
// one in package text so that a mistake there is not repeated here.
type scripts struct {
	traditional map[rune]rune // simplified → traditional
	simplified  map[rune]rune
}

var scriptTable = sync.OnceValue(func() scripts {
	t := scripts{map[rune]rune{}, map[rune]rune{}}
	for _, pair := range strings.Fields(scriptPairs) {
		in := []rune(pair)
		if len(in) == 2 && in[0] != in[1] {
			t.traditional[in[0]], t.simplified[in[1]] = in[1], in[0]
		}
	}
	return t
})

// oneScript maps a text to simplified characters by the spoiler's table, the one
// normal form in which texts are compared.
func oneScript(s string) string {
	simplified := scriptTable().simplified
	return strings.Map(func(r rune) rune {
		if to, ok := simplified[r]; ok {
			return to
		}
		return r
	}, s)
}

// mixScripts makes the whole line traditional, or some of its characters.
func mixScripts(r *rand.Rand, s string) string {
	traditional := scriptTable().traditional
	share := 1.0
	if r.IntN(2) == 0 {
		share = 0.1 + 0.4*r.Float64()
	}
	return strings.Map(func(c rune) rune {
		if to, ok := traditional[c]; ok && r.Float64() < share {
			return to
		}
		return c
	}, s)
}

// reading is the pronunciation of one character: with a mark, and with a number.
type reading struct{ marked, numbered string }

var readings = sync.OnceValue(func() map[rune]reading {
	marks := strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
		"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u")
	all := map[rune]reading{}
	for _, word := range strings.Fields(readingLines) {
		c, n := utf8.DecodeRuneInString(word)
		marked, tone := word[n:len(word)-1], word[len(word)-1:]
		all[c] = reading{marked, marks.Replace(marked) + tone}
	}
	return all
})

// gloss puts the reading behind a character, or behind two that stand together:
// 订(dìng), 酒店（jiu3dian4）.
func gloss(r *rand.Rand, s string) string {
	known := readings()
	in := []rune(s)
	var places []int
	for i, c := range in {
		if _, ok := known[c]; ok {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return s
	}
	at := pick(r, places)
	size := 1
	if at+1 < len(in) && r.IntN(3) == 0 {
		if _, ok := known[in[at+1]]; ok {
			size = 2
		}
	}
	numbered, between := r.IntN(3) == 0, pick(r, []string{"", " "})
	said := make([]string, size)
	for i := range said {
		said[i] = known[in[at+i]].marked
		if numbered {
			said[i] = known[in[at+i]].numbered
		}
	}
	brackets := pick(r, []string{"()", "（）"})
	open, n := utf8.DecodeRuneInString(brackets)
	return string(in[:at+size]) + string(open) + strings.Join(said, between) + brackets[n:] + string(in[at+size:])
}
