package calibrate

import (
	"math"
	"slices"
)

// Scope tells how much at home a row is, and from where on it is none of these:
//
//	home = the best score of a label + Familiar · the text's familiar share − None.weight · the none label's score
//
// What else was tried stands in docs/adr/0016-knowing.md.
type Scope struct {
	Familiar float32 `json:"familiar"`
	// None is the label of rows that are none of these; -1 = there is no such row.
	None   int     `json:"none"`
	Weight float32 `json:"weight"`
	// From is the foreignness (0–1) above which a row is none of these; 1 = never.
	From float32 `json:"from"`
}

// quantiles are how finely homes are kept.
const quantiles = 1001

// Home is how much at home a row with these scores is.
func (s *Scope) Home(scores []float32, familiar float32) float32 {
	if s == nil {
		return slices.Max(scores)
	}
	best := float32(-math.MaxFloat32)
	for m, score := range scores {
		if m != s.None {
			best = max(best, score)
		}
	}
	best += float32(s.Familiar * familiar)
	if s.None >= 0 {
		best -= float32(s.Weight * scores[s.None])
	}
	return best
}

// Settle finds the quantiles of home and the threshold on held-back rows: of
// those that have a label other than None at most rejects (0–1) lie beyond it.
func (c *Calibration) Settle(s Scope, rejects float64, scores []float32, classes int, familiar []float32, labels [][]int) {
	var homes []float32
	for i, own := range labels {
		if s.inside(own) {
			homes = append(homes, s.Home(scores[i*classes:][:classes], familiar[i]))
		}
	}
	c.Tops, c.Scope, s.From = tops(homes), &s, 1
	// The row at this place is the last that stays; too few rows cannot show so
	// small a share.
	if n := len(c.Tops); rejects > 0 && float64(len(homes))*rejects >= 1 {
		s.From = float32(1 - math.Floor(rejects*float64(n))/float64(n-1))
	}
}

// inside tells whether a row with these labels is in scope.
func (s *Scope) inside(own []int) bool { return len(own) > 1 || len(own) == 1 && own[0] != s.None }

// ForeignFrom is the border of Prediction.Foreign.
func (c *Calibration) ForeignFrom() float32 {
	if c.Scope == nil {
		return 1
	}
	return c.Scope.From
}

// TurnsAway decides about a row whose best label is top.
func (c *Calibration) TurnsAway(foreign float32, top int) bool {
	s := c.Scope
	return s != nil && (foreign > s.From || s.From < 1 && top == s.None)
}

// tops gives the quantiles of homes, which get sorted.
func tops(homes []float32) []float32 {
	if len(homes) == 0 {
		return []float32{0, 1}
	}
	slices.Sort(homes)
	out := make([]float32, min(quantiles, len(homes)))
	for q := range out {
		out[q] = homes[q*(len(homes)-1)/max(1, len(out)-1)]
	}
	return out
}

// Foreign is the share of held-back rows that were more at home.
func (c *Calibration) Foreign(home float32) float32 {
	n := len(c.Tops)
	at, _ := slices.BinarySearchFunc(c.Tops, home, func(top, home float32) int { // how many are not above home
		if top <= home {
			return -1
		}
		return 1
	})
	switch {
	case at == 0:
		return 1
	case at == n:
		return 0
	}
	below := float64(at-1) + float64((home-c.Tops[at-1])/(c.Tops[at]-c.Tops[at-1]))
	return float32(1 - below/float64(n-1))
}

// ScopeFigures measures the decision on the rows it was found on.
func (c *Calibration) ScopeFigures(figures map[string]float64, scores []float32, classes int, familiar []float32, labels [][]int) {
	if c.ForeignFrom() >= 1 {
		return
	}
	var in, rejects, none, found float64
	for i, own := range labels {
		row := scores[i*classes:][:classes]
		away := c.TurnsAway(c.Foreign(c.Scope.Home(row, familiar[i])), Best(row))
		switch inside := c.Scope.inside(own); {
		case inside && away:
			in, rejects = in+1, rejects+1
		case inside:
			in++
		case away:
			none, found = none+1, found+1
		default:
			none++
		}
	}
	figures["scope_rejects"] = rejects / max(1, in)
	if figures["scope_none"] = none; none > 0 {
		figures["scope_recall"] = found / none
	}
}
