package clean

import (
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// ColumnsParam is the parameter by which an operator on cells is told where to
// work. Empty means every column of type text.
func ColumnsParam() spec.Param {
	return spec.Param{
		Name: "columns", Kind: spec.Strings, Default: []string(nil),
		Title: spec.Text{ZH: "列", EN: "Columns"},
		Help:  spec.Text{ZH: "要处理的列；不填则处理所有文本列", EN: "where to work; empty means every text column"},
	}
}

// Columns finds the positions of the named columns, or of all text columns when
// there are no names. Faults: NoSuchColumn.
func Columns(operator string, names []string, schema dataset.Schema) ([]int, error) {
	var at []int
	if len(names) == 0 {
		for i, c := range schema.Columns {
			if c.Type == dataset.Text || c.Type == "" {
				at = append(at, i)
			}
		}
		return at, nil
	}
	for _, name := range names {
		i := schema.Index(name)
		if i < 0 {
			return nil, NoSuchColumn.With("operator", operator, "column", name, "known", strings.Join(schema.Names(), ", ")).At("columns")
		}
		at = append(at, i)
	}
	return at, nil
}

// EachCell is the step of an operator that repairs cells one by one. Repair
// gives the new text, a finding code and how often it applied; count 0 means
// that the cell stays.
type EachCell struct {
	At     []int
	Repair func(text string) (repaired, code string, count int)
}

// Clean repairs the chosen cells.
func (s EachCell) Clean(row dataset.Row) Outcome {
	out := Keep(row)
	for _, i := range s.At {
		repaired, code, count := s.Repair(out.Row.Values[i])
		if count == 0 {
			continue
		}
		out.Row = out.Row.With(i, repaired)
		out.Findings = append(out.Findings, Finding{Column: i, Code: code, Count: count})
	}
	return out
}

// Role finds the column that plays a role. given is the parameter as set; empty
// means: the first column whose name is one of usual (case does not count), -1
// when there is none. Faults: NoSuchColumn.
func Role(operator, param, given string, schema dataset.Schema, usual []string) (int, error) {
	if given != "" {
		if i := schema.Index(given); i >= 0 {
			return i, nil
		}
		return -1, NoSuchColumn.With("operator", operator, "column", given, "known", strings.Join(schema.Names(), ", ")).At(param)
	}
	for _, name := range usual {
		for i, c := range schema.Columns {
			if strings.EqualFold(strings.TrimSpace(c.Name), name) {
				return i, nil
			}
		}
	}
	return -1, nil
}
