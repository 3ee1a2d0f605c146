package mlflow

import (
	"context"
	"math"
)

// Curve is a metric of a run as it is drawn: x and y go together.
type Curve struct {
	Metric string    `json:"metric"`
	X      []float64 `json:"x" nullable:"false" doc:"步数，或从第一点起的秒数|steps, or seconds since the first point"`
	Y      []float64 `json:"y" nullable:"false"`
	// SmoothX and SmoothY are the smoothed curve, thinned by itself.
	SmoothX    []float64 `json:"smooth_x,omitempty"`
	SmoothY    []float64 `json:"smooth_y,omitempty"`
	PointCount int       `json:"point_count" doc:"记了几个点|points that were logged"`
	OddCount   int       `json:"odd_count" doc:"其中画不出的：NaN、无穷|those of them that cannot be drawn: NaN, infinite"`
}

// Curve reads all points of a metric and thins them to at most most, after smoothing.
func (s *Service) Curve(ctx context.Context, product, id, key string, most int, byTime bool, share float64) (Curve, error) {
	r, err := s.run(ctx, s.db.Reader(), product, id)
	if err != nil {
		return Curve{}, err
	}
	all, err := s.history(ctx, r.id, key)
	if err != nil {
		return Curve{}, err
	}
	c := Curve{Metric: key, X: []float64{}, Y: []float64{}, PointCount: len(all)}
	x, y := make([]float64, 0, len(all)), make([]float64, 0, len(all))
	for _, p := range all {
		if math.IsNaN(p.value) || math.IsInf(p.value, 0) {
			c.OddCount++
			continue
		}
		at := float64(p.step)
		if byTime {
			at = float64(p.at-all[0].at) / 1000
		}
		x, y = append(x, at), append(y, p.value)
	}
	c.X, c.Y = chosen(x, y, thin(x, y, most))
	if share > 0 && len(y) > 0 {
		smoothed := smooth(y, share)
		c.SmoothX, c.SmoothY = chosen(x, smoothed, thin(x, smoothed, most))
	}
	return c, nil
}

func chosen(x, y []float64, places []int) (atX, atY []float64) {
	atX, atY = make([]float64, len(places)), make([]float64, len(places))
	for i, p := range places {
		atX[i], atY[i] = x[p], y[p]
	}
	return atX, atY
}
