package ensemble

import (
	"context"
	"math"
)

// leastP bounds how sure one member can be of a label, or against it.
const leastP = 1e-6

// evidence is what a member's probability p says for a label: its logarithm, and for
// several labels a row its log odds.
func evidence(single bool, p float32) float32 {
	q := float64(p)
	if !(q >= leastP) { // no number neither
		q = leastP
	}
	if single {
		return float32(math.Log(q))
	}
	q = min(q, 1-leastP)
	return float32(math.Log(q) - math.Log1p(-q))
}

// pool adds members' evidence by their weights: into[l] = Σ weight[k]·of[k][l].
func pool(weight []float64, of [][]float32, into []float32) {
	for l := range into {
		var sum float64
		for k, w := range weight {
			sum += float64(w * float64(of[k][l]))
		}
		into[l] = float32(sum)
	}
}

const (
	sweeps      = 12
	priorRows   = 4 // how many rows' pull even weights have
	mostWeight  = 10
	tinyChange  = 1e-4
	leastBend   = 1e-9
	rowsBetween = 256 // rows between looks at whether to stop
)

// weigh finds the weights, none below 0, at which the pooled probabilities of rows that
// no member was taught lose least: Newton steps over one weight after another.
//
// Shape:  of[k] holds member k's evidence, row after row, classes each.
// Source: log-linear pool, Genest and Zidek 1986; weights held to ≥ 0 as in stacking, Breiman 1996.
func weigh(ctx context.Context, single bool, of [][]float32, classes int, labels [][]int) ([]float64, error) {
	even := 1 / float64(len(of))
	weight := make([]float64, len(of))
	for k := range weight {
		weight[k] = even
	}
	score, own := make([]float64, classes), make([]bool, classes)
	for range sweeps {
		moved := 0.0
		for k := range weight {
			slope, bend := priorRows*(weight[k]-even), float64(priorRows)
			for i, of1 := range labels {
				if i%rowsBetween == 0 && ctx.Err() != nil {
					return nil, ctx.Err()
				}
				at := i * classes
				for l := range score {
					var sum float64
					for j, w := range weight {
						sum += float64(w * float64(of[j][at+l]))
					}
					score[l] = sum
				}
				clear(own)
				for _, l := range of1 {
					own[l] = true
				}
				s, b := turn(single, score, of[k][at:][:classes], own)
				slope, bend = slope+s, bend+b
			}
			now := min(max(weight[k]-slope/max(bend, leastBend), 0), mostWeight)
			moved = max(moved, math.Abs(now-weight[k]))
			weight[k] = now
		}
		if moved < tinyChange {
			break
		}
	}
	return weight, nil
}

// turn is the slope and the bend of one row's log loss over the weight of the member
// whose evidence is x. score is overwritten.
func turn(single bool, score []float64, x []float32, own []bool) (slope, bend float64) {
	if !single {
		for l, s := range score {
			p, v := 1/(1+math.Exp(-s)), float64(x[l])
			bend += float64(p * (1 - p) * v * v)
			if own[l] {
				p--
			}
			slope += float64(p * v)
		}
		return slope, bend
	}
	top := score[0]
	for _, s := range score {
		top = max(top, s)
	}
	var z, mean, square float64
	for l, s := range score {
		e, v := math.Exp(s-top), float64(x[l])
		z, mean, square = z+e, mean+float64(e*v), square+float64(e*v*v)
		if own[l] {
			slope -= v
		}
	}
	mean /= z
	return slope + mean, square/z - float64(mean*mean)
}
