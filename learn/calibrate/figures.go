package calibrate

import (
	"math"
	"slices"
)

// Figures measures the calibration on the rows it was found on: accuracy
// (exact match for several labels), micro_f1, log_loss, ece, examples.
func (c *Calibration) Figures(single bool, scores []float32, classes int, labels [][]int) map[string]float64 {
	if len(labels) == 0 {
		return map[string]float64{"examples": 0}
	}
	var exact, hit, chosen, gold, loss float64
	var bins reliability
	p := make([]float64, classes)
	for i, own := range labels {
		c.Probabilities(single, scores[i*classes:][:classes], p)
		right, picked := 0, 0
		if single {
			best := Best(scores[i*classes:][:classes])
			picked = 1
			if best == own[0] {
				right = 1
			}
			bins.add(p[best], best == own[0])
			loss -= math.Log(max(p[own[0]], 1e-12))
		} else {
			for m, pm := range p {
				is := slices.Contains(own, m)
				if pm >= c.Threshold {
					picked++
					if is {
						right++
					}
				}
				bins.add(pm, is)
				if !is {
					pm = 1 - pm
				}
				loss -= math.Log(max(pm, 1e-12))
			}
			if c.Always && picked == 0 {
				picked = 1
				if slices.Contains(own, Best(scores[i*classes:][:classes])) {
					right = 1
				}
			}
		}
		if right == picked && right == len(own) {
			exact++
		}
		hit, chosen, gold = hit+float64(right), chosen+float64(picked), gold+float64(len(own))
	}
	n := float64(len(labels))
	return map[string]float64{
		"accuracy": exact / n, "micro_f1": 2 * hit / max(1, chosen+gold), "log_loss": loss / n,
		"ece": bins.ece(), "examples": n,
	}
}

// Probabilities turns the scores of one row into probabilities.
func (c *Calibration) Probabilities(single bool, scores []float32, p []float64) {
	if !single {
		for m, s := range scores {
			p[m] = c.probability(s)
		}
		return
	}
	top := float64(slices.Max(scores))
	var z float64
	for m, s := range scores {
		p[m] = math.Exp((float64(s) - top) / c.Temperature)
		z += p[m]
	}
	for m := range p {
		p[m] /= z
	}
	c.Curve.bend(p, Best(scores))
}

// reliability bins stated probabilities against what came true.
type reliability struct {
	stated, came, count [15]float64
}

func (r *reliability) add(p float64, is bool) {
	bin := min(int(p*15), 14)
	r.stated[bin] += p
	r.count[bin]++
	if is {
		r.came[bin]++
	}
}

// ece is the expected calibration error over 15 bins of equal width.
func (r *reliability) ece() float64 {
	var sum, n float64
	for b := range r.count {
		sum += math.Abs(r.stated[b] - r.came[b])
		n += r.count[b]
	}
	return sum / max(1, n)
}

// Best is the place of the highest score; of equals the first.
func Best(row []float32) int {
	best := 0
	for m, s := range row {
		if s > row[best] {
			best = m
		}
	}
	return best
}
