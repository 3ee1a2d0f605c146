package clean

import (
	"context"
	"errors"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// Quarantined is one row that a run set aside.
type Quarantined struct {
	Position  int               `json:"position"`
	Row       dataset.RowID     `json:"row" table:"行|row"`
	Step      int               `json:"step"`
	Operator  string            `json:"operator" table:"算子|operator"`
	Code      string            `json:"code" table:"原因|reason"`
	Reason    spec.Text         `json:"reason"`
	Twin      dataset.RowID     `json:"twin,omitempty" doc:"留下的那一行|the row that stayed instead"`
	Values    map[string]string `json:"values" doc:"离开时的内容|as it stood when it left"`
	PutBackUS int64             `json:"put_back_us,omitempty"`
	PutBackBy string            `json:"put_back_by,omitempty" doc:"谁放回的|who put it back"`
	// PutBackReason is why, in the words of who did.
	PutBackReason string `json:"put_back_reason,omitempty" doc:"为什么放回|why it was put back"`

	body string
	row  dataset.Row
}

// Quarantine lists up to limit rows that a run set aside, after a position, of
// one reason or (code "") of all. Fault: NoSuchRun.
func (s *Service) Quarantine(ctx context.Context, runID, code string, after, limit int) ([]Quarantined, error) {
	run, err := s.Get(ctx, runID)
	if err != nil {
		return nil, err
	}
	if run.ResultVersion == "" {
		return []Quarantined{}, nil
	}
	v, err := s.data.Version(ctx, run.VersionID)
	if err != nil {
		return nil, err
	}
	found, err := s.selectQuarantine(ctx, runID, code, after, limit)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Values = map[string]string{}
		for c, name := range v.Schema.Names() {
			found[i].Values[name] = found[i].row.Values[c]
		}
	}
	return found, nil
}

// Reasons counts the quarantine of a run by reason. Fault: NoSuchRun.
func (s *Service) Reasons(ctx context.Context, runID string) ([]ReasonCount, error) {
	if _, err := s.Get(ctx, runID); err != nil {
		return nil, err
	}
	return s.countReasons(ctx, runID)
}

// PutBack returns rows from quarantine to the newest version of the dataset. The
// steps after the one that set them aside repair them, but none sets them aside
// again. Rows that are back already are passed over. reason may be empty.
//
// Faults: NoSuchRun, RunNotDone, NothingChosen, NotInQuarantine.
func (s *Service) PutBack(ctx context.Context, runID string, ids []dataset.RowID, reason string) (dataset.Version, error) {
	return s.move(ctx, runID, ids, true, func(ctx context.Context, tx db.Tx, moved []dataset.RowID) error {
		return markPutBack(ctx, tx, runID, moved, strings.TrimSpace(reason), api.Who(ctx).Name, s.now().UnixMicro())
	})
}

// SetAside takes rows that were put back out of the newest version again, as if
// nobody had put them back. Rows that are not back are passed over. Faults as
// PutBack.
func (s *Service) SetAside(ctx context.Context, runID string, ids []dataset.RowID) (dataset.Version, error) {
	return s.move(ctx, runID, ids, false, func(ctx context.Context, tx db.Tx, moved []dataset.RowID) error {
		return markPutBack(ctx, tx, runID, moved, "", "", 0)
	})
}

// move brings rows of a run's quarantine into the newest version, or out of it.
func (s *Service) move(ctx context.Context, runID string, ids []dataset.RowID, in bool, mark func(ctx context.Context, tx db.Tx, moved []dataset.RowID) error) (dataset.Version, error) {
	run, err := s.Get(ctx, runID)
	if err != nil {
		return dataset.Version{}, err
	}
	if run.ResultVersion == "" {
		return dataset.Version{}, RunNotDone.With("run", runID, "state", run.State)
	}
	if len(ids) == 0 {
		return dataset.Version{}, NothingChosen.With().At("rows")
	}
	v, err := s.data.Version(ctx, run.VersionID)
	if err != nil {
		return v, err
	}
	_, steps, err := Resolve(ctx, []byte(run.plan), s.operators, nil)
	if err != nil {
		return v, err
	}
	plan, err := Bind(steps, v.Schema)
	if err != nil {
		return v, err
	}
	latest, err := s.data.Latest(ctx, run.DatasetID)
	if err != nil {
		return latest, err
	}
	var rows []dataset.Row
	var moved []dataset.RowID
	for _, id := range ids {
		q, ok, err := s.selectAside(ctx, runID, id)
		if err != nil {
			return v, err
		}
		if !ok {
			return v, NotInQuarantine.With("row", id).At("rows")
		}
		if (q.PutBackUS == 0) == in {
			moved = append(moved, id)
			rows = append(rows, plan.finishRow(q.row, q.Step)...)
		}
	}
	edits, err := s.edits(ctx, latest.ID, rows, in)
	if err != nil || len(moved) == 0 {
		return latest, err
	}
	by := dataset.MadeBy{Kind: "put_back", ID: runID}
	if !in {
		by.Kind = "set_aside"
	}
	return s.data.Edit(ctx, latest.ID, by, edits, func(ctx context.Context, tx db.Tx, _ dataset.Version) error {
		return mark(ctx, tx, moved)
	})
}

// edits bring rows into a version, or remove those that it still has.
func (s *Service) edits(ctx context.Context, versionID string, rows []dataset.Row, in bool) ([]dataset.Edit, error) {
	var edits []dataset.Edit
	for _, row := range rows {
		if !in {
			switch _, err := s.data.Get(ctx, versionID, []dataset.RowID{row.ID}); {
			case errors.Is(err, dataset.NoSuchRow):
				continue // a later step or person took it out
			case err != nil:
				return nil, err
			}
		}
		edits = append(edits, dataset.Edit{Row: row, Remove: !in})
	}
	return edits, nil
}

// finishRow applies the row steps after step (from 1) to a row that a person
// wants to keep.
func (p *Plan) finishRow(row dataset.Row, step int) []dataset.Row {
	rows := []dataset.Row{row}
	for _, b := range p.steps[step:] {
		if b.off || isTable(b) {
			continue
		}
		var next []dataset.Row
		for _, r := range rows {
			switch o := b.step.Clean(r); {
			case o.Aside != nil:
				next = append(next, r)
			case o.Parts != nil:
				next = append(next, o.Parts...)
			default:
				next = append(next, o.Row)
			}
		}
		rows = next
	}
	return rows
}
