package clean

import (
	"context"
	"slices"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// inspected are the operators that find something wrong with rows, with what
// people call what they find, in the order of pages.
var inspected = []dataset.FoundKind{
	{Finding: "clean.mojibake.v1", Title: spec.Text{ZH: "编码损坏", EN: "Wrong encoding"}},
	{Finding: "clean.html_entities.v1", Title: spec.Text{ZH: "网页实体", EN: "HTML entities"}},
	{Finding: "clean.html_tags.v1", Title: spec.Text{ZH: "网页标签", EN: "HTML tags"}},
	{Finding: "clean.invisible.v1", Title: spec.Text{ZH: "看不见的字符", EN: "Invisible characters"}},
	{Finding: "clean.width.v1", Title: spec.Text{ZH: "全角字符", EN: "Full-width characters"}},
	{Finding: "clean.pinyin_gloss.v1", Title: spec.Text{ZH: "夹注音", EN: "Pinyin glosses"}},
	{Finding: "clean.script.v1", Title: spec.Text{ZH: "繁体异体", EN: "Traditional script"}},
	{Finding: "clean.punctuation.v1", Title: spec.Text{ZH: "标点混用", EN: "Mixed punctuation"}},
	{Finding: "clean.space.v1", Title: spec.Text{ZH: "多余空白", EN: "Needless space"}},
	{Finding: "clean.trim_signature.v1", Title: spec.Text{ZH: "签名尾巴", EN: "Signatures"}},
	{Finding: "clean.personal_data.v1", Title: spec.Text{ZH: "个人信息", EN: "Personal data"}},
	{Finding: "clean.broken_rows.v1", Title: spec.Text{ZH: "残缺行", EN: "Broken rows"}},
	{Finding: "clean.machine_notices.v1", Title: spec.Text{ZH: "系统通知", EN: "Machine notices"}},
	{Finding: "clean.agent_templates.v1", Title: spec.Text{ZH: "坐席套话", EN: "Agents' templates"}},
	{Finding: "clean.duplicate_rows.v1", Title: spec.Text{ZH: "完全重复", EN: "Duplicate rows"}},
	{Finding: "clean.duplicate_turns.v1", Title: spec.Text{ZH: "重复的话", EN: "Repeated turns"}},
	{Finding: "clean.duplicate_sessions.v1", Title: spec.Text{ZH: "近重复会话", EN: "Near-duplicate sessions"}},
}

// Inspector finds in rows as they are what each operator would mend on its own:
// the rows that it would change or set aside with its defaults.
type Inspector struct {
	kinds     []dataset.FoundKind
	operators Operators
}

// NewInspector makes the inspector of those operators that find something.
func NewInspector(all Operators) *Inspector {
	in := &Inspector{operators: all}
	for _, k := range inspected {
		if _, err := all.Find(string(k.Finding), 1); err == nil {
			in.kinds = append(in.kinds, k)
		}
	}
	return in
}

// Kinds lists what is looked for.
func (in *Inspector) Kinds() []dataset.FoundKind { return in.kinds }

// prepare binds an operator with its defaults; nil when it does not fit the columns.
func (in *Inspector) prepare(kind dataset.Found, schema dataset.Schema) Step {
	op, err := in.operators.Find(string(kind), 1)
	if err != nil {
		return nil
	}
	values, err := op.Spec().Fill(nil)
	if err != nil {
		return nil
	}
	step, err := op.Prepare(values, schema)
	if err != nil {
		return nil
	}
	return step
}

// Inspect judges every row by every step that fits the columns: one pass for those
// that must see all rows first, one for all.
func (in *Inspector) Inspect(ctx context.Context, schema dataset.Schema, each func(func(at int, row dataset.Row) error) error, found func(at int, kinds uint32)) error {
	steps := make([]Step, len(in.kinds))
	sketches := map[int]Sketch{}
	for i, k := range in.kinds {
		steps[i] = in.prepare(k.Finding, schema)
		if table, ok := steps[i].(TableStep); ok {
			sketches[i] = table.NewSketch()
		}
	}
	if len(sketches) > 0 {
		err := each(func(_ int, row dataset.Row) error {
			kept := clone(row)
			for _, s := range sketches {
				s.Add(kept)
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		for i, s := range sketches {
			steps[i] = steps[i].(TableStep).Decide(s)
		}
	}
	var places []int
	var sets []uint32
	aside := make([]int, len(steps))
	err := each(func(at int, row dataset.Row) error {
		var kinds uint32
		for i, step := range steps {
			if step == nil {
				continue
			}
			o := step.Clean(row)
			if o.Aside != nil {
				aside[i]++
			}
			if o.Aside != nil || o.Parts != nil || !slices.Equal(o.Row.Values, row.Values) {
				kinds |= 1 << i
			}
		}
		places, sets = append(places, at), append(sets, kinds)
		return ctx.Err()
	})
	// A step that would set most rows aside took the wrong columns for its own.
	fitting := ^uint32(0)
	for i, n := range aside {
		if 2*n > len(sets) {
			fitting &^= 1 << i
		}
	}
	for i, kinds := range sets {
		found(places[i], kinds&fitting)
	}
	return err
}

// exactMarks is the longest text whose marks are exact; in longer ones they are
// one stretch.
const exactMarks = 400

// Marker tells which characters of a row the step of a kind would take out.
func (in *Inspector) Marker(schema dataset.Schema, kind dataset.Found) func(row dataset.Row) []dataset.Hit {
	step := in.prepare(kind, schema)
	if _, table := step.(TableStep); table || step == nil {
		return nil
	}
	return func(row dataset.Row) []dataset.Hit {
		o := step.Clean(row)
		var hits []dataset.Hit
		if o.Aside != nil || o.Parts != nil {
			return nil
		}
		for c, before := range row.Values {
			if after := o.Row.Values[c]; after != before {
				hits = append(hits, marks(c, before, after)...)
			}
		}
		return hits
	}
}

func marks(column int, before, after string) []dataset.Hit {
	if utf8.RuneCountInString(before) > exactMarks {
		change := patch(before, after)
		from := utf8.RuneCountInString(before[:change.At])
		return []dataset.Hit{{Column: column, From: from, To: from + utf8.RuneCountInString(change.Old)}}
	}
	var hits []dataset.Hit
	at := 0
	for _, op := range Diff(before, after) {
		n := utf8.RuneCountInString(op.Text)
		switch op.Kind {
		case "del":
			hits = append(hits, dataset.Hit{Column: column, From: at, To: at + n})
			at += n
		case "same":
			at += n
		}
	}
	return hits
}
