package operator

import (
	"crypto/sha256"
	"encoding/binary"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// hash is the first 8 bytes of SHA-256: equal on every machine, and no one can
// make two texts collide on purpose.
func hash(parts ...string) uint64 {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// DuplicateRows returns the operator that sets repeated rows aside.
func DuplicateRows() clean.Operator { return duplicateRows{} }

type duplicateRows struct{}

const duplicateRowsName = "clean.duplicate_rows.v1"

func (duplicateRows) Spec() clean.Spec {
	s := describe(duplicateRowsName, clean.Duplicate, "隔离重复行", "Set duplicate rows aside",
		"选定的列完全相同的行只留第一行。可以选择忽略标点、空格、繁简和大小写。",
		"Of rows that are equal in the chosen columns only the first stays; punctuation, spaces, script and case may be ignored.",
		clean.Example{Title: spec.Text{ZH: "只留第一行", EN: "the first stays"}, Columns: []string{"text"}, In: [][]string{{"好"}, {"坏"}, {"好"}}, Out: [][]string{{"好"}, {"坏"}}, Aside: []string{"duplicate.exact"}})
	columns := clean.ColumnsParam()
	columns.Help = spec.Text{ZH: "比较哪几列；不填则比较所有列", EN: "what to compare; empty means every column"}
	s.BytesPerRow = 96
	s.Params = []spec.Param{columns, {Name: "fold", Kind: spec.Bool, Default: false, Title: spec.Text{ZH: "忽略写法差别", EN: "Ignore spelling"}, Help: spec.Text{ZH: "比较时忽略标点、空格、繁简、全半角和大小写", EN: "ignore punctuation, spaces, script, width and case"}}}
	return s
}

func (duplicateRows) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	s := duplicateStep{fold: v.Bool("fold")}
	names := v.Strings("columns")
	if len(names) == 0 {
		names = schema.Names()
	}
	var err error
	s.at, err = clean.Columns(duplicateRowsName, names, schema)
	return s, err
}

type duplicateStep struct {
	at    []int
	fold  bool
	first map[uint64]dataset.RowID // after Decide
}

func (s duplicateStep) key(row dataset.Row) uint64 {
	parts := make([]string, len(s.at))
	for i, at := range s.at {
		parts[i] = row.Values[at]
		if s.fold {
			if key := text.CompareKey(parts[i]); key != "" {
				parts[i] = key
			}
		}
	}
	return hash(parts...)
}

func (s duplicateStep) NewSketch() clean.Sketch {
	return &duplicateSketch{step: s, first: map[uint64]dataset.RowID{}}
}

func (s duplicateStep) Decide(all clean.Sketch) clean.Step {
	s.first = all.(*duplicateSketch).first
	return s
}

func (s duplicateStep) Clean(row dataset.Row) clean.Outcome {
	first, ok := s.first[s.key(row)]
	if !ok || first == row.ID {
		return clean.Keep(row)
	}
	return clean.SetAside(row, clean.Reason{Code: "duplicate.exact", Text: spec.Text{ZH: "与前面的一行重复", EN: "equal to an earlier row"}, Twin: first})
}

type duplicateSketch struct {
	step  duplicateStep
	first map[uint64]dataset.RowID
}

func (s *duplicateSketch) Add(row dataset.Row) {
	key := s.step.key(row)
	if _, ok := s.first[key]; !ok {
		s.first[key] = row.ID
	}
}

func (s *duplicateSketch) Merge(later clean.Sketch) {
	for key, id := range later.(*duplicateSketch).first {
		if _, ok := s.first[key]; !ok {
			s.first[key] = id
		}
	}
}
