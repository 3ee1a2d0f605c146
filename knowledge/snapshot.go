package knowledge

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Snapshot is everything a release knows: it never changes, needs no database,
// and serves many goroutines.
type Snapshot struct {
	Entries []Entry // live, sorted by id
	Tables  []Table // sorted by name

	byID   map[string]int
	index  func() *Index
	linker func() *Linker
	// matching is how entries are ranked; nil: as without learning.
	matching func() *Matching
}

// NewSnapshot takes the live entries and all tables. Index, linker and
// the weights of matching are made when they are first asked for.
func NewSnapshot(entries []Entry, tables []Table) *Snapshot {
	s := &Snapshot{byID: make(map[string]int, len(entries))}
	for _, e := range entries {
		if e.State == Live {
			e.ProductID, e.UpdatedUS, e.UpdatedBy = "", 0, ""
			s.Entries = append(s.Entries, e)
		}
	}
	slices.SortFunc(s.Entries, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	for i, e := range s.Entries {
		s.byID[e.ID] = i
	}
	for _, t := range tables {
		t.ID, t.ProductID, t.UpdatedUS = "", "", 0
		s.Tables = append(s.Tables, t)
	}
	slices.SortFunc(s.Tables, func(a, b Table) int { return cmp.Compare(a.Name, b.Name) })
	s.index = sync.OnceValue(func() *Index { return NewIndex(s.Entries) })
	s.matching = sync.OnceValue(func() *Matching { return s.index().Learn() })
	s.linker = sync.OnceValue(func() *Linker { return NewLinker(s.Tables) })
	return s
}

// Entry finds an entry by id.
func (s *Snapshot) Entry(id string) (Entry, bool) {
	i, ok := s.byID[id]
	if !ok {
		return Entry{}, false
	}
	return s.Entries[i], true
}

// Table finds a table by name. It must not be changed.
func (s *Snapshot) Table(name string) (*Table, bool) {
	i, ok := slices.BinarySearchFunc(s.Tables, name, func(t Table, name string) int { return cmp.Compare(t.Name, name) })
	if !ok {
		return nil, false
	}
	return &s.Tables[i], true
}

// Search finds entries for a sentence, the best first.
func (s *Snapshot) Search(text string, o SearchOptions) []Hit {
	o.matching = s.matching()
	return s.index().Search(text, o)
}

// Matching is how the entries are ranked, nil when nothing was learnt.
func (s *Snapshot) Matching() *Matching { return s.matching() }

// Link finds entities in a sentence.
func (s *Snapshot) Link(text string) []Mention { return s.linker().Link(text) }

// Warm makes index, weights and linker now, so that no turn waits for them.
func (s *Snapshot) Warm() {
	s.matching()
	s.index()
	s.linker()
}

// stored is the wire form; docs/formats/knowledge-snapshot.md draws it.
type stored struct {
	Format  string  `json:"format"`
	Entries []Entry `json:"entries"`
	Tables  []Table `json:"tables"`
	// Matching is absent in files of before there was one, and when nothing was learnt.
	Matching *Matching `json:"matching,omitempty"`
}

const (
	snapshotFormat = "zhuomo.knowledge.snapshot.v1"
	// snapshotBytes bounds what a stranger's snapshot may unpack to.
	snapshotBytes = 1 << 30
)

// Encode writes the snapshot as gzipped JSON. Same content, same bytes.
func (s *Snapshot) Encode() ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := json.NewEncoder(w).Encode(stored{snapshotFormat, s.Entries, s.Tables, s.matching()}); err != nil {
		return nil, fmt.Errorf("encode knowledge: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode knowledge: %w", err)
	}
	return out.Bytes(), nil
}

// DecodeSnapshot reads what Encode wrote; strangers' bytes are safe to read.
// Fault: BadSnapshot.
func DecodeSnapshot(b []byte) (*Snapshot, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, BadSnapshot.With("problem", "gzip").Because(err)
	}
	body, err := io.ReadAll(io.LimitReader(r, snapshotBytes+1))
	if err != nil || len(body) > snapshotBytes {
		return nil, BadSnapshot.With("problem", "size").Because(err)
	}
	var in stored
	if err := json.Unmarshal(body, &in); err != nil || in.Format != snapshotFormat {
		return nil, BadSnapshot.With("problem", in.Format).Because(err)
	}
	for _, e := range in.Entries {
		if _, err := Check(e); err != nil || e.ID == "" {
			return nil, BadSnapshot.With("problem", e.ID).Because(err)
		}
	}
	for _, t := range in.Tables {
		if _, err := CheckTable(t); err != nil {
			return nil, BadSnapshot.With("problem", t.Name).Because(err)
		}
	}
	if m := in.Matching; m != nil && !m.usable() {
		return nil, BadSnapshot.With("problem", "matching")
	}
	s := NewSnapshot(in.Entries, in.Tables)
	s.matching = func() *Matching { return in.Matching }
	return s, nil
}
