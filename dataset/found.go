package dataset

import (
	"context"
	"slices"
	"sync"
)

// foundSet holds one bit for each kind that the inspector looks for.
type foundSet uint32

func (s *Service) foundKinds() []FoundKind {
	if s.inspector == nil {
		return nil
	}
	return s.inspector.Kinds()
}

// foundNames lists the kinds that a filter may name.
func (s *Service) foundNames() []string {
	var names []string
	for _, k := range s.foundKinds() {
		names = append(names, string(k.Finding))
	}
	return names
}

func (s *Service) setOf(kinds []Found) foundSet {
	var set foundSet
	for i, k := range s.foundKinds() {
		if slices.Contains(kinds, k.Finding) {
			set |= 1 << i
		}
	}
	return set
}

// keptFound bounds the cache of findings: four bytes a row.
const keptFound = 8

// foundIn is what is wrong with the rows of one version.
type foundIn struct {
	version string
	once    sync.Once
	sets    []foundSet // by position
	err     error
}

// found gives what is wrong with each row of a version by position. Versions do
// not change, so it is looked for once, also when several ask, and kept for the
// next reader.
// Cost: two passes the first time; four bytes of memory a row.
func (s *Service) found(ctx context.Context, versionID string) ([]foundSet, error) {
	f := s.foundOf(versionID)
	// Whoever asked first may go away; the others wait for the same answer.
	ctx = context.WithoutCancel(ctx)
	f.once.Do(func() { f.sets, f.err = s.inspect(ctx, versionID) })
	if f.err != nil {
		s.mu.Lock()
		s.foundIn = slices.DeleteFunc(s.foundIn, func(x *foundIn) bool { return x == f })
		s.mu.Unlock()
	}
	return f.sets, f.err
}

func (s *Service) foundOf(versionID string) *foundIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.foundIn {
		if f.version == versionID {
			return f
		}
	}
	if len(s.foundIn) >= keptFound {
		s.foundIn = slices.Delete(s.foundIn, 0, 1)
	}
	f := &foundIn{version: versionID}
	s.foundIn = append(s.foundIn, f)
	return f
}

func (s *Service) inspect(ctx context.Context, versionID string) ([]foundSet, error) {
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return nil, err
	}
	sets := make([]foundSet, baseRows(m)+len(over.added))
	if s.inspector == nil {
		return sets, nil
	}
	err = s.inspector.Inspect(ctx, m.Schema, func(each func(at int, row Row) error) error {
		return s.eachRow(ctx, m, over, 0, each)
	}, func(at int, kinds uint32) { sets[at] = foundSet(kinds) })
	return sets, err
}

// marked tells where in rows the findings of a filter show.
func (s *Service) marked(schema Schema, kinds []Found, rows []Row) map[RowID][]Hit {
	hits := map[RowID][]Hit{}
	for _, kind := range kinds {
		if s.inspector == nil {
			break
		}
		mark := s.inspector.Marker(schema, kind)
		if mark == nil {
			continue
		}
		for _, row := range rows {
			if found := mark(row); len(found) > 0 {
				hits[row.ID] = append(hits[row.ID], found...)
			}
		}
	}
	return hits
}
