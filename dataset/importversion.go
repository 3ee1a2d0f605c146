package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Mode says what an import does with the rows that are there.
type Mode string

const (
	Append  Mode = "append"  // the new rows come after the old ones
	Replace Mode = "replace" // the new version has the new rows only
)

// Order is one import: the raw file is in the blob store already.
type Order struct {
	DatasetID string   `json:"dataset_id"`
	Raw       string   `json:"raw"`
	Name      string   `json:"name"`
	Mode      Mode     `json:"mode"`
	Settings  Settings `json:"settings"`
}

// Progress is told how many bytes of rows were read; it may be nil.
type Progress func(bytes int64)

// Import reads a raw file into a new version of its dataset, profiled and
// durable. Repeating it after a crash makes the same rows with the same ids; the
// segments that were stored before are found again by their hash.
//
// Faults: those of reading (see faults.go), AlreadyImported, NoSuchDataset.
// Cost:   one pass; memory is a few segments, whatever the size of the file.
func (s *Service) Import(ctx context.Context, o Order, progress Progress) (Version, Report, error) {
	return s.importAlso(ctx, o, progress, nil)
}

// importAlso is Import with something that is written in the transaction that
// makes the version visible.
func (s *Service) importAlso(ctx context.Context, o Order, progress Progress, also func(context.Context, db.Tx, Version, Report) error) (Version, Report, error) {
	draft := Draft{DatasetID: o.DatasetID, MadeBy: MadeBy{Kind: "import", ID: o.Raw}, unique: true}
	var before Manifest
	if latest, err := s.Latest(ctx, o.DatasetID); err == nil {
		if latest.MadeBy == draft.MadeBy && s.sameInput(ctx, latest, o) {
			report, err := s.Report(ctx, latest.ID)
			return latest, report, err // the work of a job that died after its last write
		}
		draft.Parent = latest.ID
		if o.Mode != Replace {
			if before, err = s.Manifest(ctx, latest.ID); err != nil {
				return Version{}, Report{}, err
			}
		}
	} else if !errors.Is(err, NoSuchVersion) {
		return Version{}, Report{}, err
	}
	if slices.ContainsFunc(before.Inputs, func(in Input) bool { return in.Blob == o.Raw }) {
		return Version{}, Report{}, AlreadyImported.With("name", o.Name)
	}
	draft.keep, draft.kept = before.Segments, before.RowCount
	if len(before.Deltas) > 0 {
		// Added rows of an edit would come after the new ones, so the old part is
		// written out first.
		v, err := s.flatten(ctx, draft.Parent, before)
		if err != nil {
			return Version{}, Report{}, err
		}
		draft.keep = v
	}
	return s.importRows(ctx, o, draft, before, progress, also)
}

func (s *Service) importRows(ctx context.Context, o Order, draft Draft, before Manifest, progress Progress, also func(context.Context, db.Tx, Version, Report) error) (Version, Report, error) {
	in, err := s.blobs.Open(ctx, blob.Hash(o.Raw))
	if err != nil {
		return Version{}, Report{}, fmt.Errorf("open raw file: %w", err)
	}
	defer in.Close()
	var schema Schema
	w := newSegmentWriter(ctx, s.blobs, func() []string { return schema.Names() })
	profile := newProfiler(profileLanes, s.private)
	report, err := readFile(ctx, s.formats, in, o.Raw, o.Name, o.Settings, StandardLimits(), func(longer Schema) { schema = longer }, func(row Row) error {
		profile.add(row.Values)
		if progress != nil && row.Source.Length > 0 {
			progress(row.Source.Length)
		}
		return w.add(row)
	})
	segments, rows, closeErr := w.close()
	if err = errors.Join(err, closeErr); err != nil {
		profile.stop()
		return Version{}, report, err
	}
	seen := profile.finish(report.Schema)
	for i, c := range seen.Columns {
		report.Schema.Columns[i].Type = storedType(c.Type)
		if c.Distinct == Counted && c.DistinctCount < report.RowCount-c.EmptyCount && looksUnique(c, report.RowCount) {
			report.note(duplicateID(c, report.RowCount))
		}
	}
	if f, differ := otherColumns(before.Schema, report.Schema); differ {
		report.note(f)
	}
	draft.Schema = union(before.Schema, report.Schema)
	draft.Inputs = append(slices.Clone(before.Inputs), Input{Blob: o.Raw, Name: o.Name, Rows: rows, Settings: o.Settings})
	if draft.Report, err = s.putJSON(ctx, report); err != nil {
		return Version{}, report, fmt.Errorf("store report: %w", err)
	}
	if len(before.Segments) == 0 {
		if draft.Profile, err = s.putJSON(ctx, seen); err != nil {
			return Version{}, report, fmt.Errorf("store profile: %w", err)
		}
	}
	if also != nil {
		draft.Also = func(ctx context.Context, tx db.Tx, v Version) error { return also(ctx, tx, v, report) }
	}
	v, err := s.publish(ctx, draft, append(slices.Clone(draft.keep), segments...), nil, draft.kept+rows)
	return v, report, err
}

// sameInput reports whether the version came from this very order.
func (s *Service) sameInput(ctx context.Context, v Version, o Order) bool {
	m, err := s.Manifest(ctx, v.ID)
	if err != nil || len(m.Inputs) == 0 || o.Mode != Replace && len(m.Inputs) > 1 {
		return false
	}
	last := m.Inputs[len(m.Inputs)-1]
	a, errA := json.Marshal(last.Settings)
	b, errB := json.Marshal(o.Settings)
	return errA == nil && errB == nil && last.Blob == o.Raw && string(a) == string(b)
}

// flatten writes the rows of a version with deltas as plain segments.
func (s *Service) flatten(ctx context.Context, versionID string, m Manifest) ([]Segment, error) {
	w := newSegmentWriter(ctx, s.blobs, func() []string { return m.Schema.Names() })
	err := s.Rows(ctx, versionID, w.add)
	segments, _, closeErr := w.close()
	return segments, errors.Join(err, closeErr)
}

// union is a's columns and then those that only b has. A column whose values
// look different in both is text.
func union(a, b Schema) Schema {
	out := Schema{Columns: slices.Clone(a.Columns)}
	for _, c := range b.Columns {
		if i := out.Index(c.Name); i < 0 {
			out.Columns = append(out.Columns, c)
		} else if out.Columns[i].Type != c.Type {
			out.Columns[i].Type = Text
		}
	}
	return out
}

// Report gives the import report of a version. Fault: NoSuchVersion, also when
// the version was not made by an import.
func (s *Service) Report(ctx context.Context, versionID string) (Report, error) {
	var r Report
	v, err := s.Version(ctx, versionID)
	if err != nil {
		return r, err
	}
	if v.Report == "" {
		return r, NoSuchVersion.With("version", versionID)
	}
	body, err := blob.ReadAll(ctx, s.blobs, v.Report)
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, json.Unmarshal(body, &r)
}
