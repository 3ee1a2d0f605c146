package label

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"zhuomo/internal/db"
)

// SavedGuideline is one version of a product's guideline. It never changes.
type SavedGuideline struct {
	ID           string    `json:"id"` // hash of the source, "sha256:<64 hex>"
	ProductID    string    `json:"product_id"`
	Version      int       `json:"version" table:"版本|version"` // counts from 1 in the product
	Source       string    `json:"source,omitempty"`
	ActorID      string    `json:"actor_id,omitempty"`
	CreatedUS    int64     `json:"created_us" table:"时间|saved"`
	Guideline    Guideline `json:"guideline"`
	Changed      []string  `json:"changed,omitempty"` // labels whose meaning differs from the version before
	TouchedCount int       `json:"touched_count"`     // past labels the change may have made wrong
	Touched      []Touched `json:"touched,omitempty"` // the first of them
}

// Touched is a past annotation that a change of the guideline may have made
// wrong.
type Touched struct {
	Annotation
	Text string `json:"text,omitempty" table:"原文|text"` // of its task; a decision without a task has none
	// Changed are those of its labels whose meaning changed; Contradicts the
	// labels that an example of the new version gives the same text.
	Changed     []string `json:"changed,omitempty" table:"改了的标签|changed labels"`
	Contradicts []string `json:"contradicts,omitempty" table:"规范样例|example says"`
}

// touchedShown bounds the list in a saved version; the count tells of all.
const touchedShown = 200

// SaveGuideline keeps a new version of the product's guideline. revision is the
// version that the author saw, 0 for the first. The same source as the newest
// version's is not kept again.
// Faults: those of ParseGuideline, GuidelineChanged.
func (s *Service) SaveGuideline(ctx context.Context, product, actor, yaml string, revision int) (SavedGuideline, error) {
	g, err := ParseGuideline([]byte(yaml))
	if err != nil {
		return SavedGuideline{}, err
	}
	sum := sha256.Sum256([]byte(yaml))
	saved := SavedGuideline{ID: "sha256:" + hex.EncodeToString(sum[:]), ProductID: product, Source: yaml, ActorID: actor,
		CreatedUS: s.now().UnixMicro(), Guideline: g}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		latest, err := latestVersion(ctx, tx, product)
		switch {
		case err != nil:
			return err
		case latest.ID == saved.ID && latest.Version > 0:
			saved.Version = latest.Version
			return nil
		case latest.Version != revision:
			return GuidelineChanged.With("version", latest.Version).At("revision")
		}
		saved.Version = latest.Version + 1
		return insertGuideline(ctx, tx, saved)
	})
	if err != nil {
		return SavedGuideline{}, err
	}
	return s.withTouched(ctx, product, saved.Version)
}

// LatestGuideline gives the newest version. Fault: NoGuideline.
func (s *Service) LatestGuideline(ctx context.Context, product string) (SavedGuideline, error) {
	latest, err := latestVersion(ctx, s.db.Reader(), product)
	if err != nil {
		return SavedGuideline{}, err
	}
	return s.guideline(ctx, product, latest.Version)
}

// Guideline gives a version by what people type: "latest" or "", "v3" or "3", or
// its id. Fault: NoGuideline.
func (s *Service) Guideline(ctx context.Context, product, name string) (SavedGuideline, error) {
	if name == "" || name == "latest" {
		return s.LatestGuideline(ctx, product)
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "v")); err == nil {
		return s.guideline(ctx, product, n)
	}
	n, err := versionOf(ctx, s.db.Reader(), product, name)
	if err != nil {
		return SavedGuideline{}, err
	}
	if n == 0 {
		return SavedGuideline{}, NoGuideline.With("guideline", name)
	}
	return s.guideline(ctx, product, n)
}

// Guidelines lists up to limit versions, newest first, before a version (0: from
// the newest), without their sources.
func (s *Service) Guidelines(ctx context.Context, product string, before, limit int) ([]SavedGuideline, error) {
	list, err := selectGuidelines(ctx, s.db.Reader(), product, before, limit)
	if err != nil {
		return nil, err
	}
	for i := range list {
		g, err := s.guideline(ctx, product, list[i].Version)
		if err != nil {
			return nil, err
		}
		g.Source = ""
		list[i] = g
	}
	return list, nil
}

// Touched lists past annotations of the product that the step to this version
// may have made wrong, up to limit after an annotation's id: those with a label
// whose meaning changed, and those on a text that an example of the new version
// labels otherwise. Rows that were settled anew since then are left out; count
// tells of all. A new label changes nothing that was said before but by its
// examples.
func (s *Service) Touched(ctx context.Context, product string, version int, after string, limit int) (list []Touched, count int, err error) {
	now, err := s.guideline(ctx, product, version)
	if err != nil {
		return nil, 0, err
	}
	return s.touchedBy(ctx, product, now, after, limit)
}

// PreviewGuideline reads a guideline that is not saved: what it would change
// against the newest version, and which past labels it may make wrong. Version
// is the number that it would get. Faults: those of ParseGuideline.
func (s *Service) PreviewGuideline(ctx context.Context, product, yaml string) (SavedGuideline, error) {
	g, err := ParseGuideline([]byte(yaml))
	if err != nil {
		return SavedGuideline{}, err
	}
	next := SavedGuideline{ProductID: product, Guideline: g, CreatedUS: s.now().UnixMicro(), Changed: []string{}}
	latest, err := latestVersion(ctx, s.db.Reader(), product)
	if err != nil {
		return next, err
	}
	next.Version = latest.Version + 1
	if latest.Version > 0 {
		before, err := s.guideline(ctx, product, latest.Version)
		if err != nil {
			return next, err
		}
		next.Changed = changed(before.Guideline, g)
	}
	next.Touched, next.TouchedCount, err = s.touchedBy(ctx, product, next, "", touchedShown)
	return next, err
}

func (s *Service) touchedBy(ctx context.Context, product string, now SavedGuideline, after string, limit int) (list []Touched, count int, err error) {
	isChanged := map[string]bool{}
	for _, l := range now.Changed {
		isChanged[l] = true
	}
	says := map[string][]string{}
	for _, e := range now.Guideline.Examples() {
		if len(e.Context) == 0 { // with lines before it the same text may mean something else
			says[TextHash(e.Text)] = distinct(e.Labels)
		}
	}
	err = eachAnnotationBefore(ctx, s.db.Reader(), product, now.Version, func(a Annotation, text string) {
		t := Touched{Annotation: a, Text: text}
		for _, l := range a.Labels {
			if isChanged[l] {
				t.Changed = append(t.Changed, l)
			}
		}
		if want, ok := says[a.TextHash]; ok && setKey(want) != setKey(a.Labels) {
			t.Contradicts = want
		}
		if t.Changed == nil && t.Contradicts == nil {
			return
		}
		count++
		if a.ID > after && len(list) < limit {
			list = append(list, t)
		}
	})
	return list, count, err
}

func (s *Service) withTouched(ctx context.Context, product string, version int) (SavedGuideline, error) {
	g, err := s.guideline(ctx, product, version)
	if err != nil {
		return g, err
	}
	g.Touched, g.TouchedCount, err = s.Touched(ctx, product, version, "", touchedShown)
	return g, err
}

// guideline gives a version with what changed in it, from the cache if it can.
func (s *Service) guideline(ctx context.Context, product string, version int) (SavedGuideline, error) {
	key := versionKey{product, version}
	s.mu.Lock()
	known := s.guidelines[key]
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	g, ok, err := selectGuideline(ctx, s.db.Reader(), product, version)
	if err != nil {
		return g, err
	}
	if !ok {
		return g, NoGuideline.With("guideline", "v"+strconv.Itoa(version))
	}
	if g.Guideline, err = ParseGuideline([]byte(g.Source)); err != nil {
		return g, err
	}
	if version > 1 {
		before, ok, err := selectGuideline(ctx, s.db.Reader(), product, version-1)
		if err != nil {
			return g, err
		}
		if ok {
			old, err := ParseGuideline([]byte(before.Source))
			if err != nil {
				return g, err
			}
			g.Changed = changed(old, g.Guideline)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.guidelines) >= kept {
		clear(s.guidelines)
	}
	s.guidelines[key] = &g
	return g, nil
}
