package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Flaw is something about a version that is not as it was stored.
type Flaw struct {
	Version Version // without its columns
	Blob    blob.Hash
	Err     error // blob.NotFound, blob.Damaged, ManifestWrong
}

// Examine looks at every version of all products: its manifest can be read and
// says what the row of the version says, and every blob that it names is there.
// deep opens every segment too, compares its size and rows with the manifest, and
// looks for the raw files that rows come from. A blob that more than one version
// names is told once.
//
// Errors: of the database and the disk; what is wrong with a version goes to found.
func (s *Service) Examine(ctx context.Context, deep bool, found func(Flaw) error) error {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, dataset_id, product_id, number, row_count, report_blob, profile_blob
		FROM versions ORDER BY dataset_id, number`)
	versions, err := db.All(rows, err, func(v *Version) []any {
		return []any{&v.ID, &v.DatasetID, &v.ProductID, &v.Number, &v.RowCount, (*string)(&v.Report), (*string)(&v.Profile)}
	})
	if err != nil {
		return err
	}
	e := examiner{s: s, deep: deep, seen: map[blob.Hash]bool{}}
	for _, v := range versions {
		e.found = func(h blob.Hash, err error) error { return found(Flaw{v, h, err}) }
		if err := e.version(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

type examiner struct {
	s     *Service
	deep  bool
	seen  map[blob.Hash]bool
	found func(blob.Hash, error) error
}

func (e *examiner) version(ctx context.Context, v Version) error {
	id := blob.Hash(v.ID)
	body, err := blob.ReadAll(ctx, e.s.blobs, id)
	if err != nil {
		return e.tell(id, err)
	}
	var m Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return e.found(id, ManifestWrong.With("version", id.Short(), "why", err.Error()))
	}
	if m.Format != manifestFormat || m.RowCount != v.RowCount {
		return e.found(id, ManifestWrong.With("version", id.Short(), "why", fmt.Sprintf("%s, %d ≠ %d", m.Format, m.RowCount, v.RowCount)))
	}
	for _, h := range append(blob.Named(string(body)), v.Report, v.Profile) {
		if err := e.there(ctx, h); err != nil {
			return err
		}
	}
	if !e.deep {
		return nil
	}
	for _, segment := range append(m.Segments, m.Deltas...) {
		if err := e.segment(ctx, segment); err != nil {
			return err
		}
	}
	return nil
}

func (e *examiner) there(ctx context.Context, h blob.Hash) error {
	if _, err := blob.ParseHash(string(h)); err != nil || e.seen[h] {
		return nil
	}
	e.seen[h] = true
	has, err := e.s.blobs.Has(ctx, h)
	if err == nil && !has {
		return e.found(h, blob.NotFound.With("hash", h.Short()))
	}
	return err
}

// segment opens one whose presence was looked at before.
func (e *examiner) segment(ctx context.Context, segment Segment) error {
	opened := segment.Blob + " opened"
	if e.seen[opened] {
		return nil
	}
	e.seen[opened] = true
	f, err := openSegment(ctx, e.s.blobs, segment)
	if errors.Is(err, blob.NotFound) {
		return nil // told before
	}
	if err != nil {
		return e.tell(segment.Blob, err)
	}
	size, count := f.Size(), int(f.file.NumRows())
	if err := f.Close(); err != nil {
		return err
	}
	if size != segment.Bytes || count != segment.Rows {
		return e.found(segment.Blob, ManifestWrong.With("version", segment.Blob.Short(), "why", fmt.Sprintf("%d B, %d ≠ %d B, %d", size, count, segment.Bytes, segment.Rows)))
	}
	var missing error
	err = e.s.rawOf(ctx, segment, func(h blob.Hash) error {
		missing = e.there(ctx, h)
		return missing
	})
	if err != nil && missing == nil {
		return e.tell(segment.Blob, err)
	}
	return err
}

// tell passes on what is wrong with a blob; other errors end the examination.
func (e *examiner) tell(h blob.Hash, err error) error {
	switch {
	case errors.Is(err, blob.NotFound):
		return e.found(h, blob.NotFound.With("hash", h.Short()))
	case errors.Is(err, blob.Damaged):
		return e.found(h, blob.Damaged.With("hash", h.Short()))
	}
	return err
}
