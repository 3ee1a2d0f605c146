package sampler

import (
	"math/rand/v2"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type halton struct{}

// Halton is the sampler that spreads trials evenly: each is far from those before.
//
// Source: Halton 1960, its digits permuted by chance (Owen 2017, arXiv:1706.02808).
func Halton() tune.Sampler { return halton{} }

func (halton) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.even.v1",
		Title: spec.Text{ZH: "均匀撒点", EN: "Even spread"},
		Help: spec.Text{
			ZH: "像撒网一样把试验均匀铺开，不会扎堆；不从得分里学，所以可以同时跑很多个",
			EN: "spreads the trials evenly, none close to another; learns nothing from scores, so many may run side by side",
		},
	}
}

func (halton) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return &haltonAsker{space: space, net: newNet(len(space.Dials), seed)}, nil
}

type haltonAsker struct {
	space tune.Space
	net   *net
}

func (a *haltonAsker) Ask(number int) spec.Values { return a.space.At(a.net.point(number)) }

func (*haltonAsker) Tell(tune.Trial) {}

// net is a scrambled Halton sequence.
type net struct {
	bases  []int
	digits [][][]int // by dimension and digit, a permutation of the base's digits
}

// netDigits are enough that the sequence is finer than any dial.
const netDigits = 20

func newNet(dims int, seed uint64) *net {
	n := &net{}
	for base := 2; len(n.bases) < dims; base++ {
		prime := true
		for _, b := range n.bases {
			prime = prime && base%b != 0
		}
		if prime {
			n.bases = append(n.bases, base)
		}
	}
	for i, base := range n.bases {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		var list [][]int
		for range netDigits {
			list = append(list, rng.Perm(base))
		}
		n.digits = append(n.digits, list)
	}
	return n
}

// point gives element number of the sequence, in the unit cube.
func (n *net) point(number int) []float64 {
	p := make([]float64, len(n.bases))
	for i, base := range n.bases {
		left, weight := number, 1.0
		for _, digits := range n.digits[i] {
			weight /= float64(base)
			p[i] += weight * float64(digits[left%base])
			left /= base
		}
	}
	return p
}
