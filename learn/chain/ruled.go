package chain

import (
	"math"
	"slices"
)

// way is one of the best ways to a state: its score, and where it came from.
type way struct {
	score float32
	from  int32 // unit at which the last tag, or the piece that ends here, begins
	state int32 // of the unit before from
	place int32 // in the list of that state
}

// ruled finds the best readings that keep to rules: a lattice whose states are a
// tag and the marks of what stood before, with whole pieces as steps of their own
// for labels that have a shape. The outcome is exact.
//
// Cost: O(k × units × tags² × 2^marks + k × pieces × tags × 2^marks).
type ruled struct {
	w      *weights
	rules  *rules
	masks  int
	k      int
	sharp  float64
	score  []float32
	pieces [][]piece // by unit behind the piece
	best   [][]way   // by unit and state, best first; state = tag × masks + marks
	all    []float64 // by unit and state: ln Σ exp(sharp·score) of all ways
}

// mostStates bounds the memory of the lattice: texts that would need more are read
// in parts, one after the other.
const (
	mostStates = 1 << 20
	leastPart  = 64 // units
)

// nBestRuled gives up to k sequences of tags with the highest scores among those
// that keep to the rules, after emissions; their scores; and ln Σ exp(sharp·score)
// over all that do. before are the marks of what stands already. Of a text that is
// read in parts there is one reading, which keeps to the rules all the same.
func (l *lattice) nBestRuled(w *weights, r *rules, pieces []piece, before uint8, k int, sharp float64) (seqs [][]uint8, scores []float32, logZ float64) {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	if n == 0 || k < 1 {
		return nil, nil, 0
	}
	if part := max(leastPart, mostStates/(tags*r.masks())); n > part {
		return l.inParts(w, r, pieces, before, part, sharp)
	}
	d := &ruled{w: w, rules: r, masks: r.masks(), k: k, sharp: sharp, score: l.score, pieces: make([][]piece, n+1)}
	d.best, d.all = make([][]way, n*tags*d.masks), make([]float64, n*tags*d.masks)
	for _, p := range pieces {
		d.pieces[p.to] = append(d.pieces[p.to], p)
	}
	for t := range n {
		d.unit(t, before)
	}
	type end struct {
		way
		state int32
	}
	var ends []end
	var logs []float64
	for tag := range tags {
		if !w.closes(tag) {
			continue
		}
		for m := range d.masks {
			s := tag*d.masks + m
			at := (n-1)*tags*d.masks + s
			logs = append(logs, d.all[at])
			for place, x := range d.best[at] {
				ends = append(ends, end{way{score: x.score, place: int32(place)}, int32(s)})
			}
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int { return compareFalling(a.score, b.score) })
	for _, e := range ends[:min(k, len(ends))] {
		seqs, scores = append(seqs, d.trace(n-1, e.state, e.place)), append(scores, e.score)
	}
	return seqs, scores, logSum(logs)
}

func (l *lattice) inParts(w *weights, r *rules, pieces []piece, marks uint8, part int, sharp float64) ([][]uint8, []float32, float64) {
	stride := w.stride()
	n := len(l.score) / stride
	seq, score, logZ := make([]uint8, 0, n), float32(0), 0.0
	for from := 0; from < n; from += part {
		to := min(from+part, n)
		own := &lattice{score: l.score[from*stride : to*stride]}
		var inside []piece
		for _, p := range pieces {
			if p.from >= from && p.to <= to {
				inside = append(inside, piece{p.from - from, p.to - from, p.label})
			}
		}
		seqs, scores, z := own.nBestRuled(w, r, inside, marks, 1, sharp)
		seq, score, logZ = append(seq, seqs[0]...), score+scores[0], logZ+z
		marks |= r.marked(w.read(seqs[0]))
	}
	return [][]uint8{seq}, []float32{score}, logZ
}

// unit fills the states of unit t.
func (d *ruled) unit(t int, before uint8) {
	w, tags := d.w, d.w.n()
	for b := range tags {
		label, opens := -1, w.opens(b)
		if b != outside {
			label, _ = w.part(b)
			if d.rules.shaped(label) {
				for m := range d.masks {
					d.all[(t*tags+b)*d.masks+m] = math.Inf(-1)
				}
				continue // by pieces only
			}
		}
		for m := range d.masks {
			at := (t*tags+b)*d.masks + m
			var logs []float64
			d.enter(t, b, m, label, opens, before, func(score float32, all float64, state, place int32) {
				if place == 0 {
					logs = append(logs, all+d.sharp*float64(d.score[t*w.stride()+b]))
				}
				d.put(at, way{score + d.score[t*w.stride()+b], int32(t), state, place})
			})
			d.all[at] = logSum(logs)
		}
	}
	for _, p := range d.pieces[t+1] {
		seq := w.write(p.to, []piece{p})[p.from:]
		inner := d.score[p.from*w.stride()+int(seq[0])]
		for i := 1; i < len(seq); i++ {
			inner += w.steps[int(seq[i-1])*w.stride()+int(seq[i])] + d.score[(p.from+i)*w.stride()+int(seq[i])]
		}
		end := int(seq[len(seq)-1])
		for m := range d.masks {
			at := (t*tags+end)*d.masks + m
			logs := []float64{d.all[at]}
			d.enter(p.from, int(seq[0]), m, p.label, true, before, func(score float32, all float64, state, place int32) {
				if place == 0 {
					logs = append(logs, all+d.sharp*float64(inner))
				}
				d.put(at, way{score + inner, int32(p.from), state, place})
			})
			d.all[at] = logSum(logs)
		}
	}
}

// enter calls each with every way to a tag at unit t that ends with the marks m:
// the score so far with the step to the tag, and for the first place of each state
// the logarithm of all its ways.
func (d *ruled) enter(t, b, m, label int, opens bool, before uint8, each func(score float32, all float64, state, place int32)) {
	w, tags := d.w, d.w.n()
	marks := []int{m} // before the tag
	if label >= 0 && opens {
		bit, bars := int(d.rules.bit[label]), int(d.rules.bars[label])
		if m&bit != bit {
			return
		}
		marks = marks[:0]
		if m&bars == 0 {
			marks = append(marks, m)
		}
		if bit != 0 && m&^bit&bars == 0 {
			marks = append(marks, m&^bit)
		}
	}
	for _, was := range marks {
		if t == 0 {
			if opens && was == int(before) {
				step := w.steps[tags*w.stride()+b]
				each(step, d.sharp*float64(step), -1, 0)
			}
			continue
		}
		for _, a := range w.from[b] {
			s := int(a)*d.masks + was
			at := (t-1)*tags*d.masks + s
			step := w.steps[int(a)*w.stride()+b]
			for place, x := range d.best[at] {
				each(x.score+step, d.all[at]+d.sharp*float64(step), int32(s), int32(place))
			}
		}
	}
}

// put keeps x if it is among the k best.
func (d *ruled) put(at int, x way) {
	list := d.best[at]
	if len(list) == d.k && x.score <= list[d.k-1].score {
		return
	}
	place := len(list)
	for place > 0 && list[place-1].score < x.score {
		place--
	}
	list = slices.Insert(list, place, x)
	d.best[at] = list[:min(len(list), d.k)]
}

// trace writes the tags of a way backwards.
func (d *ruled) trace(t int, state, place int32) []uint8 {
	tags := d.w.n()
	seq := make([]uint8, t+1)
	for t >= 0 {
		x := d.best[t*tags*d.masks+int(state)][place]
		tag := int(state) / d.masks
		seq[t] = uint8(tag)
		if int(x.from) < t || tag != outside && d.rules.shaped(labelOf(d.w.tags, tag)) {
			p := piece{int(x.from), t + 1, labelOf(d.w.tags, tag)}
			copy(seq[p.from:], d.w.write(p.to, []piece{p})[p.from:])
		}
		t, state, place = int(x.from)-1, x.state, x.place
	}
	return seq
}

func labelOf(s tags, tag int) int {
	label, _ := s.part(tag)
	return label
}
