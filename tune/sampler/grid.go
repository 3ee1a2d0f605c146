package sampler

import (
	"maps"
	"math/rand/v2"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type grid struct{}

// Grid is the sampler that tries the corners and the middle of every dial, in all
// combinations, then what lies between them, ever finer: at level k a number has
// 2^k + 1 values. Within a level the order is by chance.
func Grid() tune.Sampler { return grid{} }

func (grid) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.grid.v1",
		Title: spec.Text{ZH: "网格", EN: "Grid"},
		Help: spec.Text{
			ZH: "先试每个参数的两端和中间的所有组合，再逐层加密；参数多时组合很多，适合两三个参数",
			EN: "tries all combinations of the ends and the middle of every parameter, then ever finer; for two or three parameters, since combinations are many",
		},
	}
}

func (grid) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return &gridAsker{space: space, seed: seed}, nil
}

type gridAsker struct {
	space tune.Space
	seed  uint64

	given []spec.Values // by number
	level int           // of what comes next
	dials [][]gridValue // at that level, by dial
	order *shuffle      // over the level's combinations
	at    int
}

// gridValue is one value of a dial at a level.
type gridValue struct {
	value any
	old   bool // a coarser level had it
}

// finest bounds the levels: a number then has more values than a study has trials.
const finest = 17

func (a *gridAsker) Ask(number int) spec.Values {
	for len(a.given) <= number {
		a.given = append(a.given, a.next())
	}
	return a.given[number]
}

func (*gridAsker) Tell(tune.Trial) {}

// next gives the next combination that no coarser level had.
func (a *gridAsker) next() spec.Values {
	for {
		if a.order == nil {
			a.refine()
		}
		for a.at < a.order.n {
			left := a.order.of(a.at)
			a.at++
			values := maps.Clone(a.space.Fixed)
			fresh := false
			for i, list := range a.dials {
				v := list[left%len(list)]
				left /= len(list)
				values[a.space.Dials[i].Name] = v.value
				fresh = fresh || !v.old
			}
			if fresh {
				return values
			}
		}
		a.order = nil
	}
}

// refine goes to the next level; from the finest, or when all there is has been
// tried, once more to the first.
func (a *gridAsker) refine() {
	before := a.dials
	a.level++
	a.dials = nil
	total, anew := 1, false
	for i := range a.space.Dials {
		var had []gridValue
		if before != nil {
			had = before[i]
		}
		list := gridValues(a.space, i, a.level, had)
		a.dials = append(a.dials, list)
		anew = anew || len(list) > len(had)
		if total < 1<<40 { // beyond it no study comes to the end of a level
			total *= len(list)
		}
	}
	if !anew || a.level > finest {
		a.level, a.dials = 0, nil
		a.refine()
		return
	}
	a.order, a.at = newShuffle(total, a.seed+uint64(a.level)), 0
}

// gridValues are the values of a dial at a level, of which it had some before.
func gridValues(space tune.Space, dial, level int, had []gridValue) []gridValue {
	old := map[any]bool{}
	for _, v := range had {
		old[v.value] = true
	}
	p := space.Dials[dial]
	parts := 1 << level
	place := func(j int) float64 { return float64(j) / float64(parts) }
	if n := tune.Levels(p); n > 0 && p.Kind != spec.Int {
		parts, place = n-1, func(j int) float64 { return (float64(j) + 0.5) / float64(n) }
	}
	var list []gridValue
	point := make([]float64, len(space.Dials))
	for j := range parts + 1 {
		point[dial] = place(j)
		v := space.At(point)[p.Name]
		if len(list) == 0 || list[len(list)-1].value != v { // whole numbers: several parts may hold one
			list = append(list, gridValue{v, old[v]})
		}
	}
	return list
}

// shuffle is a permutation of 0…n−1 that is computed, not kept: a walk along the
// cycles of a Feistel network on the next power of four.
type shuffle struct {
	n    int
	half uint
	keys [4]uint64
}

func newShuffle(n int, seed uint64) *shuffle {
	s := &shuffle{n: n, half: 1}
	for 1<<(2*s.half) < n {
		s.half++
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range s.keys {
		s.keys[i] = rng.Uint64()
	}
	return s
}

func (s *shuffle) of(i int) int {
	mask := uint64(1)<<s.half - 1
	for x := uint64(i); ; {
		left, right := x>>s.half, x&mask
		for _, key := range s.keys {
			mixed := (right + key) * 0x9e3779b97f4a7c15
			left, right = right, left^(mixed^mixed>>29)>>7&mask
		}
		if x = left<<s.half | right; x < uint64(s.n) {
			return int(x)
		}
	}
}
