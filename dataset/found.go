package dataset

import (
	"context"
	"slices"
	"unicode/utf8"
)

// Found is what can be wrong with a row as it was read.
type Found string

const (
	FullWidth   Found = "full_width" // full-width letters or digits
	HasPrivate  Found = "private"    // personal data
	HasMojibake Found = "mojibake"   // looks decoded with the wrong table
	IsDamaged   Found = "damaged"    // holds U+FFFD
	IsDuplicate Found = "duplicate"  // every value equals that of an earlier row
	IsEmpty     Found = "empty"      // every value is empty
)

// allFound is in the order of the bits of a foundSet.
var allFound = []Found{FullWidth, HasPrivate, HasMojibake, IsDamaged, IsDuplicate, IsEmpty}

func foundNames() []string {
	names := make([]string, len(allFound))
	for i, f := range allFound {
		names[i] = string(f)
	}
	return names
}

// foundSet holds one bit for each of allFound.
type foundSet uint8

func setOf(kinds []Found) foundSet {
	var set foundSet
	for _, k := range kinds {
		if i := slices.Index(allFound, k); i >= 0 {
			set |= 1 << i
		}
	}
	return set
}

// keptFound bounds the cache of findings: one byte a row.
const keptFound = 8

type foundIn struct {
	version string
	sets    []foundSet // by position
}

// found gives what is wrong with each row of a version by position. Versions do
// not change, so it is looked for once and kept for the next reader.
// Cost: O(bytes) the first time; one byte of memory a row.
func (s *Service) found(ctx context.Context, versionID string) ([]foundSet, error) {
	s.mu.Lock()
	for _, f := range s.foundIn {
		if f.version == versionID {
			s.mu.Unlock()
			return f.sets, nil
		}
	}
	s.mu.Unlock()
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return nil, err
	}
	var sets []foundSet
	seen := newRowSet()
	err = s.eachRow(ctx, m, over, 0, func(at int, row Row) error {
		for len(sets) <= at {
			sets = append(sets, 0)
		}
		before := seen.repeats
		seen.add(row.Values)
		sets[at] = s.look(row.Values)
		if seen.repeats > before {
			sets[at] |= setOf([]Found{IsDuplicate})
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.foundIn) >= keptFound {
		s.foundIn = slices.Delete(s.foundIn, 0, 1)
	}
	s.foundIn = append(s.foundIn, foundIn{versionID, sets})
	return sets, nil
}

// look judges the values of one row by the rules of the profile.
func (s *Service) look(values []string) foundSet {
	var sketch columnSketch
	var set foundSet
	empty := true
	for _, v := range values {
		if v == "" {
			continue
		}
		empty = false
		sketch.scan(v)
		if s.private != nil && set&(1<<1) == 0 && mayBePrivate(v) {
			s.private(v, func(string) { set |= 1 << 1 })
		}
	}
	if sketch.fullWidth > 0 {
		set |= 1 << 0
	}
	if sketch.mojibake > 0 {
		set |= 1 << 2
	}
	if sketch.damaged > 0 {
		set |= 1 << 3
	}
	if empty {
		set |= 1 << 5
	}
	return set
}

// mayBePrivate passes over values that are too short to hold personal data: two
// characters are the shortest name.
func mayBePrivate(v string) bool { return utf8.RuneCountInString(v) >= 2 }
