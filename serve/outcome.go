package serve

import (
	"context"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/fault"
)

// Outcome is how a turn ended, for figures.
type Outcome string

const (
	Understood Outcome = "understood" // answered surely
	Asking     Outcome = "asked"      // asked what was meant
	Missed     Outcome = "fallback"   // not understood
	HandedOver Outcome = "handover"   // a person has the conversation
	Refused    Outcome = "refused"    // the message or the session was wrong
	Broken     Outcome = "failed"     // no answer, and it was not the customer's doing
)

// Outcomes are all there are.
var Outcomes = []Outcome{Understood, Asking, Missed, HandedOver, Refused, Broken}

// Measured hears of each turn how it ended and how long it took. It must not wait.
type Measured func(outcome Outcome, took time.Duration)

// OutcomeOf tells how a turn ended from what Say gave.
func OutcomeOf(a Answered, err error) Outcome {
	if err != nil {
		if kind := fault.Of(err).Def.Kind; kind == fault.Busy || kind == fault.Broken {
			return Broken
		}
		return Refused
	}
	switch {
	case a.State == "handover":
		return HandedOver
	case a.Band == dialog.Offer:
		return Asking
	case a.Band == dialog.Fallback:
		return Missed
	}
	return Understood
}

// LiveRelease is which release answers the customers of a product.
type LiveRelease struct {
	ProductID string
	Number    int
}

// LiveNow lists what is live, by product.
func (s *Service) LiveNow(ctx context.Context) ([]LiveRelease, error) {
	return liveNumbers(ctx, s.n.DB.Reader())
}

// StreamCount is how many customers' pages listen right now.
func (s *Service) StreamCount() int { return s.watchers.count() }
