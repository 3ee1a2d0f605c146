package tune

import (
	"cmp"
	"slices"

	"zhuomo/internal/spec"
)

// Study is a search that is kept.
type Study struct {
	ID           string             `json:"id" table:"编号|id"`
	ProductID    string             `json:"product_id"`
	Number       int                `json:"number" table:"序号|number"`    // s1, s2 … in the product
	Name         string             `json:"name,omitempty"`              // by which programs find it again
	Component    string             `json:"component" table:"调什么|tunes"` // Spec name of what is tuned
	Sampler      string             `json:"sampler" table:"采样器|sampler"`
	Dials        []string           `json:"dials"`
	Fixed        map[string]any     `json:"fixed,omitempty"`
	Ranges       map[string]Range   `json:"ranges,omitempty"`
	Declared     []Declared         `json:"declared,omitempty"` // what an outside study searches
	Objective    string             `json:"objective"`          // figure that is maximised
	Minimise     bool               `json:"minimise,omitempty"` // an outside figure of which less is better; scores are its opposite
	Stopping     string             `json:"stopping,omitempty"` // MedianStop, "" = no trial is stopped early
	Race         Racing             `json:"race,omitzero"`
	Goals        []string           `json:"goals,omitempty"`  // figures that should be small beside a high score
	Limits       map[string]float64 `json:"limits,omitempty"` // what figures may be at most
	Worth        float64            `json:"worth,omitempty"`  // ends when ten more trials are expected to bring less; 0 = never
	Fresh        bool               `json:"fresh,omitempty"`  // takes nothing from earlier studies
	Begin        []map[string]any   `json:"begin,omitempty"`  // what it tries after the defaults: the best of earlier studies
	Seed         uint64             `json:"seed"`
	Trials       int                `json:"trials" table:"次数|trials"` // asked for; 0 = until the budget ends
	BudgetMS     int64              `json:"budget_ms,omitempty"`
	State        State              `json:"state" table:"状态|state"`
	FitCount     int                `json:"fit_count,omitempty"` // of a race: how often something was learnt
	DoneCount    int                `json:"done_count" table:"完成|done"`
	BestScore    float64            `json:"best_score" table:"最好|best"`
	Best         spec.Values        `json:"best,omitempty"`
	BestNumber   int                `json:"best_number"`                         // of the best trial; -1 before one is done
	DefaultScore float64            `json:"default_score" table:"默认参数|defaults"` // score of the defaults, trial 0
	JobID        string             `json:"job_id,omitempty"`
	ActorID      string             `json:"actor_id,omitempty"`
	CreatedUS    int64              `json:"created_us"`
}

// best is the trial with the highest score; of equals the first tried.
func best(trials []Trial) Trial {
	var top Trial
	for _, t := range trials {
		if t.State == Done && (top.State != Done || t.Score > top.Score || t.Score == top.Score && t.Number < top.Number) {
			top = t
		}
	}
	return top
}

func sortTrials(trials []Trial) {
	slices.SortFunc(trials, func(a, b Trial) int { return cmp.Compare(a.Number, b.Number) })
}
