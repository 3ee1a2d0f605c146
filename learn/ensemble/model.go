package ensemble

import (
	"cmp"
	"context"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/calibrate"
)

// model is members and how much each counts.
type model struct {
	header
	members []learn.Model
	named   bool   // members know their rows
	body    []byte // the members' files, as in the file
}

// header is the JSON part of the file.
type header struct {
	Task        learn.Task            `json:"task"`
	Labels      []string              `json:"labels"`
	Params      map[string]any        `json:"params"`
	Seed        uint64                `json:"seed"`
	Examples    int                   `json:"examples"`
	Members     []part                `json:"members"`
	Weights     []float64             `json:"weights"` // by member
	Calibration calibrate.Calibration `json:"calibration"`
	Held        map[string]float64    `json:"held"`
}

// part is a member's file.
type part struct {
	Learner string `json:"learner"`
	Bytes   int    `json:"bytes"`
}

// chunk is how many inputs are asked at once, so that all members' answers fit in memory.
const chunk = 512

// steep is a member that tells how much one more of its raw score counts in log odds.
type steep interface{ Steepness() float64 }

// Learner, Task, Labels and Card describe the model. See learn.Model.
func (m *model) Learner() string  { return Name }
func (m *model) Task() learn.Task { return m.header.Task }
func (m *model) Labels() []string { return m.header.Labels }
func (m *model) single() bool     { return m.header.Task == learn.Single }
func (m *model) Card() learn.Card {
	features := 0
	for _, of := range m.members {
		features += of.Card().Features
	}
	return learn.Card{
		Learner: Name, Task: m.header.Task, Params: m.header.Params, Seed: m.Seed, Examples: m.Examples,
		Labels: len(m.header.Labels), Features: features, Held: m.Held,
	}
}

func places(labels []string) map[string]int {
	place := make(map[string]int, len(labels))
	for l, name := range labels {
		place[name] = l
	}
	return place
}

// ask gives each member's evidence, input after input, and for each input the mean
// share of how much at home the members take it to be.
func ask(ctx context.Context, single bool, members []learn.Model, place map[string]int, in []learn.Input) (of [][]float32, familiar []float32, err error) {
	of, familiar = make([][]float32, len(members)), make([]float32, len(in))
	for k, m := range members {
		answers, err := m.Predict(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		of[k] = make([]float32, len(in)*len(place))
		for i, a := range answers {
			row := of[k][i*len(place):][:len(place)]
			for _, s := range a.Scores {
				row[place[s.Label]] = evidence(single, s.P)
			}
			familiar[i] += (1 - a.OutOfScope) / float32(len(members))
		}
	}
	return of, familiar, nil
}

// Predict answers inputs in their order. See learn.Model.
func (m *model) Predict(ctx context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, 0, len(inputs))
	place := places(m.header.Labels)
	for from := 0; from < len(inputs); from += chunk {
		in := inputs[from:min(len(inputs), from+chunk)]
		of, familiar, err := ask(ctx, m.single(), m.members, place, in)
		if err != nil {
			return nil, err
		}
		for i := range in {
			out = append(out, m.answer(of, i, familiar[i]))
		}
	}
	return out, nil
}

// scores pools what the members said about input i.
func (m *model) scores(of [][]float32, i int) []float32 {
	count := len(m.header.Labels)
	own, scores := make([][]float32, len(of)), make([]float32, count)
	for k := range of {
		own[k] = of[k][i*count:][:count]
	}
	pool(m.Weights, own, scores)
	return scores
}

func (m *model) answer(of [][]float32, i int, familiar float32) learn.Prediction {
	scores := m.scores(of, i)
	c, p, order := &m.Calibration, make([]float64, len(scores)), make([]int, len(scores))
	c.Probabilities(m.single(), scores, p)
	for l := range order {
		order[l] = l
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	into := make([]learn.LabelScore, len(order))
	for k, l := range order {
		into[k] = learn.LabelScore{Label: m.header.Labels[l], P: float32(p[l])}
		if m.single() || c.Always {
			into[k].Chosen = k == 0
		}
		if !m.single() && p[l] >= c.Threshold {
			into[k].Chosen = true
		}
	}
	foreign := c.Foreign(c.Scope.Home(scores, familiar))
	return learn.Prediction{Scores: into, OutOfScope: foreign, OutOfScopeFrom: c.ForeignFrom(), Foreign: c.TurnsAway(foreign, order[0])}
}

// counts is what one of a member's raw score counts in the pooled one.
func (m *model) counts(k int) float32 {
	return float32(m.Weights[k] * m.members[k].(steep).Steepness())
}

// Explain adds up what the characters did in each member, in log odds and by its weight.
// What the other labels did to the member's probabilities belongs to no character.
// See learn.Model.
func (m *model) Explain(ctx context.Context, in learn.Input, label string) (learn.Explanation, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err != nil {
		return learn.Explanation{}, err
	}
	of, _, err := ask(ctx, m.single(), m.members, places(m.header.Labels), []learn.Input{in})
	if err != nil {
		return learn.Explanation{}, err
	}
	scores := m.scores(of, 0)
	p := make([]float64, len(scores))
	m.Calibration.Probabilities(m.single(), scores, p)
	out := learn.Explanation{Label: label, Score: scores[l], P: float32(p[l])}
	var sum float64
	for k, of := range m.members {
		e, err := of.Explain(ctx, in, label)
		if err != nil {
			return learn.Explanation{}, err
		}
		by := m.counts(k)
		out.Base += float32(by * e.Base)
		out.Text = blend(out.Text, e.Text, by, &sum)
		if out.History == nil {
			out.History = make([][]float32, len(e.History))
		}
		for t := range e.History {
			out.History[t] = blend(out.History[t], e.History[t], by, &sum)
		}
	}
	out.Rest = float32(float64(out.Score) - float64(out.Base) - sum)
	return out, nil
}

// blend adds list, times by, to into; sum grows by what was added.
func blend(into, list []float32, by float32, sum *float64) []float32 {
	if into == nil {
		into = make([]float32, len(list))
	}
	for i, v := range list {
		was := into[i]
		into[i] += float32(by * v)
		*sum += float64(into[i]) - float64(was)
	}
	return into
}

// mostAsked is how many rows each member names at least.
const mostAsked = 100

// Witnesses adds up what the rows did that each member leaned on most, in log odds and
// by its weight. See learn.Model.
func (m *model) Witnesses(ctx context.Context, in learn.Input, label string, most int) ([]learn.Witness, error) {
	var all []learn.Witness
	at := map[string]int{}
	for k, of := range m.members {
		found, err := of.Witnesses(ctx, in, label, max(4*min(most, 1<<20), mostAsked))
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			w.Weight *= m.counts(k)
			if have, known := at[w.RowID]; known && w.RowID != "" {
				all[have].Weight += w.Weight
				continue
			}
			at[w.RowID] = len(all)
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b learn.Witness) int {
		return cmp.Compare(max(b.Weight, -b.Weight), max(a.Weight, -a.Weight))
	})
	return all[:min(len(all), max(most, 0))], nil
}
