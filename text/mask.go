package text

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// private is what pages do not show: the kinds that are safe to mask everywhere.
var private = NewPersonal(nil, nil)

// hiddenDot stands for one character that is not shown.
const hiddenDot = '•'

// Masked is a text as pages show it to everybody: of each find of personal data
// only the ends stay, so that two can be told apart. The text keeps its number of
// characters, so that offsets hold. finds is how many were masked.
func Masked(s string) (masked string, finds int) {
	var out strings.Builder
	at := 0
	private.Each(s, func(_ string, from, to int) {
		out.WriteString(s[at:from])
		out.WriteString(MaskSecret(s[from:to]))
		at, finds = to, finds+1
	})
	if finds == 0 {
		return s, 0
	}
	out.WriteString(s[at:])
	return out.String(), finds
}

// EachHidden calls hide with the byte offsets of each character that Masked
// replaces.
func EachHidden(s string, hide func(from, to int)) {
	private.Each(s, func(_ string, from, to int) {
		n, i := utf8.RuneCountInString(s[from:to]), 0
		first, last := shownEnds(n)
		for at := from; at < to; i++ {
			_, size := utf8.DecodeRuneInString(s[at:])
			if i >= first && i < n-last {
				hide(at, at+size)
			}
			at += size
		}
	})
}

// MaskSecret masks a text that is personal data as a whole.
func MaskSecret(secret string) string {
	runes := []rune(secret)
	first, last := shownEnds(len(runes))
	for i := first; i < len(runes)-last; i++ {
		runes[i] = hiddenDot
	}
	return string(runes)
}

// shownEnds is how many of n characters stay: three and four of nine or more, the
// first of less, none of one.
func shownEnds(n int) (first, last int) {
	switch {
	case n >= 9:
		return 3, 4
	case n > 1:
		return 1, 0
	}
	return 0, 0
}

// Unmasked undoes what Masked did to the kept texts wherever sent still shows it:
// a page was given them masked, and sends back what a person made of them. A line
// that is as it was given is taken for the kept line; elsewhere each masked find is
// taken for the first of those that look like it.
func Unmasked(sent string, kept ...string) string {
	if !strings.ContainsRune(sent, hiddenDot) {
		return sent
	}
	lines, finds := map[string]string{}, map[string]string{}
	for _, k := range kept {
		masked, n := Masked(k)
		if n == 0 {
			continue
		}
		was, shown := strings.Split(k, "\n"), strings.Split(masked, "\n")
		for i := 0; i < len(was) && len(was) == len(shown); i++ {
			if was[i] != shown[i] {
				lines[shown[i]] = was[i]
			}
		}
		private.Each(k, func(_ string, from, to int) {
			if secret := k[from:to]; finds[MaskSecret(secret)] == "" {
				finds[MaskSecret(secret)] = secret
			}
		})
	}
	longestFirst := slices.SortedFunc(maps.Keys(finds), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, masked := range longestFirst {
		if strings.ContainsRune(masked, hiddenDot) {
			pairs = append(pairs, masked, finds[masked])
		}
	}
	replace := strings.NewReplacer(pairs...)
	out := strings.Split(sent, "\n")
	for i, line := range out {
		if was, ok := lines[line]; ok {
			out[i] = was
		} else {
			out[i] = replace.Replace(line)
		}
	}
	return strings.Join(out, "\n")
}
