package command

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// maxCell is the widest a table cell gets, in columns of the terminal.
const maxCell = 48

// writeTable prints aligned columns, two spaces apart. right marks the columns
// of numbers.
func writeTable(w io.Writer, indent string, heads []string, rows [][]string, right []bool) {
	widths := make([]int, len(heads))
	for i, h := range heads {
		widths[i] = displayWidth(h)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = shorten(row[i], maxCell)
			widths[i] = max(widths[i], displayWidth(row[i]))
		}
	}
	put := func(row []string) {
		var b strings.Builder
		for i, text := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			if right[i] {
				b.WriteString(strings.Repeat(" ", widths[i]-displayWidth(text)) + text)
			} else {
				b.WriteString(pad(text, widths[i]))
			}
		}
		fmt.Fprintln(w, indent+strings.TrimRight(b.String(), " "))
	}
	put(heads)
	rule := make([]string, len(heads))
	for i := range rule {
		rule[i] = strings.Repeat("─", widths[i])
	}
	put(rule)
	for _, row := range rows {
		put(row)
	}
}

// pad fills text with spaces up to n columns.
func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-displayWidth(text)))
}

// displayWidth is how many columns a terminal gives the text: two for East
// Asian wide characters and emoji, none for marks that sit on others (UAX #11).
func displayWidth(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten cuts text to n columns, with … at the end.
func shorten(text string, n int) string {
	if displayWidth(text) <= n {
		return text
	}
	used := 0
	for i, r := range text {
		if used += runeWidth(r); used > n-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// clean makes text safe for a terminal: a row must not move the cursor or
// change colours, and a table line must stay one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // also the marks that turn text around
			return -1
		}
		return r
	}, text)
}
