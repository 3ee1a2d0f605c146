package operator

import (
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// judge is an operator that sets rows aside by their text alone.
type judge struct {
	spec clean.Spec
	bind func(v spec.Values) func(text string) *clean.Reason
}

func (j judge) Spec() clean.Spec { return j.spec }

func (j judge) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(j.spec.Name, withRoles(v), schema, "text")
	if err != nil {
		return nil, err
	}
	return judgeStep{r.text, j.bind(v)}, nil
}

// withRoles adds the roles that a judge has no parameters for.
func withRoles(v spec.Values) spec.Values {
	return spec.Values{"text": v["text"], "session": "", "speaker": ""}
}

type judgeStep struct {
	text  int
	judge func(text string) *clean.Reason
}

func (s judgeStep) Clean(row dataset.Row) clean.Outcome {
	if reason := s.judge(row.Values[s.text]); reason != nil {
		return clean.SetAside(row, *reason)
	}
	return clean.Keep(row)
}

// Length returns the operator that sets too short and too long texts aside.
func Length() clean.Operator {
	s := describe("clean.length.v1", clean.Quality, "按长度隔离", "Set aside by length",
		"字数太少或太多的行隔离。", "Sets rows aside whose text has too few or too many characters.",
		clean.Example{Title: spec.Text{ZH: "两个字以上", EN: "two characters or more"}, Params: map[string]any{"min": 2}, Columns: []string{"text"}, In: [][]string{{"好"}, {"好的"}}, Out: [][]string{{"好的"}}, Aside: []string{"length.short"}})
	s.Params = append(roleParams()[:1],
		spec.Param{Name: "min", Kind: spec.Int, Default: 1, Min: 0, Max: 1 << 30, Unit: "characters", Title: spec.Text{ZH: "最少字数", EN: "Fewest"}, Help: spec.Text{ZH: "少于这个字数隔离", EN: "fewer characters are set aside"}},
		spec.Param{Name: "max", Kind: spec.Int, Default: 100000, Min: 1, Max: 1 << 30, Unit: "characters", Title: spec.Text{ZH: "最多字数", EN: "Most"}, Help: spec.Text{ZH: "多于这个字数隔离", EN: "more characters are set aside"}})
	return judge{s, func(v spec.Values) func(string) *clean.Reason {
		least, most := v.Int("min"), v.Int("max")
		return func(s string) *clean.Reason {
			switch n := utf8.RuneCountInString(s); {
			case n < least:
				return &clean.Reason{Code: "length.short", Text: spec.Text{ZH: "太短", EN: "too short"}}
			case n > most:
				return &clean.Reason{Code: "length.long", Text: spec.Text{ZH: "太长", EN: "too long"}}
			}
			return nil
		}
	}}
}

// Language returns the operator that sets texts in other languages aside.
func Language() clean.Operator {
	s := describe("clean.language.v1", clean.Quality, "按语言隔离", "Set aside by language",
		"只留选定语言的行（按文字判断：中文、英文等拉丁字母、日文、韩文、俄文等西里尔字母）；没有字母的行留下。",
		"Keeps rows in the chosen languages, told by their script (Chinese, Latin, Japanese, Korean, Cyrillic); rows without letters stay.",
		clean.Example{Title: spec.Text{ZH: "只留中文和英文", EN: "Chinese and English stay"}, Columns: []string{"text"}, In: [][]string{{"你好"}, {"Hello"}, {"Привет"}, {"123"}}, Out: [][]string{{"你好"}, {"Hello"}, {"123"}}, Aside: []string{"language.other"}})
	s.Params = append(roleParams()[:1], spec.Param{Name: "keep", Kind: spec.Strings, Default: []string{"chinese", "latin"}, Choices: []string{"chinese", "latin", "japanese", "korean", "cyrillic", "other"},
		Title: spec.Text{ZH: "保留", EN: "Keep"}, Help: spec.Text{ZH: "保留哪些语言", EN: "which languages stay"}})
	return judge{s, func(v spec.Values) func(string) *clean.Reason {
		keep := map[string]bool{"": true}
		for _, k := range v.Strings("keep") {
			keep[k] = true
		}
		return func(s string) *clean.Reason {
			if l := language(s); !keep[l] {
				return &clean.Reason{Code: "language.other", Text: spec.Text{ZH: "不是选定的语言", EN: "not in a chosen language"}}
			}
			return nil
		}
	}}
}

// language is the script that holds most of the meaning: a hanzi weighs as much
// as three letters; kana make hanzi Japanese. Empty without letters.
func language(s string) string {
	var chinese, latin, kana, hangul, cyrillic, other int
	for _, r := range s {
		switch {
		case text.IsHanzi(r):
			chinese += 3
		case r >= 0x3040 && r < 0x3100:
			kana += 3
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.Is(unicode.Hangul, r):
			hangul += 3
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.IsLetter(r):
			other++
		}
	}
	if kana*5 > chinese && kana > 0 {
		kana += chinese
		chinese = 0
	}
	best, name := 0, ""
	for _, c := range []struct {
		n    int
		name string
	}{{chinese, "chinese"}, {latin, "latin"}, {kana, "japanese"}, {hangul, "korean"}, {cyrillic, "cyrillic"}, {other, "other"}} {
		if c.n > best {
			best, name = c.n, c.name
		}
	}
	return name
}
