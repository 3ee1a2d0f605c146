// Package label turns rows into gold: a guideline says what is right, a queue
// hands out tasks, people answer, agreement is measured, one answer is settled. What a
// file says already is taken over.
//
//	in:   dataset.Version, Guideline     out: Gold, one per row, with its witnesses
//	read: label.go → guideline.go → queue.go → lease.go → annotation.go → together.go → settle.go → gold.go → agreement.go
//
// An answer is acknowledged only when it is durable. A task goes to exactly as
// many people as its queue wants, never twice to one person.
package label

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Line is one line of a conversation.
type Line struct {
	Who  string `json:"who" enum:"customer,agent" doc:"谁说的|who spoke"`
	Text string `json:"text" doc:"说了什么|what was said"`
}

// Who speaks a line.
const (
	Customer = "customer"
	Agent    = "agent"
)

// Asked is a text to be labelled, with the lines before it, oldest first.
type Asked struct {
	Text    string `json:"text" doc:"要标注的话|the text to label"`
	Context []Line `json:"context,omitempty" doc:"之前的话|what was said before"`
}

// Needs is what the stage is built from.
type Needs struct {
	DB      *db.DB
	Data    *dataset.Service
	Jobs    *jobs.Runner
	Now     func() time.Time
	Suggest Suggester // nil: tasks come without suggestions
	Answer  Answerer  // nil: no model can be checked
	Counted Counted   // nil: nobody counts
}

// Happening is what figures count of the work of labelling.
type Happening string

const (
	Claimed  Happening = "claimed"    // tasks handed out
	Answered Happening = "answered"   // answers taken
	LostOut  Happening = "lease_lost" // leases that somebody else had when their person came back
)

// Counted hears of n happenings once they are durable. It must not wait.
type Counted func(what Happening, n int)

// Service is the front door of the stage.
type Service struct {
	db      *db.DB
	data    *dataset.Service
	jobs    *jobs.Runner
	now     func() time.Time
	suggest Suggester
	answer  Answerer
	counted Counted
	desk    *db.Gather[*errand] // claims and answers
	heads   *heads
	lanes   *recent[laneOwner, int] // of people who came before
	handed  *recent[string, Task]   // by id

	mu         sync.Mutex
	queues     map[string]*openQueue          // under mu, by id: what never changes of an open queue
	guidelines map[versionKey]*SavedGuideline // under mu: versions never change
	agreements map[string]reckoned            // under mu, by queue: the last one
}

// versionKey names a version of a product's guideline.
type versionKey struct {
	product string
	version int
}

// kept bounds each of the caches; past it the cache begins anew.
const kept = 256

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "label", migrations); err != nil {
		return nil, err
	}
	s := &Service{db: n.DB, data: n.Data, jobs: n.Jobs, now: n.Now, suggest: n.Suggest, answer: n.Answer, counted: n.Counted,
		queues: map[string]*openQueue{}, guidelines: map[versionKey]*SavedGuideline{}, agreements: map[string]reckoned{}}
	s.desk, s.heads, s.lanes, s.handed = db.NewGather(n.DB, s.doTogether), &heads{}, &recent[laneOwner, int]{}, &recent[string, Task]{}
	if s.counted == nil {
		s.counted = func(Happening, int) {}
	}
	if n.Jobs != nil {
		n.Jobs.Handle(openKind, s.openJob)
		n.Jobs.Handle(adoptKind, s.adoptJob)
	}
	return s, nil
}

// TextHash names a text: the first 16 bytes of its SHA-256, in hex. Answers are
// bound to it, so that they are not taken for answers on a changed text.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// simulatedPrefix begins the ids of people who are not there.
const simulatedPrefix = "sim-"

// IsSimulated tells whether a person is a simulated one.
func IsSimulated(person string) bool { return strings.HasPrefix(person, simulatedPrefix) }

// distinct is the set of labels, sorted.
func distinct(labels []string) []string {
	set := slices.Compact(slices.Sorted(slices.Values(labels)))
	if set == nil {
		set = []string{}
	}
	return set
}

// setKey is equal for equal sets of labels; an id never holds a zero byte.
func setKey(labels []string) string { return strings.Join(distinct(labels), "\x00") }
