package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhuomo/dialog"
	"zhuomo/knowledge"
	"zhuomo/serve"
)

// customers lets the knowledge stage see what its entries did live.
type customers struct {
	live func() *serve.Service // made after the stage that asks for it
	now  func() time.Time
}

var _ knowledge.Served = customers{}

// Said lists what customers said, the newest first.
func (s customers) Said(ctx context.Context, product string, limit int) ([]knowledge.Said, error) {
	heard, err := s.live().LastHeard(ctx, product, limit)
	out := make([]knowledge.Said, len(heard))
	for i, h := range heard {
		out[i] = knowledge.Said{
			TurnID: h.TurnID, Text: h.Text, Channel: h.Channel, EntryID: h.EntryID, AtUS: h.AtUS,
			Answered: h.Band == string(dialog.Answer) && h.State == "bot", Disliked: h.Rating == "bad",
		}
	}
	return out, err
}

// Play asks the live flow and model each sentence, with what was said before
// it, over each state of the knowledge. A sentence in the middle of a form is
// asked as if it stood alone.
func (s customers) Play(ctx context.Context, product string, said []knowledge.Said, states []*knowledge.Snapshot) ([][]knowledge.Played, error) {
	live, err := s.live().Live(ctx, product)
	if errors.Is(err, serve.NothingLive) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := make([]dialog.Knowledge, len(states))
	for i, state := range states {
		known[i] = dialog.Known(state)
	}
	facts, now := s.live().Facts(), s.now()
	out := make([][]knowledge.Played, len(said))
	for i, one := range said {
		fact, err := facts.Turn(ctx, one.TurnID)
		if err != nil {
			return nil, err
		}
		history := saidBefore(fact.History)
		labels, err := live.Model.Understand(ctx, one.Text, history)
		if err != nil {
			return nil, fmt.Errorf("understand: %w", err)
		}
		for _, k := range known {
			parts := live.Parts
			parts.Knowledge, parts.Caller = k, nil // nothing outside hears of it
			turn := dialog.Turn{Text: one.Text, Channel: one.Channel, At: now}
			_, reply, trace, err := dialog.Step(ctx, parts, dialog.State{History: history}, turn, labels)
			if err != nil {
				return nil, fmt.Errorf("answer: %w", err)
			}
			out[i] = append(out[i], knowledge.Played{EntryID: trace.EntryID, Answered: trace.Band == dialog.Answer, Reply: dialog.PlainText(reply)})
		}
	}
	return out, nil
}
