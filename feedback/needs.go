package feedback

import (
	"context"
	"io"
	"time"

	"zhuomo/evaluate"
	"zhuomo/learn"
)

// Needs are what the fix loop asks of the stages above it, in words of its own;
// internal/app joins them.
type Needs struct {
	Turns      Turns
	Shops      Shops
	Relabeller Relabeller
	Keeper     Keeper
	Releaser   Releaser
	Ledger     Ledger
	Home       Home                                   // takes in what boxes were told
	Ended      func(result State, took time.Duration) // hears how each fix ended; nil: nobody
}

// Turns reads what was said live.
type Turns interface {
	// Sights lists turns of the product in id order, after the id given.
	Sights(ctx context.Context, product, after string, limit int) ([]Seen, error)
	// Look reads one turn. The fault is the serving stage's.
	Look(ctx context.Context, turn string) (Seen, error)
	// Rated lists turns that were rated since at (UTC microseconds), oldest first.
	Rated(ctx context.Context, product string, sinceUS int64, limit int) ([]Seen, error)
}

// Seen is one live turn.
type Seen struct {
	Item
	Sight
	History   []learn.Said
	ReleaseID string
}

// Shops opens the workshop of a product.
type Shops interface {
	// Shop puts together the training rows and the judges of the product's live
	// release. It is asked once and then kept warm. Fault: NothingLive.
	Shop(ctx context.Context, product string) (*Shop, error)
}

// Shop is a product's workshop: everything that a fix needs, warm in memory.
type Shop struct {
	Trainer   learn.Trainer
	Labels    []string
	Test      learn.Data
	Live      learn.Model
	LiveID    string
	Answers   []learn.Prediction // of Live to Test; nil: not known yet
	Suite     evaluate.Suite
	Gate      evaluate.Gate
	Learner   learn.Learner
	Release   string // id of the live release
	Stories   func(ctx context.Context, m learn.Model) (evaluate.Share, error)
	Simulated bool
}

// Relabeller writes a person's decision down as a row with its gold.
type Relabeller interface {
	// Relabel makes the turn a row of the product's feedback dataset, annotates
	// it, and settles its gold. It is durable on return; asked again for the same
	// it changes nothing. label is the id of the annotation.
	Relabel(ctx context.Context, product string, turn Seen, labels []string, actor string) (row, label string, err error)
	// Unlabel takes the gold of the row back that rests on the label, if it is
	// still in force.
	Unlabel(ctx context.Context, product, row, label, actor string) error
}

// Keeper stores a model that was learnt here.
type Keeper interface {
	KeepModel(ctx context.Context, product string, m learn.Model, seconds float64, rows []string) (id string, err error)
}

// Releaser puts a model live.
type Releaser interface {
	// Put makes a release like the live one but with another model, and puts it
	// live at once, durably. One that is there under the id is not made again, and
	// one that was live already is not published again.
	Put(ctx context.Context, product string, r NewRelease) error
	// Back makes the release before live again; false when release is not live.
	Back(ctx context.Context, product, release string) (bool, error)
	// LiveRelease is the id of the live release, "" when there is none.
	LiveRelease(ctx context.Context, product string) (string, error)
}

// NewRelease is what a fix puts live.
type NewRelease struct {
	ID       string
	ModelID  string
	Model    learn.Model // nil: read it back
	ReportID string
	Note     string
}

// Home takes in what was said to boxes.
type Home interface {
	// Bring takes a file of feedback in, each turn once, and tells the ids of all
	// its turns batch by batch. Faults: those of the serving stage.
	Bring(ctx context.Context, product string, file io.Reader, each func(ctx context.Context, ids []string) error) (Brought, error)
}

// Brought tells what a file of feedback brought.
type Brought struct {
	Turns    int `json:"turn_count" table:"文件里的话轮|turns in the file"`
	New      int `json:"new_count" table:"新收进来的|new"`
	Sessions int `json:"session_count" table:"会话|sessions"`
	Rated    int `json:"rated_count" table:"新的评价|new ratings"`
	Waiting  int `json:"waiting_count" table:"反馈箱待处理|open in the inbox"`
}

// Ledger keeps the lineage of a fix.
type Ledger interface {
	FixMade(ctx context.Context, product string, f Fix) error
}
