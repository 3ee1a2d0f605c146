// Package tune finds good parameters by trying: a study asks a sampler for
// values, measures them by its objective, and keeps the best.
//
//	in:   a Space (from the Spec of what is tuned), an objective    out: a Study with its trials
//	read: tune.go → space.go → search.go → service.go; by programs elsewhere: outside.go → ask.go → tell.go → line.go
//
// A sampler lives in tune/sampler, is listed in internal/builtin, and must pass
// tunetest.
package tune

import (
	"context"

	"zhuomo/internal/spec"
)

// Sampler proposes what to try next.
type Sampler interface {
	// Spec tells everything about the sampler. It is constant.
	Spec() spec.Spec
	// Start begins a search in space. What it proposes follows from the space,
	// the seed, and what it is told, never from time.
	Start(space Space, seed uint64) (Asker, error)
}

// Asker is one search under way. It is used by one goroutine at a time.
type Asker interface {
	// Ask proposes the values of trial number (from 0), all of them inside the
	// space. It gives the same answer for the same number and the same trials
	// told before, so that a search can be resumed.
	Ask(number int) spec.Values
	// Tell reports a finished trial. Trials may be told in any order, and again when a
	// race has measured them on more folds. Those that a race left early come as Done, with
	// their estimate and its Error.
	Tell(t Trial)
}

// Trial is one set of values tried.
type Trial struct {
	Number  int                `json:"number" table:"序号|number"` // from 0
	State   State              `json:"state" table:"状态|state"`
	Values  spec.Values        `json:"values"`
	Score   float64            `json:"score" table:"得分|score"` // larger is better; 0 unless done
	Figures map[string]float64 `json:"figures,omitempty"`      // what else was measured
	Seconds float64            `json:"seconds" table:"秒|seconds"`
	Problem string             `json:"problem,omitempty"` // why it failed
	// BegunUS and EndedUS frame when it was measured: with pauses, where a race took it up again.
	BegunUS int64  `json:"begun_us,omitempty" doc:"什么时候开始量；以前的、别处量的没有|when measuring it began; absent where it was measured elsewhere"`
	EndedUS int64  `json:"ended_us,omitempty" doc:"什么时候量完|when it was measured"`
	Worker  string `json:"worker,omitempty" doc:"谁量的|who measured it"`
	// FoldCount is on how many folds of a race it was measured; 0 where there is none.
	FoldCount int `json:"fold_count,omitempty" doc:"竞速里量了几折|folds of the race it was measured on"`
	// Error is the standard error of a Score that is an estimate.
	Error float64 `json:"error,omitempty" doc:"估计的得分的标准误|standard error of a score that is an estimate"`
	// Rival is the number of the trial that was the best when it began.
	Rival int `json:"rival,omitempty" doc:"竞速里和哪次试验比|the trial that it is held against in a race"`
	// WorseP is what the test of a race says while not all folds are measured.
	WorseP float64 `json:"worse_p,omitempty" doc:"若其实不比对手差，看到这种差距的概率至多这么大|at most the chance of such a gap if it were not worse than its rival"`

	right [][]bool // of a race: by fold, which rows it has right
}

// State is where a trial or a study stands.
type State string

const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"    // a trial that gave no score; the search goes on
	Cancelled State = "cancelled" // a study that was stopped; its trials stay
	Stopped   State = "stopped"   // a trial that is surely worse than the best; Score is an estimate
	Over      State = "over"      // a trial beyond a limit of its study; it cannot be the best
	Aside     State = "aside"     // a trial that a race left, without a claim; Score is an estimate
	Paused    State = "paused"    // a study that gives out no trial until it is resumed
	Pruned    State = "pruned"    // an outside trial that was stopped early: what it had reached is its score
)

// Measured is what an objective found for one set of values.
type Measured struct {
	Score   float64 // larger is better, finite
	Figures map[string]float64
}

// Objective measures one set of values, which hold every parameter of the Spec.
// It should obey ctx. An error fails the trial, not the study.
type Objective func(ctx context.Context, values spec.Values) (Measured, error)

// FindSampler gives the sampler of that name; "" is the first. Fault:
// UnknownSampler.
func FindSampler(samplers []Sampler, name string) (Sampler, error) {
	for _, s := range samplers {
		if name == "" || s.Spec().Name == name {
			return s, nil
		}
	}
	return nil, UnknownSampler.With("sampler", name)
}
