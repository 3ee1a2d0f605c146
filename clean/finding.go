package clean

import (
	"context"
	"slices"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/spec"
)

// Trace is what one step of a run did to one row: changed a cell, split the row,
// or set it aside.
type Trace struct {
	Run      string        `json:"run"`
	Version  string        `json:"version"` // the version that the run made
	Step     int           `json:"step" table:"步|step"`
	Operator string        `json:"operator" table:"算子|operator"`
	Title    spec.Text     `json:"title"`
	Row      dataset.RowID `json:"row"`
	Column   string        `json:"column,omitempty" table:"列|column"`
	Code     string        `json:"code" table:"发现|finding"`
	Before   string        `json:"before,omitempty" table:"之前|before"`
	After    string        `json:"after,omitempty" table:"之后|after"`
	Ops      []Op          `json:"ops,omitempty"`
	Parts    int           `json:"parts,omitempty"`
	Aside    *Reason       `json:"set_aside,omitempty"`
}

// Findings tells what a run did to a row, step by step, with the text before and
// after each change. A row that the run left alone has none.
// Faults: NoSuchRun, RunNotDone.
func (s *Service) Findings(ctx context.Context, runID string, row dataset.RowID) ([]Trace, error) {
	run, err := s.Get(ctx, runID)
	if err != nil {
		return nil, err
	}
	if run.ResultVersion == "" {
		return nil, RunNotDone.With("run", runID, "state", run.State)
	}
	entries, err := readJournal(ctx, s.blobs, blob.Hash(run.journal), row)
	if err != nil || len(entries) == 0 {
		return []Trace{}, err
	}
	v, err := s.data.Version(ctx, run.VersionID)
	if err != nil {
		return nil, err
	}
	// The journal of a part begins where that of the whole row ends; whatever
	// was a part before this run has its own row in the version.
	origin := entries[0].Row
	rows, err := s.data.Get(ctx, run.VersionID, []dataset.RowID{origin})
	if err != nil {
		return nil, err
	}
	now := slices.Clone(rows[0].Values)
	traces := []Trace{}
	for _, e := range entries {
		for _, c := range e.Changes {
			after, ok := c.apply(now[c.Column])
			if !ok {
				return nil, JournalBroken.With()
			}
			t := run.trace(c.Step, e.Row)
			t.Column, t.Code, t.Before, t.After, t.Ops = v.Schema.Columns[c.Column].Name, c.Code, now[c.Column], after, Diff(now[c.Column], after)
			traces = append(traces, t)
			now[c.Column] = after
		}
		if e.Parts > 0 {
			t := run.trace(e.Step, e.Row)
			t.Code, t.Parts = "split.parts", e.Parts
			traces = append(traces, t)
		}
		if e.Aside != nil {
			t := run.trace(e.Step, e.Row)
			t.Code, t.Aside = e.Aside.Code, e.Aside
			traces = append(traces, t)
		}
	}
	return traces, nil
}

func (r Run) trace(step int, row dataset.RowID) Trace {
	return Trace{Run: r.ID, Version: r.ResultVersion, Step: step, Operator: r.Steps[step-1].Operator, Title: r.Steps[step-1].Title, Row: row}
}

// maxParents bounds the walk of History.
const maxParents = 1000

// History tells what every run between the import and a version did to a row,
// oldest first: the operators that changed it. Versions that other work made
// (edits, imports) are passed over.
func (s *Service) History(ctx context.Context, versionID string, row dataset.RowID) ([]Trace, error) {
	var all [][]Trace
	for range maxParents {
		v, err := s.data.Version(ctx, versionID)
		if err != nil {
			return nil, err
		}
		run, ok, err := s.selectRun(ctx, "", versionID)
		if err != nil {
			return nil, err
		}
		if ok {
			found, err := s.Findings(ctx, run.ID, row)
			if err != nil {
				return nil, err
			}
			all = append(all, found)
			if len(found) > 0 { // before this run a part was (in) this row
				row = found[0].Row
			}
		}
		if v.Parent == "" {
			break
		}
		versionID = v.Parent
	}
	slices.Reverse(all)
	return slices.Concat(all...), nil
}
