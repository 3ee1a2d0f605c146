package evaluate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"zhuomo/learn"
)

// Figure is a measured number with its 95 % interval.
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// LabelFigures are the figures of one label.
type LabelFigures struct {
	Label     string  `json:"label" table:"标签|label"`
	Precision float64 `json:"precision" table:"准确率|precision"`
	Recall    float64 `json:"recall" table:"召回率|recall"`
	F1        float64 `json:"f1" table:"F1|F1"`
	Support   int     `json:"support" table:"行数|rows"` // rows whose gold has the label
}

// Confusion counts rows by gold and by what the model said; equal pairs are not
// listed. For several labels a row counts each missed label against each wrong
// one, and "" stands for nothing.
type Confusion struct {
	Gold  string `json:"gold" table:"金标|gold"`
	Said  string `json:"said" table:"模型|said"`
	Count int    `json:"count" table:"行数|rows"`
}

// Measured is what a model did on one set of examples.
type Measured struct {
	Rows int `json:"rows"`
	// Figures: exact (the whole label set is right; for one label this is
	// accuracy), micro_f1, macro_f1 (over labels that occur), ece, log_loss; for one
	// label a row of three or more that are numbers also mae and quadratic_kappa (see distance).
	Figures   map[string]Figure `json:"figures"`
	ByLabel   []LabelFigures    `json:"by_label"`
	Confusion []Confusion       `json:"confusion"` // most frequent first
}

// Values are the figures without their intervals.
func (m Measured) Values() map[string]float64 {
	out := make(map[string]float64, len(m.Figures))
	for name, f := range m.Figures {
		out[name] = f.Value
	}
	return out
}

const (
	resamples  = 400 // bootstrap rounds for intervals of figures that are no shares
	calibrated = 15  // bins of the calibration error
)

// Measure compares answers with gold. Answers stand in the order of the examples.
//
// Order:  the figures do not depend on the order of the rows; the intervals of
//
//	the others are seeded percentile bootstraps
//	(Efron 1979), that of exact is Wilson's (1927).
//
// Source: expected calibration error as Guo et al. 2017, 15 equal bins; for one
//
//	label over the top answer, for several over every label.
func Measure(data learn.Data, answers []learn.Prediction, seed uint64) Measured {
	rows, all := outcomes(data, answers)
	numbers := numbersOf(data)
	value := figures(rows, all, len(data.Labels), numbers)
	out := Measured{Rows: len(rows), Figures: map[string]Figure{}}
	for name, v := range value {
		out.Figures[name] = Figure{Value: v, Low: v, High: v}
	}
	if len(rows) > 0 {
		low, high := wilson(value["exact"]*float64(len(rows)), float64(len(rows)))
		out.Figures["exact"] = Figure{Value: value["exact"], Low: low, High: high}
		bootstrap(out.Figures, rows, len(data.Labels), numbers, seed)
	}
	out.ByLabel = byLabel(rows, data.Labels)
	out.Confusion = confusion(rows, data.Labels)
	return out
}

// outcome is one row, reduced to what the figures need.
type outcome struct {
	gold, said []item // ascending
	exact      bool
	loss       float64
	stated     []stated
}

// item is one thing to be got right: a label, or for spans a label and where it
// stands.
type item struct{ label, from, to int }

func compareItems(a, b item) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.label, b.label))
}

// stated is a probability and whether it came true.
type stated struct {
	p    float64
	true bool
}

func judge(task learn.Task, labels int, index map[string]int, e learn.Example, answer learn.Prediction) outcome {
	if task == learn.Spans {
		return judgeSpans(index, e.Spans, answer)
	}
	gold := e.Labels
	var o outcome
	for _, l := range slices.Sorted(slices.Values(gold)) {
		o.gold = append(o.gold, item{label: l})
	}
	p := make([]float64, labels)
	for _, s := range answer.Scores {
		at, known := index[s.Label]
		if !known {
			continue
		}
		p[at] = float64(s.P)
		if s.Chosen {
			o.said = append(o.said, item{label: at})
		}
	}
	slices.SortFunc(o.said, compareItems)
	o.exact = slices.Equal(o.gold, o.said)
	if task == learn.Single {
		o.loss = -math.Log(max(p[gold[0]], 1e-12))
		if len(o.said) > 0 {
			o.stated = []stated{{p[o.said[0].label], o.exact}}
		}
		return o
	}
	for l, pl := range p {
		is := slices.Contains(gold, l)
		o.stated = append(o.stated, stated{pl, is})
		if !is {
			pl = 1 - pl
		}
		o.loss -= math.Log(max(pl, 1e-12))
	}
	return o
}

// unseenSpan is the probability that a span counts with which the model did not
// even consider.
const unseenSpan = 1e-3

// judgeSpans: a span is right when its label and both its ends are.
func judgeSpans(index map[string]int, gold []learn.Span, answer learn.Prediction) (o outcome) {
	for _, s := range gold {
		o.gold = append(o.gold, item{s.Label, s.Start, s.End})
	}
	slices.SortFunc(o.gold, compareItems)
	considered := 0
	for _, s := range answer.Spans {
		at, known := index[s.Label]
		if !known {
			continue
		}
		i := item{at, s.Start, s.End}
		if s.Chosen {
			o.said = append(o.said, i)
		}
		is := slices.Contains(o.gold, i)
		o.stated = append(o.stated, stated{float64(s.P), is})
		p := float64(s.P)
		if is {
			considered++
		} else {
			p = 1 - p
		}
		o.loss -= math.Log(max(p, 1e-12))
	}
	o.loss -= float64(len(o.gold)-considered) * math.Log(unseenSpan)
	slices.SortFunc(o.said, compareItems)
	o.exact = slices.Equal(o.gold, o.said)
	return o
}

// figures of the rows at the places given (a place may stand twice).
func figures(rows []outcome, at []int, labels int, numbers []float64) map[string]float64 {
	type counts struct{ hit, gold, said float64 }
	by := make([]counts, labels)
	var exact, loss float64
	var sum, came, n [calibrated]float64
	for _, i := range at {
		r := &rows[i]
		if r.exact {
			exact++
		}
		loss += r.loss
		for _, i := range r.gold {
			by[i.label].gold++
			if slices.Contains(r.said, i) {
				by[i.label].hit++
			}
		}
		for _, i := range r.said {
			by[i.label].said++
		}
		for _, s := range r.stated {
			bin := min(int(s.p*calibrated), calibrated-1)
			sum[bin] += s.p
			n[bin]++
			if s.true {
				came[bin]++
			}
		}
	}
	var hit, gold, said, macro, present, off, total float64
	for _, c := range by {
		hit, gold, said = hit+c.hit, gold+c.gold, said+c.said
		if c.gold > 0 {
			macro += 2 * c.hit / (c.gold + c.said)
			present++
		}
	}
	for b := range n {
		off += math.Abs(sum[b] - came[b])
		total += n[b]
	}
	rowCount := max(1, float64(len(at)))
	out := map[string]float64{
		"exact": exact / rowCount, "micro_f1": 2 * hit / max(1, gold+said), "macro_f1": macro / max(1, present),
		"ece": off / max(1, total), "log_loss": loss / rowCount,
	}
	if numbers != nil && len(at) > 0 {
		out["mae"], out["quadratic_kappa"] = distance(rows, at, numbers)
	}
	return out
}

func bootstrap(into map[string]Figure, rows []outcome, labels int, numbers []float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x6d6561737572))
	drawn := map[string][]float64{}
	at := make([]int, len(rows))
	for range resamples {
		for i := range at {
			at[i] = rng.IntN(len(rows))
		}
		for name, v := range figures(rows, at, labels, numbers) {
			drawn[name] = append(drawn[name], v)
		}
	}
	for name, values := range drawn {
		if name == "exact" {
			continue
		}
		slices.Sort(values)
		f := into[name]
		f.Low, f.High = values[resamples*25/1000], values[resamples*975/1000]
		into[name] = f
	}
}

// wilson is the 95 % score interval of a share.
func wilson(hits, n float64) (low, high float64) {
	const z = 1.959964
	p := hits / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}

func byLabel(rows []outcome, labels []string) []LabelFigures {
	hit, gold, said := make([]int, len(labels)), make([]int, len(labels)), make([]int, len(labels))
	for _, r := range rows {
		for _, i := range r.gold {
			gold[i.label]++
			if slices.Contains(r.said, i) {
				hit[i.label]++
			}
		}
		for _, i := range r.said {
			said[i.label]++
		}
	}
	out := make([]LabelFigures, len(labels))
	for l, name := range labels {
		out[l] = LabelFigures{
			Label: name, Support: gold[l],
			Precision: share(hit[l], said[l]), Recall: share(hit[l], gold[l]), F1: share(2*hit[l], gold[l]+said[l]),
		}
	}
	return out
}

func share(a, b int) float64 { return Share{a, b}.Value() }

func confusion(rows []outcome, labels []string) []Confusion {
	nothing := item{label: -1}
	counts := map[[2]int]int{}
	for _, r := range rows {
		missed := without(r.gold, r.said)
		wrong := without(r.said, r.gold)
		if len(missed)+len(wrong) == 0 {
			continue
		}
		if len(missed) == 0 {
			missed = []item{nothing}
		}
		if len(wrong) == 0 {
			wrong = []item{nothing}
		}
		for _, m := range missed {
			for _, w := range wrong {
				counts[[2]int{m.label, w.label}]++
			}
		}
	}
	name := func(l int) string {
		if l == nothing.label {
			return ""
		}
		return labels[l]
	}
	out := make([]Confusion, 0, len(counts))
	for pair, n := range counts {
		out = append(out, Confusion{Gold: name(pair[0]), Said: name(pair[1]), Count: n})
	}
	slices.SortFunc(out, func(a, b Confusion) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Gold != b.Gold {
			return compareText(a.Gold, b.Gold)
		}
		return compareText(a.Said, b.Said)
	})
	return out
}

func without(a, b []item) []item {
	var out []item
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// McNemar is the two-sided exact p-value that two models are equally good, when
// fixed rows became right and broken rows became wrong (McNemar 1947, binomial
// form). Equal or no flips give 1.
func McNemar(fixed, broken int) float64 {
	n := fixed + broken
	if n == 0 {
		return 1
	}
	k := min(fixed, broken)
	logFactorial := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	var tail float64
	for i := 0; i <= k; i++ {
		tail += math.Exp(logFactorial(n) - logFactorial(i) - logFactorial(n-i) - float64(n)*math.Ln2)
	}
	return min(1, 2*tail)
}

// Values are the figures of answers without their intervals, which cost time.
func Values(data learn.Data, answers []learn.Prediction) map[string]float64 {
	rows, all := outcomes(data, answers)
	return figures(rows, all, len(data.Labels), numbersOf(data))
}

// outcomes reduces every row, and lists their places.
func outcomes(data learn.Data, answers []learn.Prediction) (rows []outcome, all []int) {
	index := make(map[string]int, len(data.Labels))
	for i, l := range data.Labels {
		index[l] = i
	}
	rows, all = make([]outcome, len(data.Examples)), make([]int, len(data.Examples))
	for i, e := range data.Examples {
		rows[i], all[i] = judge(data.Task, len(data.Labels), index, e, answers[i]), i
	}
	return rows, all
}
