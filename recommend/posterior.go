package recommend

import "math"

// What is believed before anything was learnt, and how much one reward tells:
// standard deviations of a feature's weight and of a reward around its mean.
// ADR 0025 tells on which simulated listeners they were chosen.
const (
	weightSD = 0.3
	rewardSD = 0.6
)

// posterior is the normal distribution of the features' weights after what was
// learnt: Bayesian linear regression with independent weights before.
//
// Shape:  d features; chol is the lower triangle of L, row by row, with
//
//	L·Lᵀ = precision = I/weightSD² + Met/rewardSD².
//
// Cost:   d³/6 to make, d² a draw.
// Source: Agrawal & Goyal 2013 (Thompson sampling with linear payoffs).
type posterior struct {
	d    int
	chol []float64
	mean []float64
}

// posteriorOf makes the posterior by Cholesky's factorisation. posteriorRef is
// the same told slowly; TestThePosteriorIsThatOfTheReference holds them together.
func posteriorOf(met triangle, sums []float64) posterior {
	d := len(sums)
	p := posterior{d: d, chol: make([]float64, len(met)), mean: make([]float64, d)}
	for i := range met {
		p.chol[i] = float64(met[i]) / (rewardSD * rewardSD)
	}
	l := p.chol
	for i := range d {
		row := l[i*(i+1)/2 : i*(i+1)/2+i+1]
		row[i] += 1 / (weightSD * weightSD)
		for j := range i {
			above := l[j*(j+1)/2 : j*(j+1)/2+j+1]
			sum := row[j]
			for k, v := range above[:j] {
				sum -= float64(row[k] * v)
			}
			row[j] = sum / above[j]
		}
		sum := row[i]
		for _, v := range row[:i] {
			sum -= float64(v * v)
		}
		row[i] = math.Sqrt(sum)
	}
	for i := range d { // L·y = sums
		sum := sums[i] / (rewardSD * rewardSD)
		row := l[i*(i+1)/2:]
		for k := range i {
			sum -= float64(row[k] * p.mean[k])
		}
		p.mean[i] = sum / row[i]
	}
	p.back(p.mean)
	return p
}

// back solves Lᵀ·x = y in place.
func (p posterior) back(y []float64) {
	for i := p.d - 1; i >= 0; i-- {
		row := p.chol[i*(i+1)/2 : i*(i+1)/2+i+1]
		y[i] /= row[i]
		for k := range i {
			y[k] -= float64(row[k] * y[i])
		}
	}
}

// draw gives weights of the distribution, its spread times wide: z are d normal
// deviates, and become the weights.
func (p posterior) draw(z []float64, wide float64) {
	p.back(z)
	for i := range z {
		z[i] = p.mean[i] + float64(wide*z[i])
	}
}

// Belief is what is expected of one feature.
type Belief struct {
	Name   string
	Weight float64
	Met    int
}

// Beliefs lists what is expected of the features met, in the order of meeting.
func (t *Taste) Beliefs() (all []Belief) {
	p := posteriorOf(t.Met, t.Sums)
	for i, name := range t.Names {
		if name != "" {
			all = append(all, Belief{name, p.mean[i], t.Met[cell(i, i)]})
		}
	}
	return all
}

// posteriorRef gives mean and covariance by the book: the precision is inverted
// by Gauss and Jordan's elimination.
func posteriorRef(met triangle, sums []float64) (mean []float64, covariance [][]float64) {
	d := len(sums)
	a := make([][]float64, d)
	for i := range a {
		a[i] = make([]float64, 2*d)
		for j := range d {
			a[i][j] = float64(met[cell(i, j)]) / (rewardSD * rewardSD)
		}
		a[i][i] += 1 / (weightSD * weightSD)
		a[i][d+i] = 1
	}
	for i := range d { // positive definite: no pivot is zero
		pivot := a[i][i]
		for j := range a[i] {
			a[i][j] /= pivot
		}
		for k := range d {
			if factor := a[k][i]; k != i {
				for j := range a[k] {
					a[k][j] -= factor * a[i][j]
				}
			}
		}
	}
	mean = make([]float64, d)
	for i := range a {
		covariance = append(covariance, a[i][d:])
		for j := range d {
			mean[i] += a[i][d+j] * sums[j] / (rewardSD * rewardSD)
		}
	}
	return mean, covariance
}
