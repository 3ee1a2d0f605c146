// Package operator holds the built-in cleaning operators, one file each.
package operator

import (
	"strings"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// Width returns the operator that makes full-width Latin letters and digits half-width.
func Width() clean.Operator { return width{} }

type width struct{}

func (width) Spec() clean.Spec {
	return clean.Spec{
		Spec: spec.Spec{
			Name:  "clean.width.v1",
			Title: spec.Text{ZH: "全角转半角", EN: "Full width to half width"},
			Help: spec.Text{
				ZH: "把全角的字母、数字和空格改成半角。中文标点不动。",
				EN: "Makes full-width letters, digits and spaces half-width. Chinese punctuation stays.",
			},
			Params: []spec.Param{clean.ColumnsParam()},
		},
		Family: clean.Unicode,
		Examples: []clean.Example{{
			Title:   spec.Text{ZH: "字母和数字变半角，标点保留", EN: "letters and digits change, punctuation stays"},
			Columns: []string{"text"},
			In:      [][]string{{"订单ＳＣ２０２６，谢谢！"}, {"没有全角"}},
			Out:     [][]string{{"订单SC2026，谢谢！"}, {"没有全角"}},
		}},
	}
}

func (width) Prepare(values spec.Values, schema dataset.Schema) (clean.Step, error) {
	at, err := clean.Columns("clean.width.v1", values.Strings("columns"), schema)
	if err != nil {
		return nil, err
	}
	return clean.EachCell{At: at, Repair: narrow}, nil
}

// narrow maps U+FF10–19, FF21–3A, FF41–5A and U+3000 to ASCII.
func narrow(text string) (string, string, int) {
	count := 0
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			count++
			return r - 0xFEE0
		case r == '\u3000':
			count++
			return ' '
		}
		return r
	}, text)
	if count == 0 {
		return text, "", 0
	}
	return out, "width.fullwidth", count
}
