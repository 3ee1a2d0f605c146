package dataset

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zhuomo/internal/blob"
)

// overlay is what the delta segments of a version change, oldest first applied.
type overlay struct {
	byPlace map[place]deltaRow
	byID    map[RowID]deltaRow
	added   []RowID // rows without a place in a segment, in the order of their edit
}

// opened is a version's manifest with its overlay, kept for the next reader.
type opened struct {
	id       string
	manifest Manifest
	over     *overlay
}

// keptOpen bounds the cache: manifests are small, overlays hold at most a tenth
// of their version's rows.
const keptOpen = 8

// open reads the manifest of a version and its overlay.
func (s *Service) open(ctx context.Context, id string) (Manifest, *overlay, error) {
	s.mu.Lock()
	for i, o := range s.cache {
		if o.id == id {
			s.cache = append(slices.Delete(s.cache, i, i+1), o)
			s.mu.Unlock()
			return o.manifest, o.over, nil
		}
	}
	s.mu.Unlock()
	if ok, err := s.versionExists(ctx, id); err != nil || !ok {
		if err == nil {
			err = NoSuchVersion.With("version", id)
		}
		return Manifest{}, nil, err
	}
	body, err := blob.ReadAll(ctx, s.blobs, blob.Hash(id))
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("read manifest %s: %w", id, err)
	}
	var m Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return Manifest{}, nil, fmt.Errorf("decode manifest %s: %w", id, err)
	}
	over, err := s.overlay(ctx, m)
	if err != nil {
		return Manifest{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cache) >= keptOpen {
		s.cache = slices.Delete(s.cache, 0, 1)
	}
	s.cache = append(s.cache, opened{id, m, over})
	return m, over, nil
}

func (s *Service) overlay(ctx context.Context, m Manifest) (*overlay, error) {
	over := &overlay{byPlace: map[place]deltaRow{}, byID: map[RowID]deltaRow{}}
	for _, d := range m.Deltas {
		f, err := openSegment(ctx, s.blobs, d)
		if err != nil {
			return nil, err
		}
		err = f.deltas(ctx, m.Schema, func(r deltaRow) {
			if _, known := over.byID[r.ID]; !known && r.place.segment < 0 {
				over.added = append(over.added, r.ID)
			}
			over.byID[r.ID] = r
			if r.place.segment >= 0 {
				over.byPlace[r.place] = r
			}
		})
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read delta %s: %w", d.Blob, err)
		}
	}
	return over, nil
}

// Manifest gives the list of files of a version. Fault: NoSuchVersion.
func (s *Service) Manifest(ctx context.Context, versionID string) (Manifest, error) {
	m, _, err := s.open(ctx, versionID)
	return m, err
}

// Rows gives every row of a version in order; it stops when each answers an
// error and answers it. Texts of neighbouring rows share memory: clone what
// outlives the call (strings.Clone) when you keep few of many.
func (s *Service) Rows(ctx context.Context, versionID string, each func(Row) error) error {
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return err
	}
	return s.eachRow(ctx, m, over, 0, func(_ int, row Row) error { return each(row) })
}

// Page gives up to limit rows from position on, 0 being the first, and the
// position after the last one, or -1 at the end. Positions belong to one version.
func (s *Service) Page(ctx context.Context, versionID string, position, limit int) ([]Row, int, error) {
	return s.Search(ctx, versionID, Filter{}, position, limit)
}

// errEnough stops a walk over rows.
var errEnough = fmt.Errorf("enough rows")

// searchRows bounds how many rows one call of Search looks at, so that a rare
// text answers with an empty page and a cursor instead of a long silence.
const searchRows = 200_000

// Search is Page over the rows that pass the filter.
// Faults: NoSuchVersion, NoSuchColumn.
func (s *Service) Search(ctx context.Context, versionID string, filter Filter, position, limit int) ([]Row, int, error) {
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return nil, 0, err
	}
	conditions, err := s.compile(filter, m.Schema)
	if err != nil {
		return nil, 0, err
	}
	var sets []foundSet
	if filter.asksFindings() {
		if sets, err = s.found(ctx, versionID); err != nil {
			return nil, 0, err
		}
	}
	rows := []Row{}
	next, end := -1, position+searchRows
	err = s.eachRow(ctx, m, over, position, func(at int, row Row) error {
		if len(rows) == limit || at >= end {
			next = at
			return errEnough
		}
		var found foundSet
		if sets != nil {
			found = sets[at]
		}
		if passes(conditions, row, found) {
			rows = append(rows, clone(row))
		}
		return nil
	})
	if err != nil && err != errEnough {
		return nil, 0, err
	}
	return rows, next, nil
}

func clone(row Row) Row {
	values := make([]string, len(row.Values))
	for i, v := range row.Values {
		values[i] = strings.Clone(v)
	}
	row.Values = values
	row.ID = RowID(strings.Clone(string(row.ID)))
	row.Source.Blob, row.Source.Part = strings.Clone(row.Source.Blob), strings.Clone(row.Source.Part)
	return row
}

// eachRow walks from a position: the place in all segments in a row (removed
// rows count too), then the added rows.
func (s *Service) eachRow(ctx context.Context, m Manifest, over *overlay, position int, each func(at int, row Row) error) error {
	first := 0
	for i, segment := range m.Segments {
		if position >= first+segment.Rows {
			first += segment.Rows
			continue
		}
		f, err := openSegment(ctx, s.blobs, segment)
		if err != nil {
			return err
		}
		err = f.each(ctx, m.Schema, max(0, position-first), segment.Rows, func(at int, row Row) error {
			if d, changed := over.byPlace[place{i, at}]; changed {
				if d.gone {
					return nil
				}
				row = d.Row
			}
			return each(first+at, row)
		})
		f.Close()
		if err != nil {
			return err
		}
		first += segment.Rows
	}
	for i, id := range over.added {
		d := over.byID[id]
		if d.gone || first+i < position {
			continue
		}
		if err := each(first+i, d.Row); err != nil {
			return err
		}
	}
	return nil
}

// Get gives the rows with the ids, in their order. Faults: NoSuchVersion, NoSuchRow.
func (s *Service) Get(ctx context.Context, versionID string, ids []RowID) ([]Row, error) {
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return nil, err
	}
	places, err := s.locate(ctx, m, over, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[RowID]Row, len(ids))
	bySegment := make([][]int, len(m.Segments))
	for _, id := range ids {
		if d, changed := over.byID[id]; changed {
			if !d.gone {
				found[id] = d.Row
			}
		} else if p, held := places[id]; held {
			bySegment[p.segment] = append(bySegment[p.segment], p.at)
		}
	}
	for i, at := range bySegment {
		if len(at) == 0 {
			continue
		}
		if err := s.pick(ctx, m, i, at, found); err != nil {
			return nil, err
		}
	}
	rows := make([]Row, len(ids))
	for i, id := range ids {
		row, ok := found[id]
		if !ok {
			return nil, NoSuchRow.With("row", id)
		}
		rows[i] = row
	}
	return rows, nil
}

// pick reads the rows at the places of one segment; places less than a batch
// apart are read in one go.
func (s *Service) pick(ctx context.Context, m Manifest, segment int, at []int, found map[RowID]Row) error {
	f, err := openSegment(ctx, s.blobs, m.Segments[segment])
	if err != nil {
		return err
	}
	defer f.Close()
	slices.Sort(at)
	at = slices.Compact(at)
	for from := 0; from < len(at); {
		to := from + 1
		for to < len(at) && at[to]-at[to-1] < readBatch {
			to++
		}
		wanted := at[from:to]
		err := f.each(ctx, m.Schema, wanted[0], wanted[len(wanted)-1]+1, func(i int, row Row) error {
			if _, ok := slices.BinarySearch(wanted, i); ok {
				row = clone(row)
				found[row.ID] = row
			}
			return nil
		})
		if err != nil {
			return err
		}
		from = to
	}
	return nil
}

// locate finds the place of each id that the version has ever had.
func (s *Service) locate(ctx context.Context, m Manifest, over *overlay, ids []RowID) (map[RowID]place, error) {
	places := make(map[RowID]place, len(ids))
	var open []RowID
	for _, id := range ids {
		if d, changed := over.byID[id]; changed {
			places[id] = d.place
		} else {
			open = append(open, id)
		}
	}
	for i, segment := range m.Segments {
		if len(open) == 0 {
			break
		}
		f, err := openSegment(ctx, s.blobs, segment)
		if err != nil {
			return nil, err
		}
		wanted := map[RowID]bool{}
		for _, id := range open {
			if f.mayHold(id) {
				wanted[id] = true
			}
		}
		if len(wanted) > 0 {
			err = f.ids(ctx, func(at int, id RowID) {
				if wanted[id] {
					places[RowID(strings.Clone(string(id)))] = place{i, at}
				}
			})
			open = slices.DeleteFunc(open, func(id RowID) bool { _, found := places[id]; return found })
		}
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return places, nil
}
