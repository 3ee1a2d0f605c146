package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"golang.org/x/sync/errgroup"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Version is an immutable set of rows. ID is the hash of its manifest, so that
// the same rows made in the same way from the same parent are the same version;
// people see Number (v1, v2 …).
type Version struct {
	ID        string `json:"id"`
	DatasetID string `json:"dataset_id"`
	ProductID string `json:"product_id"`
	Number    int    `json:"number" table:"版本|version"`
	Parent    string `json:"parent,omitempty"`
	MadeBy    MadeBy `json:"made_by"`
	RowCount  int    `json:"row_count" table:"行数|rows"`
	Schema    Schema `json:"schema"`
	CreatedUS int64  `json:"created_us" table:"创建时间|created"`
	// Report is the blob of the import report, Profile that of the profile; ""
	// when there is none (yet).
	Report  blob.Hash `json:"report,omitempty"`
	Profile blob.Hash `json:"profile,omitempty"`
}

// MadeBy says what made a version: an import (id: hash of the raw file), a
// recipe, an edit, a fix. The id must not change when the same work is repeated.
type MadeBy struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// Manifest lists the files of a version. It lies in the blob store as JSON;
// docs/formats/dataset-version.md draws it.
type Manifest struct {
	Format    string    `json:"format"` // zhuomo.dataset.version.v1
	DatasetID string    `json:"dataset_id"`
	Parent    string    `json:"parent,omitempty"`
	MadeBy    MadeBy    `json:"made_by"`
	Schema    Schema    `json:"schema"`
	RowCount  int       `json:"row_count"`
	Segments  []Segment `json:"segments"`
	Deltas    []Segment `json:"deltas,omitempty"` // oldest first; a later one wins
	Inputs    []Input   `json:"inputs,omitempty"`
}

// Input is one raw file whose rows are in a version.
type Input struct {
	Blob     string   `json:"blob"`
	Name     string   `json:"name"`
	Rows     int      `json:"rows"`
	Settings Settings `json:"settings"`
}

const manifestFormat = "zhuomo.dataset.version.v1"

// compactShare is the share of delta rows past which a version is written anew;
// compactFiles bounds the number of delta files that a reader must open.
const (
	compactShare = 0.10
	compactFiles = 64
)

// Draft is a version about to be written.
type Draft struct {
	DatasetID string
	Parent    string // version id, or ""
	MadeBy    MadeBy
	Schema    Schema
	Inputs    []Input
	Report    blob.Hash
	Profile   blob.Hash
	// Also runs in the transaction that makes the version visible.
	Also func(ctx context.Context, tx db.Tx, v Version) error

	keep   []Segment // segments of the parent that stay as they are
	kept   int       // rows in them
	unique bool      // the caller guarantees unique row ids
	newest bool      // only while Parent is the newest version, else errMoved
}

// Build writes a new version with the rows that fill adds, in their order. A row
// must not be changed after it was added. Nothing is visible before the last
// row is durable; building the same version again changes nothing.
//
// Errors: NoSuchDataset, WrongWidth, DuplicateRow, and whatever fill answers.
// Cost:   O(rows); memory is a few segments of at most 64 Ki rows or 32 MiB.
func (s *Service) Build(ctx context.Context, d Draft, fill func(add func(Row) error) error) (Version, error) {
	schema := d.Schema
	w := newSegmentWriter(ctx, s.blobs, func() []string { return schema.Names() })
	seen := map[uint64]struct{}{}
	err := fill(func(row Row) error {
		if len(row.Values) != len(schema.Columns) {
			return WrongWidth.With("row", row.ID, "got", len(row.Values), "want", len(schema.Columns))
		}
		if !d.unique {
			h := fnv.New64a()
			h.Write([]byte(row.ID))
			if _, twice := seen[h.Sum64()]; twice {
				return DuplicateRow.With("row", row.ID)
			}
			seen[h.Sum64()] = struct{}{}
		}
		return w.add(row)
	})
	segments, rows, closeErr := w.close()
	if err = errors.Join(err, closeErr); err != nil {
		return Version{}, err
	}
	return s.publish(ctx, d, append(d.keep, segments...), nil, d.kept+rows)
}

// publish stores the manifest and then, as the last step, the version's row.
func (s *Service) publish(ctx context.Context, d Draft, segments, deltas []Segment, rows int) (Version, error) {
	m := Manifest{Format: manifestFormat, DatasetID: d.DatasetID, Parent: d.Parent, MadeBy: d.MadeBy,
		Schema: d.Schema, RowCount: rows, Segments: segments, Deltas: deltas, Inputs: d.Inputs}
	body, err := json.Marshal(m)
	if err != nil {
		return Version{}, fmt.Errorf("encode manifest: %w", err)
	}
	hash, err := blob.PutBytes(ctx, s.blobs, body)
	if err != nil {
		return Version{}, fmt.Errorf("store manifest: %w", err)
	}
	v := Version{ID: string(hash), DatasetID: d.DatasetID, Parent: d.Parent, MadeBy: d.MadeBy, RowCount: rows,
		Schema: d.Schema, CreatedUS: s.now().UnixMicro(), Report: d.Report, Profile: d.Profile}
	if err := s.insertVersion(ctx, &v, d.newest, d.Also); err != nil {
		return Version{}, err
	}
	return v, nil
}

// Edit is one change to a row: put it in place of the row with its id (or at the
// end if there is none), or remove that row from the version.
type Edit struct {
	Row    Row
	Remove bool
}

// Edit makes a version that differs from its parent by edits; an id that occurs
// twice takes the last. It costs what changed, and now and then (past 10 % of
// changed rows) a full rewrite.
//
// Errors: NoSuchVersion, NoSuchRow (Remove), WrongWidth.
func (s *Service) Edit(ctx context.Context, versionID string, by MadeBy, edits []Edit, also func(ctx context.Context, tx db.Tx, v Version) error) (Version, error) {
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return Version{}, err
	}
	ids := make([]RowID, len(edits))
	last := make(map[RowID]int, len(edits))
	for i, e := range edits {
		ids[i] = e.Row.ID
		last[e.Row.ID] = i
	}
	places, err := s.locate(ctx, m, over, ids)
	if err != nil {
		return Version{}, err
	}
	var rows []Row
	var deltas []deltaRow
	count := m.RowCount
	for i, e := range edits {
		if last[e.Row.ID] != i {
			continue
		}
		at, held := places[e.Row.ID]
		old, changed := over.byID[e.Row.ID]
		here := held && !(changed && old.gone)
		switch {
		case e.Remove && !here:
			return Version{}, NoSuchRow.With("row", e.Row.ID)
		case !e.Remove && len(e.Row.Values) != len(m.Schema.Columns):
			return Version{}, WrongWidth.With("row", e.Row.ID, "got", len(e.Row.Values), "want", len(m.Schema.Columns))
		case e.Remove:
			count--
			e.Row.Values = nil
		case !here:
			count++
		}
		if !held {
			at = place{-1, 0}
		}
		rows = append(rows, e.Row)
		deltas = append(deltas, deltaRow{Row: e.Row, place: at, gone: e.Remove, revision: int64(len(m.Deltas) + 1)})
	}
	d := Draft{DatasetID: m.DatasetID, Parent: versionID, MadeBy: by, Schema: m.Schema, Inputs: m.Inputs, Also: also}
	if len(rows) == 0 {
		return s.publish(ctx, d, m.Segments, m.Deltas, count)
	}
	body, err := writeSegment(rows, m.Schema.Names(), deltas)
	if err != nil {
		return Version{}, err
	}
	hash, err := blob.PutBytes(ctx, s.blobs, body)
	if err != nil {
		return Version{}, fmt.Errorf("store delta: %w", err)
	}
	all := append(append([]Segment(nil), m.Deltas...), Segment{Blob: hash, Rows: len(rows), Bytes: int64(len(body)),
		FirstRow: rows[0].ID, Columns: m.Schema.Names()})
	changed := 0
	for _, x := range all {
		changed += x.Rows
	}
	if len(all) <= compactFiles && float64(changed) <= compactShare*float64(baseRows(m)) {
		return s.publish(ctx, d, m.Segments, all, count)
	}
	edited := m
	edited.Deltas, edited.RowCount = all, count
	newOver, err := s.overlay(ctx, edited)
	if err != nil {
		return Version{}, err
	}
	d.unique = true
	return s.Build(ctx, d, func(add func(Row) error) error {
		return s.eachRow(ctx, edited, newOver, 0, func(_ int, row Row) error { return add(row) })
	})
}

func baseRows(m Manifest) int {
	n := 0
	for _, s := range m.Segments {
		n += s.Rows
	}
	return n
}

// segmentWriter cuts rows into segments and encodes them beside its caller.
type segmentWriter struct {
	ctx     context.Context
	blobs   blob.Store
	columns func() []string // names at the time a segment is cut
	group   *errgroup.Group
	rows    []Row
	bytes   int
	total   int
	out     []*Segment // in order; each filled by its goroutine
}

// encoders is how many segments are encoded at a time; it bounds memory.
const encoders = 2

func newSegmentWriter(ctx context.Context, blobs blob.Store, columns func() []string) *segmentWriter {
	w := &segmentWriter{blobs: blobs, columns: columns}
	w.group, w.ctx = errgroup.WithContext(ctx)
	w.group.SetLimit(encoders)
	return w
}

func (w *segmentWriter) add(row Row) error {
	w.rows = append(w.rows, row)
	for _, v := range row.Values {
		w.bytes += len(v)
	}
	if len(w.rows) >= segmentRows || w.bytes >= segmentBytes {
		return w.cut()
	}
	return nil
}

func (w *segmentWriter) cut() error {
	if err := w.ctx.Err(); err != nil {
		return context.Cause(w.ctx)
	}
	rows, columns, segment := w.rows, w.columns(), &Segment{}
	w.total += len(rows)
	w.out = append(w.out, segment)
	w.rows, w.bytes = make([]Row, 0, min(segmentRows, max(len(rows), 64))), 0
	w.group.Go(func() error {
		body, err := writeSegment(rows, columns, nil)
		if err != nil {
			return err
		}
		hash, err := blob.PutBytes(w.ctx, w.blobs, body)
		if err != nil {
			return fmt.Errorf("store segment: %w", err)
		}
		*segment = Segment{Blob: hash, Rows: len(rows), Bytes: int64(len(body)), FirstRow: RowID(strings.Clone(string(rows[0].ID))), Columns: columns}
		return nil
	})
	return nil
}

// close waits for the encoders and gives the segments in order.
func (w *segmentWriter) close() ([]Segment, int, error) {
	var err error
	if len(w.rows) > 0 {
		err = w.cut()
	}
	if waitErr := w.group.Wait(); waitErr != nil {
		return nil, 0, waitErr
	}
	out := make([]Segment, len(w.out))
	for i, s := range w.out {
		out[i] = *s
	}
	return out, w.total, err
}
