package external

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"zhuomo/learn"
	"zhuomo/learn/calibrate"
)

// model is what a program learnt: its files, and our calibration of what it says.
type model struct {
	header
	trainers   *Trainers
	definition *Definition
	archive    []byte // of the files; may lie in a mapped file
	key        string // hash of what it answers from
	rows       *likeness
}

// header is the JSON part of the file.
type header struct {
	Task        learn.Task            `json:"task"`
	Labels      []string              `json:"labels"`
	Params      map[string]any        `json:"params"`
	Seed        uint64                `json:"seed"`
	Examples    int                   `json:"examples"`
	Calibration calibrate.Calibration `json:"calibration"`
	Held        map[string]float64    `json:"held"`
	Dense       int                   `json:"dense,omitempty"`   // numbers of the vector that each input needs
	Encoder     string                `json:"encoder,omitempty"` // what makes it
	Trainer     string                `json:"trainer"`           // hash of the program
	Archive     int                   `json:"archive"`           // bytes
	Signature   string                `json:"signature"`         // by the key of the folder where it was made
}

// Learner, Task, Labels and Card describe the model. See learn.Model.
func (m *model) Learner() string  { return m.definition.Name }
func (m *model) Task() learn.Task { return m.header.Task }
func (m *model) Labels() []string { return m.header.Labels }
func (m *model) RunsOutside()     {}
func (m *model) Card() learn.Card {
	return learn.Card{
		Learner: m.definition.Name, Task: m.header.Task, Params: m.header.Params, Seed: m.Seed, Examples: m.Examples,
		Labels: len(m.header.Labels), Held: m.Held,
	}
}

// leastP is the least probability that counts as one.
const leastP = 1e-7

// score asks the program and gives, for each input, a score for each label: the log
// of its probability where a text has one label, the log odds where it has several.
func (m *model) score(ctx context.Context, inputs []learn.Input) ([][]float32, error) {
	for _, in := range inputs {
		if m.Dense > 0 && len(in.Vector) != m.Dense {
			return nil, learn.NeedsVectors.With("encoder", m.Encoder, "want", m.Dense, "got", len(in.Vector))
		}
	}
	var out [][]float32
	p := m.trainers.process(m)
	for from := 0; from < len(inputs); {
		to, size := from, 0
		for to < len(inputs) && to-from < batchRows && (to == from || size < batchBytes) {
			size += len(inputs[to].Text)
			for _, said := range inputs[to].History {
				size += len(said.Text)
			}
			to++
		}
		rows, err := p.ask(ctx, linesOf(inputs[from:to]))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if err := m.scores(row); err != nil {
				return nil, err
			}
		}
		out = append(out, rows...)
		from = to
	}
	return out, nil
}

// scores turns probabilities into scores, in place. Fault: BadAnswer.
func (m *model) scores(row []float32) error {
	sum := 0.0
	for _, v := range row {
		sum += float64(v)
	}
	if m.header.Task == learn.Single && math.Abs(sum-1) > .01 {
		return BadAnswer.With("trainer", m.definition.Name, "problem", sumProblem(sum))
	}
	for k, v := range row {
		p := min(max(float64(v), leastP), 1-leastP)
		if row[k] = float32(math.Log(p)); m.header.Task != learn.Single {
			row[k] = float32(math.Log(p / (1 - p)))
		}
	}
	return nil
}

// Predict answers inputs in their order. See learn.Model.
func (m *model) Predict(ctx context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	rows, err := m.score(ctx, inputs)
	if err != nil {
		return nil, err
	}
	out := make([]learn.Prediction, len(inputs))
	for i, scores := range rows {
		out[i] = m.answer(scores)
	}
	return out, nil
}

func (m *model) answer(scores []float32) learn.Prediction {
	single, c := m.header.Task == learn.Single, &m.Calibration
	p := make([]float64, len(scores))
	c.Probabilities(single, scores, p)
	order := make([]int, len(scores))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	into := make([]learn.LabelScore, len(scores))
	for k, l := range order {
		chosen := k == 0
		if !single {
			chosen = p[l] >= c.Threshold || k == 0 && c.Always
		}
		into[k] = learn.LabelScore{Label: m.header.Labels[l], P: float32(p[l]), Chosen: chosen}
	}
	foreign := c.Foreign(c.Scope.Home(scores, 0))
	return learn.Prediction{Scores: into, OutOfScope: foreign, OutOfScopeFrom: c.ForeignFrom(), Foreign: c.TurnsAway(foreign, order[0])}
}

// Bounds of what Explain asks: parts that are left out, and characters in all.
const (
	mostParts = 128
	mostAsked = 1 << 18
)

// Explain leaves out one stretch of the text after the other and tells how far the
// score falls; in a long text a stretch is more than a character, and shares what it
// did among its characters. See learn.Model.
//
// Cost: as many answers as there are stretches, 128 at most.
func (m *model) Explain(ctx context.Context, in learn.Input, label string) (learn.Explanation, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err != nil {
		return learn.Explanation{}, err
	}
	type stretch struct{ turn, from, to int } // turn -1 is the text itself
	texts := [][]rune{[]rune(in.Text)}
	total := len(texts[0])
	for _, said := range in.History {
		texts = append(texts, []rune(said.Text))
		total += len(texts[len(texts)-1])
	}
	// Where all is long, fewer and wider stretches: each is asked about with the rest.
	parts := min(mostParts, max(8, mostAsked/max(1, total)))
	width := max(1, (total+parts-1)/parts)
	var cut []stretch
	asked := []learn.Input{in, {Vector: in.Vector}}
	for k, text := range texts {
		for from := 0; from < len(text); from += width {
			s := stretch{k - 1, from, min(len(text), from+width)}
			without := in
			rest := string(text[:s.from]) + string(text[s.to:])
			if s.turn < 0 {
				without.Text = rest
			} else {
				without.History = slices.Clone(in.History)
				without.History[s.turn].Text = rest
			}
			cut, asked = append(cut, s), append(asked, without)
		}
	}
	rows, err := m.score(ctx, asked)
	if err != nil {
		return learn.Explanation{}, err
	}
	p := make([]float64, len(m.header.Labels))
	m.Calibration.Probabilities(m.header.Task == learn.Single, rows[0], p)
	e := learn.Explanation{
		Label: label, P: float32(p[l]), Score: rows[0][l], Base: rows[1][l], Text: make([]float32, len(texts[0])), History: make([][]float32, len(in.History)),
	}
	for k := range in.History {
		e.History[k] = make([]float32, len(texts[k+1]))
	}
	rest := float64(e.Score) - float64(e.Base)
	for k, s := range cut {
		chars := e.Text
		if s.turn >= 0 {
			chars = e.History[s.turn]
		}
		share := (rows[0][l] - rows[k+2][l]) / float32(s.to-s.from)
		for at := s.from; at < s.to; at++ {
			chars[at] = share
			rest -= float64(share)
		}
	}
	e.Rest = float32(rest)
	return e, nil
}

// Witnesses are the rows learnt from that read most like the input: what a program of
// its own leaned on cannot be seen from outside. The weight is how alike they are,
// 0–1, below 0 for rows that do not have the label. See learn.Model.
func (m *model) Witnesses(_ context.Context, in learn.Input, label string, most int) ([]learn.Witness, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err != nil {
		return nil, err
	}
	if m.rows == nil {
		return nil, learn.NoRows.With()
	}
	return m.rows.nearest(in.Text, uint32(l), most, m.header.Labels), nil
}

// grams are the hashes of the pieces of one to three characters of a text, rising.
func grams(text string) []uint32 {
	const mostGrams = 1024
	var out []uint32
	runes := []rune(strings.ToLower(text))
	for at := range runes {
		for n := 1; n <= 3 && at+n <= len(runes) && len(out) < mostGrams; n++ {
			h := learn.HashText(learn.HashStart, string(runes[at:at+n]))
			out = append(out, uint32(h>>32))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
