package near

import (
	"math"

	"zhuomo/learn/linear"
)

// mostNearest is the most rows of a label that are averaged.
const mostNearest = 25

// blend is how rows speak for their label:
//
//	score = (1 − Near) · likeness to the prototype + Near · mean likeness of the Rows nearest rows of the label
//
// The prototype is the sum of the label's rows, shrunk towards the mean of all by Shrink
// rows of it, at length 1. Few rows say little about what is theirs alone.
type blend struct {
	Near   float32 `json:"near"`
	Rows   int     `json:"rows"`
	Shrink float32 `json:"shrink"`
}

// classes hold which rows have a label, and how long its prototype is.
type classes struct {
	at   []uint32 // rows of label l: rows[at[l]:at[l+1]]
	rows []uint32
	// weight is what each row counts in a prototype; whole is their sum.
	weight []float32
	whole  float32
	length []float32 // of each label's shrunk prototype
}

// newClasses gathers rows by label; label is that of each row. Rows of weight 0 are left out.
func newClasses(label []uint32, weight []float32, count int) *classes {
	c := &classes{at: make([]uint32, count+1), weight: weight}
	for r, l := range label {
		if weight[r] > 0 {
			c.whole += weight[r]
			c.at[l+1]++
		}
	}
	for l := range count {
		c.at[l+1] += c.at[l]
	}
	c.rows = make([]uint32, c.at[count])
	next := append([]uint32(nil), c.at...)
	for r, l := range label {
		if weight[r] > 0 {
			c.rows[next[l]] = uint32(r)
			next[l]++
		}
	}
	return c
}

func (c *classes) of(l int) []uint32 { return c.rows[c.at[l]:c.at[l+1]] }

// lengths are the parts of a prototype's length: |Σ|², Σ·mean and |mean|².
type lengths struct {
	square, mean []float64 // by label
	of           float64   // |mean|²
}

// measure finds the lengths. Cost: every feature of every row three times; one
// number of memory for each feature, twice.
func (c *classes) measure(x linear.Encoded, features int) lengths {
	m := lengths{square: make([]float64, len(c.at)-1), mean: make([]float64, len(c.at)-1)}
	mean, sum := make([]float64, features), make([]float64, features)
	for r, w := range c.weight {
		idx, val, _ := x.Row(r)
		for j, f := range idx {
			mean[f] += float64(w) * float64(val[j]) / float64(max(c.whole, 1e-9))
		}
	}
	for _, v := range mean {
		m.of += v * v
	}
	for l := range m.square {
		for _, r := range c.of(l) {
			idx, val, _ := x.Row(int(r))
			for j, f := range idx {
				sum[f] += float64(c.weight[r]) * float64(val[j])
			}
		}
		for _, r := range c.of(l) {
			idx, val, _ := x.Row(int(r))
			var dot, toMean float64
			for j, f := range idx {
				dot += sum[f] * float64(val[j])
				toMean += mean[f] * float64(val[j])
			}
			m.square[l] += float64(c.weight[r]) * dot
			m.mean[l] += float64(c.weight[r]) * toMean
		}
		for _, r := range c.of(l) {
			idx, _, _ := x.Row(int(r))
			for _, f := range idx {
				sum[f] = 0
			}
		}
	}
	return m
}

// shrunk is the length of label l's prototype.
func (m *lengths) shrunk(l int, shrink float32) float32 {
	s := float64(shrink)
	return float32(math.Sqrt(max(1e-9, m.square[l]+2*s*m.mean[l]+s*s*m.of)))
}

// settle keeps the lengths for a blend.
func (c *classes) settle(x linear.Encoded, features int, b blend) {
	m := c.measure(x, features)
	c.length = make([]float32, len(m.square))
	for l := range c.length {
		c.length[l] = m.shrunk(l, b.Shrink)
	}
}

// nearest keeps the highest of what it is shown, falling.
type nearest struct {
	top [mostNearest]float32
	row [mostNearest]uint32
	n   int
}

func (t *nearest) show(alike float32, row uint32, most int) {
	if t.n == most && alike <= t.top[t.n-1] {
		return
	}
	if t.n < most {
		t.n++
	}
	k := t.n - 1
	for ; k > 0 && t.top[k-1] < alike; k-- {
		t.top[k], t.row[k] = t.top[k-1], t.row[k-1]
	}
	t.top[k], t.row[k] = alike, row
}

// mean of the first most; -1 where there is none, as of the least alike row there can be.
func (t *nearest) mean(most int) float32 {
	n := min(most, t.n)
	if n == 0 {
		return -1
	}
	var sum float32
	for _, v := range t.top[:n] {
		sum += v
	}
	return sum / float32(n)
}

// toMean is the likeness to the mean of all rows.
func (c *classes) toMean(alike []float32) float32 {
	var sum float32
	for r, w := range c.weight {
		sum += float32(w * alike[r])
	}
	return sum / max(c.whole, 1e-9)
}

// scores turns likenesses into a score for each label.
func (c *classes) scores(b blend, alike, into []float32) {
	mean := float32(0)
	if b.Shrink > 0 {
		mean = c.toMean(alike)
	}
	for l := range into {
		var sum float32
		var t nearest
		for _, r := range c.of(l) {
			sum += float32(c.weight[r] * alike[r])
			t.show(alike[r], r, b.Rows)
		}
		prototype := (sum + float32(b.Shrink*mean)) / c.length[l]
		if t.n == 0 {
			prototype = -1
		}
		into[l] = float32((1-b.Near)*prototype) + float32(b.Near*t.mean(b.Rows))
	}
}

// parts tells what each row counts in the score of label l: the score is the sum over
// rows of part times likeness. For a label without rows, all parts are 0.
func (c *classes) parts(b blend, l int, alike []float32) []float32 {
	out := make([]float32, len(c.weight))
	var t nearest
	for _, r := range c.of(l) {
		t.show(alike[r], r, b.Rows)
	}
	if t.n == 0 {
		return out
	}
	for r, w := range c.weight {
		out[r] = float32((1-b.Near)*b.Shrink*w) / (max(c.whole, 1e-9) * c.length[l])
	}
	for _, r := range c.of(l) {
		out[r] += float32((1-b.Near)*c.weight[r]) / c.length[l]
	}
	for _, r := range t.row[:t.n] {
		out[r] += b.Near / float32(t.n)
	}
	return out
}
