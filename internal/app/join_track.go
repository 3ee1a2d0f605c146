package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/fault"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/text"
	"zhuomo/track"
)

// witnesses finds training rows by the model that answered.
type witnesses struct {
	learn *learn.Service
	label *label.Service
	turns track.Turns
}

func (w witnesses) Witnesses(ctx context.Context, model string, turn track.TurnFact, most int) ([]track.WitnessFact, error) {
	if len(turn.Labels) == 0 {
		return nil, nil
	}
	_, m, err := w.learn.Open(ctx, turn.ProductID, model)
	if err != nil {
		return nil, err
	}
	full, err := w.turns.Turn(ctx, turn.ID) // a list of turns carries no history
	if err != nil {
		return nil, err
	}
	input := learn.Input{Text: full.Text, History: saidBefore(full.History)}
	found, err := m.Witnesses(ctx, input, turn.Labels[0].Label, most)
	if err != nil {
		return nil, err
	}
	var total float64
	for _, f := range found {
		total += max(float64(f.Weight), -float64(f.Weight))
	}
	out := make([]track.WitnessFact, 0, len(found))
	for _, f := range found {
		fact := track.WitnessFact{RowID: f.RowID, Labels: f.Labels}
		if total > 0 {
			fact.Weight = float64(f.Weight) / total
		}
		settled, err := w.label.GoldOf(ctx, turn.ProductID, f.RowID)
		switch {
		case err == nil:
			fact.Text = settled.Text
		case fault.Of(err).Def.Kind != fault.NotFound:
			return nil, err
		}
		out = append(out, fact)
	}
	return out, nil
}

// saidBefore reads the lines of a turn's history: customer and product in turn.
func saidBefore(lines []string) []learn.Said {
	out := make([]learn.Said, len(lines))
	for i, line := range lines {
		out[i] = learn.Said{Who: learn.Customer, Text: line}
		if i%2 == 1 {
			out[i].Who = learn.Product
		}
	}
	return out
}

// annotations tells who decided on a row.
type annotations struct{ label *label.Service }

func (a annotations) AnnotationsOf(ctx context.Context, product, row string) ([]track.AnnotationFact, error) {
	found, err := a.label.AnnotationsOf(ctx, product, row)
	if err != nil {
		return nil, err
	}
	out := make([]track.AnnotationFact, 0, len(found))
	for _, f := range found {
		fact := track.AnnotationFact{
			ID: f.ID, Person: f.Person, Simulated: f.Simulated, Labels: f.Labels,
			GuidelineID: f.GuidelineID, GuidelineVersion: f.GuidelineVersion, At: time.UnixMicro(f.AtUS).UTC(),
		}
		if f.AdoptionID != "" {
			adoption, err := a.label.AdoptionOf(ctx, f.AdoptionID)
			if err != nil {
				return nil, err
			}
			fact.Column = adoption.Column
		}
		out = append(out, fact)
	}
	return out, nil
}

// rows finds a row as it was imported, and its raw record.
type rows struct {
	data  *dataset.Service
	blobs blob.Store
}

// Row finds a row by id in the oldest version that holds it: the import.
func (r rows) Row(ctx context.Context, product, id string) (track.RowFact, error) {
	return r.find(ctx, product, func(v dataset.Version, m dataset.Manifest) (dataset.Row, bool, error) {
		got, err := r.data.Get(ctx, v.ID, []dataset.RowID{dataset.RowID(id).Root()})
		if err != nil || len(got) == 0 {
			return dataset.Row{}, false, ignoreMissing(err)
		}
		return got[0], true, nil
	}, id)
}

// RowAt finds the row of a record of a file by the file's name.
func (r rows) RowAt(ctx context.Context, product, file, part string, record int) (track.RowFact, error) {
	return r.find(ctx, product, func(v dataset.Version, m dataset.Manifest) (dataset.Row, bool, error) {
		for _, in := range m.Inputs {
			if in.Name != file {
				continue
			}
			got, err := r.data.Get(ctx, v.ID, []dataset.RowID{dataset.NewRowID(in.Blob, part, record)})
			if err != nil || len(got) == 0 {
				return dataset.Row{}, false, ignoreMissing(err)
			}
			return got[0], true, nil
		}
		return dataset.Row{}, false, nil
	}, fmt.Sprintf("%s/%s:%d", file, part, record))
}

func ignoreMissing(err error) error {
	if errors.Is(err, dataset.NoSuchRow) {
		return nil
	}
	return err
}

// find asks every version made by an import, product by product, until one has
// the row; that of a product first.
func (r rows) find(ctx context.Context, product string, has func(dataset.Version, dataset.Manifest) (dataset.Row, bool, error), what string) (track.RowFact, error) {
	const page = 1000
	found, err := r.data.Products(ctx, "", page)
	if err != nil {
		return track.RowFact{}, err
	}
	if at := slices.IndexFunc(found, func(p dataset.Product) bool { return p.ID == product }); at > 0 {
		found[0], found[at] = found[at], found[0]
	}
	for _, p := range found {
		sets, err := r.data.Datasets(ctx, p.ID, "", page)
		if err != nil {
			return track.RowFact{}, err
		}
		for _, d := range sets {
			versions, err := r.data.Versions(ctx, d.ID, 0, page)
			if err != nil {
				return track.RowFact{}, err
			}
			// The last import holds all the rows of those before it.
			for i := len(versions) - 1; i >= 0; i-- {
				v := versions[i]
				if v.MadeBy.Kind == "recipe" {
					continue
				}
				m, err := r.data.Manifest(ctx, v.ID)
				if err != nil {
					return track.RowFact{}, err
				}
				row, ok, err := has(v, m)
				if err != nil {
					return track.RowFact{}, err
				}
				if ok {
					return r.fact(ctx, v, m, row)
				}
			}
		}
	}
	return track.RowFact{}, dataset.NoSuchRow.With("row", what)
}

func (r rows) fact(ctx context.Context, v dataset.Version, m dataset.Manifest, row dataset.Row) (track.RowFact, error) {
	f := track.RowFact{
		ID: string(row.ID), ProductID: v.ProductID, DatasetID: v.DatasetID, Blob: row.Source.Blob, Part: row.Source.Part,
		Record: row.Source.Record, Offset: row.Source.Offset, Length: row.Source.Length, Values: map[string]string{},
	}
	for i, c := range v.Schema.Columns {
		if i < len(row.Values) {
			f.Values[c.Name] = row.Values[i]
		}
	}
	encoding := ""
	for _, in := range m.Inputs {
		if in.Blob == f.Blob {
			f.File, encoding = in.Name, in.Settings.Encoding
		}
	}
	f.Encoding = encoding
	raw, err := r.raw(ctx, f, encoding)
	if err != nil {
		return f, err
	}
	if f.Raw = raw; raw == "" {
		f.Raw = strings.Join(row.Values, "\t")
	}
	return f, nil
}

// raw reads the record's bytes where the format has them.
func (r rows) raw(ctx context.Context, f track.RowFact, encoding string) (string, error) {
	if f.Offset < 0 || f.Length <= 0 || f.Part != "" {
		return "", nil
	}
	in, err := r.blobs.Open(ctx, blob.Hash(f.Blob))
	if err != nil {
		return "", ignoreGone(err)
	}
	defer in.Close()
	const most = 64 << 10
	bytes := make([]byte, min(f.Length, most))
	if _, err := in.ReadAt(bytes, f.Offset); err != nil {
		return "", fmt.Errorf("read raw record %d of %s: %w", f.Record, f.File, err)
	}
	line, _, _, err := text.Decode(bytes, encoding)
	return strings.TrimRight(line, "\r\n"), err
}

func ignoreGone(err error) error {
	if errors.Is(err, blob.NotFound) {
		return nil
	}
	return err
}

// cleanings tells which operators changed a row, over all runs of its product.
type cleanings struct{ clean *clean.Service }

func (c cleanings) ChangesOf(ctx context.Context, product, row string) ([]track.ChangeFact, error) {
	runs, err := c.clean.Runs(ctx, product, "", 100)
	if err != nil {
		return nil, err
	}
	var out []track.ChangeFact
	for _, run := range runs {
		if run.ResultVersion == "" {
			continue
		}
		found, err := c.clean.Findings(ctx, run.ID, dataset.RowID(row))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			change := track.ChangeFact{RunID: run.ID, Step: f.Step, Operator: f.Operator, Column: f.Column, Before: f.Before, After: f.After}
			if f.Aside != nil {
				change.Aside = f.Aside.Code
			}
			out = append(out, change)
		}
		if len(out) > 0 {
			break // the newest run that touched the row
		}
	}
	return out, nil
}
