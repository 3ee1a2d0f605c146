package knowledge

import (
	"cmp"
	"context"
	"slices"
)

// Conflict is two entries of which one sentence could be either.
type Conflict struct {
	EntryID  string  `json:"entry_id" table:"条目|entry"`
	Question string  `json:"question" table:"问题|question"`
	With     Warning `json:"with"`
}

// Conflicts finds the entries that ask nearly the same, each pair once, the most
// alike first.
//
// Cost: one search for each wording, the first time after a change.
func (s *Service) Conflicts(ctx context.Context, product string) ([]Conflict, error) {
	w, err := s.at(ctx, product)
	if err != nil {
		return nil, err
	}
	return w.conflicts(ctx)
}

func (w *working) conflicts(ctx context.Context) ([]Conflict, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clashes != nil {
		return w.clashes, nil
	}
	found := []Conflict{}
	seen := map[[2]string]bool{}
	for _, e := range w.index.entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, warning := range Warn(e, w.index) {
			pair := [2]string{min(e.ID, warning.EntryID), max(e.ID, warning.EntryID)}
			if !seen[pair] {
				seen[pair] = true
				found = append(found, Conflict{e.ID, e.Question, warning})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Conflict) int { return cmp.Compare(b.With.Likeness, a.With.Likeness) })
	w.clashes = found
	return found, nil
}
