package chain

import (
	"unicode"
	"unicode/utf8"

	"zhuomo/learn"
)

// unit is what gets one tag: a Han character, a run of letters, a run of digits,
// any other sign; with fine, every character. Spaces belong to none.
type unit struct {
	from, to int32 // code points
	space    bool  // a space stands before it
}

// Kinds of units, as features see them.
const (
	kindWide = iota + 1
	kindLower
	kindTitle
	kindUpper
	kindMixed
	kindDigits
	kindSign
)

// maxRunes of a text are read; what follows gets no span.
const maxRunes = 1 << 14

// cut splits runes into units.
func cut(runes []rune, fine bool, into []unit) []unit {
	space := true
	for i := 0; i < min(len(runes), maxRunes); {
		c := runes[i]
		if c <= ' ' || unicode.IsSpace(c) {
			space = true
			i++
			continue
		}
		from := i
		same := func(rune) bool { return false }
		switch {
		case fine || learn.Wide(c):
		case isLetter(c):
			same = isLetter
		case unicode.IsDigit(c):
			same = unicode.IsDigit
		}
		for i++; i < min(len(runes), maxRunes) && same(runes[i]); i++ {
		}
		into = append(into, unit{int32(from), int32(i), space})
		space = false
	}
	return into
}

func isLetter(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return (unicode.IsLetter(c) || unicode.IsMark(c)) && !learn.Wide(c)
}

// cover gives the units [from,to) that a span of code points touches, and
// whether it begins and ends where they do.
func cover(units []unit, start, end int) (from, to int, exact bool) {
	from = len(units)
	for i, u := range units {
		if int(u.to) <= start || int(u.from) >= end {
			continue
		}
		from, to = min(from, i), i+1
	}
	if from >= to {
		return 0, 0, false
	}
	// A stretch may have spaces at its ends; it may not cut a unit.
	return from, to, int(units[from].from) >= start && int(units[to-1].to) <= end
}
