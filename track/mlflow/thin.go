package mlflow

import "math"

// thin chooses at most want points that draw the same line: the first, the last, and of
// each of want−2 equal buckets between them the one that spans the largest triangle with
// the one chosen before and the mean of the next bucket. It gives their places, rising.
//
// Shape:  len(x) = len(y), all finite, x not falling; want ≥ 3.
// Cost:   two passes; nothing is allocated but the answer.
// Source: Steinarsson 2013, Downsampling Time Series for Visual Representation (LTTB).
//
// thinPlain is the same told slowly; FuzzThin holds the two together.
func thin(x, y []float64, want int) []int {
	n := len(x)
	if n <= want {
		return placesTo(n)
	}
	out := make([]int, 1, want)
	y = y[:n]
	before, from := 0, 1
	for b := range want - 2 {
		until := cutAt(n, want, b+1)
		after := cutAt(n, want, b+2)
		meanX, meanY := means(x[until:after], y[until:after])
		ax, ay := x[before], y[before]
		dx, dy := ax-meanX, meanY-ay
		best, largest := from, -1.0
		for i := from; i < until; i++ {
			if area := math.Abs(float64(dx*(y[i]-ay)) - float64((ax-x[i])*dy)); area > largest {
				best, largest = i, area
			}
		}
		out = append(out, best)
		before, from = best, until
	}
	return append(out, n-1)
}

// cutAt is where bucket b of the want−2 between the first and the last of n points
// begins; the one behind them all is the last point alone.
func cutAt(n, want, b int) int {
	if b > want-2 {
		return n
	}
	return 1 + b*(n-2)/(want-2)
}

func means(x, y []float64) (meanX, meanY float64) {
	for i := range x {
		meanX += x[i]
		meanY += y[i]
	}
	return meanX / float64(len(x)), meanY / float64(len(x))
}

func placesTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// thinPlain is thin bucket by bucket.
func thinPlain(x, y []float64, want int) []int {
	n := len(x)
	if n <= want {
		return placesTo(n)
	}
	buckets := [][]int{{0}}
	for b := range want - 2 {
		var bucket []int
		for i := 1; i < n-1; i++ {
			if i >= cutAt(n, want, b) && i < cutAt(n, want, b+1) {
				bucket = append(bucket, i)
			}
		}
		buckets = append(buckets, bucket)
	}
	buckets = append(buckets, []int{n - 1})
	chosen := []int{0}
	for b := 1; b < len(buckets)-1; b++ {
		var sumX, sumY float64
		for _, i := range buckets[b+1] {
			sumX += x[i]
			sumY += y[i]
		}
		cx, cy := sumX/float64(len(buckets[b+1])), sumY/float64(len(buckets[b+1]))
		a := chosen[len(chosen)-1]
		best, largest := buckets[b][0], -1.0
		for _, i := range buckets[b] {
			area := math.Abs(float64((x[a]-cx)*(y[i]-y[a])) - float64((x[a]-x[i])*(cy-y[a])))
			if area > largest {
				best, largest = i, area
			}
		}
		chosen = append(chosen, best)
	}
	return append(chosen, n-1)
}

// smooth is the running mean of y in which each point counts share times as much as the
// next one, as TensorBoard draws it: begun from nothing and set right for that. share is
// 0 ≤ share < 1.
func smooth(y []float64, share float64) []float64 {
	out := make([]float64, len(y))
	last, weight := 0.0, 1.0
	for i, v := range y {
		last = float64(last*share) + float64((1-share)*v)
		weight *= share
		out[i] = last / (1 - weight)
	}
	return out
}
