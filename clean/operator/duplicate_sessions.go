package operator

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// DuplicateSessions returns the operator that sets whole conversations aside
// that repeat an earlier one.
func DuplicateSessions() clean.Operator { return duplicateSessions{} }

type duplicateSessions struct{}

const duplicateSessionsName = "clean.duplicate_sessions.v1"

func (duplicateSessions) Spec() clean.Spec {
	row := func(session, speaker, said string) []string { return []string{session, speaker, said} }
	s := describe(duplicateSessionsName, clean.Duplicate, "隔离重复会话", "Set duplicate sessions aside",
		"整段对话与前面某段相同或几乎相同时，后面那段的所有行都隔离。先用 MinHash 找候选，再逐字比对。",
		"When a whole conversation equals an earlier one, or nearly so, all its rows are set aside. Candidates come from MinHash and are compared character by character.",
		clean.Example{Title: spec.Text{ZH: "导出了两次的会话", EN: "a session exported twice"}, Columns: []string{"session", "speaker", "text"},
			In: [][]string{row("1", "顾客", "我想订一间明天晚上能看见湖的双人房"), row("1", "客服", "好的，已经为您留好了湖景双人房"),
				row("2", "顾客", "我想订一间明天晚上能看到湖的双人房"), row("2", "客服", "好的，已经为您留好了湖景双人房！"), row("3", "顾客", "发票什么时候能开出来")},
			Out: [][]string{row("1", "顾客", "我想订一间明天晚上能看见湖的双人房"), row("1", "客服", "好的，已经为您留好了湖景双人房"), row("3", "顾客", "发票什么时候能开出来")}, Aside: []string{"duplicate.session", "duplicate.session"}})
	s.BytesPerRow = 256
	s.Params = append(roleParams(),
		spec.Param{Name: "likeness", Kind: spec.Float, Default: 0.85, Min: 0.5, Max: 1, Title: spec.Text{ZH: "相似度", EN: "Likeness"}, Help: spec.Text{ZH: "相似到这个程度就算重复；1 表示必须相同", EN: "so alike counts as repeated; 1 means equal"}},
		spec.Param{Name: "length", Kind: spec.Int, Default: 12, Min: 1, Max: 100000, Unit: "characters", Title: spec.Text{ZH: "最短字数", EN: "Shortest"}, Help: spec.Text{ZH: "总字数比这少的会话不比较：人人都会只说一句“你好”", EN: "sessions with fewer characters are never compared: everybody may say just hello"}})
	return s
}

func (duplicateSessions) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(duplicateSessionsName, v, schema, "text", "session")
	if err != nil {
		return nil, err
	}
	return duplicateSessionStep{r, v.Float("likeness"), v.Int("length")}, nil
}

type duplicateSessionStep struct {
	roles    roles
	likeness float64
	length   int
}

func (s duplicateSessionStep) NewSketch() clean.Sketch { return newTurnSketch(s.roles) }

// Clean without Decide keeps every row; the runner never calls it so.
func (s duplicateSessionStep) Clean(row dataset.Row) clean.Outcome { return clean.Keep(row) }

// bandRows is how many places of a signature make a band: 32 bands of 4 catch
// sessions of Jaccard 0.5 with probability 0.87, and 0.7 with 0.9998.
const bandRows = 4

func (s duplicateSessionStep) Decide(all clean.Sketch) clean.Step {
	aside := asideStep{}
	sketch := all.(*turnSketch)
	exact := map[string]int{}     // whole text → kept session
	bands := map[uint64][]int32{} // band → kept sessions
	kept := make([]string, 0, len(sketch.order))
	whole := make([]string, 0, len(sketch.order))
	for _, session := range sketch.order {
		turns := sketch.sessions[session]
		said := wholeText(turns)
		n := utf8.RuneCountInString(said) - 2*len(turns)
		if n < s.length {
			continue
		}
		if twin, ok := exact[said]; ok {
			s.setAside(aside, turns, sketch.sessions[kept[twin]])
			continue
		}
		signature := text.MinHash(said, 3)
		keys := signature.Bands(bandRows)
		twin := -1
		if s.likeness < 1 {
			for _, candidate := range candidates(keys, bands) {
				if s.alike(turns, sketch.sessions[kept[candidate]], said, whole[candidate]) {
					twin = int(candidate)
					break
				}
			}
		}
		if twin >= 0 {
			s.setAside(aside, turns, sketch.sessions[kept[twin]])
			continue
		}
		at := len(kept)
		exact[said] = at
		kept, whole = append(kept, session), append(whole, said)
		for _, key := range keys {
			if len(bands[key]) < bucketLimit {
				bands[key] = append(bands[key], int32(at))
			}
		}
	}
	return aside
}

// Sessions of stock phrases share bands with all others. These bounds keep the
// time linear: a band remembers so many sessions, and so many candidates, those
// that share most bands first, are compared.
const (
	bucketLimit    = 64
	candidateLimit = 8
)

// candidates lists the kept sessions that share bands, most first, then earliest.
func candidates(keys []uint64, bands map[uint64][]int32) []int32 {
	shared := map[int32]int{}
	for _, key := range keys {
		for _, c := range bands[key] {
			shared[c]++
		}
	}
	before := func(a, b int32) bool { return shared[a] > shared[b] || shared[a] == shared[b] && a < b }
	best := make([]int32, 0, candidateLimit+1)
	for c := range shared {
		if len(best) == candidateLimit && !before(c, best[candidateLimit-1]) {
			continue
		}
		at := len(best)
		for at > 0 && before(c, best[at-1]) {
			at--
		}
		best = slices.Insert(best, at, c)
		best = best[:min(len(best), candidateLimit)]
	}
	return best
}

// alike verifies a candidate: nearly as many turns, and either the whole text as
// alike as asked or as large a share of the turns said in both, in order: a turn
// that one export lacks may be longer than all the others.
func (s duplicateSessionStep) alike(a, b []turn, textA, textB string) bool {
	if diff := len(a) - len(b); diff*diff*16 > max(len(a), len(b))*max(len(a), len(b)) {
		return false
	}
	return text.Likeness(textA, textB, s.likeness) >= s.likeness || alignedShare(a, b) >= s.likeness
}

// fewTurns is how many turns both must have before their order alone is proof.
const fewTurns = 6

// alignedShare is the share of the turns of the longer session that the other
// has too, equal or nearly so and with the same numbers, in the same order.
func alignedShare(a, b []turn) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < fewTurns {
		return 0
	}
	both, from := 0, 0
	for _, t := range a {
		for j := from; j < min(len(b), from+3); j++ {
			if u := b[j]; t.speaker == u.speaker && (t.key == u.key || sameNumbers(t.key, u.key) && text.Likeness(t.key, u.key, 0.8) >= 0.8) {
				both, from = both+1, j+1
				break
			}
		}
	}
	return float64(both) / float64(len(b))
}

// setAside names the turn of the same place in the kept session as twin.
func (s duplicateSessionStep) setAside(aside asideStep, turns, kept []turn) {
	for i, t := range turns {
		aside[t.id] = clean.Reason{Code: "duplicate.session", Text: spec.Text{ZH: "整段会话与前面一段重复", EN: "the whole session repeats an earlier one"}, Twin: kept[min(i, len(kept)-1)].id}
	}
}

func wholeText(turns []turn) string {
	var out strings.Builder
	for _, t := range turns {
		speaker, _ := utf8.DecodeRuneInString(t.speaker)
		out.WriteRune(speaker)
		out.WriteString(t.key)
		out.WriteByte('\n')
	}
	return out.String()
}
