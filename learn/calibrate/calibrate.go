// Package calibrate turns a learner's raw scores into probabilities that mean what
// they say, and finds from where on a text is none of the labels; both on rows that
// the learner did not see.
//
//	in:   scores and labels of held-back rows        out: Calibration, part of a model's header
//	read: calibrate.go → isotonic.go → scope.go → figures.go, params.go
package calibrate

import (
	"math"
	"slices"

	"zhuomo/learn"
)

// Calibration turns scores into probabilities. It is found on held-back rows.
type Calibration struct {
	// Single: p = softmax(scores / Temperature).
	Temperature float64 `json:"temperature,omitempty"`
	// Multi: p = 1 / (1 + exp(-(Slope·score + Offset))); a label is chosen at
	// p ≥ Threshold.
	Slope     float64 `json:"slope,omitempty"`
	Offset    float64 `json:"offset,omitempty"`
	Threshold float64 `json:"threshold,omitempty"`
	// Curve bends those probabilities; nil where it would not make them truer.
	Curve *Curve `json:"curve,omitempty"`
	// Always: every row learnt from had a label, so the best one is chosen even
	// below the threshold.
	Always bool `json:"always,omitempty"`
	// Tops are the homes (see scope) of held-back rows at the quantiles
	// 0, 1/(n-1), … 1, rising.
	Tops  []float32 `json:"tops"`
	Scope *Scope    `json:"scope,omitempty"` // nil in files from before there was one
}

// Usual is what stands where nothing was held back, and what few rows lean towards.
// It belongs to the scale of a learner's scores.
type Usual struct {
	Temperature float64
	Slope       float64
}

// priorRows is how many rows' pull the usual values have.
const priorRows = 4

// Fit finds the calibration for scores (row after row, classes each) of rows with
// the given labels; always tells that no row goes without a label.
func Fit(usual Usual, single, always bool, scores []float32, classes int, labels [][]int) Calibration {
	c := Calibration{Always: always && !single}
	if single {
		c.Temperature = temperature(usual.Temperature, scores, classes, labels)
		c.choose(single, scores, classes, labels)
		return c
	}
	c.Slope, c.Offset = sigmoid(usual.Slope, scores, classes, labels)
	c.choose(single, scores, classes, labels)
	c.Threshold = c.threshold(scores, classes, labels)
	return c
}

// temperature minimises the log loss of softmax(scores/t) by bisection of its
// slope over ln t; it has one minimum.
func temperature(usual float64, scores []float32, classes int, labels [][]int) float64 {
	slope := func(t float64) float64 { // d(loss)/d(1/t)
		var sum float64
		for i, own := range labels {
			row := scores[i*classes:][:classes]
			top := float64(slices.Max(row))
			var z, zs float64
			for _, s := range row {
				e := math.Exp((float64(s) - top) / t)
				z += e
				zs += float64(e * float64(s))
			}
			sum += zs/z - float64(row[own[0]])
		}
		// The prior pulls like priorRows rows that wish for the usual value.
		return sum + priorRows*(usual-t)
	}
	low, high := math.Log(0.01), math.Log(10)
	for range 18 {
		mid := (low + high) / 2
		if slope(math.Exp(mid)) > 0 { // too sharp: 1/t should fall
			low = mid
		} else {
			high = mid
		}
	}
	return math.Exp((low + high) / 2)
}

// sigmoid fits p = 1/(1+exp(-(a·s+b))) over all rows and classes by Newton steps.
// Source: Platt 1999, with the prior as two soft rows.
func sigmoid(usual float64, scores []float32, classes int, labels [][]int) (a, b float64) {
	a, b = usual, 0
	positive := make([]bool, len(scores))
	for i, own := range labels {
		for _, l := range own {
			positive[i*classes+l] = true
		}
	}
	for range 25 {
		ga, gb := priorRows*(a-usual)/10, priorRows*b/10
		haa, hab, hbb := float64(priorRows)/10, 0.0, float64(priorRows)/10
		for j, score := range scores {
			s := float64(score)
			p := logistic(a*s + b)
			d, h := p, p*(1-p)
			if positive[j] {
				d--
			}
			ga, gb = ga+d*s, gb+d
			haa, hab, hbb = haa+h*s*s, hab+h*s, hbb+h
		}
		det := haa*hbb - hab*hab
		if det <= 0 {
			break
		}
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		// A far step is cut: the loss is convex, so it still goes down.
		if big := max(math.Abs(da), math.Abs(db)); big > 2 {
			da, db = da*2/big, db*2/big
		}
		a, b = a-da, b-db
		if math.Abs(da)+math.Abs(db) < 1e-6 {
			break
		}
	}
	return max(a, 0.05), b
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// threshold is the probability from which labels are chosen so that exact match
// plus micro-F1 is best; of equals the one nearest to one half.
func (c *Calibration) threshold(scores []float32, classes int, labels [][]int) float64 {
	best, bestAt := -1.0, 0.5
	for step := range 31 {
		t := 0.5 + float64((step+1)/2)*0.02*float64(1-2*(step%2))
		var exact, hit, chosen, gold int
		for i, own := range labels {
			right, picked := 0, 0
			row := scores[i*classes:][:classes]
			for m, s := range row {
				if c.probability(s) >= t {
					picked++
					if slices.Contains(own, m) {
						right++
					}
				}
			}
			if c.Always && picked == 0 {
				picked = 1
				if slices.Contains(own, Best(row)) {
					right = 1
				}
			}
			hit, chosen, gold = hit+right, chosen+picked, gold+len(own)
			if right == picked && right == len(own) {
				exact++
			}
		}
		value := float64(exact)/float64(max(1, len(labels))) + 2*float64(hit)/float64(max(1, chosen+gold))
		if value > best+1e-12 {
			best, bestAt = value, t
		}
	}
	return bestAt
}

func (c *Calibration) probability(score float32) float64 {
	return c.Curve.at(logistic(float64(c.Slope*float64(score)) + c.Offset))
}

// Steepness is how much one more of a raw score counts in log odds, before the curve.
func (c *Calibration) Steepness(single bool) float64 {
	if single {
		return 1 / c.Temperature
	}
	return c.Slope
}

// Check holds a calibration that a file brings to what a fit can give. Fault: Damaged.
func (c *Calibration) Check(single bool, labels int) error {
	s := c.Scope
	switch {
	case single && !(c.Temperature >= 1e-3 && c.Temperature <= 1e3):
		return learn.Broken("temperature")
	case !c.Curve.whole():
		return learn.Broken("curve of probabilities")
	case len(c.Tops) < 1 || !slices.IsSorted(c.Tops) || !learn.Finite(c.Tops):
		return learn.Broken("quantiles of scores")
	case s != nil && (s.None < -1 || s.None >= labels || !(s.From >= 0 && s.From <= 1) ||
		!(s.Familiar >= 0 && s.Familiar <= 1e3) || !(s.Weight >= 0 && s.Weight <= 1e3)):
		return learn.Broken("scope")
	}
	return nil
}
