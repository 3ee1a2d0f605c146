package evaluate

import (
	"fmt"

	"zhuomo/internal/spec"
)

// Gate is the list of rules that a release must pass (docs/formats/gate.md).
type Gate struct {
	Name  string `yaml:"name" json:"name"`
	Rules []Rule `yaml:"rules" json:"rules"`
}

// Rule demands one thing. Exactly one of Metric, Suite, Stories and Flips is set.
type Rule struct {
	ID     string  `yaml:"id" json:"id"`
	Metric string  `yaml:"metric,omitempty" json:"metric,omitempty"` // a figure of the test set: exact, micro_f1, accuracy …
	Suite  string  `yaml:"suite,omitempty" json:"suite,omitempty"`   // a share of checks: all, a kind, or a group
	Min    float64 `yaml:"min,omitempty" json:"min,omitempty"`       // smallest allowed value of Metric or Suite, 0–1
	// Drop is how far Metric may fall below the live model's, 0–1. A larger fall
	// is refused only if McNemar's test finds it real (p < .05).
	Drop      *float64 `yaml:"drop,omitempty" json:"drop,omitempty"`
	Stories   bool     `yaml:"stories,omitempty" json:"stories,omitempty"`       // every story passes
	MaxBroken *int     `yaml:"max_broken,omitempty" json:"max_broken,omitempty"` // most flips from right to wrong
}

// Evidence is what a gate looks at. What is missing counts as not passed.
type Evidence struct {
	Metrics map[string]float64 // of the candidate on the test split
	Live    map[string]float64 // of the live model on the same rows; nil before the first release
	Flips   *Flips             // live against candidate; nil before the first release
	Suite   *SuiteResult
	Stories *Share
}

// Verdict is a gate's answer.
type Verdict struct {
	Gate   string       `json:"gate"`
	Passed bool         `json:"passed"`
	Rules  []RuleResult `json:"rules"`
}

// RuleResult is what one rule needed and what it got.
type RuleResult struct {
	ID     string `json:"id"`
	Need   string `json:"need"`
	Got    string `json:"got"`
	Passed bool   `json:"passed"`
}

// Count gives passed of all rules.
func (v Verdict) Count() Share {
	s := Share{Total: len(v.Rules)}
	for _, r := range v.Rules {
		if r.Passed {
			s.Passed++
		}
	}
	return s
}

// ParseGate reads the YAML of docs/formats/gate.md. Fault: BrokenGate.
func ParseGate(text []byte) (Gate, error) {
	var g Gate
	if err := spec.DecodeYAML(text, &g); err != nil {
		return g, BrokenGate.With("problem", mistake(err)).Because(err)
	}
	if len(g.Rules) == 0 {
		return g, BrokenGate.With("problem", spec.Mistake("", "no rule | 没有规则")).At("rules")
	}
	seen := map[string]bool{}
	for i, r := range g.Rules {
		where := fmt.Sprintf("rule %d %q", i+1, r.ID)
		kinds := 0
		for _, set := range []bool{r.Metric != "", r.Suite != "", r.Stories, r.MaxBroken != nil} {
			if set {
				kinds++
			}
		}
		switch {
		case r.ID == "" || seen[r.ID]:
			return g, BrokenGate.With("problem", spec.Mistake(where, "the id is missing or used twice | 编号缺失或重复")).At("id")
		case kinds != 1:
			return g, BrokenGate.With("problem", spec.Mistake(where, "needs exactly one of metric, suite, stories, max_broken | 只能有其中一个")).At("rules")
		case r.Min < 0 || r.Min > 1 || (r.Drop != nil && (*r.Drop < 0 || *r.Drop > 1)):
			return g, BrokenGate.With("problem", spec.Mistake(where, "min and drop are shares from 0 to 1 | min 和 drop 取 0 到 1")).At("min")
		}
		seen[r.ID] = true
	}
	return g, nil
}

// Judge applies every rule. The gate is passed when all are.
func (g Gate) Judge(e Evidence) Verdict {
	v := Verdict{Gate: g.Name, Passed: true, Rules: make([]RuleResult, 0, len(g.Rules))}
	for _, rule := range g.Rules {
		r := rule.judge(e)
		v.Passed = v.Passed && r.Passed
		v.Rules = append(v.Rules, r)
	}
	return v
}

const notMeasured = "—"

func (r Rule) judge(e Evidence) RuleResult {
	switch {
	case r.Metric != "" && r.Drop != nil:
		return r.judgeDrop(e)
	case r.Metric != "":
		out := RuleResult{ID: r.ID, Need: fmt.Sprintf("%s ≥ %.4g", r.Metric, r.Min), Got: notMeasured}
		if got, ok := e.Metrics[r.Metric]; ok {
			out.Got, out.Passed = fmt.Sprintf("%.4f", got), got >= r.Min
		}
		return out
	case r.Suite != "":
		return r.judgeSuite(e)
	case r.Stories:
		out := RuleResult{ID: r.ID, Need: "stories 100%", Got: notMeasured}
		if e.Stories != nil {
			out.Got = fmt.Sprintf("%d/%d", e.Stories.Passed, e.Stories.Total)
			out.Passed = e.Stories.Total > 0 && e.Stories.Passed == e.Stories.Total
		}
		return out
	default:
		out := RuleResult{ID: r.ID, Need: fmt.Sprintf("broken ≤ %d", *r.MaxBroken), Got: "0"}
		if e.Flips == nil { // nothing is live yet: nothing can break
			out.Passed = true
			return out
		}
		out.Got, out.Passed = fmt.Sprint(e.Flips.Broken), e.Flips.Broken <= *r.MaxBroken
		return out
	}
}

func (r Rule) judgeDrop(e Evidence) RuleResult {
	out := RuleResult{ID: r.ID, Need: fmt.Sprintf("%s ≥ live − %.4g", r.Metric, *r.Drop), Got: notMeasured}
	got, measured := e.Metrics[r.Metric]
	if !measured {
		return out
	}
	out.Got = fmt.Sprintf("%.4f", got)
	if e.Live == nil {
		out.Passed = true
		return out
	}
	live, measured := e.Live[r.Metric]
	if !measured || e.Flips == nil {
		out.Got = notMeasured
		return out
	}
	out.Got = fmt.Sprintf("%.4f, live %.4f, p = %.2g", got, live, e.Flips.P)
	out.Passed = got >= live-*r.Drop || e.Flips.P >= .05
	return out
}

func (r Rule) judgeSuite(e Evidence) RuleResult {
	out := RuleResult{ID: r.ID, Need: fmt.Sprintf("suite %s ≥ %.4g", r.Suite, r.Min), Got: notMeasured}
	if e.Suite == nil {
		return out
	}
	share, ok := e.Suite.All, r.Suite == "all"
	if !ok {
		share, ok = e.Suite.ByKind[Kind(r.Suite)]
	}
	if !ok {
		share, ok = e.Suite.ByGroup[r.Suite]
	}
	if ok && share.Total > 0 {
		out.Got = fmt.Sprintf("%.4f (%d/%d)", share.Value(), share.Passed, share.Total)
		out.Passed = share.Value() >= r.Min
	}
	return out
}
