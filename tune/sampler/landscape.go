package sampler

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"zhuomo/tune"
)

// scales are the logarithms of what a Gaussian process is set by: of each dial its
// weight (the inverse of a squared length scale), last the variance of the noise.
type scales []float64

const (
	noiseMean, noiseSpread = -5.0, 1.5 // prior of the logarithm of the noise
	lengthSpread           = 1.7320508 // √3: of that of a length scale, as Hvarfner et al. 2024
	leastNoise             = 1e-6
)

// lengthMean grows with the number of dials as in Hvarfner et al. 2024, from shorter
// lengths: theirs stands at √2 + log(dims)/2; half way there found less here (ADR 0018).
func lengthMean(dims int) float64 { return math.Sqrt2/2 + math.Log(float64(dims))/2 - 0.7 }

func startScales(space tune.Space) scales {
	s := make(scales, len(space.Dials)+1)
	for i := range space.Dials {
		s[i] = -2 * math.Log(0.5)
	}
	s[len(s)-1] = noiseMean
	return s
}

// metric gives the squared distance of two points, by dial: numbers by how far they
// are, choices by whether they differ.
type metric []bool // by dial: a choice

func metricOf(space tune.Space) metric {
	m := make(metric, len(space.Dials))
	for i, p := range space.Dials {
		m[i] = isChoice(p)
	}
	return m
}

func (m metric) square(d int, a, b float64) float64 {
	if m[d] {
		if a != b {
			return 1
		}
		return 0
	}
	return (a - b) * (a - b)
}

// matern is the Matérn kernel with ν = 5/2 at a squared distance, and its slope there.
func matern(square float64) (value, slope float64) {
	r := math.Sqrt(5 * square)
	e := math.Exp(-r)
	return (1 + r + r*r/3) * e, -5.0 / 6 * (1 + r) * e
}

// fitScales gives the scales that are most probable after the trials: the marginal
// likelihood times the priors, by L-BFGS.
func fitScales(space tune.Space, points [][]float64, y, doubts []float64, from scales) scales {
	f := &likelihood{n: len(points), dims: len(space.Dials), y: mat.NewVecDense(len(y), y), doubts: doubts}
	m := metricOf(space)
	for i := range points {
		for j := range i {
			for d := range f.dims {
				f.squares = append(f.squares, m.square(d, points[i][d], points[j][d]))
			}
		}
	}
	f.k = mat.NewSymDense(f.n, nil)
	f.inverse = mat.NewSymDense(f.n, nil)
	f.slopes = make([]float64, f.n*(f.n-1)/2)
	problem := optimize.Problem{
		Func: func(x []float64) float64 { return f.at(x) },
		Grad: func(g, x []float64) { f.at(x); copy(g, f.gradient) },
	}
	best, least := slices.Clone(from), f.at(from)
	result, _ := optimize.Minimize(problem, from, &optimize.Settings{MajorIterations: 12, FuncEvaluations: 20, GradientThreshold: 1e-3}, &optimize.LBFGS{})
	if result != nil && result.F < least { // also where it stopped with an error
		best = result.X
	}
	return best
}

// likelihood is minus the logarithm of the posterior of scales.
type likelihood struct {
	n, dims  int
	y        *mat.VecDense
	doubts   []float64 // by point, variances beside the noise
	squares  []float64 // by pair (i, j<i) and dial
	slopes   []float64 // by pair
	k        *mat.SymDense
	inverse  *mat.SymDense
	last     []float64 // where at was computed
	value    float64
	gradient []float64
}

func (f *likelihood) at(x []float64) float64 {
	if slices.Equal(f.last, x) {
		return f.value
	}
	f.last = append(f.last[:0], x...)
	if f.gradient == nil {
		f.gradient = make([]float64, f.dims+1)
	}
	clear(f.gradient)
	weights := make([]float64, f.dims)
	for d := range weights {
		weights[d] = math.Exp(min(max(x[d], -20), 12))
	}
	noise := leastNoise + math.Exp(min(max(x[f.dims], -20), 3))
	raw := f.k.RawSymmetric()
	at := 0
	for i := range f.n {
		raw.Data[i*raw.Stride+i] = 1 + noise + f.doubts[i]
		for j := range i {
			square := 0.0
			for d, w := range weights {
				square += w * f.squares[at*f.dims+d]
			}
			raw.Data[j*raw.Stride+i], f.slopes[at] = matern(square)
			at++
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(f.k) {
		f.value = math.Inf(1)
		return f.value
	}
	var alpha mat.VecDense
	if err := chol.SolveVecTo(&alpha, f.y); err != nil {
		f.value = math.Inf(1)
		return f.value
	}
	f.value = 0.5*mat.Dot(f.y, &alpha) + 0.5*chol.LogDet()
	if err := chol.InverseTo(f.inverse); err != nil {
		f.value = math.Inf(1)
		return f.value
	}
	inv := f.inverse.RawSymmetric()
	at = 0
	for i := range f.n {
		ai := alpha.AtVec(i)
		f.gradient[f.dims] += 0.5 * (inv.Data[i*inv.Stride+i] - ai*ai) * (noise - leastNoise)
		for j := range i {
			g := (inv.Data[j*inv.Stride+i] - ai*alpha.AtVec(j)) * f.slopes[at] // twice a half: the matrix is symmetric
			for d, w := range weights {
				f.gradient[d] += g * w * f.squares[at*f.dims+d]
			}
			at++
		}
	}
	mean := lengthMean(f.dims)
	for d := range weights { // the logarithm of a length scale is −x/2
		off := (-x[d]/2 - mean) / lengthSpread
		f.value += 0.5 * off * off
		f.gradient[d] -= off / lengthSpread / 2
	}
	off := (x[f.dims] - noiseMean) / noiseSpread
	f.value += 0.5 * off * off
	f.gradient[f.dims] += off / noiseSpread
	return f.value
}

// landscape is a fitted Gaussian process: what to expect at a place.
type landscape struct {
	metric  metric
	weights []float64
	noise   float64
	points  [][]float64
	y       []float64
	doubts  []float64 // by point, variances beside the noise
	chol    mat.Cholesky
	alpha   mat.VecDense
	top     float64     // the best mean at a place that was tried
	tops    [][]float64 // the tried places of the best means
}

func newMap(space tune.Space, points [][]float64, y, doubts []float64, s scales) *landscape {
	m := &landscape{metric: metricOf(space), points: points, y: y, doubts: doubts}
	for _, w := range s[:len(s)-1] {
		m.weights = append(m.weights, math.Exp(min(max(w, -20), 12)))
	}
	m.noise = leastNoise + math.Exp(min(max(s[len(s)-1], -20), 3))
	m.build()
	return m
}

func (m *landscape) kernel(a, b []float64) float64 {
	square := 0.0
	for d, w := range m.weights {
		square += w * m.metric.square(d, a[d], b[d])
	}
	value, _ := matern(square)
	return value
}

func (m *landscape) build() {
	n := len(m.points)
	k := mat.NewSymDense(n, nil)
	for i := range n {
		k.SetSym(i, i, 1+m.noise+m.doubts[i])
		for j := range i {
			k.SetSym(i, j, m.kernel(m.points[i], m.points[j]))
		}
	}
	for !m.chol.Factorize(k) { // equal points and next to no noise
		m.noise *= 10
		for i := range n {
			k.SetSym(i, i, 1+m.noise+m.doubts[i])
		}
	}
	m.alpha.Reset()
	_ = m.chol.SolveVecTo(&m.alpha, mat.NewVecDense(n, m.y)) // it tells only of a bad condition
	order := make([]int, n)
	means := make([]float64, n)
	for i := range n {
		order[i] = i
		means[i] = m.y[i] - (m.noise+m.doubts[i])*m.alpha.AtVec(i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(means[b], means[a]) })
	m.top, m.tops = means[order[0]], nil
	for _, i := range order[:min(5, n)] {
		m.tops = append(m.tops, m.points[i])
	}
}

// believe adds a trial under way as if it had scored what is expected there.
func (m *landscape) believe(point []float64) {
	mean := 0.0
	for i, p := range m.points {
		mean += m.kernel(point, p) * m.alpha.AtVec(i)
	}
	m.points, m.y = append(slices.Clone(m.points), point), append(slices.Clone(m.y), mean)
	m.doubts = append(slices.Clone(m.doubts), 0)
	m.build()
}

// gains gives the logarithm of the improvement to be expected at each of some places.
func (m *landscape) gains(places [][]float64) []float64 {
	n := len(m.points)
	k := mat.NewDense(n, len(places), nil)
	raw := k.RawMatrix()
	means := make([]float64, len(places))
	for i, p := range m.points {
		row := raw.Data[i*raw.Stride : i*raw.Stride+len(places)]
		alpha := m.alpha.AtVec(i)
		for j, place := range places {
			row[j] = m.kernel(p, place)
			means[j] += row[j] * alpha
		}
	}
	var lower mat.TriDense
	m.chol.LTo(&lower)
	var half mat.Dense
	_ = half.Solve(&lower, k) // as above
	gains := make([]float64, len(places))
	raw = half.RawMatrix()
	for j := range places {
		variance := 1.0
		for i := range n {
			v := raw.Data[i*raw.Stride+j]
			variance -= v * v
		}
		spread := math.Sqrt(max(variance, 1e-12))
		gains[j] = logImprovement((means[j]-m.top)/spread) + math.Log(spread)
	}
	return gains
}

// logImprovement is log(φ(z) + zΦ(z)), also where that is too small for a number.
func logImprovement(z float64) float64 {
	if z > -25 {
		if v := math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) + z*math.Erfc(-z/math.Sqrt2)/2; v > 0 && z > -6 {
			return math.Log(v)
		}
	}
	// φ(z)/z² (1 − 3/z² + 15/z⁴), the asymptotic series
	return -z*z/2 - math.Log(2*math.Pi)/2 - 2*math.Log(-z) + math.Log1p(-3/(z*z)+15/(z*z*z*z))
}
