package evaluate

import (
	"context"
	"math/rand/v2"

	"zhuomo/learn"
)

// Curve is how good a model's learner becomes with more rows: does labelling
// more pay?
type Curve struct {
	ModelID string  `json:"model_id"`
	Shares  int     `json:"shares"` // how many points there will be
	Points  []Point `json:"points"`
}

// Point is one fit on a part of the training rows.
type Point struct {
	Rows    int     `json:"rows" table:"训练行|rows"`
	Train   float64 `json:"train" table:"训练集全对|exact on train"` // on the rows learnt from
	Dev     Figure  `json:"dev"`
	Seconds float64 `json:"seconds" table:"秒|seconds"`
}

// curveShares are the parts of the training rows that are tried, growing.
var curveShares = []float64{.05, .1, .2, .35, .5, .75, 1}

const curveSeed = 5

// Grow fits on growing parts of train and measures each on the part itself and
// on dev. Parts are nested: what was in a smaller one is in every larger one;
// rows of one group stay together.
//
// Errors: those of fit; parts that hold too few labels to learn from are left
// out.
func Grow(ctx context.Context, train, dev learn.Data, fit func(context.Context, learn.Data) (learn.Model, float64, error), each func(Point) error) error {
	mixed := shuffledGroups(train.Examples)
	last := 0
	for _, part := range curveShares {
		n := int(part*float64(len(mixed)) + .5)
		d := train
		d.Examples = mixed[:n]
		if n == last || d.Check() != nil {
			continue
		}
		last = n
		m, seconds, err := fit(ctx, d)
		if err != nil {
			return err
		}
		p := Point{Rows: n, Seconds: seconds}
		own, err := predict(ctx, m, d)
		if err != nil {
			return err
		}
		p.Train = Values(d, own)["exact"]
		if len(dev.Examples) > 0 {
			answers, err := predict(ctx, m, dev)
			if err != nil {
				return err
			}
			v := Values(dev, answers)["exact"]
			low, high := wilson(v*float64(len(dev.Examples)), float64(len(dev.Examples)))
			p.Dev = Figure{Value: v, Low: low, High: high}
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

// shuffledGroups gives the examples with their groups in a seeded order.
func shuffledGroups(examples []learn.Example) []learn.Example {
	var groups [][]learn.Example
	at := map[string]int{}
	for _, e := range examples {
		i, known := at[e.Group]
		if e.Group == "" || !known {
			i = len(groups)
			groups = append(groups, nil)
			at[e.Group] = i
		}
		groups[i] = append(groups[i], e)
	}
	rng := rand.New(rand.NewPCG(curveSeed, 0x6375727665))
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	out := make([]learn.Example, 0, len(examples))
	for _, g := range groups {
		out = append(out, g...)
	}
	return out
}

// drawCurve measures the curve of a model and keeps every point as it comes.
func (s *Service) drawCurve(ctx context.Context, product, model string, progress func(done, total int)) (Curve, error) {
	school, err := s.needs.Bench.School(ctx, product, model)
	if err != nil {
		return Curve{}, err
	}
	c := Curve{ModelID: school.ModelID, Shares: len(curveShares), Points: []Point{}}
	err = Grow(ctx, school.Train, school.Dev, school.Fit, func(p Point) error {
		c.Points = append(c.Points, p)
		progress(len(c.Points), len(curveShares))
		return s.keepOfModel(ctx, ofCurves, product, c.ModelID, c)
	})
	return c, err
}
