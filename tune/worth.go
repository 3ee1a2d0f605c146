package tune

import (
	"cmp"
	"maps"
	"slices"
)

// Forecast gives how much the best score is expected to rise by one more trial; false
// while there are too few trials to tell.
type Forecast func(space Space, trials []Trial, seed uint64) (gain float64, known bool)

// NextGain is the figure of a trial that keeps the Forecast of then.
const NextGain = "next_gain"

const (
	// DefaultWorth is the gain below which a page says that more trials are not worth it.
	DefaultWorth = .001
	restTrials   = 10
)

// Rest tells whether more trials are worth it.
type Rest struct {
	Gain  float64 `json:"gain" doc:"再试十次，最好的得分预计至多提高多少|by how much ten more trials are expected to raise the best score, at most"`
	Worth float64 `json:"worth" doc:"低于它就不值得再试|below this they are not worth it"`
	Over  bool    `json:"over" doc:"不值得再试了|more trials are not worth it"`
}

// foresee keeps with the trial that was told last what one more is expected to bring. Of
// hundreds of trials not each is asked about.
func (h *hunt) foresee() Trial {
	last := len(h.done) - 1
	t := h.done[last]
	if h.o.Forecast == nil || len(h.done)%max(1, len(h.done)/20) != 0 {
		return t
	}
	trials := slices.Clone(h.done)
	sortTrials(trials)
	gain, known := h.o.Forecast(h.o.Space, trials, h.o.Seed)
	if known {
		t.Figures = maps.Clone(t.Figures)
		if t.Figures == nil {
			t.Figures = map[string]float64{}
		}
		t.Figures[NextGain] = gain
		h.done[last] = t
	}
	return t
}

// rest reads the last two forecasts; nil before there are.
//
// Each of ten trials is taken to bring what the next one is expected to: usually less, as
// the best place goes first.
func rest(trials []Trial, worth float64) *Rest {
	if worth <= 0 {
		worth = DefaultWorth
	}
	var told []Trial
	for _, t := range trials {
		if _, known := t.Figures[NextGain]; known {
			told = append(told, t)
		}
	}
	if len(told) < 2 {
		return nil
	}
	slices.SortFunc(told, func(a, b Trial) int { return cmp.Compare(b.Number, a.Number) })
	gain := restTrials * told[0].Figures[NextGain]
	return &Rest{Gain: gain, Worth: worth, Over: gain < worth && restTrials*told[1].Figures[NextGain] < worth}
}

// over tells that a search whose worth is stated should end.
func over(trials []Trial, worth float64) bool {
	if worth <= 0 {
		return false
	}
	r := rest(trials, worth)
	return r != nil && r.Over
}

// allTried tells that nothing is left to try in a space.
func allTried(space Space, trials []Trial) bool {
	size, tried := space.Size(), map[string]bool{}
	if size == 0 || len(trials) < size {
		return false
	}
	for _, t := range trials {
		if values, inside := space.Inside(t.Values); inside && t.State != Running {
			tried[space.Key(values)] = true
		}
	}
	return len(tried) >= size
}
