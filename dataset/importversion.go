package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	base, err := s.importBase(ctx, o)
	if err != nil {
		return Version{}, Report{}, err
	}
	if base.made != nil {
		report, err := s.Report(ctx, base.made.ID)
		return *base.made, report, err // the work of a job that died after its last write
	}
	read, err := s.readRows(ctx, o, progress)
	if err != nil {
		return Version{}, read.report, err
	}
	for {
		v, report, err := s.publishImport(ctx, o, base, read, also)
		if !errors.Is(err, errMoved) {
			return v, report, err
		}
		// Another file came in meanwhile: these rows go after its rows.
		if base, err = s.importBase(ctx, o); err != nil {
			return v, report, err
		}
		if base.made != nil {
			return *base.made, report, nil
		}
	}
}

// importBase is what an import adds to.
type importBase struct {
	parent string
	before Manifest // without segments when the import replaces
	keep   []Segment
	made   *Version // this very order was done before
}

func (s *Service) importBase(ctx context.Context, o Order) (b importBase, err error) {
	latest, err := s.Latest(ctx, o.DatasetID)
	if errors.Is(err, NoSuchVersion) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	if latest.MadeBy == madeByImport(o) && s.sameInput(ctx, latest, o) {
		b.made = &latest
		return b, nil
	}
	b.parent = latest.ID
	if o.Mode == Replace {
		return b, nil
	}
	if b.before, err = s.Manifest(ctx, latest.ID); err != nil {
		return b, err
	}
	if slices.ContainsFunc(b.before.Inputs, func(in Input) bool { return in.Blob == o.Raw }) {
		return b, AlreadyImported.With("name", o.Name)
	}
	b.keep = b.before.Segments
	if len(b.before.Deltas) > 0 {
		// Added rows of an edit would come after the new ones, so the old part is
		// written out first.
		b.keep, err = s.flatten(ctx, b.parent, b.before)
	}
	return b, err
}

func madeByImport(o Order) MadeBy { return MadeBy{Kind: "import", ID: o.Raw} }

// readImport is a file as rows in segments, not yet part of a version.
type readImport struct {
	segments []Segment
	rows     int
	report   Report
	profile  Profile
}

func (s *Service) readRows(ctx context.Context, o Order, progress Progress) (r readImport, err error) {
	in, err := s.blobs.Open(ctx, blob.Hash(o.Raw))
	if err != nil {
		return r, fmt.Errorf("open raw file: %w", err)
	}
	defer in.Close()
	var schema Schema
	w := newSegmentWriter(ctx, s.blobs, func() []string { return schema.Names() })
	profile := newProfiler(profileLanes, s.private)
	r.report, err = readFile(ctx, s.formats, in, o.Raw, o.Name, o.Settings, StandardLimits(), func(longer Schema) { schema = longer }, func(row Row) error {
		profile.add(row.Values)
		if progress != nil && row.Source.Length > 0 {
			progress(row.Source.Length)
		}
		return w.add(row)
	})
	var closeErr error
	r.segments, r.rows, closeErr = w.close()
	if err = errors.Join(err, closeErr); err != nil {
		profile.stop()
		return r, err
	}
	r.profile = profile.finish(r.report.Schema)
	for i, c := range r.profile.Columns {
		r.report.Schema.Columns[i].Type = storedType(c.Type)
		if c.Distinct == Counted && c.DistinctCount < r.report.RowCount-c.EmptyCount && looksUnique(c, r.report.RowCount) {
			r.report.note(duplicateID(c, r.report.RowCount))
		}
	}
	return r, nil
}

// publishImport makes the version of base and what was read. Error: errMoved
// when base is no longer the newest; nothing was made then.
func (s *Service) publishImport(ctx context.Context, o Order, base importBase, read readImport, also func(context.Context, db.Tx, Version, Report) error) (Version, Report, error) {
	report := read.report
	report.Findings, report.FindingCounts = slices.Clone(report.Findings), maps.Clone(report.FindingCounts) // it may be read again
	if f, differ := otherColumns(base.before.Schema, report.Schema); differ {
		report.note(f)
	}
	draft := Draft{
		DatasetID: o.DatasetID, Parent: base.parent, MadeBy: madeByImport(o), unique: true, newest: true,
		Schema: union(base.before.Schema, report.Schema),
		Inputs: append(slices.Clone(base.before.Inputs), Input{Blob: o.Raw, Name: o.Name, Rows: read.rows, Settings: o.Settings}),
	}
	var err error
	if draft.Report, err = s.putJSON(ctx, report); err != nil {
		return Version{}, report, fmt.Errorf("store report: %w", err)
	}
	if len(base.before.Segments) == 0 {
		if draft.Profile, err = s.putJSON(ctx, read.profile); err != nil {
			return Version{}, report, fmt.Errorf("store profile: %w", err)
		}
	}
	if also != nil {
		draft.Also = func(ctx context.Context, tx db.Tx, v Version) error { return also(ctx, tx, v, report) }
	}
	v, err := s.publish(ctx, draft, append(slices.Clone(base.keep), read.segments...), nil, base.before.RowCount+read.rows)
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
