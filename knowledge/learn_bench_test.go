package knowledge

import "testing"

// BenchmarkLearn learns how to rank from the example's wordings.
func BenchmarkLearn(b *testing.B) {
	entries := serviceEntries(b)
	for b.Loop() {
		NewIndex(entries).Learn()
	}
}

// BenchmarkMatching asks the example's entries with and without learnt weights.
func BenchmarkMatching(b *testing.B) {
	entries := serviceEntries(b)
	x := NewIndex(entries)
	m := x.Learn()
	for name, with := range map[string]*Matching{"before": nil, "after": m} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				x.Search(entries[i%len(entries)].Variants[0], SearchOptions{matching: with})
				i++
			}
		})
	}
}
