package operator

import (
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// DuplicateTurns returns the operator that sets a turn aside that repeats the
// one before it.
func DuplicateTurns() clean.Operator { return duplicateTurns{} }

type duplicateTurns struct{}

const duplicateTurnsName = "clean.duplicate_turns.v1"

func (duplicateTurns) Spec() clean.Spec {
	s := describe(duplicateTurnsName, clean.Duplicate, "隔离重复话轮", "Set duplicate turns aside",
		"同一会话里同一个人紧接着说的相同或几乎相同的话只留第一句；数字不同的不算相同。",
		"Of equal or nearly equal turns of one speaker in a row the first stays; turns with other numbers are never equal.",
		clean.Example{Title: spec.Text{ZH: "说了两遍", EN: "said twice"}, Columns: []string{"session", "speaker", "text"},
			In:  [][]string{{"1", "顾客", "有房吗"}, {"1", "顾客", "有房吗？"}, {"1", "客服", "有的"}, {"1", "顾客", "有房吗"}, {"2", "顾客", "有房吗"}},
			Out: [][]string{{"1", "顾客", "有房吗"}, {"1", "客服", "有的"}, {"1", "顾客", "有房吗"}, {"2", "顾客", "有房吗"}}, Aside: []string{"duplicate.turn"}})
	s.BytesPerRow = 256
	s.Params = append(roleParams(),
		spec.Param{Name: "likeness", Kind: spec.Float, Default: 0.9, Min: 0.5, Max: 1, Title: spec.Text{ZH: "相似度", EN: "Likeness"}, Help: spec.Text{ZH: "相似到这个程度就算重复；1 表示必须相同", EN: "so alike counts as repeated; 1 means equal"}},
		spec.Param{Name: "length", Kind: spec.Int, Default: 8, Min: 1, Max: 1000, Unit: "characters", Title: spec.Text{ZH: "近似的最短字数", EN: "Shortest near-duplicate"}, Help: spec.Text{ZH: "比这短的必须完全相同", EN: "shorter turns must be equal"}})
	return s
}

func (duplicateTurns) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(duplicateTurnsName, v, schema, "text", "session")
	if err != nil {
		return nil, err
	}
	return duplicateTurnStep{r, v.Float("likeness"), v.Int("length")}, nil
}

type duplicateTurnStep struct {
	roles    roles
	likeness float64
	length   int
}

func (s duplicateTurnStep) NewSketch() clean.Sketch { return newTurnSketch(s.roles) }

// Clean without Decide keeps every row; the runner never calls it so.
func (s duplicateTurnStep) Clean(row dataset.Row) clean.Outcome { return clean.Keep(row) }

func (s duplicateTurnStep) Decide(all clean.Sketch) clean.Step {
	aside := asideStep{}
	sketch := all.(*turnSketch)
	for _, session := range sketch.order {
		var kept *turn
		turns := sketch.sessions[session]
		for i := range turns {
			t := &turns[i]
			if kept != nil && kept.speaker == t.speaker && s.same(kept.key, t.key) {
				aside[t.id] = clean.Reason{Code: "duplicate.turn", Text: spec.Text{ZH: "重复了前一句", EN: "repeats the turn before"}, Twin: kept.id}
				continue
			}
			kept = t
		}
	}
	return aside
}

func (s duplicateTurnStep) same(a, b string) bool {
	if a == b {
		return a != ""
	}
	n := min(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	return n >= s.length && s.likeness < 1 && sameNumbers(a, b) && text.Likeness(a, b, s.likeness) >= s.likeness
}
