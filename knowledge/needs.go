package knowledge

import "context"

// Served is what the stage asks of those that serve its knowledge; internal/app
// joins them.
type Served interface {
	// Said lists what customers said to a product, the newest first.
	Said(ctx context.Context, product string, limit int) ([]Said, error)
	// Play asks the product's live flow and model each sentence once for each
	// state of the knowledge: answers by sentence, then by state. It gives nil
	// when nothing is live.
	Play(ctx context.Context, product string, said []Said, states []*Snapshot) ([][]Played, error)
}

// Said is one sentence of a customer, and how it went.
type Said struct {
	TurnID   string
	Text     string
	Channel  string
	EntryID  string // the entry that answered, "" for none
	Answered bool   // the product answered by itself and was sure
	Disliked bool
	AtUS     int64
}

// Played is what the product would answer.
type Played struct {
	EntryID  string
	Answered bool
	Reply    string
}
