package track

import (
	"context"
	"time"
)

// Sources are what the other stages know of their own things. internal/app
// joins them; track imports none of the later stages.
type Sources struct {
	Turns       Turns
	Releases    Releases
	Witnesses   Witnesses
	Annotations Annotations
	Cleanings   Cleanings
	Rows        Rows
	Things      Things // may be nil
}

// Things is what the stages know of things that the ledger only names.
type Things interface {
	// Find gives a thing by its id or by what people call it, and its name: "" where it
	// has none. What nobody knows is given back as it came.
	Find(ctx context.Context, product string, of Ref) (Ref, string, error)
	// From lists what a thing was made of, Into what was made of it, beyond the edges.
	From(ctx context.Context, product string, of Ref) ([]Ref, error)
	Into(ctx context.Context, product string, of Ref) ([]Ref, error)
}

// Turns finds what was said live.
type Turns interface {
	// Turn finds one turn by its id; the fault is the serving stage's own.
	Turn(ctx context.Context, id string) (TurnFact, error)
	// TurnsAfter lists turns of the product in id order, after the id given.
	TurnsAfter(ctx context.Context, product, after string, limit int) ([]TurnFact, error)
}

// Releases tells what a release was made of.
type Releases interface {
	Release(ctx context.Context, product, id string) (ReleaseFact, error)
}

// Witnesses finds the training rows that weighed most for an answer.
type Witnesses interface {
	Witnesses(ctx context.Context, model string, turn TurnFact, most int) ([]WitnessFact, error)
}

// Annotations finds who decided on a row, under which rules.
type Annotations interface {
	AnnotationsOf(ctx context.Context, product, row string) ([]AnnotationFact, error)
}

// Cleanings finds which operators changed a row.
type Cleanings interface {
	ChangesOf(ctx context.Context, product, row string) ([]ChangeFact, error)
}

// Rows finds a row and the raw bytes that it was read from.
type Rows interface {
	// Row finds a row by id in any version. The same file read by two products gives the
	// same ids: that of product is found where there is one, "" does not prefer any.
	Row(ctx context.Context, product, id string) (RowFact, error)
	// RowAt finds, in the same way, the row that was read from record (from 1) of part of
	// the file with that name; part may be "".
	RowAt(ctx context.Context, product, file, part string, record int) (RowFact, error)
}

// TurnFact is one live turn.
type TurnFact struct {
	ID        string       `json:"id"`
	ProductID string       `json:"product_id"`
	SessionID string       `json:"session_id"`
	Text      string       `json:"text"`
	Reply     string       `json:"reply"`
	History   []string     `json:"history,omitempty"` // earlier lines, oldest first
	Labels    []ScoredFact `json:"labels"`
	EntryID   string       `json:"entry_id,omitempty"`
	Path      []string     `json:"path,omitempty"`  // flow nodes that were passed
	Picks     []PickFact   `json:"picks,omitempty"` // what was chosen for the customer
	ReleaseID string       `json:"release_id"`
	At        time.Time    `json:"at"`
}

// PickFact is one thing that was chosen for the customer, and why.
type PickFact struct {
	Table   string       `json:"table"`
	Key     string       `json:"key"` // "" when nothing could be chosen
	Why     string       `json:"why,omitempty"`
	Total   int          `json:"total"`   // rows of the table
	Limits  []LimitFact  `json:"limits"`  // what each limit kept out, one after the other
	Wanted  int          `json:"wanted"`  // that fit what was asked for
	Fresh   int          `json:"fresh"`   // of these not chosen lately
	Learned int          `json:"learned"` // choices of this customer that were learnt from
	Scores  []PickedFact `json:"scores"`  // the chosen one, then those that came close
}

// LimitFact is how many rows a limit kept out.
type LimitFact struct {
	Title string `json:"title"`
	Count int    `json:"count"`
}

// PickedFact is a row that was chosen or came close, with what weighed.
type PickedFact struct {
	Key     string   `json:"key"`
	Score   float64  `json:"score"`
	Mean    float64  `json:"mean"` // what is expected, without chance
	Reasons []string `json:"reasons,omitempty"`
}

// ScoredFact is a label with its calibrated probability.
type ScoredFact struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// ReleaseFact is what a release was made of.
type ReleaseFact struct {
	ID          string `json:"id"`
	Number      int    `json:"number"`
	ModelID     string `json:"model_id"`
	KnowledgeID string `json:"knowledge_id"`
	FlowID      string `json:"flow_id"`
	GuidelineID string `json:"guideline_id"`
	ReportID    string `json:"report_id,omitempty"`
}

// WitnessFact is a training row that weighed in an answer. Weight is its share
// among the rows shown, 0–1; negative when it spoke against.
type WitnessFact struct {
	RowID  string   `json:"row_id"`
	Text   string   `json:"text"`
	Labels []string `json:"labels"`
	Weight float64  `json:"weight"`
}

// AnnotationFact is one person's answer on a row.
type AnnotationFact struct {
	ID               string    `json:"id"`
	Person           string    `json:"person"`
	Simulated        bool      `json:"simulated"`
	Labels           []string  `json:"labels"`
	GuidelineID      string    `json:"guideline_id"`
	GuidelineVersion int       `json:"guideline_version"`
	At               time.Time `json:"at"`
	Column           string    `json:"column,omitempty"` // of the row's file that the labels were taken over from
}

// ChangeFact is what one step of a recipe did to a row.
type ChangeFact struct {
	RunID    string `json:"run_id"`
	Step     int    `json:"step"` // from 1
	Operator string `json:"operator"`
	Column   string `json:"column"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Aside    string `json:"aside,omitempty"` // reason code when the step set the row aside
}

// RowFact is a row and where it was read.
type RowFact struct {
	ID        string            `json:"id"`
	ProductID string            `json:"product_id"`
	DatasetID string            `json:"dataset_id"`
	File      string            `json:"file"`
	Blob      string            `json:"blob"`
	Part      string            `json:"part,omitempty"`
	Record    int               `json:"record"`
	Offset    int64             `json:"offset"` // bytes, -1 when the format has none
	Length    int64             `json:"length"`
	Encoding  string            `json:"encoding,omitempty"` // of the file as it was read
	Raw       string            `json:"raw"`                // the record as it was read, decoded, before cleaning
	Values    map[string]string `json:"values"`             // as imported
}
