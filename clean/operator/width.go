// Package operator holds the built-in cleaning operators, one file each.
package operator

import (
	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
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

func narrow(s string) (string, string, int) {
	out, count := text.Narrow(s)
	return out, "width.fullwidth", count
}
