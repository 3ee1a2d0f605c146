package knowledge

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"zhuomo/internal/db"
)

// ImportReport tells what an import did, or would do.
type ImportReport struct {
	ID       string      `json:"id,omitempty" doc:"导入的编号，凭它撤销；预览没有|id of the import, to take it back; a preview has none"`
	Added    int         `json:"added" table:"新增|added"`
	Changed  int         `json:"changed" table:"更新|changed"`
	Same     int         `json:"same" table:"没变|same"`
	Refused  int         `json:"refused" table:"不收|refused"`
	Rows     []ImportRow `json:"rows" nullable:"false" doc:"新增、更新、不收的行，最多 1000 行|rows added, changed, refused; at most 1000"`
	Warnings []Warning   `json:"warnings" nullable:"false"`
}

// ImportRow is one entry of a file and what becomes of it.
type ImportRow struct {
	Line     int        `json:"line" table:"行|line" doc:"表格的行号（表头是 1），或 YAML 里的第几条|line of the table (the header is 1), or number in the YAML"`
	Kind     ImportKind `json:"kind" table:"结果|result" enum:"added,changed,refused"`
	EntryID  string     `json:"entry_id,omitempty"`
	Question string     `json:"question" table:"问题|question"`
	Fields   []string   `json:"fields,omitempty" doc:"更新了哪些：question、variants、answer、category、conditions、state|what changes"`
	Reason   string     `json:"reason,omitempty" table:"原因|reason" doc:"为什么不收|why it is refused"`
	Fix      string     `json:"fix,omitempty" doc:"怎么改|how to mend it"`
	err      error      // of a refused row; http.go tells it in the asker's language
}

// ImportKind is what becomes of a row.
type ImportKind string

const (
	RowAdded   ImportKind = "added"
	RowChanged ImportKind = "changed"
	RowRefused ImportKind = "refused"
)

// Bounds of what a report lists; the counts are whole.
const (
	rowsShown     = 1000
	warningsShown = 200
)

// Preview tells what importing a sheet would do, and does nothing.
func (s *Service) Preview(ctx context.Context, product string, sheet Sheet) (ImportReport, error) {
	r, _, err := compare(ctx, s.db.Reader(), product, sheet)
	if err != nil {
		return r, err
	}
	return s.warned(ctx, product, sheet, r)
}

// Import keeps the entries of a sheet, all or none: new ones are added, changed
// ones get a new revision, the same ones stay. A sheet with refused rows is not
// imported unless skip leaves them out. Faults: those of Check.
func (s *Service) Import(ctx context.Context, product, actor string, sheet Sheet, skip bool) (ImportReport, error) {
	if err := sheet.refused(); err != nil && !skip {
		return ImportReport{}, err
	}
	var r ImportReport
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var all []imported
		var err error
		if r, all, err = compare(ctx, tx, product, sheet); err != nil {
			return err
		}
		now := s.now()
		for i := range all {
			e, before := all[i].entry, all[i].before
			e.ProductID, e.Revision, e.UpdatedUS, e.UpdatedBy = product, before+1, now.UnixMicro(), actor
			if err := putEntry(ctx, tx, e, before); err != nil {
				return err
			}
		}
		if len(all) == 0 {
			return nil
		}
		r.ID = db.NewID(now)
		if err := putImport(ctx, tx, product, r.ID, all, now.UnixMicro(), actor); err != nil {
			return err
		}
		return countChange(ctx, tx, product)
	})
	if err != nil {
		return r, err
	}
	return s.warned(ctx, product, sheet, r)
}

// imported is one entry that an import writes.
type imported struct {
	entry  Entry
	before int64 // its revision before, 0: it is new
}

// compare tells what a sheet changes, and what has to be written for that.
func compare(ctx context.Context, from db.Reader, product string, sheet Sheet) (ImportReport, []imported, error) {
	r := ImportReport{Rows: []ImportRow{}, Warnings: []Warning{}, Refused: len(sheet.Refused)}
	for _, f := range sheet.Refused {
		r.Rows = append(r.Rows, ImportRow{Line: f.Line, Kind: RowRefused, Question: f.Question, err: f.Err})
	}
	var all []imported
	for i, e := range sheet.Entries {
		old, err := selectEntry(ctx, from, product, e.ID)
		row := ImportRow{Line: sheet.Lines[i], Kind: RowChanged, EntryID: e.ID, Question: e.Question}
		switch {
		case errors.Is(err, NoEntry):
			row.Kind = RowAdded
			r.Added++
		case err != nil:
			return r, nil, err
		default:
			if e.Sources == nil { // a file cannot tell them
				e.Sources = old.Sources
			}
			if row.Fields = changedFields(old, e); len(row.Fields) == 0 {
				r.Same++
				continue
			}
			r.Changed++
		}
		r.Rows = append(r.Rows, row)
		all = append(all, imported{e, old.Revision})
	}
	slices.SortStableFunc(r.Rows, func(a, b ImportRow) int { return a.Line - b.Line })
	r.Rows = r.Rows[:min(len(r.Rows), rowsShown)]
	return r, all, nil
}

// warned adds what the entries of a sheet are close to.
func (s *Service) warned(ctx context.Context, product string, sheet Sheet, r ImportReport) (ImportReport, error) {
	w, err := s.at(ctx, product)
	if err != nil {
		return r, err
	}
	for _, e := range sheet.Entries {
		if len(r.Warnings) >= warningsShown {
			break
		}
		r.Warnings = append(r.Warnings, Warn(e, w.index)...)
	}
	return r, nil
}

// changedFields names what people see differ.
func changedFields(a, b Entry) (fields []string) {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"question", a.Question == b.Question},
		{"variants", slices.Equal(a.Variants, b.Variants)},
		{"answer", reflect.DeepEqual(a.Answer, b.Answer)},
		{"category", a.Category == b.Category},
		{"conditions", reflect.DeepEqual(a.Conditions, b.Conditions)},
		{"state", a.State == b.State},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// ImportUndone tells what taking an import back did.
type ImportUndone struct {
	Removed  int `json:"removed" table:"移除|removed" doc:"导入新增的，已移除|added by the import, removed"`
	Restored int `json:"restored" table:"恢复|restored" doc:"导入更新的，已恢复|changed by the import, restored"`
	Kept     int `json:"kept" table:"保留|kept" doc:"导入后又被人改过的，保留|edited since by somebody, kept"`
}

// UndoImport takes an import back: what it added is removed, what it changed is
// as before. What somebody edited since is left. Doing it twice changes nothing
// more. Fault: NoImport.
func (s *Service) UndoImport(ctx context.Context, product, actor, id string) (ImportUndone, error) {
	var u ImportUndone
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		u = ImportUndone{}
		all, err := selectImport(ctx, tx, product, id)
		if err != nil {
			return err
		}
		now := s.now().UnixMicro()
		for _, t := range all {
			is, err := selectEntry(ctx, tx, product, t.EntryID)
			if err != nil {
				return err
			}
			if is.Revision != t.Revision {
				u.Kept++
				continue
			}
			back := is
			if t.Before == 0 {
				back.State = Removed
				u.Removed++
			} else {
				if back, err = selectRevision(ctx, tx, product, t.EntryID, t.Before); err != nil {
					return err
				}
				u.Restored++
			}
			back.ProductID, back.Revision, back.UpdatedUS, back.UpdatedBy = product, is.Revision+1, now, actor
			if err := putEntry(ctx, tx, back, is.Revision); err != nil {
				return err
			}
		}
		if err := endImport(ctx, tx, product, id, now); err != nil {
			return err
		}
		return countChange(ctx, tx, product)
	})
	return u, err
}
