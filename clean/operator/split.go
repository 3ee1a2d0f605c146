package operator

import (
	"strings"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// split is an operator that cuts a row at places in its text; the other columns
// are repeated.
type split struct {
	spec clean.Spec
	bind func(v spec.Values) func(text string) []string
}

func (s split) Spec() clean.Spec { return s.spec }

func (s split) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(s.spec.Name, withRoles(v), schema, "text")
	if err != nil {
		return nil, err
	}
	return splitStep{r.text, s.bind(v)}, nil
}

type splitStep struct {
	text int
	cut  func(text string) []string
}

// Clean makes parts named <id>.1, <id>.2 …; a text in one piece stays.
func (s splitStep) Clean(row dataset.Row) clean.Outcome {
	pieces := s.cut(row.Values[s.text])
	if len(pieces) < 2 {
		return clean.Keep(row)
	}
	out := clean.Outcome{Row: row, Findings: []clean.Finding{{Column: s.text, Code: "split.parts", Count: len(pieces)}}}
	for i, piece := range pieces {
		part := row.With(s.text, piece)
		part.ID = row.ID.SplitPart(i + 1)
		out.Parts = append(out.Parts, part)
	}
	return out
}

// SplitRows returns the operator that cuts a row at a separator.
func SplitRows() clean.Operator {
	s := describe("clean.split_rows.v1", clean.Reshape, "按分隔符拆行", "Split rows",
		"把一格里用分隔符隔开的几条拆成几行，其余列照抄；行号是原行号加 .1、.2。",
		"Cuts a cell at a separator into several rows; the other columns are repeated, the ids are the row's with .1, .2 …",
		clean.Example{Title: spec.Text{ZH: "一格里的两个问题", EN: "two questions in a cell"}, Params: map[string]any{"separator": "||"}, Columns: []string{"text"}, In: [][]string{{"有房吗||多少钱"}, {"好"}}, Out: [][]string{{"有房吗"}, {"多少钱"}, {"好"}}})
	s.Params = append(roleParams()[:1], spec.Param{Name: "separator", Kind: spec.String, Default: "\n", Title: spec.Text{ZH: "分隔符", EN: "Separator"}, Help: spec.Text{ZH: "在哪里拆，默认换行", EN: "where to cut; a line break by default"}})
	return split{s, func(v spec.Values) func(string) []string {
		separator := v.String("separator")
		return func(s string) []string {
			if separator == "" {
				return []string{s}
			}
			return filled(strings.Split(s, separator))
		}
	}}
}

// SplitSentences returns the operator that makes each sentence a row.
func SplitSentences() clean.Operator {
	s := describe("clean.split_sentences.v1", clean.Reshape, "按句拆行", "Split sentences",
		"在句号、问号、叹号、省略号和换行处拆成一句一行，标点跟着前一句，引号里不拆。",
		"Cuts after full stops, question and exclamation marks, ellipses and line breaks, one sentence a row; marks stay with their sentence, quotations stay whole.",
		clean.Example{Title: spec.Text{ZH: "两句话", EN: "two sentences"}, Columns: []string{"text"}, In: [][]string{{"有房吗？我要两间。"}, {"他说“好。走吧。”就走了"}}, Out: [][]string{{"有房吗？"}, {"我要两间。"}, {"他说“好。走吧。”就走了"}}})
	s.Params = roleParams()[:1]
	return split{s, func(spec.Values) func(string) []string { return sentences }}
}

func sentences(s string) []string {
	var out []string
	from, depth := 0, 0
	for i, r := range s {
		switch r {
		case '“', '「', '（', '《':
			depth++
		case '”', '」', '）', '》':
			depth = max(0, depth-1)
		}
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError || depth > 0 && r != '\n' {
			continue
		}
		if strings.ContainsRune("。？！?!…\n", r) {
			if r == '\n' {
				depth = 0
			}
			if next, _ := utf8.DecodeRuneInString(s[end:]); strings.ContainsRune("。？！?!…”」）", next) && end < len(s) {
				continue
			}
			out = append(out, s[from:end])
			from = end
		}
	}
	return filled(append(out, s[from:]))
}

// filled trims the pieces and drops the empty ones.
func filled(pieces []string) []string {
	out := pieces[:0]
	for _, p := range pieces {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
