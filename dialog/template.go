package dialog

import "strings"

// fillHoles replaces each {name} by its value, once: what comes in is never
// read again, so a customer's braces stay braces. {name|other} shows other when
// name is empty. A stretch in [[…]] disappears when a hole in it is empty.
func fillHoles(text string, s scope) string {
	if !strings.ContainsAny(text, "{[") {
		return text
	}
	var b strings.Builder
	for text != "" {
		open := strings.Index(text, "[[")
		if open < 0 {
			break
		}
		end := strings.Index(text[open:], "]]")
		if end < 0 {
			break
		}
		fillFlat(&b, text[:open], s)
		var inner strings.Builder
		if fillFlat(&inner, text[open+2:open+end], s) {
			b.WriteString(inner.String())
		}
		text = text[open+end+2:]
	}
	fillFlat(&b, text, s)
	return b.String()
}

// fillFlat fills text without [[…]] and tells whether every hole had a value.
func fillFlat(b *strings.Builder, text string, s scope) (full bool) {
	full = true
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[:open])
		name, other, _ := strings.Cut(text[open+1:open+end], "|")
		value := s(name)
		if value == "" {
			full = full && other != ""
			value = other
		}
		b.WriteString(value)
		text = text[open+end+1:]
	}
	b.WriteString(text)
	return full
}

// holes lists the names in {…}.
func holes(text string) (names []string) {
	for _, hole := range holeTexts(text) {
		name, _, _ := strings.Cut(hole, "|")
		names = append(names, name)
	}
	return names
}

// holeTexts lists what stands in {…}, with the other text.
func holeTexts(text string) (all []string) {
	for {
		_, after, ok := strings.Cut(text, "{")
		if !ok {
			return all
		}
		hole, rest, ok := strings.Cut(after, "}")
		if !ok {
			return all
		}
		all = append(all, hole)
		text = rest
	}
}
