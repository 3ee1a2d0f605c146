package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// BrokenRows returns the operator that sets rows aside that cannot be used.
func BrokenRows() clean.Operator { return brokenRows{} }

type brokenRows struct{}

const brokenName = "clean.broken_rows.v1"

func (brokenRows) Spec() clean.Spec {
	s := describe(brokenName, clean.Quality, "隔离残缺行", "Set broken rows aside",
		"隔离这样的行：必填列为空，文字大半是损坏的字符，或者整段只有无意义的符号。一个“？”也是顾客的话，会留下。",
		"Sets rows aside whose required columns are empty, whose text is mostly damaged, or is nothing but senseless symbols. A lone “？” is something a customer says and stays.",
		clean.Example{Title: spec.Text{ZH: "空行、缺列、坏字符", EN: "empty, a column missing, damage"}, Columns: []string{"session", "speaker", "text"},
			In:    [][]string{{"s1", "顾客", "你好"}, {"s1", "顾客", " "}, {"s1", "", "有房吗"}, {"s1", "顾客", "\ufffd\ufffd\ufffd好"}, {"s1", "顾客", "锟斤拷锟斤拷"}, {"s1", "顾客", "？"}, {"s1", "顾客", "#%|^&*"}},
			Out:   [][]string{{"s1", "顾客", "你好"}, {"s1", "顾客", "？"}},
			Aside: []string{"broken.empty", "broken.empty", "broken.damaged", "broken.damaged", "broken.no_text"}})
	s.Params = append(roleParams(),
		spec.Param{Name: "required", Kind: spec.Strings, Default: []string(nil), Title: spec.Text{ZH: "必填列", EN: "Required columns"}, Help: spec.Text{ZH: "为空就隔离的列；不填则是文本、会话、说话人三列（有的话）", EN: "a row with one of these empty is set aside; empty means the text, session and speaker columns, where there are any"}},
		spec.Param{Name: "damaged", Kind: spec.Float, Default: 0.2, Min: 0.01, Max: 1, Title: spec.Text{ZH: "损坏比例", EN: "Share damaged"}, Help: spec.Text{ZH: "损坏字符占到这个比例就隔离", EN: "set aside when this share of the characters is damaged"}},
		spec.Param{Name: "symbols", Kind: spec.Int, Default: 4, Min: 1, Max: 1000, Title: spec.Text{ZH: "符号个数", EN: "Symbols"}, Help: spec.Text{ZH: "没有一个字、只有这么多个以上符号的隔离", EN: "set aside texts of at least so many symbols without any letter"}})
	return s
}

type brokenStep struct {
	text     int
	required []int
	damaged  float64
	symbols  int
}

func (brokenRows) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(brokenName, v, schema)
	if err != nil {
		return nil, err
	}
	s := brokenStep{text: r.text, damaged: v.Float("damaged"), symbols: v.Int("symbols")}
	if names := v.Strings("required"); len(names) > 0 {
		if s.required, err = clean.Columns(brokenName, names, schema); err != nil {
			return nil, err
		}
	} else {
		for _, at := range []int{r.text, r.session, r.speaker} {
			if at >= 0 {
				s.required = append(s.required, at)
			}
		}
	}
	return s, nil
}

func (s brokenStep) Clean(row dataset.Row) clean.Outcome {
	for _, at := range s.required {
		if strings.TrimFunc(row.Values[at], func(r rune) bool { return unicode.IsSpace(r) || text.IsInvisible(r) }) == "" {
			return clean.SetAside(row, clean.Reason{Code: "broken.empty", Text: spec.Text{ZH: "必填列为空", EN: "a required column is empty"}})
		}
	}
	if s.text < 0 {
		return clean.Keep(row)
	}
	total, bad, meaning, pause := 0, 0, 0, 0
	// 锟斤拷 is two lost characters written in GBK and read back.
	bad += 3 * strings.Count(row.Values[s.text], "锟斤拷")
	for _, r := range row.Values[s.text] {
		total++
		switch {
		case r == utf8.RuneError, r < 0x20 && !unicode.IsSpace(r), r >= 0xE000 && r < 0xF900:
			bad++
		case unicode.IsLetter(r), unicode.IsNumber(r), text.IsEmoji(r):
			meaning++
		case strings.ContainsRune("？?！!。.…~～，,、；;：: \n^_-—+=()（）<>OoTtqQ", r):
			pause++ // ???, ……, ^_^ are what people type
		}
	}
	switch {
	case bad > 0 && float64(bad) >= s.damaged*float64(total):
		return clean.SetAside(row, clean.Reason{Code: "broken.damaged", Text: spec.Text{ZH: "文字损坏", EN: "the text is damaged"}})
	case total >= s.symbols && meaning == 0 && pause < total:
		return clean.SetAside(row, clean.Reason{Code: "broken.no_text", Text: spec.Text{ZH: "只有符号，没有文字", EN: "symbols without any text"}})
	}
	return clean.Keep(row)
}
