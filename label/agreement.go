package label

import (
	"math/rand/v2"
	"slices"
)

// Distance is how far two answers are apart: 0 the same, 1 nothing in common.
type Distance func(a, b []string) float64

// Nominal counts sets as the same or not.
func Nominal(a, b []string) float64 {
	if setKey(a) == setKey(b) {
		return 0
	}
	return 1
}

// Jaccard is 1 − |a∩b| / |a∪b|; two empty sets are the same.
func Jaccard(a, b []string) float64 {
	shared, union := overlapOf(a, b)
	if union == 0 {
		return 0
	}
	return 1 - float64(shared)/float64(union)
}

// MASI weighs Jaccard by how the sets lie: one inside the other 2/3, crossing
// 1/3 (Passonneau 2006).
func MASI(a, b []string) float64 {
	shared, union := overlapOf(a, b)
	if union == 0 {
		return 0
	}
	m := 1.0 / 3
	switch {
	case shared == union:
		m = 1
	case shared == 0:
		m = 0
	case shared == len(distinct(a)) || shared == len(distinct(b)):
		m = 2.0 / 3
	}
	return 1 - m*float64(shared)/float64(union)
}

func overlapOf(a, b []string) (shared, union int) {
	x, y := distinct(a), distinct(b)
	for _, s := range x {
		if slices.Contains(y, s) {
			shared++
		}
	}
	return shared, len(x) + len(y) - shared
}

// Measure is a number with its 95 % bootstrap interval. N is how many texts it
// rests on; with none, or when everybody always says the same single thing,
// Defined is false.
type Measure struct {
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	N       int     `json:"n"`
	Defined bool    `json:"defined"`
}

// Cohen is κ of two people's single answers to the same texts (Cohen 1960).
func Cohen(a, b []string) (kappa float64, defined bool) {
	if len(a) != len(b) || len(a) == 0 {
		return 0, false
	}
	n := float64(len(a))
	same := 0.0
	ofA, ofB := map[string]float64{}, map[string]float64{}
	for i := range a {
		if a[i] == b[i] {
			same++
		}
		ofA[a[i]]++
		ofB[b[i]]++
	}
	chance := 0.0
	for _, k := range sortedKeys(ofA) {
		chance += ofA[k] / n * ofB[k] / n
	}
	if chance == 1 {
		return 0, false
	}
	return (same/n - chance) / (1 - chance), true
}

func sortedKeys(m map[string]float64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// resamples of the bootstrap: enough for two digits of an interval. With very
// many distinct answers there are fewer, so that pairWork bounds the cost.
const (
	resamples      = 400
	resamplesLeast = 50
	pairWork       = 200_000_000 // pairs of distinct answers over all resamples
)

// Alpha is Krippendorff's α over texts, each with the answers of whoever saw it
// (Krippendorff 2011); texts with one answer tell nothing. The interval comes
// from drawing texts with replacement.
//
// Cost: O(answers + resamples × (texts + distinct answers²)).
func Alpha(texts [][][]string, distance Distance, seed uint64) Measure {
	texts = told(texts)
	return alphas(texts, []units{newUnits(texts, distance)}, seed)[0]
}

// told are the texts that have two answers or more.
func told(texts [][][]string) [][][]string {
	return slices.DeleteFunc(slices.Clone(texts), func(answers [][]string) bool { return len(answers) < 2 })
}

// alphas measures several α of the same texts, each with its interval from the
// same draws.
func alphas(texts [][][]string, of []units, seed uint64) []Measure {
	list := make([]Measure, len(of))
	values := make([][]float64, len(of))
	weight := make([]int, len(texts))
	for i := range weight {
		weight[i] = 1
	}
	measure := func(u units) (float64, bool) {
		answers := 0
		for i, w := range weight {
			answers += w * len(texts[i])
		}
		return u.alpha(weight, answers)
	}
	draws := make([]int, len(of))
	for k, u := range of {
		m := &list[k]
		m.N = len(texts)
		if m.Value, m.Defined = measure(u); m.Defined {
			draws[k] = max(resamplesLeast, min(resamples, pairWork/max(1, len(u.apart)*len(u.apart))))
		}
		m.Low, m.High = m.Value, m.Value
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	for n := range slices.Max(append(draws, 0)) {
		clear(weight)
		for range texts {
			weight[rng.IntN(len(texts))]++
		}
		for k, u := range of {
			if n < draws[k] {
				if v, ok := measure(u); ok {
					values[k] = append(values[k], v)
				}
			}
		}
	}
	for k, v := range values {
		if len(v) > 0 {
			slices.Sort(v)
			list[k].Low, list[k].High = v[int(0.025*float64(len(v)))], v[min(len(v)-1, int(0.975*float64(len(v))))]
		}
	}
	return list
}

// units are texts as counts of distinct answers, ready to be drawn. Answer 0 is
// that of all who answered the texts that are not listed.
type units struct {
	at       []int       // which texts are listed
	texts    [][]int     // by listed text: answers as numbers
	observed []float64   // by listed text: Σ distances of ordered pairs / (answers − 1)
	apart    [][]float64 // distance of two answers
}

// newUnits lists all texts.
func newUnits(texts [][][]string, distance Distance) units {
	var u units
	var sets [][]string
	number := map[string]int{}
	for i, answers := range texts {
		ids := make([]int, len(answers))
		for j, a := range answers {
			k := setKey(a)
			id, ok := number[k]
			if !ok {
				id = len(sets)
				number[k] = id
				sets = append(sets, a)
			}
			ids[j] = id
		}
		u.at, u.texts = append(u.at, i), append(u.texts, ids)
	}
	u.apart = make([][]float64, len(sets))
	for i := range sets {
		u.apart[i] = make([]float64, len(sets))
		for j := range sets {
			u.apart[i][j] = distance(sets[i], sets[j])
		}
	}
	u.observe()
	return u
}

// observe fills observed.
func (u *units) observe() {
	for _, ids := range u.texts {
		sum := 0.0
		for i, a := range ids {
			for j, b := range ids {
				if i != j {
					sum += u.apart[a][b]
				}
			}
		}
		u.observed = append(u.observed, sum/float64(len(ids)-1))
	}
}

// alpha is 1 − observed / expected disagreement, each text counted by its
// weight; answers is how many they have together.
func (u units) alpha(weight []int, answers int) (value float64, defined bool) {
	counts := make([]int, len(u.apart))
	observed, listed := 0.0, 0
	for k, i := range u.at {
		w := weight[i]
		if w == 0 {
			continue
		}
		observed += float64(w) * u.observed[k]
		for _, a := range u.texts[k] {
			counts[a] += w
		}
		listed += w * len(u.texts[k])
	}
	if answers < 2 {
		return 0, false
	}
	counts[0] += answers - listed
	expected := 0.0
	for i, a := range counts {
		if a == 0 {
			continue
		}
		for j, b := range counts {
			expected += float64(a) * float64(b) * u.apart[i][j] // a pair of the same answer is 0 apart
		}
	}
	if expected == 0 {
		return 0, false
	}
	return 1 - observed*float64(answers-1)/expected, true
}

// Agreement tells how far people agree.
type Agreement struct {
	Texts    int               `json:"texts"` // with two answers or more
	People   int               `json:"people"`
	Exact    float64           `json:"exact"`     // share of texts on which all say the same
	Alpha    Measure           `json:"alpha"`     // nominal: sets are the same or not
	Jaccard  Measure           `json:"jaccard"`   // α with the Jaccard distance
	MASI     Measure           `json:"masi"`      // α with the MASI distance
	PerLabel []PerLabelMeasure `json:"per_label"` // α of "has this label"
	Pairs    []PairAgreement   `json:"pairs"`     // κ of two people on their common texts
	// Simulated is true when any answer came from a simulated person.
	Simulated bool `json:"simulated"`
}

// PerLabelMeasure is the agreement on one label.
type PerLabelMeasure struct {
	Label string `json:"label" table:"标签|label"`
	Used  int    `json:"used" table:"次数|used"` // answers that have it
	Measure
}

// PairAgreement is Cohen's κ of two people; label sets count as one answer.
type PairAgreement struct {
	A       string  `json:"a"`
	B       string  `json:"b"`
	Texts   int     `json:"texts"`
	Kappa   float64 `json:"kappa"`
	Defined bool    `json:"defined"`
}

// Said is one person's labels on one text.
type Said struct {
	Text   string // any name of the text, such as the task id
	Person string
	Labels []string
}

// Agree measures how far people agree. said may stand in any order; the answer
// is the same.
func Agree(said []Said, labels []string, seed uint64) Agreement {
	said = slices.Clone(said)
	slices.SortFunc(said, func(a, b Said) int {
		if a.Text != b.Text {
			return compare(a.Text, b.Text)
		}
		return compare(a.Person, b.Person)
	})
	var texts [][][]string
	r := Agreement{PerLabel: []PerLabelMeasure{}, Pairs: []PairAgreement{}}
	people := map[string]bool{}
	pairs := map[[2]string][2][]string{}
	same := 0
	for from := 0; from < len(said); {
		to := from
		for to < len(said) && said[to].Text == said[from].Text {
			people[said[to].Person] = true
			r.Simulated = r.Simulated || IsSimulated(said[to].Person)
			to++
		}
		if to-from >= 2 {
			var answers [][]string
			alike := true
			for i := from; i < to; i++ {
				answers = append(answers, said[i].Labels)
				alike = alike && setKey(said[i].Labels) == setKey(said[from].Labels)
				for j := i + 1; j < to; j++ {
					k := [2]string{said[i].Person, said[j].Person}
					p := pairs[k]
					p[0], p[1] = append(p[0], setKey(said[i].Labels)), append(p[1], setKey(said[j].Labels))
					pairs[k] = p
				}
			}
			if alike {
				same++
			}
			texts = append(texts, answers)
		}
		from = to
	}
	r.Texts, r.People = len(texts), len(people)
	if len(texts) > 0 {
		r.Exact = float64(same) / float64(len(texts))
	}
	of := []units{newUnits(texts, Nominal), newUnits(texts, Jaccard), newUnits(texts, MASI)}
	for _, l := range labels {
		u, used := labelUnits(texts, l)
		of = append(of, u)
		r.PerLabel = append(r.PerLabel, PerLabelMeasure{Label: l, Used: used})
	}
	measures := alphas(texts, of, seed)
	r.Alpha, r.Jaccard, r.MASI = measures[0], measures[1], measures[2]
	for i, m := range measures[3:] {
		r.PerLabel[i].Measure = m
	}
	for k, p := range pairs {
		kappa, defined := Cohen(p[0], p[1])
		r.Pairs = append(r.Pairs, PairAgreement{A: k[0], B: k[1], Texts: len(p[0]), Kappa: kappa, Defined: defined})
	}
	slices.SortFunc(r.Pairs, func(a, b PairAgreement) int {
		if a.A != b.A {
			return compare(a.A, b.A)
		}
		return compare(a.B, b.B)
	})
	return r
}

// labelUnits are the texts to which somebody gave a label, as "has it" (1) or
// not (0), and how often it was given: most labels are given to few texts.
func labelUnits(texts [][][]string, label string) (u units, used int) {
	u.apart = [][]float64{{0, 1}, {1, 0}}
	for i, answers := range texts {
		ids, given := make([]int, len(answers)), 0
		for j, a := range answers {
			if slices.Contains(a, label) {
				ids[j] = 1
				given++
			}
		}
		if given > 0 {
			u.at, u.texts, used = append(u.at, i), append(u.texts, ids), used+given
		}
	}
	u.observe()
	return u, used
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
