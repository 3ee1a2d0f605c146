package spoil

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// addTwinTurns repeats turns, as a phone with a bad line does: the same again,
// or with a slip corrected.
func (w *works) addTwinTurns() {
	r := w.stream(streamTwin)
	for _, s := range w.sessions {
		for i := 0; i < len(s.records); i++ {
			rec := &s.records[i]
			p := r.Float64()
			if rec.turn == 0 || p >= 0.04 {
				continue
			}
			twin := *rec
			twin.kinds, twin.want = slices.Clone(rec.kinds), slices.Clone(rec.want)
			twin.at = rec.at.Add(time.Duration(1+r.IntN(5)) * time.Second)
			kind := TwinTurn
			if p < 0.015 {
				kind = NearTurn
				if !slip(r, &twin) {
					continue
				}
			}
			twin.plant(kind)
			rec.group = w.newGroup()
			twin.group = rec.group
			s.insert(i+1, twin)
			i++
		}
	}
}

// slip changes one thing that does not change the meaning. Short turns stay:
// one character of five is another sentence.
func slip(r *rand.Rand, rec *record) bool {
	before := []rune(rec.text)
	if len(before) < 10 || hasKind(rec, Personal) {
		return false
	}
	after := slices.Clone(before)
	switch last := len(before) - 1; r.IntN(4) {
	case 0: // a particle at the end
		if strings.ContainsRune("，。？！；：…~～）)", before[last]) {
			after = slices.Insert(after, last, pick(r, []rune("啊呢哈呀")))
		} else {
			after = append(after, pick(r, []rune("啊呢哈呀")))
		}
	case 1: // a mark at the end
		if strings.ContainsRune("。！？~～…", before[last]) {
			after = after[:last]
		} else {
			after = append(after, pick(r, []rune("。！～")))
		}
	default: // a slip of the finger: one of two usual ones, or two characters swapped
		slips := map[rune]rune{'的': '得', '在': '再', '订': '定', '那': '哪', '吗': '嘛', '您': '你', '你': '您', '做': '作', '帐': '账', '吧': '把', '座': '坐', '它': '他'}
		at := slices.IndexFunc(before, func(c rune) bool { return slips[c] != 0 })
		if at >= 0 {
			after[at] = slips[before[at]]
			break
		}
		at = 1 + r.IntN(len(before)-3)
		if !isHan(before[at]) || !isHan(before[at+1]) || before[at] == before[at+1] || strings.ContainsRune(numerals, before[at]) || strings.ContainsRune(numerals, before[at+1]) {
			return false
		}
		after[at], after[at+1] = before[at+1], before[at]
	}
	rec.text = string(after)
	rec.want = []string{rec.text}
	return true
}

const numerals = "零〇一二两三四五六七八九十百千半"

// edit adds a polite clause, now and then.
func edit(r *rand.Rand, rec *record) bool {
	if r.IntN(3) > 0 || hasKind(rec, Personal) || len([]rune(rec.text)) < 10 {
		return false
	}
	rec.text = strings.TrimRight(rec.text, "。！？～…，") + pick(r, []string{"，谢谢", "，麻烦了", "，多谢", "哦"})
	rec.want = []string{rec.text}
	return true
}

// addTwinSessions exports sessions twice: under another id, sometimes into
// another file, sometimes with a few turns edited or missing.
func (w *works) addTwinSessions() {
	r := w.stream(streamTwin + 100)
	for _, s := range slices.Clone(w.sessions) {
		p := r.Float64()
		if p >= 0.07 || len(s.records) < 6 {
			continue
		}
		near := p < 0.03
		kind := TwinSession
		if near {
			kind = NearSession
		}
		twin := &session{channel: s.channel, file: s.file, twin: true}
		if r.IntN(2) == 0 {
			twin.file = r.IntN(3)
		}
		s.twin = true
		edits, dropped := 0, 0
		for i := range s.records {
			rec := &s.records[i]
			again := *rec
			again.kinds, again.want = slices.Clone(rec.kinds), slices.Clone(rec.want)
			if near && dropped == 0 && i > 2 && rec.group == 0 && rec.want != nil && r.IntN(2*len(s.records)) == 0 {
				dropped++ // the second export lacks a turn
				rec.loose = true
				continue
			}
			if rec.want != nil {
				if rec.group == 0 {
					rec.group = w.newGroup()
				}
				again.group = rec.group
				again.plant(kind)
				if near && edits < 1+len(s.records)/8 && r.IntN(4) == 0 && (edit(r, &again) || slip(r, &again)) {
					edits++
				}
			}
			twin.records = append(twin.records, again)
		}
		at := r.IntN(len(w.sessions) + 1)
		w.sessions = slices.Insert(w.sessions, at, twin)
	}
}
