package dialog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"zhuomo/internal/spec"
)

// Signal is something that is only guessed from what is said, such as a mood: it
// is never asked for, fades from turn to turn, and is known with its uncertainty.
//
// Each value has a strength, 0–1. A turn lets it fade and adds what its labels
// tell, as if they were independent witnesses (noisy-or, Pearl 1988):
//
//	strength ← 1 − (1 − decay·strength) · Π over labels (1 − weight·probability)
type Signal struct {
	Name   string                        `json:"name" yaml:"-"`
	Line   int                           `json:"line" yaml:"-"`
	Title  string                        `json:"title" yaml:"title"`
	Decay  float64                       `json:"decay" yaml:"decay"`   // share that is left a turn later, 0–1
	From   float64                       `json:"from" yaml:"from"`     // strength from which conditions and texts see it, 0–1
	Values map[string]map[string]float64 `json:"values" yaml:"values"` // value → label → weight, 0–1
}

// Sensed is the strongest value of a signal after a turn.
type Sensed struct {
	Signal   string  `json:"signal"`
	Title    string  `json:"title,omitempty"`
	Value    string  `json:"value"`
	Strength float64 `json:"strength" doc:"有多确定，0–1|how sure, 0–1"`
	Seen     bool    `json:"seen" doc:"条件和文字看不看得见它|whether conditions and texts see it"`
	// Values are all that have not faded: what else it may be.
	Values []SensedValue `json:"values,omitempty" doc:"还没淡去的各个值，强的在前|every value that has not faded, the strongest first"`
}

// SensedValue is one value of a signal; the strengths of a signal's values do not add up to 1.
type SensedValue struct {
	Value    string  `json:"value"`
	Strength float64 `json:"strength" doc:"有多确定，0–1|how sure, 0–1"`
}

// faded is the strength below which a value is forgotten.
const faded = .02

func (g *Signal) build() error {
	bad := func(problem string) error {
		return BadYAML.With("line", g.Line, "column", 1, "problem", spec.Mistake(g.Name, problem))
	}
	within := func(x float64) bool { return x >= 0 && x <= 1 }
	if len(g.Values) == 0 {
		return bad("a signal needs values | 信号要写 values")
	}
	if !within(g.Decay) || !within(g.From) {
		return bad("decay and from lie between 0 and 1 | decay 和 from 在 0 到 1 之间")
	}
	for value, labels := range g.Values {
		for label, weight := range labels {
			if !within(weight) {
				return bad(fmt.Sprintf("the weight of %s for %s lies between 0 and 1 | 权重在 0 到 1 之间", label, value))
			}
		}
	}
	return nil
}

// sense lets every signal fade by a turn and adds what the labels tell.
func (w *walk) sense() {
	if len(w.f.Signals) == 0 {
		return
	}
	said := map[string]float64{}
	for _, l := range w.labels {
		said[l.Name] = l.Probability
	}
	before := w.s.Signals
	w.s.Signals = map[string]map[string]float64{}
	for i := range w.f.Signals {
		g := &w.f.Signals[i]
		now := map[string]float64{}
		for value, labels := range g.Values {
			missing := 1 - g.Decay*before[g.Name][value]
			for _, label := range sortedKeys(labels) {
				missing *= 1 - labels[label]*said[label]
			}
			if strength := 1 - missing; strength >= faded {
				now[value] = math.Round(strength*1e4) / 1e4
			}
		}
		if len(now) > 0 {
			w.s.Signals[g.Name] = now
		}
		if all := w.s.sensed(g.Name); len(all) > 0 {
			w.trace.Signals = append(w.trace.Signals, Sensed{g.Name, g.Title, all[0].Value, all[0].Strength, all[0].Strength >= g.From, all})
		}
	}
}

// sensed are the values of a signal, the most likely first; of equals the first by
// its name.
func (s State) sensed(signal string) (all []SensedValue) {
	for _, value := range sortedKeys(s.Signals[signal]) {
		all = append(all, SensedValue{value, s.Signals[signal][value]})
	}
	slices.SortStableFunc(all, func(a, b SensedValue) int { return cmp.Compare(b.Strength, a.Strength) })
	return all
}

// strongest is the value of a signal that is most likely.
func (s State) strongest(signal string) (value string, strength float64) {
	all := s.sensed(signal)
	if len(all) == 0 {
		return "", 0
	}
	return all[0].Value, all[0].Strength
}

// signal reads a signal for conditions and texts: its value when it is strong
// enough, "" otherwise; with column "sure" its strength.
func (w *walk) signal(g *Signal, column string) string {
	value, strength := w.s.strongest(g.Name)
	if strength < g.From {
		return ""
	}
	if column == "sure" {
		return strconv.FormatFloat(strength, 'f', 2, 64)
	}
	return value
}
