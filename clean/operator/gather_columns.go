package operator

import (
	"strings"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// GatherColumns returns the operator that moves the values of several columns
// into one, for files that name the same thing differently.
func GatherColumns() clean.Operator { return gatherColumns{} }

type gatherColumns struct{}

const gatherName = "clean.gather_columns.v1"

func (gatherColumns) Spec() clean.Spec {
	s := describe(gatherName, clean.Reshape, "合并同义列", "Gather columns",
		"几个文件把同一件事写成不同的列名（内容、消息、body）时，把值都移到一列里；那一列已有值的行不动。",
		"Where files call the same thing by different column names (内容, 消息, body), moves the values into one column; rows that have a value there stay.",
		clean.Example{Title: spec.Text{ZH: "两个文件的内容列", EN: "the text columns of two files"}, Params: map[string]any{"into": "内容", "from": []string{"消息"}}, Columns: []string{"内容", "消息"},
			In: [][]string{{"有房吗", ""}, {"", "多少钱"}, {"", ""}, {"都有", "值"}}, Out: [][]string{{"有房吗", ""}, {"多少钱", ""}, {"", ""}, {"都有", "值"}}})
	s.Params = []spec.Param{
		{Name: "into", Kind: spec.String, Default: "", Title: spec.Text{ZH: "移到", EN: "Into"}, Help: spec.Text{ZH: "留下值的那一列", EN: "the column that gets the values"}},
		{Name: "from", Kind: spec.Strings, Default: []string(nil), Title: spec.Text{ZH: "来自", EN: "From"}, Help: spec.Text{ZH: "值从这些列移走，靠前的优先", EN: "the columns the values leave, the first that has one"}},
	}
	return s
}

func (gatherColumns) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	if v.String("into") == "" {
		return gatherStep{into: -1}, nil
	}
	into, err := clean.Columns(gatherName, []string{v.String("into")}, schema)
	if err != nil {
		return nil, err
	}
	s := gatherStep{into: into[0]}
	if names := v.Strings("from"); len(names) > 0 {
		if s.from, err = clean.Columns(gatherName, names, schema); err != nil {
			return nil, err
		}
	}
	return s, nil
}

type gatherStep struct {
	into int // -1: nothing to do
	from []int
}

func (s gatherStep) Clean(row dataset.Row) clean.Outcome {
	if s.into < 0 || strings.TrimSpace(row.Values[s.into]) != "" {
		return clean.Keep(row)
	}
	for _, at := range s.from {
		if value := row.Values[at]; at != s.into && strings.TrimSpace(value) != "" {
			out := clean.Keep(row.With(s.into, value))
			out.Row.Values[at] = "" // With copied the values
			out.Findings = []clean.Finding{{Column: s.into, Code: "columns.gathered", Count: 1}}
			return out
		}
	}
	return clean.Keep(row)
}
