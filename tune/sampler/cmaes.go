package sampler

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type evolution struct{}

// Evolution is CMA-ES: generation after generation it moves, turns and stretches a
// cloud towards the better half of the one before. Choices keep a probability each,
// moved the same way.
//
// Sources: Hansen 2016, arXiv:1604.00772; Baluja 1994 (choices by their probabilities).
func Evolution() tune.Sampler { return evolution{} }

func (evolution) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.evolution.v1",
		Title: spec.Text{ZH: "演化（CMA-ES）", EN: "Evolution (CMA-ES)"},
		Help: spec.Text{
			ZH: "一代一代地把取值挪向得分高的一半，适合几百次以上的试验和多个连续参数",
			EN: "moves from generation to generation towards the better half, for hundreds of trials and several continuous parameters",
		},
	}
}

func (evolution) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return startEvolution(space, seed, 0), nil
}

func startEvolution(space tune.Space, seed uint64, from int) *evolutionAsker {
	return &evolutionAsker{told: newTold(space), seed: seed, from: from}
}

type evolutionAsker struct {
	told
	seed uint64
	from int // number of its first trial; what was tried before says where to begin

	clouds []*cloud // that of each generation
	rested []int    // on how many trials each rests
}

func (a *evolutionAsker) Tell(t tune.Trial) {
	if a.add(t) { // told before: what follows from its old score does not hold
		a.clouds, a.rested = nil, nil
	}
}

// brood is how many trials a generation has.
func (a *evolutionAsker) brood() int { return 4 + int(3*math.Log(float64(len(a.space.Dials)))) }

func (a *evolutionAsker) Ask(number int) spec.Values {
	c := a.cloudOf(max(0, number-a.from) / a.brood())
	return a.space.At(c.draw(rand.New(rand.NewPCG(a.seed, uint64(number)+1<<32))))
}

// cloudOf gives the cloud of a generation, from what was told of those before.
func (a *evolutionAsker) cloudOf(generation int) *cloud {
	start := func(number int) int {
		at, _ := slices.BinarySearchFunc(a.trials, number, func(t tune.Trial, n int) int { return t.Number - n })
		return at
	}
	for g := 0; g <= generation; g++ {
		low, high := start(a.from+(g-1)*a.brood()), start(a.from+g*a.brood())
		if g == 0 {
			low = 0
		}
		if g < len(a.clouds) && a.rested[g] == high-low {
			continue
		}
		// More of that generation is known than before, or nothing was: from here anew.
		next := firstCloud(a.space, a.trials[:high])
		if g > 0 {
			next = a.clouds[g-1].next(a.space, a.trials[low:high])
		}
		a.clouds, a.rested = append(a.clouds[:g], next), append(a.rested[:g], high-low)
	}
	return a.clouds[generation]
}

// cloud is a normal distribution over the dials that are numbers, and probabilities
// of the choices.
type cloud struct {
	numbers  []int // dials
	choices  map[int][]float64
	mean     []float64
	step     float64
	cov      *mat.SymDense
	turn     *mat.Dense // eigenvectors of cov
	stretch  []float64  // roots of its eigenvalues
	pathStep []float64
	pathCov  []float64
	age      int
}

// firstCloud is wide, or where there are trials already narrow round the best.
func firstCloud(space tune.Space, before []tune.Trial) *cloud {
	c := &cloud{choices: map[int][]float64{}, step: 0.3}
	var best []float64
	if i := bestOf(before); i >= 0 {
		best, c.step = space.Point(before[i].Values), 0.1
	}
	for i, p := range space.Dials {
		if isChoice(p) {
			c.choices[i] = slices.Repeat([]float64{1 / float64(tune.Levels(p))}, tune.Levels(p))
			if best != nil {
				c.choices[i] = movedOdds(c.choices[i], [][]float64{best}, []float64{2}, i)
			}
			continue
		}
		c.numbers = append(c.numbers, i)
		c.mean = append(c.mean, 0.5)
		if best != nil {
			c.mean[len(c.mean)-1] = best[i]
		}
	}
	n := len(c.numbers)
	c.pathStep, c.pathCov = make([]float64, n), make([]float64, n)
	if n > 0 {
		c.cov = mat.NewSymDense(n, nil)
		for i := range n {
			c.cov.SetSym(i, i, 1)
		}
		c.decompose()
	}
	return c
}

// bestOf gives the index of the best of some trials, -1 if none is done.
func bestOf(trials []tune.Trial) int {
	best := -1
	for i, t := range trials {
		if t.State == tune.Done && (best < 0 || t.Score > trials[best].Score) {
			best = i
		}
	}
	return best
}

func (c *cloud) decompose() {
	n := len(c.numbers)
	c.turn, c.stretch = mat.NewDense(n, n, nil), make([]float64, n)
	var e mat.EigenSym
	if !e.Factorize(c.cov, true) { // not finite: start its shape anew
		for i := range n {
			for j := range n {
				c.cov.SetSym(i, j, map[bool]float64{true: 1}[i == j])
			}
		}
		e.Factorize(c.cov, true)
	}
	e.VectorsTo(c.turn)
	for i, v := range e.Values(nil) {
		c.stretch[i] = math.Sqrt(max(v, 1e-14))
	}
}

func (c *cloud) draw(rng *rand.Rand) []float64 {
	n := len(c.numbers)
	p := make([]float64, n+len(c.choices))
	z := make([]float64, n)
	for i := range z {
		z[i] = c.stretch[i] * rng.NormFloat64()
	}
	for i, dial := range c.numbers {
		moved := 0.0
		for j := range z {
			moved += c.turn.At(i, j) * z[j]
		}
		p[dial] = reflected(c.mean[i] + c.step*moved)
	}
	for dial := range p {
		if odds, ok := c.choices[dial]; ok {
			k, left := 0, rng.Float64()
			for ; k < len(odds)-1 && left >= odds[k]; k++ {
				left -= odds[k]
			}
			p[dial] = (float64(k) + 0.5) / float64(len(odds))
		}
	}
	return p
}

// next is the cloud of the generation after, from the trials of this one.
func (c *cloud) next(space tune.Space, trials []tune.Trial) *cloud {
	trials = slices.Clone(trials)
	slices.SortStableFunc(trials, func(a, b tune.Trial) int {
		va, vb := a.Score, b.Score
		if a.State != tune.Done {
			va = math.Inf(-1)
		}
		if b.State != tune.Done {
			vb = math.Inf(-1)
		}
		return cmp.Compare(vb, va)
	})
	half := len(trials) / 2
	if half == 0 {
		return c
	}
	weights, sum, squares := make([]float64, half), 0.0, 0.0
	for i := range weights {
		weights[i] = math.Log(float64(half)+0.5) - math.Log(float64(i+1))
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
		squares += weights[i] * weights[i]
	}
	mass := 1 / squares
	out := &cloud{numbers: c.numbers, choices: map[int][]float64{}, step: c.step, age: c.age + 1}
	best := make([][]float64, half)
	for i := range best {
		best[i] = space.Point(trials[i].Values)
	}
	for dial, odds := range c.choices {
		out.choices[dial] = movedOdds(odds, best, weights, dial)
	}
	n := len(c.numbers)
	if n == 0 {
		return out
	}
	dims := float64(n)
	learnStep := (mass + 2) / (dims + mass + 5)
	damp := 1 + 2*max(0, math.Sqrt((mass-1)/(dims+1))-1) + learnStep
	learnPath := (4 + mass/dims) / (dims + 4 + 2*mass/dims)
	learnOne := 2 / ((dims+1.3)*(dims+1.3) + mass)
	learnMany := min(1-learnOne, 2*(mass-2+1/mass)/((dims+2)*(dims+2)+mass))
	expected := math.Sqrt(dims) * (1 - 1/(4*dims) + 1/(21*dims*dims))

	out.mean = make([]float64, n)
	moves := make([][]float64, half) // in units of the step
	drift := make([]float64, n)
	for k, p := range best {
		moves[k] = make([]float64, n)
		for i, dial := range c.numbers {
			moves[k][i] = (p[dial] - c.mean[i]) / c.step
			drift[i] += weights[k] * moves[k][i]
			out.mean[i] += weights[k] * p[dial]
		}
	}
	// The drift as it would be in a round cloud: turned, unstretched, turned back.
	round := make([]float64, n)
	for j := range n {
		along := 0.0
		for i := range n {
			along += c.turn.At(i, j) * drift[i]
		}
		for i := range n {
			round[i] += c.turn.At(i, j) * along / c.stretch[j]
		}
	}
	out.pathStep, out.pathCov = make([]float64, n), make([]float64, n)
	length := 0.0
	for i := range n {
		out.pathStep[i] = (1-learnStep)*c.pathStep[i] + math.Sqrt(learnStep*(2-learnStep)*mass)*round[i]
		length += out.pathStep[i] * out.pathStep[i]
	}
	length = math.Sqrt(length)
	steady := 0.0
	if length/math.Sqrt(1-math.Pow(1-learnStep, 2*float64(out.age))) < (1.4+2/(dims+1))*expected {
		steady = 1
	}
	for i := range n {
		out.pathCov[i] = (1-learnPath)*c.pathCov[i] + steady*math.Sqrt(learnPath*(2-learnPath)*mass)*drift[i]
	}
	out.cov = mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			v := (1-learnOne-learnMany)*c.cov.At(i, j) + learnOne*(out.pathCov[i]*out.pathCov[j]+(1-steady)*learnPath*(2-learnPath)*c.cov.At(i, j))
			for k, m := range moves {
				v += learnMany * weights[k] * m[i] * m[j]
			}
			out.cov.SetSym(i, j, v)
		}
	}
	out.step = min(max(c.step*math.Exp(learnStep/damp*(length/expected-1)), 1e-6), 1)
	out.decompose()
	return out
}

// movedOdds moves probabilities towards what the better half chose; each keeps a
// little, so that no choice is lost for good.
func movedOdds(odds []float64, best [][]float64, weights []float64, dial int) []float64 {
	const rate = 0.25
	n := float64(len(odds))
	out := make([]float64, len(odds))
	for k, v := range odds {
		out[k] = (1 - rate) * v
	}
	for i, p := range best {
		out[min(int(p[dial]*n), len(odds)-1)] += rate * weights[i]
	}
	least := 0.2 / n
	total := 0.0
	for k := range out {
		out[k] = max(out[k], least)
		total += out[k]
	}
	for k := range out {
		out[k] /= total
	}
	return out
}
