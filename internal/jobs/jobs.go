// Package jobs does long work in the background: imports, training, checks. A
// job waits, runs, reports true progress, and can be cancelled, retried and
// resumed after a crash.
//
//	queued ──► running ──► done
//	  │ ▲         │ ├────► failed ──┐
//	  │ └─────────┤ └────► cancelled┤   retry leads from failed and cancelled
//	  │ stop,     │                 │   back to queued
//	  │ crash,    ▼                 │
//	  └──────► cancelled            │
//	  ▲─────────────────────────────┘
//
//	in:   Runner.Enqueue inside a stage's transaction
//	out:  Handler runs, its Job can be watched
//	read: jobs.go → runner.go → work.go → report.go → store.go; chunk.go stands alone
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// State is where a job stands.
type State string

const (
	Queued    State = "queued"    // waits for a worker or for its time
	Running   State = "running"   // a worker has it
	Done      State = "done"      // the result is there
	Failed    State = "failed"    // the failure says why
	Cancelled State = "cancelled" // somebody asked to end it
)

// Finished tells whether the job has come to its end.
func (s State) Finished() bool { return s == Done || s == Failed || s == Cancelled }

// Job is one piece of background work as it stands now.
type Job struct {
	ID          string          `json:"id" doc:"id of the job"`
	ProductID   string          `json:"product_id,omitempty" doc:"the product it works for"`
	Kind        string          `json:"kind" doc:"what is done, as stage.verb"`
	State       State           `json:"state" enum:"queued,running,done,failed,cancelled" doc:"where the job stands"`
	Cancelling  bool            `json:"cancelling,omitempty" doc:"somebody asked to end it, the work has not ended yet"`
	Done        int64           `json:"done" doc:"units of work done"`
	Total       int64           `json:"total" doc:"units of work in all, 0 if unknown"`
	PerSecond   float64         `json:"per_second,omitempty" doc:"units per second over the last seconds"`
	LeftUS      int64           `json:"left_us,omitempty" doc:"microseconds left at that rate, 0 if unknown"`
	NoteZH      string          `json:"note_zh,omitempty" doc:"what it does right now, in Chinese"`
	NoteEN      string          `json:"note_en,omitempty" doc:"what it does right now, in English"`
	Result      json.RawMessage `json:"result,omitempty" doc:"what it produced, once done"`
	Failure     *Failure        `json:"failure,omitempty" doc:"why it failed, or why the last attempt did"`
	Attempt     int             `json:"attempt" doc:"how often it was begun"`
	MaxFailures int             `json:"max_failures" doc:"failed attempts after which it is not retried"`
	Priority    int             `json:"priority,omitempty" doc:"higher runs first"`
	ActorID     string          `json:"actor_id,omitempty" doc:"who asked for it"`
	RunAtUS     int64           `json:"run_at_us" doc:"not before this time, UTC microseconds"`
	CreatedUS   int64           `json:"created_us" doc:"UTC microseconds"`
	StartedUS   int64           `json:"started_us,omitempty" doc:"begin of the last attempt, UTC microseconds"`
	FinishedUS  int64           `json:"finished_us,omitempty" doc:"UTC microseconds"`

	args, checkpoint json.RawMessage
	failures         int
	traceparent      string // of what asked for it, "" if nobody follows
}

// Failure is the fault that ended an attempt.
type Failure struct {
	Code      string `json:"code" doc:"stable code of the fault"`
	Kind      string `json:"kind" doc:"who has to act"`
	MessageZH string `json:"message_zh" doc:"what happened, in Chinese"`
	MessageEN string `json:"message_en" doc:"what happened, in English"`
	FixZH     string `json:"fix_zh" doc:"what to do, in Chinese"`
	FixEN     string `json:"fix_en" doc:"what to do, in English"`
}

// Args decodes what Enqueue was given.
func (j Job) Args(into any) error {
	if err := json.Unmarshal(j.args, into); err != nil {
		return fmt.Errorf("decode args of job %s (%s): %w", j.ID, j.Kind, err)
	}
	return nil
}

// Checkpoint decodes the last checkpoint of an earlier attempt. It is false if
// there is none or if it has another shape (a newer program): begin anew then.
func (j Job) Checkpoint(into any) bool {
	return len(j.checkpoint) > 0 && json.Unmarshal(j.checkpoint, into) == nil
}

// Handler does the work of one kind. It obeys ctx, which ends when the job is
// cancelled or the program stops. It must bear to be run again from its last
// checkpoint. The result is kept as JSON.
//
// Errors: Busy and Broken faults and unknown errors are tried again later, all
// others end the job. A panic ends the job.
type Handler func(ctx context.Context, job Job, report *Report) (result any, err error)

// Option changes one thing about a job that is enqueued.
type Option func(*request)

type request struct {
	productID, actorID, dedupeKey string
	traceparent                   string
	priority, maxFailures         int
	runAt                         time.Time
}

// ForProduct says which product the job works for.
func ForProduct(id string) Option { return func(r *request) { r.productID = id } }

// By says who asked for the job.
func By(actorID string) Option { return func(r *request) { r.actorID = actorID } }

// Dedupe makes the job the only unfinished one with this key: while one waits
// or runs, Enqueue gives its id and adds nothing.
func Dedupe(key string) Option { return func(r *request) { r.dedupeKey = key } }

// Priority lets the job run before those with a lower number; the default is 0.
func Priority(n int) Option { return func(r *request) { r.priority = n } }

// At lets the job wait until t.
func At(t time.Time) Option { return func(r *request) { r.runAt = t } }

// MaxFailures is how many attempts may fail before the job does; the default
// is 3, 1 means no second attempt. Where more than one may, five more are made
// for want of something that is gone or full at the moment (Busy).
func MaxFailures(n int) Option { return func(r *request) { r.maxFailures = n } }

// Filter chooses jobs to list, newest first. Empty fields choose all.
type Filter struct {
	ProductID  string
	Kind       string
	Stage      string // kinds that begin with it: "learn" of learn.train
	ActorID    string
	State      State
	Unfinished bool   // queued and running only
	After      string // id after which to go on: what List gave as next
	Limit      int    // at most, default 50
}
