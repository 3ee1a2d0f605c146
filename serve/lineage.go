package serve

import (
	"context"
	"fmt"
	"time"

	"zhuomo/dialog"
	"zhuomo/track"
)

// Facts tells the ledger what was said live and what releases were made of. It
// fits track.Turns and track.Releases.
type Facts struct{ s *Service }

// Facts gives the service's side of the lineage.
func (s *Service) Facts() Facts { return Facts{s} }

var (
	_ track.Turns    = Facts{}
	_ track.Releases = Facts{}
)

// factHistory is how many earlier turns a fact carries.
const factHistory = 3

// Turn finds one turn by its id, with what was said before. Fault: NoTurn.
func (f Facts) Turn(ctx context.Context, id string) (track.TurnFact, error) {
	t, err := f.s.Turn(ctx, id)
	if err != nil {
		return track.TurnFact{}, err
	}
	before, err := readTurns(ctx, f.s.n.DB.Reader(), t.SessionID, t.Number, factHistory)
	if err != nil {
		return track.TurnFact{}, err
	}
	fact := factOf(t)
	for i := len(before) - 1; i >= 0; i-- {
		fact.History = append(fact.History, before[i].Text)
		if reply := dialog.PlainText(before[i].Parts); reply != "" {
			fact.History = append(fact.History, reply)
		}
	}
	return fact, nil
}

// TurnsAfter lists turns in the order of their coming.
func (f Facts) TurnsAfter(ctx context.Context, product, after string, limit int) ([]track.TurnFact, error) {
	turns, err := f.s.TurnsAfter(ctx, product, after, limit)
	if err != nil {
		return nil, err
	}
	facts := make([]track.TurnFact, len(turns))
	for i, t := range turns {
		facts[i] = factOf(t)
	}
	return facts, nil
}

// Release tells what a release was made of. Fault: NoRelease.
func (f Facts) Release(ctx context.Context, product, id string) (track.ReleaseFact, error) {
	r, err := f.s.Release(ctx, product, id)
	if err != nil {
		return track.ReleaseFact{}, err
	}
	return track.ReleaseFact{
		ID: r.ID, Number: r.Number, ModelID: r.ModelID, KnowledgeID: string(r.Knowledge), FlowID: string(r.Flow),
		GuidelineID: r.GuidelineID, ReportID: r.ReportID,
	}, nil
}

func factOf(t Turn) track.TurnFact {
	fact := track.TurnFact{
		ID: t.ID, ProductID: t.ProductID, SessionID: t.SessionID, Text: t.Text, Reply: dialog.PlainText(t.Parts),
		EntryID: t.EntryID, ReleaseID: t.ReleaseID, At: time.UnixMicro(t.AtUS).UTC(),
	}
	for _, l := range t.Trace.Labels {
		fact.Labels = append(fact.Labels, track.ScoredFact{Label: l.Name, Probability: l.Probability})
	}
	for _, p := range t.Trace.Picks {
		fact.Picks = append(fact.Picks, pickOf(p))
	}
	for _, p := range t.Trace.Path {
		fact.Path = append(fact.Path, p.Node)
	}
	return fact
}

func pickOf(p dialog.Picked) track.PickFact {
	fact := track.PickFact{
		Table: p.Table, Why: p.Why, Total: p.Total, Limits: []track.LimitFact{}, Wanted: p.Wanted, Fresh: p.Fresh, Learned: p.Learned, Scores: []track.PickedFact{},
	}
	for _, l := range p.Limits {
		fact.Limits = append(fact.Limits, track.LimitFact(l))
	}
	for i, r := range p.Ranked {
		if i == 0 {
			fact.Key = r.Key
		}
		scored := track.PickedFact{Key: r.Key, Score: r.Score, Mean: r.Mean}
		for _, reason := range r.Reasons {
			scored.Reasons = append(scored.Reasons, fmt.Sprintf("%s %+.2f", reason.What, reason.Weight))
		}
		fact.Scores = append(fact.Scores, scored)
	}
	return fact
}

// Turn finds a turn by its id. Fault: NoTurn.
func (s *Service) Turn(ctx context.Context, id string) (Turn, error) {
	t, ok, err := readTurn(ctx, s.n.DB.Reader(), id)
	if err == nil && !ok {
		err = NoTurn.With()
	}
	return t, err
}

// TurnsAfter lists the turns of a product behind the id given ("" = all), in
// the order of their coming.
func (s *Service) TurnsAfter(ctx context.Context, product, after string, limit int) ([]Turn, error) {
	return readTurnsAfter(ctx, s.n.DB.Reader(), product, after, limit)
}
