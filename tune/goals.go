package tune

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"zhuomo/internal/spec"
)

// Figures that an objective measures beside its score, and that may be goals of a study:
// both are the better the smaller.
const (
	SizeBytes = "size_bytes" // of the saved model
	RowUS     = "row_us"     // microseconds to answer one row
)

// goals are the figures that may be goals, in the order in which pages show them.
var goals = [...]string{SizeBytes, RowUS}

// checkGoals refuses what is no goal. Faults: NoGoal, GoalsRace.
func checkGoals(s Study) error {
	if s.Race.Folds > 0 && len(s.Goals)+len(s.Limits) > 0 {
		return GoalsRace.With().At("goals")
	}
	for _, name := range slices.Concat(s.Goals, slices.Sorted(maps.Keys(s.Limits))) {
		if !slices.Contains(goals[:], name) {
			return NoGoal.With("goal", name)
		}
	}
	for _, limit := range s.Limits {
		if !(limit > 0) {
			return NoGoal.With("goal", limit).At("limits")
		}
	}
	return nil
}

// within tells that a trial keeps to all limits.
func within(t Trial, limits map[string]float64) bool {
	for name, limit := range limits {
		if t.Figures[name] > limit {
			return false
		}
	}
	return true
}

// beyond is by how much a trial exceeds its limits, in logarithms.
func beyond(t Trial, limits map[string]float64) (sum float64) {
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		sum += max(0, math.Log(t.Figures[name]/limits[name]))
	}
	return sum
}

// Front gives the numbers of the finished trials that no other beats: none has at least
// as high a score and no larger figures, one of them better. By number.
//
// Cost: O(trials²).
func Front(trials []Trial, figures []string) []int {
	front := []int{}
	for _, t := range trials {
		if t.State == Done && !slices.ContainsFunc(trials, func(o Trial) bool { return o.State == Done && dominates(o, t, figures) }) {
			front = append(front, t.Number)
		}
	}
	slices.Sort(front)
	return front
}

// frontOf is the front by what the trials were measured on; none where they were not.
func frontOf(trials []Trial) []int {
	measured := func(t Trial) bool { _, known := t.Figures[SizeBytes]; return t.State == Done && known }
	kept := slices.DeleteFunc(slices.Clone(trials), func(t Trial) bool { return !measured(t) })
	return Front(kept, goals[:])
}

func dominates(a, b Trial, figures []string) bool {
	better := a.Score > b.Score
	if a.Score < b.Score {
		return false
	}
	for _, f := range figures {
		if a.Figures[f] > b.Figures[f] {
			return false
		}
		better = better || a.Figures[f] < b.Figures[f]
	}
	return better
}

// manyAsker lets a sampler of one score search for several goals: for each trial the goals
// are weighed anew, by chance, and it is told of all trials by the largest weighed distance
// from the best of each goal.
//
// Source: Knowles 2006 (ParEGO; augmented Chebyshev with ρ = .05).
type manyAsker struct {
	o      StudyOptions
	trials []Trial
}

// SeveralGoals is the asker of a search whose Goals should be small beside a high score.
func SeveralGoals(o StudyOptions) Asker { return &manyAsker{o: o} }

func (a *manyAsker) Tell(t Trial) {
	a.trials = slices.DeleteFunc(a.trials, func(o Trial) bool { return o.Number == t.Number })
	a.trials = append(a.trials, t)
	sortTrials(a.trials)
}

func (a *manyAsker) Ask(number int) spec.Values {
	rng := rand.New(rand.NewPCG(a.o.Seed, uint64(number)+3<<32))
	weights := make([]float64, 1+len(a.o.Goals))
	var sum float64
	for i := range weights { // uniform on the simplex
		weights[i] = rng.ExpFloat64()
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	asker, err := a.o.Sampler.Start(a.o.Space, a.o.Seed)
	if err != nil {
		return a.o.Space.Fixed // it started before, when the search began
	}
	for i, score := range weighed(a.trials, a.o.Goals, weights) {
		t := a.trials[i]
		if t.State == Done {
			t.Score = score
		}
		asker.Tell(t)
	}
	return asker.Ask(number)
}

// weighed gives minus the augmented Chebyshev distance of each finished trial; each goal
// from 0, its best, to 1, its worst; figures on a logarithmic scale.
func weighed(trials []Trial, figures []string, weights []float64) []float64 {
	out := make([]float64, len(trials))
	regrets := make([][]float64, 0, len(weights))
	for g := range weights {
		low, high := math.Inf(1), math.Inf(-1)
		cost := make([]float64, len(trials))
		for i, t := range trials {
			if t.State != Done {
				continue
			}
			cost[i] = -t.Score
			if g > 0 {
				cost[i] = math.Log(max(t.Figures[figures[g-1]], 1e-9))
			}
			low, high = min(low, cost[i]), max(high, cost[i])
		}
		for i := range cost {
			if high > low {
				cost[i] = (cost[i] - low) / (high - low)
			} else {
				cost[i] = 0
			}
		}
		regrets = append(regrets, cost)
	}
	const rho = .05
	for i := range trials {
		var most, sum float64
		for g, w := range weights {
			most, sum = max(most, w*regrets[g][i]), sum+w*regrets[g][i]
		}
		out[i] = -(most + rho*sum)
	}
	return out
}
