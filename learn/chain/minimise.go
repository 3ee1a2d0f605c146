package chain

import (
	"context"
	"math"

	"zhuomo/internal/jobs"
)

const remembered = 6 // pairs of steps and changes of the gradient

// minimise moves x to the least of a convex function by L-BFGS with a
// backtracking line search. at reads x and gives the value there and writes the
// gradient. It ends after most steps, or when ten of them gained less than a
// part in 100,000.
func minimise(ctx context.Context, x []float32, at func(ctx context.Context, gradient []float32) (float64, error), most, workers int, tell func()) error {
	v := vectors{ctx, workers}
	n := len(x)
	g, d, xBefore, gBefore := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	var s, y [][]float32
	var rho []float64
	value, err := at(ctx, g)
	if err != nil {
		return err
	}
	values := []float64{value}
	for step := 0; step < most; step++ {
		copy(d, g)
		alpha := make([]float64, len(s))
		for k := len(s) - 1; k >= 0; k-- {
			alpha[k] = rho[k] * v.dot(s[k], d)
			v.add(d, -alpha[k], y[k])
		}
		rate := 1.0
		if k := len(s) - 1; k >= 0 {
			v.scale(d, 1/(rho[k]*v.dot(y[k], y[k])))
		} else {
			rate = 1 / math.Max(1, math.Sqrt(v.dot(g, g)))
		}
		for k := range s {
			v.add(d, alpha[k]-rho[k]*v.dot(y[k], d), s[k])
		}
		slope := -v.dot(d, g)
		if !(slope < 0) {
			return ctx.Err()
		}
		copy(xBefore, x)
		copy(gBefore, g)
		now := math.Inf(1)
		for try := 0; ; try++ {
			v.along(x, xBefore, -rate, d)
			if now, err = at(ctx, g); err != nil {
				return err
			}
			if now <= value+1e-4*rate*slope {
				break
			}
			if try == 20 {
				copy(x, xBefore)
				return nil
			}
			rate /= 2
		}
		value = now
		if tell != nil {
			tell()
		}
		values = append(values, value)
		if k := len(values) - 11; k >= 0 && values[k]-value < 1e-5*math.Abs(value) {
			return nil
		}
		if len(s) == remembered {
			s, y, rho = append(s[1:], s[0]), append(y[1:], y[0]), rho[1:]
		} else {
			s, y = append(s, make([]float32, n)), append(y, make([]float32, n))
		}
		k := len(s) - 1
		v.along(s[k], x, -1, xBefore)
		v.along(y[k], g, -1, gBefore)
		if curve := v.dot(s[k], y[k]); curve > 1e-12 {
			rho = append(rho, 1/curve)
		} else {
			s, y = s[:k], y[:k]
		}
	}
	return nil
}

// vectors adds and multiplies long vectors in parts of fixed size, so that sums
// do not depend on the number of workers.
type vectors struct {
	ctx     context.Context
	workers int
}

const vectorPart = 1 << 14

func (v vectors) each(n int, do func(part, from, to int)) {
	parts := (n + vectorPart - 1) / vectorPart
	// The caller sees a cancelled context at the next gradient.
	_ = jobs.EachChunk(v.ctx, parts*jobs.ChunkSize, v.workers, func(part, _, _ int) error {
		do(part, part*vectorPart, min((part+1)*vectorPart, n))
		return nil
	})
}

func (v vectors) dot(a, b []float32) float64 {
	parts := make([]float64, (len(a)+vectorPart-1)/vectorPart)
	v.each(len(a), func(part, from, to int) {
		sum := 0.0
		for i, x := range a[from:to] {
			sum += float64(x) * float64(b[from+i])
		}
		parts[part] = sum
	})
	sum := 0.0
	for _, p := range parts {
		sum += p
	}
	return sum
}

// add makes a = a + c·b.
func (v vectors) add(a []float32, c float64, b []float32) { v.along(a, a, c, b) }

// along makes a = b + c·d.
func (v vectors) along(a, b []float32, c float64, d []float32) {
	v.each(len(a), func(_, from, to int) {
		for i := from; i < to; i++ {
			a[i] = float32(float64(b[i]) + c*float64(d[i]))
		}
	})
}

func (v vectors) scale(a []float32, c float64) {
	v.each(len(a), func(_, from, to int) {
		for i := from; i < to; i++ {
			a[i] = float32(c * float64(a[i]))
		}
	})
}
