package chain

import (
	"context"
	"math"
	"slices"

	"zhuomo/internal/jobs"
	"zhuomo/learn"
)

// calibration turns scores into probabilities: p = softmax(Sharp·score) over all
// readings of a text. It is found on held-back rows.
type calibration struct {
	Sharp float64 `json:"sharp"`
	// Lean is what each stretch of the first layer is heavier by when the answer is
	// chosen, so that as few are missed as are found too many. Probabilities do not
	// know it.
	Lean float64 `json:"lean"`
	// Tops are the mean logarithmic probabilities of the best readings of
	// held-back rows at the quantiles 0, 1/(n-1), … 1, rising.
	Tops []float32 `json:"tops"`
}

const (
	quantiles   = 101
	usualSharp  = 1.0
	priorTexts  = 4    // how many texts the usual value counts for
	mostTexts   = 1000 // held-back texts that are looked at
	calibrating = 12   // steps of the search

	leanRounds     = 3  // in which the lean and the F1 that it rests on find each other
	priorStretches = 20 // rightly found, that are counted in addition
)

// calibrate finds the calibration on texts that the model has not seen, and the
// figures there: precision, recall and f1 of stretches, exact texts.
func (m *model) calibrate(ctx context.Context, said []learn.Example, texts []row, gold [][][]uint8, workers int) (calibration, map[string]float64, error) {
	n := min(len(texts), mostTexts)
	m.Calibration = calibration{Sharp: usualSharp}
	w := m.layers[0]
	all := make([]seen, n)
	d := m.newDesk()
	for i := range n {
		if ctx.Err() != nil {
			return calibration{}, nil, ctx.Err()
		}
		d.encode(m, &texts[i])
		d.emissions(w, 0)
		all[i] = seen{slices.Clone(d.lattice.score), gold[0][i], float64(d.lattice.along(w, gold[0][i]))}
	}
	loss := func(sharp float64) (float64, error) {
		o := newOdds(w, sharp)
		parts := make([]float64, n)
		err := jobs.EachChunk(ctx, n, workers, func(_, from, to int) error {
			f, l := &forward{}, &lattice{}
			for i := from; i < to; i++ {
				l.score = all[i].score
				if _, fits := f.ahead(l, w, o); fits {
					parts[i] = f.logZ - sharp*all[i].along
				} else {
					l.sum(w, sharp)
					parts[i] = l.logZ - sharp*all[i].along
				}
			}
			return nil
		})
		sum := priorTexts * math.Pow(math.Log(sharp/usualSharp), 2)
		for _, p := range parts {
			sum += p
		}
		return sum, err
	}
	c := calibration{Sharp: usualSharp, Tops: []float32{0}}
	if n == 0 {
		return c, map[string]float64{"examples": 0}, nil
	}
	// The loss has one minimum; golden section over ln sharp.
	low, high := math.Log(0.02), math.Log(20)
	const golden = 0.6180339887498949
	a, b := high-golden*(high-low), low+golden*(high-low)
	la, err := loss(math.Exp(a))
	if err != nil {
		return c, nil, err
	}
	lb, err := loss(math.Exp(b))
	for range calibrating {
		if err != nil {
			return c, nil, err
		}
		if la < lb {
			high, b, lb = b, a, la
			a = high - golden*(high-low)
			la, err = loss(math.Exp(a))
		} else {
			low, a, la = a, b, lb
			b = low + golden*(high-low)
			lb, err = loss(math.Exp(b))
		}
	}
	if err != nil {
		return c, nil, err
	}
	c.Sharp = math.Exp((low + high) / 2)
	o := newOdds(w, c.Sharp)
	f := &forward{}
	var tops []float32
	for i := range all {
		l := &lattice{score: all[i].score}
		if _, fits := f.ahead(l, w, o); len(all[i].gold) > 0 && fits {
			units := len(all[i].gold)
			_, score := l.viterbi(w)
			tops = append(tops, float32((c.Sharp*float64(score)-f.logZ)/float64(units)))
		}
	}
	slices.Sort(tops)
	if len(tops) > 0 {
		c.Tops = c.Tops[:0]
		for q := range quantiles {
			c.Tops = append(c.Tops, tops[q*(len(tops)-1)/(quantiles-1)])
		}
	}
	if m.Params["answer"] == balancedAnswer {
		lean, err := leanOf(ctx, w, all, c.Sharp, workers)
		if err != nil {
			return c, nil, err
		}
		c.Lean = lean / c.Sharp
	}
	m.Calibration = c
	figures, err := m.figures(ctx, said[:n], texts, gold)
	return c, figures, err
}

// seen is a text that the model has not learnt from.
type seen struct {
	score []float32 // emissions of the first layer
	gold  []uint8
	along float64 // score of gold
}

// foreign is the share of held-back texts whose best reading was surer.
func (c *calibration) foreign(sure float32) float32 {
	at, _ := slices.BinarySearch(c.Tops, sure)
	return 1 - float32(at)/float32(len(c.Tops))
}

// leanOf finds how far to lean, in logarithms of odds. F1 grows with every stretch that
// is likelier than half of it (Lipton, Elkan, Naryanaswamy, ECML 2014), so that where
// it is high, what is likelier than not is answered, and more where it is low. To try
// leans on the texts and take the best was worse: few texts are no judges of that.
func leanOf(ctx context.Context, w *weights, texts []seen, sharp float64, workers int) (lean float64, err error) {
	for range leanRounds {
		hit, both := make([]int, len(texts)), make([]int, len(texts))
		err = jobs.EachChunk(ctx, len(texts), workers, func(_, from, to int) error {
			l := &lattice{}
			for i := from; i < to; i++ {
				l.leaning(&lattice{score: texts[i].score}, w, float32(lean/sharp))
				seq, _ := l.viterbi(w)
				found, want := w.read(seq), w.read(texts[i].gold)
				hit[i], both[i] = common(found, want), len(found)+len(want)
			}
			return ctx.Err()
		})
		if err != nil {
			return 0, err
		}
		right, all := priorStretches, 2*priorStretches
		for i := range hit {
			right, all = right+hit[i], all+both[i]
		}
		half := float64(right) / float64(all)
		lean = math.Log((1 - half) / half)
	}
	return lean, nil
}

// common counts the pieces that both lists have.
func common(found, want []piece) (n int) {
	for _, p := range found {
		if slices.Contains(want, p) {
			n++
		}
	}
	return n
}

// figures measures the answers to texts: precision, recall and f1 of stretches,
// and accuracy, the share of texts that are wholly right.
func (m *model) figures(ctx context.Context, said []learn.Example, texts []row, gold [][][]uint8) (map[string]float64, error) {
	hit, found, there, exact := 0, 0, 0, 0
	d := m.newDesk()
	for i := range said {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(m.layers) > 1 || m.rules != nil { // these look at the text again
			d.reader.read(said[i].Text)
		}
		d.encode(m, &texts[i])
		right := true
		var below [][]uint8
		marks := uint8(0)
		for k, layer := range m.layers {
			d.above(m, below)
			d.emissions(layer, k)
			best, _ := m.decide(d, k, marks, 0)
			below = append(below, best)
			answer, want := layer.read(best), layer.read(gold[k][i])
			if m.rules != nil {
				marks |= m.rules.marked(answer)
			}
			hit, found, there = hit+common(answer, want), found+len(answer), there+len(want)
			right = right && slices.Equal(answer, want)
		}
		if right {
			exact++
		}
	}
	share := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	return map[string]float64{
		"examples": float64(len(said)), "accuracy": share(exact, len(said)),
		"precision": share(hit, found), "recall": share(hit, there), "f1": share(2*hit, found+there),
	}, nil
}
