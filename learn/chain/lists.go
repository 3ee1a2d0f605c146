package chain

import (
	"hash/fnv"
	"slices"
	"strings"

	"zhuomo/learn"
)

// lists are word lists as a trie over units, and where their values stand in the
// text last read. A mark is a feature with learnt weights: it helps a stretch and
// does not force it. The marks make it one goroutine's; copies share the trie.
type lists struct {
	given  []learn.List
	hashes []uint64 // of the names
	next   map[edge]int32
	ends   []bool // by node: a value ends here; list k begins at node k

	spots []piece // by list and unit: what covers the unit, to = 0 where nothing does
	words []uint64
}

type edge struct {
	node int32
	word uint64
}

// newLists takes values as they are; blank ones and those that are there twice
// are left out. nil without lists.
func newLists(given []learn.List, fine bool) *lists {
	if len(given) == 0 {
		return nil
	}
	l := &lists{next: map[edge]int32{}, ends: make([]bool, len(given))}
	var units []unit
	for k, list := range given {
		h := fnv.New64a()
		h.Write([]byte(list.Name))
		own := learn.List{Name: list.Name}
		seen := map[string]bool{}
		for _, value := range list.Values {
			value = strings.Join(strings.Fields(value), " ")
			if seen[value] {
				continue
			}
			seen[value] = true
			runes := []rune(value)
			node := int32(k)
			units = cut(runes, fine, units[:0])
			for _, u := range units {
				at := edge{node, wordOf(runes[u.from:u.to])}
				to, known := l.next[at]
				if !known {
					to = int32(len(l.ends))
					l.ends = append(l.ends, false)
					l.next[at] = to
				}
				node = to
			}
			if len(units) > 0 {
				l.ends[node] = true
				own.Values = append(own.Values, value)
			}
		}
		l.given, l.hashes = append(l.given, own), append(l.hashes, h.Sum64())
	}
	return l
}

// desk gives a copy with marks of its own.
func (l *lists) desk() *lists {
	if l == nil {
		return nil
	}
	own := *l
	own.spots, own.words = nil, nil
	return &own
}

// each calls do with the end of every value of list k that begins at from.
func (l *lists) each(k int, words []uint64, from int, do func(to int)) {
	node := int32(k)
	for t := from; t < len(words); t++ {
		to, known := l.next[edge{node, words[t]}]
		if !known {
			return
		}
		if node = to; l.ends[node] {
			do(t + 1)
		}
	}
}

// mark finds the values in a text of those words: of each list the longest that
// begins leftmost, then on behind it.
func (l *lists) mark(words []uint64) {
	if l == nil {
		return
	}
	n := len(words)
	l.words = words
	l.spots = grown(l.spots, len(l.given)*n)
	clear(l.spots)
	for k := range l.given {
		for from := 0; from < n; {
			end := 0
			l.each(k, words, from, func(to int) { end = to })
			for t := from; t < end; t++ {
				l.spots[k*n+t] = piece{from, end, k}
			}
			from = max(end, from+1)
		}
	}
}

// listed writes the features of unit t that tell what lists have here.
func (r *reader) listed(t int) {
	l := r.lists
	if l == nil {
		return
	}
	n := len(l.words)
	for k, name := range l.hashes {
		p := l.spots[k*n+t]
		if p.to == 0 {
			if t+1 < n && l.spots[k*n+t+1].to > 0 {
				r.add(0, 1, 95, name)
			}
			if t > 0 && l.spots[k*n+t-1].to > 0 {
				r.add(-1, 0, 96, name)
			}
			continue
		}
		part := uint64(inside)
		switch {
		case p.to == p.from+1:
			part = single
		case t == p.from:
			part = begin
		case t == p.to-1:
			part = last
		}
		from, to := int8(max(p.from-t, -100)), int8(min(p.to-1-t, 100))
		r.add(from, to, 90, name, part)
		r.add(from, to, 91, name, part, uint64(min(p.to-p.from, 6)))
		r.add(from-1, to, 92, name, part, r.word[edges+p.from-1])
		r.add(from, to+1, 93, name, part, r.word[edges+p.to])
	}
}

// checkLists finds what cannot be a word list. Fault: BadList.
func checkLists(given []learn.List) error {
	values := 0
	for k, list := range given {
		if strings.TrimSpace(list.Name) == "" || len(list.Name) > 200 {
			return BadList.With("list", list.Name, "problem", "its name is empty or longer than 200 bytes | 名字是空的，或超过 200 字节")
		}
		if slices.ContainsFunc(given[:k], func(o learn.List) bool { return o.Name == list.Name }) {
			return BadList.With("list", list.Name, "problem", "there are two of this name | 有两个同名的")
		}
		if values += len(list.Values); values > mostValues {
			return BadList.With("list", list.Name, "problem", "all lists together hold more than 1,000,000 values | 全部词表加起来超过 100 万个值")
		}
	}
	return nil
}

// mostValues bounds the memory of a model with lists.
const mostValues = 1_000_000

// chosenLists are those of the fit that the parameter names, all without it.
// Fault: BadList.
func (t *trainer) chosenLists() ([]learn.List, error) {
	if err := checkLists(t.options.Lists); err != nil {
		return nil, err
	}
	if len(t.settings.lists) == 0 {
		return t.options.Lists, nil
	}
	var chosen []learn.List
	for _, name := range t.settings.lists {
		at := slices.IndexFunc(t.options.Lists, func(l learn.List) bool { return l.Name == name })
		if at < 0 {
			return nil, BadList.With("list", name, "problem", "no list of this name was given | 没有给这个名字的词表")
		}
		chosen = append(chosen, t.options.Lists[at])
	}
	return chosen, checkLists(chosen)
}
