package sampler

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type parzen struct{}

// Parzen is the tree-structured Parzen estimator with all dials in one density: it
// draws from where good trials lie close and bad ones do not.
//
// Sources: Bergstra et al. 2011; Falkner, Klein, Hutter 2018 (multivariate);
// Watanabe 2023, arXiv:2304.11127 (bandwidths, weights, the share of good trials).
func Parzen() tune.Sampler { return parzen{} }

func (parzen) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.parzen.v1",
		Title: spec.Text{ZH: "密度估计（TPE）", EN: "Density estimate (TPE)"},
		Help: spec.Text{
			ZH: "好的试验聚在哪里，就多去哪里取值；每次只花很少时间，适合几百次以上的试验和选项很多的参数",
			EN: "draws more where good trials lie close; takes next to no time, for hundreds of trials and more, and for parameters with many choices",
		},
	}
}

func (parzen) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return &parzenAsker{told: newTold(space), seed: seed, net: newNet(len(space.Dials), seed)}, nil
}

const (
	parzenFirst = 10 // trials that are spread evenly
	parzenDrawn = 24 // places of which the best is tried
	goodShare   = 0.1
	mostGood    = 25
	fullWeight  = 25 // the newest so many bad trials weigh fully, older ones less and less
)

type parzenAsker struct {
	told
	seed uint64
	net  *net
}

func (a *parzenAsker) Tell(t tune.Trial) { a.add(t) }

func (a *parzenAsker) Ask(number int) spec.Values {
	if len(a.trials) < parzenFirst {
		return a.space.At(a.net.point(number))
	}
	rng := rand.New(rand.NewPCG(a.seed, uint64(number)+1<<32))
	y, _, _ := evened(a.trials)
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(y[j], y[i]) })
	count := min(int(math.Ceil(goodShare*float64(len(y)))), mostGood)
	chosen := order[:count]
	rest := slices.Clone(order[count:])
	slices.Sort(rest) // by age
	good, bad := newDensity(a.space, a.trials, chosen, false), newDensity(a.space, a.trials, rest, true)
	var best []float64
	most := math.Inf(-1)
	for range parzenDrawn {
		p := good.draw(rng)
		a.space.Snap(p)
		if gain := good.log(p) - bad.log(p); gain > most {
			best, most = p, gain
		}
	}
	return a.space.At(best)
}

// density is a mixture: a product kernel round each trial, and the whole space.
type density struct {
	space   tune.Space
	points  [][]float64 // the last one is the prior's
	weights []float64   // add up to 1
	width   float64     // of the kernels, on the unit cube
}

func newDensity(space tune.Space, trials []tune.Trial, of []int, ages bool) *density {
	d := &density{space: space}
	n, dims := len(of), len(space.Dials)
	total := 1.0
	for k, i := range of {
		w := 1.0
		if older := n - fullWeight - k; ages && older > 0 { // of the old ones the oldest weighs 1/n
			w = 1/float64(n) + (1-1/float64(n))*float64(k)/float64(n-fullWeight)
		}
		d.points, d.weights, total = append(d.points, space.Point(trials[i].Values)), append(d.weights, w), total+w
	}
	d.weights = append(d.weights, 1)
	for i := range d.weights {
		d.weights[i] /= total
	}
	d.width = min(max(0.2*math.Pow(float64(max(n, 1)), -1/float64(dims+4)), 1/math.Min(100, 1+float64(n))), 1)
	return d
}

// isChoice tells dials without an order.
func isChoice(p spec.Param) bool { return p.Kind != spec.Int && p.Kind != spec.Float }

func (d *density) draw(rng *rand.Rand) []float64 {
	k, left := 0, rng.Float64()
	for ; k < len(d.weights)-1 && left >= d.weights[k]; k++ {
		left -= d.weights[k]
	}
	p := make([]float64, len(d.space.Dials))
	for i, dial := range d.space.Dials {
		switch {
		case k == len(d.points): // the prior
			p[i] = rng.Float64()
		case isChoice(dial):
			if p[i] = d.points[k][i]; rng.Float64() < d.stray() {
				p[i] = rng.Float64()
			}
		default:
			for p[i] = -1; p[i] < 0 || p[i] > 1; { // truncated to the cube
				p[i] = d.points[k][i] + d.width*rng.NormFloat64()
			}
		}
	}
	return p
}

// stray is the share of a choice's kernel that goes to all choices alike.
func (d *density) stray() float64 { return 1 / float64(len(d.points)+1) }

// log gives the logarithm of the density at a point of the cube.
func (d *density) log(p []float64) float64 {
	sum := d.weights[len(d.weights)-1] // of the prior, which is 1 everywhere
	for k, at := range d.points {
		term := math.Log(d.weights[k])
		for i, dial := range d.space.Dials {
			if isChoice(dial) {
				n := float64(max(1, tune.Levels(dial)))
				share := d.stray()
				if same := math.Floor(at[i]*n) == math.Floor(min(p[i], 1-1e-9)*n); same {
					share += (1 - d.stray()) * n
				}
				term += math.Log(share)
				continue
			}
			z := (p[i] - at[i]) / d.width
			inside := (math.Erf((1-at[i])/d.width/math.Sqrt2) + math.Erf(at[i]/d.width/math.Sqrt2)) / 2
			term += -z*z/2 - math.Log(d.width*math.Sqrt(2*math.Pi)*inside)
		}
		sum += math.Exp(term)
	}
	return math.Log(sum)
}
