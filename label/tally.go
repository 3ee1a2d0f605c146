package label

import (
	"context"
	"time"

	"zhuomo/internal/db"
)

// Tally tells a person how far they are in a queue.
type Tally struct {
	AnswerCount int   `json:"answer_count" table:"我答了|answers"`  // one's own, not undone
	HourCount   int   `json:"hour_count" table:"近一小时|last hour"` // of them in the last hour
	LeftCount   int   `json:"left_count" table:"还能领|left"`       // tasks that this person may still take or holds
	SkipCount   int   `json:"skip_count" table:"跳过|skipped"`     // skipped, without a question
	AskCount    int   `json:"ask_count" table:"提问|asked"`        // questions to the lead
	RepliedAsks int   `json:"replied_asks" table:"已回复|answered"` // of them answered
	ReturnCount int   `json:"return_count" table:"退回|sent back"` // answers that a reviewer sent back
	Agreed      Share `json:"agreed"`                            // of own answers on settled rows that several people answered: those that are the gold
}

// Tally counts what a person did in a queue. Fault: NoQueue.
func (s *Service) Tally(ctx context.Context, queueID, person string) (Tally, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return Tally{}, err
	}
	now := s.now()
	t, err := tallyOf(ctx, s.db.Reader(), q, person, now.UnixMicro(), now.Add(-time.Hour).UnixMicro())
	if err != nil {
		return t, err
	}
	right, of, err := agreedOf(ctx, s.db.Reader(), q.id, person)
	t.Agreed = shareOf(right, of)
	return t, err
}

// Given is an answer with the text it was given to.
type Given struct {
	Annotation
	Text    string `json:"text" table:"原文|text"`
	Context []Line `json:"context"`
	Session string `json:"session,omitempty"`
}

// Mine lists a person's own answers in a queue, newest first, before an id ("":
// from the newest). Fault: NoQueue.
func (s *Service) Mine(ctx context.Context, queueID, person, before string, limit int) ([]Given, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	return answersOf(ctx, s.db.Reader(), q.id, person, before, limit)
}

// RenewAll prolongs every lease of a person in a queue by its own length, and
// tells how many: the heartbeat of a desk that holds many tasks. Fault: NoQueue.
func (s *Service) RenewAll(ctx context.Context, queueID, person string) (count int, err error) {
	if person == "" {
		return 0, NobodyAsks.With()
	}
	q, err := s.known(ctx, queueID)
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		count, err = renewAll(ctx, tx, q, person, s.now().UnixMicro())
		return err
	})
	return count, err
}
