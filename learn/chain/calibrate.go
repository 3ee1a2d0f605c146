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
)

// calibrate finds the calibration on texts that the model has not seen, and the
// figures there: precision, recall and f1 of stretches, exact texts.
func (m *model) calibrate(ctx context.Context, said []learn.Example, texts []row, gold [][][]uint8, workers int) (calibration, map[string]float64, error) {
	n := min(len(texts), mostTexts)
	m.Calibration = calibration{Sharp: usualSharp}
	w := m.layers[0]
	type seen struct {
		score []float32
		gold  []uint8
		along float64
	}
	all := make([]seen, n)
	hit, found, there, exact := 0, 0, 0, 0
	d := m.newDesk()
	for i := range n {
		if ctx.Err() != nil {
			return calibration{}, nil, ctx.Err()
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
			list, _ := m.readings(d, k, marks, 1)
			below = append(below, nil)
			if len(list) > 0 {
				below[k] = list[0].seq
			}
			answer, want := layer.read(below[k]), layer.read(gold[k][i])
			if m.rules != nil {
				marks |= m.rules.marked(answer)
			}
			for _, p := range answer {
				if slices.Contains(want, p) {
					hit++
				}
			}
			found, there = found+len(answer), there+len(want)
			right = right && slices.Equal(answer, want)
			if k == 0 {
				all[i] = seen{slices.Clone(d.lattice.score), gold[k][i], float64(d.lattice.along(layer, gold[k][i]))}
			}
		}
		if right {
			exact++
		}
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
	figures := map[string]float64{"examples": float64(n)}
	if n == 0 {
		return c, figures, nil
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
			_, score := l.viterbi(w, nil, 0)
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
	share := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	figures["accuracy"] = share(exact, n)
	figures["precision"], figures["recall"], figures["f1"] = share(hit, found), share(hit, there), share(2*hit, found+there)
	return c, figures, nil
}

// foreign is the share of held-back texts whose best reading was surer.
func (c *calibration) foreign(sure float32) float32 {
	at, _ := slices.BinarySearch(c.Tops, sure)
	return 1 - float32(at)/float32(len(c.Tops))
}
