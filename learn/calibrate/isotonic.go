package calibrate

import (
	"math"
	"slices"

	"zhuomo/learn"
)

// Curve bends a stated probability to what came true where it was stated, by straight
// lines between knots; beyond the first and the last knot it is level. For Single it
// bends the probability of the best label and the others share what is left in their
// proportions; for Multi that of every label.
type Curve struct {
	Stated []float32 `json:"stated"` // rising, 0–1
	Came   []float32 `json:"came"`   // never falling, 0–1
}

const (
	// curveBins is how finely stated probabilities are told apart, evenly in log odds
	// from -curveEdge to curveEdge; so a fit costs a count and no sorting.
	curveBins = 1024
	curveEdge = 10.0
	// curveRows is the least number of held-back rows that can show a curve.
	curveRows = 200
	// leastGain and leastGainMulti are by how many standard errors a curve must be better,
	// for one label a row and for several. The latter also moves which labels are chosen,
	// which chance should not.
	leastGain, leastGainMulti = 1, 3
	// curveParts is how many parts the rows are cut into for the choice.
	curveParts = 5
)

// tally counts, by log odds of what was stated, how often that was and came true.
type tally struct{ count, stated, came [curveBins]float64 }

func (t *tally) add(p float64, is bool) {
	at := curveBin(p)
	t.count[at]++
	t.stated[at] += p
	if is {
		t.came[at]++
	}
}

func curveBin(p float64) int {
	odds := math.Log(max(p, 1e-9) / max(1-p, 1e-9))
	return min(max(int((odds+curveEdge)/(2*curveEdge)*curveBins), 0), curveBins-1)
}

// curve is the never falling function that is nearest to what came true, each level of
// it pulled to what was stated as if by priorRows more rows. A level reaches from the
// least to the greatest that was stated in it.
//
// Source: Ayer et al. 1955 (pool adjacent violators); Zadrozny & Elkan 2002 (for
// probabilities).
func (t *tally) curve() *Curve {
	type level struct{ count, stated, came, from, to float64 }
	var levels []level
	for b, n := range t.count {
		if n == 0 {
			continue
		}
		mean := t.stated[b] / n
		levels = append(levels, level{n, t.stated[b], t.came[b], mean, mean})
		for k := len(levels) - 1; k > 0 && levels[k-1].came*levels[k].count >= levels[k].came*levels[k-1].count; k-- {
			levels[k-1].count += levels[k].count
			levels[k-1].stated += levels[k].stated
			levels[k-1].came += levels[k].came
			levels[k-1].to = levels[k].to
			levels = levels[:k]
		}
	}
	c := &Curve{}
	least := float32(0)
	for _, l := range levels {
		least = max(least, float32((l.came+priorRows*l.stated/l.count)/(l.count+priorRows)))
		for _, at := range [...]float32{float32(l.from), float32(l.to)} {
			if n := len(c.Stated); n == 0 || at > c.Stated[n-1] {
				c.Stated, c.Came = append(c.Stated, at), append(c.Came, least)
			}
		}
	}
	return c
}

// at is what comes true where p is stated; without a curve that is p.
func (c *Curve) at(p float64) float64 {
	if c == nil {
		return p
	}
	k, _ := slices.BinarySearch(c.Stated, float32(p))
	switch {
	case k == 0:
		return float64(c.Came[0])
	case k == len(c.Stated):
		return float64(c.Came[k-1])
	}
	from, to := float64(c.Stated[k-1]), float64(c.Stated[k])
	low, high := float64(c.Came[k-1]), float64(c.Came[k])
	return low + float64((high-low)*((p-from)/(to-from)))
}

// bend is the curve on the probabilities of one row of Single whose best label is top.
// The best stays the best.
func (c *Curve) bend(p []float64, top int) {
	if c == nil || len(p) < 2 {
		return
	}
	var others, second float64
	for m, v := range p {
		if m != top {
			others += v
			second = max(second, v)
		}
	}
	if others == 0 { // so sure that nothing is left to share: evenly
		to := max(c.at(p[top]), 1/float64(len(p)))
		for m := range p {
			p[m] = (1 - to) / float64(len(p)-1)
		}
		p[top] = to
		return
	}
	to := max(c.at(p[top]), second/(others+second))
	for m := range p {
		p[m] *= (1 - to) / others
	}
	p[top] = to
}

// choose keeps a curve where it states held-back rows better than none: for rows that it
// was not drawn from, the log loss falls by more than a few standard errors of that.
func (c *Calibration) choose(single bool, scores []float32, classes int, labels [][]int) {
	if len(labels) < curveRows {
		return
	}
	var whole tally
	parts := make([]tally, curveParts)
	p := make([]float64, classes)
	for i, own := range labels {
		each(single, c, scores[i*classes:][:classes], own, p, func(v float64, is bool) {
			whole.add(v, is)
			parts[i%curveParts].add(v, is)
		})
	}
	var gain, square float64
	for part := range parts {
		rest := whole
		for b := range rest.count {
			rest.count[b] -= parts[part].count[b]
			rest.stated[b] = max(0, rest.stated[b]-parts[part].stated[b])
			rest.came[b] -= parts[part].came[b]
		}
		drawn := rest.curve()
		for i := part; i < len(labels); i += curveParts {
			var d float64
			each(single, c, scores[i*classes:][:classes], labels[i], p, func(v float64, is bool) {
				d += loss(v, is) - loss(drawn.at(v), is)
			})
			gain, square = gain+d, square+d*d
		}
	}
	rows := float64(len(labels))
	mean := gain / rows
	least := float64(leastGain)
	if !single {
		least = leastGainMulti
	}
	if mean > least*math.Sqrt(max(0, square/rows-mean*mean)/rows) {
		c.Curve = whole.curve()
	}
}

// each tells what a row's scores state: for Single the probability of the best label,
// for Multi that of each.
func each(single bool, c *Calibration, scores []float32, own []int, p []float64, tell func(p float64, is bool)) {
	c.Probabilities(single, scores, p)
	if single {
		best := Best(scores)
		tell(p[best], best == own[0])
		return
	}
	for m, v := range p {
		tell(v, slices.Contains(own, m))
	}
}

// loss is the log loss of a stated probability.
func loss(p float64, is bool) float64 {
	if !is {
		p = 1 - p
	}
	return -math.Log(max(p, 1e-12))
}

// whole tells whether a curve is one that a fit can give.
func (c *Curve) whole() bool {
	if c == nil {
		return true
	}
	n := len(c.Stated)
	if n == 0 || n > 2*curveBins || len(c.Came) != n || !learn.Finite(c.Stated) || !learn.Finite(c.Came) {
		return false
	}
	for k := 1; k < n; k++ {
		if !(c.Stated[k] > c.Stated[k-1]) {
			return false
		}
	}
	return slices.IsSorted(c.Came) && c.Stated[0] >= 0 && c.Stated[n-1] <= 1 && c.Came[0] >= 0 && c.Came[n-1] <= 1
}
