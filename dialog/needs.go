package dialog

import (
	"context"
	"time"

	"zhuomo/learn"
)

// Understander tells what a customer wants. internal/app joins it to a model.
type Understander interface {
	// Understand gives the labels with calibrated probabilities, the most
	// probable first. Safe for many goroutines; same question, same answer.
	Understand(ctx context.Context, text string, history []learn.Said) ([]Label, error)
}

// Knowledge is what a release knows; Known makes one of a knowledge.Snapshot. It never changes while a turn runs; same
// question, same answer. Safe for many goroutines.
type Knowledge interface {
	// Answer finds the entry that answers text. ok is false when none is near.
	Answer(ctx context.Context, q Question) (answer KnowledgeAnswer, ok bool, err error)
	// Link finds mentions of entities, in order of their start.
	Link(text string) []Mention
	// Lookup finds rows of an entity table that pass all filters, in sort
	// order, then table order; total counts all, rows holds at most q.Limit.
	Lookup(ctx context.Context, q Lookup) (rows []Row, total int, err error)
	// Tables tells which tables there are, for the static checks.
	Tables() []TableShape
}

// Question is what is asked of the knowledge.
type Question struct {
	Text       string
	Channel    string
	At         time.Time
	Categories []string // only entries of these; empty = all
}

// KnowledgeAnswer is an entry that answers.
type KnowledgeAnswer struct {
	EntryID    string
	Question   string
	Parts      []Part
	Confidence float64 // 0–1
}

// Mention is a stretch of text that names a row of an entity table.
type Mention struct {
	Table      string
	Key        string // of the row
	Start, End int    // code points of the text
}

// Lookup asks an entity table.
type Lookup struct {
	Table   string
	Filters []Filter
	Sort    string // column; "-" before it = largest first; "" = table order
	Limit   int
	Columns []string // that Row.Values need; nil = all
}

// Filter is one condition on a column.
type Filter struct {
	Column    string // "" = the column of the row's key
	Op        FilterOp
	Value     string
	Low, High float64 // for Within
}

// FilterOp is how a Filter compares.
type FilterOp string

const (
	Equals   FilterOp = "="
	Differs  FilterOp = "!="
	AtMost   FilterOp = "<="
	AtLeast  FilterOp = ">="
	Within   FilterOp = "within"   // the first number of the cell lies in Low–High
	Has      FilterOp = "has"      // a list cell (a|b|c) holds the value, or part of an item
	Contains FilterOp = "contains" // the value is part of the cell
	Near     FilterOp = "near"     // the row lies near the place named by the value; the column is not looked at
)

// Row is one row of an entity table.
type Row struct {
	Key    string            `json:"key"`
	Values map[string]string `json:"values"`
}

// TableShape is a table's name and columns; Key is the column of the row's name.
type TableShape struct {
	Name    string
	Key     string
	Columns []string
}

// Caller does the HTTP calls of flows.
type Caller interface {
	// Call gives the answer's fields, flattened: order.state → "paid".
	Call(ctx context.Context, c CallRequest) (map[string]string, error)
}

// CallRequest is one HTTP call with its holes filled.
type CallRequest struct {
	Method, URL, Body string
	Seconds           int
}
