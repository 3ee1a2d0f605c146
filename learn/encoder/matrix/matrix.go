// Package matrix holds the loops in which an encoder spends its time, each as
// AVX2 code (from gen, by avo) and as a plain twin; a test holds the two together.
// Sums of products run in order of k, so that neither the number of rows nor of
// workers changes a bit; the plain twin rounds each step once, as fused
// multiply-add does, and differs from it by rounding at most.
package matrix

import "math"

// Wide is how many columns a panel has; rows of c must have room for whole panels.
const Wide = 16

// Lanes is the grain of Exp and GELU.
const Lanes = 8

// Panels is a matrix b of K rows and N columns, cut into panels of Wide columns,
// the last filled up with zeros.
type Panels struct {
	K, N int
	data []float32 // [panel][k][Wide]
}

// Count is how many panels there are.
func (p *Panels) Count() int { return (p.N + Wide - 1) / Wide }

// Resize makes room for k rows and n columns, all zero.
func (p *Panels) Resize(k, n int) {
	p.K, p.N = k, n
	size := p.Count() * k * Wide
	if cap(p.data) < size {
		p.data = make([]float32, size)
		return
	}
	p.data = p.data[:size]
	clear(p.data)
}

// Fill sets b = rows: row k begins at from[k·stride].
func (p *Panels) Fill(from []float32, stride int) {
	for panel := range p.Count() {
		for k := range p.K {
			at := panel * Wide
			copy(p.data[(panel*p.K+k)*Wide:][:Wide], from[k*stride+at:][:min(Wide, p.N-at)])
		}
	}
}

// FillTransposed sets b = rows transposed: column n begins at from[n·stride].
func (p *Panels) FillTransposed(from []float32, stride int) {
	for n := range p.N {
		panel := p.data[n/Wide*p.K*Wide+n%Wide:]
		for k, v := range from[n*stride:][:p.K] {
			panel[k*Wide] = v
		}
	}
}

// Padded rounds a number of columns up to whole panels.
func Padded(n int) int { return (n + Wide - 1) / Wide * Wide }

// multiplyRef is a tile of Multiply told plainly.
func multiplyRef(c []float32, cStride int, a []float32, aStride int, b []float32, k, rows int) {
	for i := range rows {
		sums := c[i*cStride:][:Wide]
		for j := range k {
			v := float64(a[i*aStride+j])
			for n, w := range b[j*Wide:][:Wide] {
				sums[n] = float32(v*float64(w) + float64(sums[n]))
			}
		}
	}
}

// expRef is Exp told plainly. Source: Cephes expf (Moshier).
func expRef(x []float32, shift float32) {
	for i, v := range x {
		x[i] = expOne(v - shift)
	}
}

func expOne(x float32) float32 {
	x = min(max(x, -87.33654), 88.02969)
	n := float32(math.RoundToEven(float64(x * 1.44269504)))
	r := fused(-n, 0.693359375, x)
	r = fused(-n, -2.12194440e-4, r)
	sum := float32(1.9875691500e-4)
	for _, p := range [...]float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		sum = fused(sum, r, p)
	}
	sum = fused(sum, r*r, r) + 1
	return sum * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// geluRef is GELU told plainly. Source: erf by Abramowitz and Stegun 7.1.26, |error| ≤ 1.5e-7.
func geluRef(x []float32) {
	for i, v := range x {
		z := float32(math.Abs(float64(v))) * float32(1/math.Sqrt2)
		t := 1 / fused(0.3275911, z, 1)
		sum := float32(1.061405429)
		for _, a := range [...]float32{-1.453152027, 1.421413741, -0.284496736, 0.254829592} {
			sum = fused(sum, t, a)
		}
		below := v * (.5 * (sum * t * expOne(-(z * z)))) // x·Φ(−|x|)
		if math.Signbit(float64(v)) {
			x[i] = below
		} else {
			x[i] = v - below
		}
	}
}

// fused is a·b + c, rounded once.
func fused(a, b, c float32) float32 { return float32(float64(a)*float64(b) + float64(c)) }

// check panics where the assembly would read outside its slices because of a bug
// in the caller.
func check(c []float32, cStride int, a []float32, aStride, rows int, b *Panels, from, to int) {
	if rows < 1 || b.K < 1 || from < 0 || to > b.Count() || cStride < to*Wide || aStride < b.K ||
		len(c) < (rows-1)*cStride+to*Wide || len(a) < (rows-1)*aStride+b.K || len(b.data) < to*b.K*Wide {
		panic("matrix: rows and panels must lie within their slices")
	}
}
