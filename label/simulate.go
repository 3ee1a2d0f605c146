package label

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// ErrorModel says how a simulated person errs.
type ErrorModel struct {
	// Rate is the share of rows in which one label is taken for another.
	Rate float64 `json:"rate"`
	// Confusable lists, by true label, what it is taken for; labels that are not
	// listed are taken for any other label, all alike.
	Confusable map[string][]string `json:"confusable,omitempty"`
	// MissRate is the chance that a label that stands beside others is left out.
	MissRate float64 `json:"miss_rate"`
}

// Simulated is a person who is not there, with a stated error model. Everything
// that rests on one is marked simulated: the id begins with sim-.
type Simulated struct {
	Person string     `json:"person"`
	Seed   uint64     `json:"seed"`
	Errors ErrorModel `json:"errors"`
}

// NewSimulated makes a simulated person; sim- is put before the name if it is
// missing.
func NewSimulated(person string, seed uint64, m ErrorModel) *Simulated {
	return &Simulated{simulatedPrefix + strings.TrimPrefix(person, simulatedPrefix), seed, m}
}

// Answer is what the person says of a task whose true labels are given, of all
// labels there are. It depends on seed, person and task only, so that order and
// interruptions change nothing. Task ids are made by chance: who wants the same
// answers in another run gives the row id in their place.
func (p *Simulated) Answer(truth, labels []string, taskID string) []string {
	rng := p.chance("answer", taskID)
	answer := make([]string, 0, len(truth))
	for _, l := range distinct(truth) {
		missed := rng.Float64() < p.Errors.MissRate // drawn for each, so that one label does not shift the next
		if !missed || len(truth) == 1 {
			answer = append(answer, l)
		}
	}
	if len(answer) == 0 && len(truth) > 0 {
		answer = append(answer, distinct(truth)[rng.IntN(len(distinct(truth)))]) // nobody misses them all
	}
	if rng.Float64() >= p.Errors.Rate {
		return answer
	}
	if len(answer) == 0 {
		return wrongLabel(rng, labels, truth, answer)
	}
	at := rng.IntN(len(answer))
	wrong := wrongLabel(rng, p.Errors.Confusable[answer[at]], truth, nil)
	if len(wrong) == 0 {
		wrong = wrongLabel(rng, labels, truth, nil)
	}
	if len(wrong) == 0 {
		return answer // every label is true: nothing to take it for
	}
	answer[at] = wrong[0]
	return distinct(answer)
}

// wrongLabel draws one of from that is not true, or gives none.
func wrongLabel(rng *rand.Rand, from, truth, none []string) []string {
	var open []string
	for _, l := range from {
		if !slices.Contains(truth, l) {
			open = append(open, l)
		}
	}
	if len(open) == 0 {
		return none
	}
	return []string{open[rng.IntN(len(open))]}
}

// Seconds is how long the person takes for a task: log-normal around 4 s,
// σ = 0.6, as label times mostly are.
func (p *Simulated) Seconds(taskID string) float64 {
	return math.Round(4000*math.Exp(0.6*p.chance("seconds", taskID).NormFloat64())) / 1000
}

func (p *Simulated) chance(what, taskID string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(p.Person + "\x00" + what + "\x00" + taskID))
	return rand.New(rand.NewPCG(p.Seed, h.Sum64()))
}
