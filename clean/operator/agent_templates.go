package operator

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// AgentTemplates returns the operator that sets aside what agents paste into
// every conversation.
func AgentTemplates() clean.Operator { return agentTemplates{} }

type agentTemplates struct{}

const templatesName = "clean.agent_templates.v1"

func (agentTemplates) Spec() clean.Spec {
	greet := "您好，工号%客服为您服务，请问有什么可以帮您？"
	line := func(session, speaker, said string) []string { return []string{session, speaker, said} }
	s := describe(templatesName, clean.Quality, "隔离客服套话", "Set agents' templates aside",
		"客服的一句话（数字不计）如果够长，又在相当比例的会话里出现，就是套话，隔离。",
		"An agent's line (numbers aside) that is long and recurs in a good share of all sessions is a template and is set aside.",
		clean.Example{Title: spec.Text{ZH: "每个会话都有的开场白", EN: "a greeting in every session"}, Columns: []string{"session", "speaker", "text"},
			Params: map[string]any{"sessions": 3},
			In: [][]string{line("1", "客服", strings.ReplaceAll(greet, "%", "101")), line("1", "顾客", "有房吗"), line("2", "客服", strings.ReplaceAll(greet, "%", "102")), line("2", "客服", "有的，湖景房还剩两间，要给您留吗"),
				line("3", "客服", strings.ReplaceAll(greet, "%", "103"))},
			Out:   [][]string{line("1", "顾客", "有房吗"), line("2", "客服", "有的，湖景房还剩两间，要给您留吗")},
			Aside: []string{"template.agent", "template.agent", "template.agent"}})
	s.BytesPerRow = 64
	s.Params = append(roleParams(), agentParam(),
		spec.Param{Name: "share", Kind: spec.Float, Default: 0.03, Min: 0.0001, Max: 1, Title: spec.Text{ZH: "会话比例", EN: "Share of sessions"}, Help: spec.Text{ZH: "出现在这个比例以上的会话里才算套话", EN: "a template recurs in at least this share of the sessions"}},
		spec.Param{Name: "sessions", Kind: spec.Int, Default: 4, Min: 2, Max: 1 << 30, Title: spec.Text{ZH: "会话个数", EN: "Sessions"}, Help: spec.Text{ZH: "至少出现在这么多个会话里", EN: "and in at least so many sessions"}},
		spec.Param{Name: "length", Kind: spec.Int, Default: 12, Min: 1, Max: 1000, Unit: "characters", Title: spec.Text{ZH: "最短字数", EN: "Shortest"}, Help: spec.Text{ZH: "比这短的（好的、请稍等）不算，标点不计", EN: "shorter lines (yes, one moment) never count; punctuation aside"}})
	return s
}

func (agentTemplates) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	r, err := findRoles(templatesName, v, schema, "text", "session")
	if err != nil {
		return nil, err
	}
	return templateStep{roles: r, agents: v.Strings("agents"), share: v.Float("share"), sessions: v.Int("sessions"), length: v.Int("length")}, nil
}

type templateStep struct {
	roles
	agents   []string
	share    float64
	sessions int
	length   int
	known    map[uint64]bool // after Decide
}

func (s templateStep) NewSketch() clean.Sketch {
	return &templateSketch{step: s, in: map[uint64]map[uint64]struct{}{}, sessions: map[uint64]struct{}{}}
}

func (s templateStep) Decide(all clean.Sketch) clean.Step {
	sketch := all.(*templateSketch)
	s.known = map[uint64]bool{}
	need := max(s.sessions, int(s.share*float64(len(sketch.sessions))+0.999999))
	for skeleton, sessions := range sketch.in {
		if len(sessions) >= need {
			s.known[skeleton] = true
		}
	}
	return s
}

func (s templateStep) Clean(row dataset.Row) clean.Outcome {
	if skeleton, ok := s.skeleton(row); ok && s.known[skeleton] {
		return clean.SetAside(row, clean.Reason{Code: "template.agent", Text: spec.Text{ZH: "客服套话，在许多会话里重复出现", EN: "an agent's template that recurs in many sessions"}})
	}
	return clean.Keep(row)
}

// skeleton hashes an agent's line without numbers and punctuation; false for
// customers and short lines.
func (s templateStep) skeleton(row dataset.Row) (uint64, bool) {
	if s.speaker >= 0 && !slices.ContainsFunc(s.agents, func(a string) bool { return strings.EqualFold(a, strings.TrimSpace(row.Values[s.speaker])) }) {
		return 0, false
	}
	key := strings.Map(func(r rune) rune {
		if unicode.IsNumber(r) {
			return -1
		}
		return r
	}, text.CompareKey(row.Values[s.text]))
	if utf8.RuneCountInString(key) < s.length {
		return 0, false
	}
	return hash(key), true
}

type templateSketch struct {
	step     templateStep
	in       map[uint64]map[uint64]struct{} // skeleton → sessions
	sessions map[uint64]struct{}
}

func (s *templateSketch) Add(row dataset.Row) {
	session := hash(row.Values[s.step.session])
	s.sessions[session] = struct{}{}
	if skeleton, ok := s.step.skeleton(row); ok {
		s.note(skeleton, session)
	}
}

func (s *templateSketch) note(skeleton, session uint64) {
	if s.in[skeleton] == nil {
		s.in[skeleton] = map[uint64]struct{}{}
	}
	s.in[skeleton][session] = struct{}{}
}

func (s *templateSketch) Merge(later clean.Sketch) {
	l := later.(*templateSketch)
	for session := range l.sessions {
		s.sessions[session] = struct{}{}
	}
	for skeleton, sessions := range l.in {
		for session := range sessions {
			s.note(skeleton, session)
		}
	}
}
