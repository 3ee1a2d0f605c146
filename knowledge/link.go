package knowledge

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Mention is an entity, or a value of a linked column, found in a text.
type Mention struct {
	Table  string `json:"table"`
	Column string `json:"column"` // the key column, or the linked one
	Value  string `json:"value"`  // as it stands in the table: of a synonym, the key
	Text   string `json:"text"`   // as it stands in the text
	Start  int    `json:"start"`  // [Start,End) in code points
	End    int    `json:"end"`
}

// Linker finds mentions. It never changes and serves many goroutines.
//
// A trie over folded characters: children are one map from (node, character),
// which is small enough for entity tables and needs no balancing.
type Linker struct {
	next   map[uint64]int32
	values [][]linked // by node; nil where no name ends
}

type linked struct{ table, column, value string }

// NewLinker takes the names in tables: keys, synonyms, values of linked columns.
func NewLinker(tables []Table) *Linker {
	l := &Linker{next: map[uint64]int32{}, values: make([][]linked, 1)}
	for _, t := range tables {
		key := t.Column(t.Key)
		synonyms := t.Column(t.Synonyms)
		for _, r := range t.Rows {
			name := linked{t.Name, t.Key, r.Cells[key]}
			l.add(r.Cells[key], name)
			if synonyms >= 0 {
				for _, s := range List(r.Cells[synonyms]) {
					l.add(s, name)
				}
			}
			for i, c := range t.Columns {
				if c.Linked && i != key && i != synonyms {
					for _, v := range List(r.Cells[i]) {
						l.add(v, linked{t.Name, c.Name, v})
					}
				}
			}
		}
	}
	return l
}

func (l *Linker) add(name string, value linked) {
	name = strings.TrimSpace(fold(name))
	if name == "" {
		return
	}
	node := int32(0)
	for _, r := range name {
		edge := uint64(node)<<32 | uint64(r)
		to, ok := l.next[edge]
		if !ok {
			to = int32(len(l.values))
			l.values = append(l.values, nil)
			l.next[edge] = to
		}
		node = to
	}
	if !slices.Contains(l.values[node], value) {
		l.values[node] = append(l.values[node], value)
	}
}

// Link gives the mentions in text from left to right. The longest name at the
// leftmost place wins and takes its characters; a name that several tables hold
// gives one mention for each, in the order of the tables.
//
// Cost: O(characters × longest name), some hundred ns for a customer's line.
func (l *Linker) Link(text string) []Mention {
	original, runes := []rune(text), []rune(fold(text))
	var out []Mention
	for start := 0; start < len(runes); {
		end, values := l.longest(runes, start)
		if end == 0 {
			start++
			continue
		}
		for _, v := range values {
			out = append(out, Mention{Table: v.table, Column: v.column, Value: v.value,
				Text: string(original[start:end]), Start: start, End: end})
		}
		start = end
	}
	return out
}

// longest is the end of the longest name that begins at start, 0 if none does.
func (l *Linker) longest(runes []rune, start int) (end int, values []linked) {
	if start > 0 && inWord(runes[start-1]) && inWord(runes[start]) {
		return 0, nil // wifi is not in mywifi
	}
	node := int32(0)
	for i := start; i < len(runes); i++ {
		to, ok := l.next[uint64(node)<<32|uint64(runes[i])]
		if !ok {
			break
		}
		node = to
		cut := i+1 < len(runes) && inWord(runes[i]) && inWord(runes[i+1])
		if l.values[node] != nil && !cut {
			end, values = i+1, l.values[node]
		}
	}
	return end, values
}

// inWord tells characters of which only whole runs are names.
func inWord(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
}
