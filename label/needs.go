package label

import "context"

// Suggester proposes labels for texts that nobody has labelled yet.
type Suggester interface {
	// Suggest answers in the order of asked, the most probable label first; an
	// empty list means "no idea".
	Suggest(ctx context.Context, product string, asked []Asked) ([][]Scored, error)
}

// Scored is a label that a model proposes.
type Scored struct {
	Label string  `json:"label" doc:"标签|label"`
	Score float64 `json:"score" doc:"校准后的概率 0–1|calibrated probability, 0–1"`
}

// Answerer answers as the newest model would.
type Answerer interface {
	// Answer gives the labels of each text in the order of asked, and the name of
	// the model; "" when there is none yet.
	Answer(ctx context.Context, product string, asked []Asked) (labels [][]string, model string, err error)
}
