//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"zhuomo/internal/db"
)

// liveLedger is what the hands that train, release and talk were told.
type liveLedger struct {
	seeded
	sessions []*session
	requests []*request
	asked    int // so many of the requests were asked again
	fixes    []*fix
}

// session is a conversation that was acknowledged.
type session struct {
	id, token string
	turns     []*turn
}

// turn is a message that was sent; id is "" while no answer came.
type turn struct {
	turnID, text, id string
	parts            json.RawMessage
	rated, fixed     bool
}

// request is a POST with an Idempotency-Key. mark is a text that it leaves in
// what it makes, so that doing it twice shows.
type request struct {
	path, key, kind, mark string
	body                  any
	answer                []byte // nil = none came
	code                  string // of a refusal
}

// fix is a correction whose job was acknowledged.
type fix struct {
	job       string
	turn      *turn
	id        string // once known
	takenBack string // "no", "perhaps", "yes"
}

var liveHands = []hand{
	{"labeller", []string{"claim", "answer", "skip", "undo", "settlement", "job label.open"}, labelling},
	{"trainer", []string{"job learn.train", "job evaluate.run"}, training},
	{"releaser", []string{"release", "publication", "takeback"}, releasing},
	{"customer", []string{"session", "turn", "rating"}, talking},
	{"mender", []string{"job feedback.fix", "fix taken back"}, mending},
}

func newID() string { return db.NewID(time.Now()) }

// post sends a request with its key; an answer or a refusal is kept.
func (r *request) post(ctx context.Context, s *server, l *ledger) error {
	l.mu.Lock()
	l.live.requests = append(l.live.requests, r)
	l.mu.Unlock()
	var answer []byte
	err := s.call(ctx, "POST", r.path, r.body, &answer, "Idempotency-Key", r.key)
	if err != nil {
		if code := codeOf(err); code != "" {
			r.code = code
		}
		return err
	}
	r.answer = answer
	l.count(r.kind)
	return nil
}

// atOnce asks all servers at once until none is still at it: they must give one
// answer.
func (r *request) atOnce(ctx context.Context, all []*server) (answer []byte, err error) {
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		answers, errs := make([][]byte, len(all)), make([]error, len(all))
		var wait sync.WaitGroup
		for i, s := range all {
			wait.Go(func() {
				errs[i] = s.call(ctx, "POST", r.path, r.body, &answers[i], "Idempotency-Key", r.key)
			})
		}
		wait.Wait()
		running := false
		for i, e := range errs {
			running = running || codeOf(e) == "api.still_running"
			switch {
			case e == nil && answer != nil && !bytes.Equal(answer, answers[i]):
				return nil, fmt.Errorf("%s: one server answers %s, another %s", r.mark, answer, answers[i])
			case e == nil:
				answer = answers[i]
			case codeOf(e) != "api.still_running":
				err = e
			}
		}
		switch {
		case answer != nil && (err == nil || err == errCut):
			return answer, nil
		case answer != nil:
			return nil, fmt.Errorf("%s: one server answers %s, another %w", r.mark, answer, err)
		case err != nil || !running:
			return nil, err
		case time.Since(began) > settleTime:
			return nil, fmt.Errorf("%s: still running after %v", r.mark, settleTime)
		}
	}
}

func (l *ledger) started(ctx context.Context, s *server, kind, path string, body any) (job string, err error) {
	var started struct {
		JobID string `json:"job_id"`
	}
	if err := s.call(ctx, "POST", path, body, &started); err != nil {
		return "", err
	}
	l.job(started.JobID, kind)
	return started.JobID, nil
}

// training trains models and judges them.
func training(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	product := "/api/v1/products/" + l.product
	for ctx.Err() == nil {
		job, err := l.started(ctx, s, "learn.train", product+"/models", map[string]any{"seed": rng.IntN(1000)})
		if err != nil {
			return err
		}
		if err := ended(ctx, s, job); err != nil {
			return err
		}
		if job, err = l.started(ctx, s, "evaluate.run", product+"/evaluations", map[string]any{}); err != nil {
			return err
		}
		if rng.IntN(2) == 0 {
			if err := ended(ctx, s, job); err != nil {
				return err
			}
		}
	}
	return nil
}

// notLive is the refusal of who was slower: another server changed what is live.
const notLive = "serve.not_live"

// releasing makes releases of the newest model, puts them live and takes them back.
func releasing(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	product := "/api/v1/products/" + l.product
	for ctx.Err() == nil {
		var models struct{ Items []struct{ ID string } }
		if err := s.call(ctx, "GET", product+"/models?limit=1", nil, &models); err != nil {
			return err
		}
		mark := fmt.Sprintf("chaos release %d-%s", l.round, newID())
		make := &request{path: product + "/releases", key: newID(), kind: "release", mark: mark, body: map[string]any{
			"model_id": models.Items[0].ID, "knowledge": l.live.release.Knowledge, "flow": l.live.release.Flow, "note": mark,
		}}
		if err := make.post(ctx, s, l); err != nil {
			return err
		}
		var made struct{ ID string }
		if err := json.Unmarshal(make.answer, &made); err != nil {
			return err
		}
		mark = fmt.Sprintf("chaos publication %d-%s", l.round, newID())
		publish := &request{path: product + "/releases/" + made.ID + "/publications", key: newID(), kind: "publication", mark: mark,
			body: map[string]any{"overrule": mark}}
		if err := publish.post(ctx, s, l); err != nil && codeOf(err) != notLive {
			return err
		}
		if rng.IntN(2) == 0 {
			mark = fmt.Sprintf("chaos takeback %d-%s", l.round, newID())
			back := &request{path: product + "/takebacks", key: newID(), kind: "takeback", mark: mark, body: map[string]any{"reason": mark}}
			if err := back.post(ctx, s, l); err != nil && codeOf(err) != notLive {
				return err
			}
		}
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
	}
	return nil
}

// talking is a customer who begins conversations and rates answers.
func talking(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	sessions := "/api/v1/products/" + l.product + "/sessions"
	for ctx.Err() == nil {
		var begun struct{ ID, Token string }
		if err := s.call(ctx, "POST", sessions, map[string]any{}, &begun); err != nil {
			return err
		}
		c := &session{id: begun.ID, token: begun.Token}
		l.mu.Lock()
		l.live.sessions = append(l.live.sessions, c)
		l.counts["session"]++
		l.mu.Unlock()
		for range 1 + rng.IntN(20) {
			_, text := sentence(rng.IntN(1000))
			t := &turn{turnID: newID(), text: text}
			l.mu.Lock()
			c.turns = append(c.turns, t)
			l.mu.Unlock()
			if err := c.say(ctx, s, l, t); err != nil {
				return err
			}
			l.count("turn")
			if rng.IntN(4) == 0 {
				err := s.call(ctx, "POST", sessions+"/"+c.id+"/turns/"+t.turnID+"/ratings", map[string]any{"good": false}, nil, "X-Session-Token", c.token)
				if err != nil {
					return err
				}
				t.rated = true
				l.count("rating")
			}
		}
	}
	return nil
}

// say sends a turn, for the first time or again.
func (c *session) say(ctx context.Context, s *server, l *ledger, t *turn) error {
	var answer struct {
		ID    string
		Parts json.RawMessage
	}
	err := s.call(ctx, "POST", "/api/v1/products/"+l.product+"/sessions/"+c.id+"/turns", map[string]any{"text": t.text, "turn_id": t.turnID},
		&answer, "X-Session-Token", c.token)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.id != "" && (t.id != answer.ID || string(t.parts) != string(answer.Parts)) {
		return fmt.Errorf("turn %s was answered %s %s before and %s %s now", t.turnID, t.id, t.parts, answer.ID, answer.Parts)
	}
	t.id, t.parts = answer.ID, answer.Parts
	return nil
}

// mending corrects answers from the inbox and takes some corrections back.
func mending(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	product := "/api/v1/products/" + l.product
	for ctx.Err() == nil {
		t := l.toMend()
		if t == nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if err := s.call(ctx, "GET", product+"/inbox", nil, nil); err != nil {
			return err
		}
		job, err := l.started(ctx, s, "feedback.fix", product+"/fixes", map[string]any{"turn_id": t.id, "labels": []string{labelOf(t.text)}})
		if err != nil {
			return err
		}
		f := &fix{job: job, turn: t, takenBack: "no"}
		l.mu.Lock()
		l.live.fixes = append(l.live.fixes, f)
		l.mu.Unlock()
		if err := ended(ctx, s, job); err != nil {
			return err
		}
		var j struct{ Result struct{ ID, State string } }
		if err := s.call(ctx, "GET", "/api/v1/jobs/"+job, nil, &j); err != nil {
			return err
		}
		f.id = j.Result.ID
		if j.Result.State != "live" || rng.IntN(2) == 0 {
			continue
		}
		f.takenBack = "perhaps"
		switch err := s.call(ctx, "POST", "/api/v1/fixes/"+f.id+"/takeback", map[string]any{}, nil); {
		case err == nil:
			f.takenBack = "yes"
			l.count("fix taken back")
		case codeOf(err) == "feedback.not_live_any_more": // the releaser was faster
			f.takenBack = "no"
		default:
			return err
		}
	}
	return nil
}

// toMend is an answered turn that nobody corrected yet, and marks it.
func (l *ledger) toMend() *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.live.sessions) - 1; i >= 0; i-- {
		for _, t := range l.live.sessions[i].turns {
			if t.id != "" && t.rated && !t.fixed {
				t.fixed = true
				return t
			}
		}
	}
	return nil
}
