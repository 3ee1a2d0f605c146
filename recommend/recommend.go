// Package recommend chooses one thing of many for one listener: it learns from
// what was liked and skipped which declared features the listener likes, keeps
// away from what was heard lately, and tells what weighed.
//
//	in:   Candidates that no rule forbids, a listener's Taste, a seed
//	out:  a Ranking: who is chosen, how sure, which features spoke for it
//	read: recommend.go → taste.go → posterior.go → thompson.go → variety.go
//
// It knows no product: features are names, whatever they stand for.
package recommend

// Candidate is one thing that may be chosen.
type Candidate struct {
	Key      string
	Features []Feature // no name twice
	Spread   []string  // values that shall not come again at once, each with its column
	Bonus    float64   // what the wishes that it fulfils add to its score
}

// Feature is one thing that a candidate is.
type Feature struct {
	From  int    // which of the declared features it comes from
	Name  string // what is learnt is kept under it
	Value string // as people read it
}

// Chooser decides among candidates. Same taste, candidates and seed: same
// ranking. It changes none of them. There is at least one candidate.
type Chooser interface {
	Choose(t *Taste, all []Candidate, seed uint64) Ranking
}

// Ranking is a decision, the chosen one first.
type Ranking []Scored

// Scored is a candidate with what it was chosen by.
type Scored struct {
	At    int     // place among the candidates
	Score float64 // it is ranked by this
	Mean  float64 // what is expected of it: rewards learnt, and its bonus
	// Parts tells by declared feature how much more is expected of this one than
	// of the mean candidate; nil where the chooser learns nothing.
	Parts []float64

	lot uint64 // decides between equals
}

// ranked is how many candidates a Ranking tells of.
const ranked = 4
