//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// settleEvery is after how many rounds jobs are waited for: those of a worker
// that was killed are taken up only when their lease has run out.
const settleEvery = 5

// pausedLong is longer than the lease of a job.
const pausedLong = 18 * time.Second

// TestSharedDatabaseOnHostileDays lets the hands work with two servers and two
// workers on one PostgreSQL while processes are killed and paused and
// connections cut, and checks after each round what was acknowledged.
func TestSharedDatabaseOnHostileDays(t *testing.T) {
	needs(t, "postgres")
	rounds, chance := number("ROUNDS", 100), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(chance, 0x5ba2ed))
	h, seeded := newHouse(t, "")
	l := newLedger(seeded)
	all := append(append([]hand{}, hands...), sharedHands...)
	h.open(t, l)
	did, started := map[string]int{}, time.Now()
	var slowest time.Duration
	for round := range rounds {
		l.round = round
		last := round == rounds-1
		h.hostileRound(t, l, all, chance, rng, did)
		h.calm(t)
		for i, s := range h.run {
			for _, line := range s.panics() {
				t.Errorf("round %d: the log of process %d says %s", round, i, line)
			}
		}
		blobsWhole(t, filepath.Join(h.folder, "blobs"), l, last)
		storedWhole(t, h.admin, l)
		began := time.Now()
		for i, s := range h.run {
			if !s.gone() {
				continue
			}
			var wrong time.Duration
			if rng.IntN(4) == 0 {
				wrong = []time.Duration{-10 * time.Minute, 10 * time.Minute}[rng.IntN(2)]
				did["clock 10 minutes off"]++
			}
			h.start(t, i, wrong)
		}
		for i := range h.run {
			h.wait(t, i)
		}
		slowest = max(slowest, time.Since(began))
		askAgain(t, l, h.run[0], h.run[1])
		if last || round%settleEvery == settleEvery-1 {
			settle(t, h.run[round%2])
			restingWhole(t, h.admin, l)
			examine(t, h.run[1-round%2], l, last)
		}
		if t.Failed() {
			t.Fatalf("round %d of %d (SEED=%d) broke a promise; what the processes said lies in %s; done to them: %v; acknowledged: %s",
				round+1, rounds, chance, h.keepLogs(t), did, l)
		}
		if round%10 == 9 {
			t.Logf("round %d after %v: %v; %d acknowledged", round+1, time.Since(started).Round(time.Second), did, l.total())
		}
	}
	t.Logf("%d rounds in %v; done to them: %v; slowest start of all that were killed %v; %d acknowledged writes found: %s", rounds, time.Since(started).Round(time.Second), did, slowest.Round(time.Millisecond), l.total(), l)
	l.allWorked(t, all)
}

// hostileRound lets all hands work for a while, each with one of the servers,
// and does to the processes what chance says.
func (h *house) hostileRound(t *testing.T, l *ledger, all []hand, chance uint64, rng *rand.Rand, did map[string]int) {
	t.Helper()
	working, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for i, hand := range all {
		own := rand.New(rand.NewPCG(chance, uint64(l.round)<<8|uint64(i)))
		wait.Go(func() { keepWorking(working, t, l, hand, own, h.anyone) })
	}
	deeds := 1 + rng.IntN(4)
	for range deeds {
		time.Sleep(time.Duration(20*(1<<rng.IntN(6))+rng.IntN(40)) * time.Millisecond)
		i := rng.IntN(len(h.run))
		switch deed := rng.IntN(10); {
		case deed < 4:
			if !h.run[i].gone() {
				h.run[i].kill()
				did["kill of "+[]string{"a server", "a worker"}[i/2]]++
			}
		case deed < 6:
			long := time.Duration(rng.IntN(400)) * time.Millisecond
			if rng.IntN(8) == 0 {
				long = pausedLong
				did["pause longer than a lease"]++
			}
			did["pause"]++
			wait.Go(func() { h.run[i].pause(t.Context(), long) })
			if long == pausedLong {
				time.Sleep(long - 500*time.Millisecond)
			}
		default:
			cut, err := h.cut(t.Context(), 1+rng.IntN(6))
			if err != nil {
				t.Errorf("cut connections: %v", err)
			}
			did["connection cut"] += cut
		}
	}
	time.Sleep(time.Duration(rng.IntN(400)) * time.Millisecond)
	stop()
	wait.Wait()
}

// keepWorking lets a hand begin anew after each request without an answer, with
// whatever server lives. The labeller rests then: what it does next depends on
// whether the request was done.
func keepWorking(ctx context.Context, t *testing.T, l *ledger, hand hand, rng *rand.Rand, anyone func(*rand.Rand) *server) {
	for ctx.Err() == nil {
		s := anyone(rng)
		if s == nil {
			return
		}
		err := hand.work(ctx, s, l, rng)
		switch {
		case err != nil && err != errCut:
			t.Errorf("round %d, %s: %v", l.round, hand.name, err)
			return
		case err == nil || hand.name == "labeller":
			return
		}
		l.count("cut off")
		time.Sleep(20 * time.Millisecond)
	}
}

// sharedHands work with two servers at once.
var sharedHands = []hand{
	{"twins", []string{"twin release"}, twins},
	{"chorus", []string{"turn at once"}, chorus},
	{"crew", []string{"crew claim", "crew answer"}, (&crew{}).work},
}

// twins send one request with one key to both servers at once.
func twins(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for ctx.Err() == nil {
		mark := fmt.Sprintf("chaos release twin-%d-%s", l.round, newID())
		r := &request{path: "/api/v1/products/" + l.product + "/releases", key: newID(), kind: "twin release", mark: mark, body: map[string]any{
			"model_id": l.live.release.ModelID, "knowledge": l.live.release.Knowledge, "flow": l.live.release.Flow, "note": mark,
		}}
		l.mu.Lock()
		l.live.requests = append(l.live.requests, r)
		l.mu.Unlock()
		answer, err := r.atOnce(ctx, []*server{s, s.beside})
		if codeOf(err) == answerLost {
			err = errCut // the other had begun it when it was cut off
		}
		if err != nil {
			return err
		}
		r.answer = answer
		l.count(r.kind)
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
	}
	return nil
}

// chorus says the turns of one conversation at both servers at once, some twice.
func chorus(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for ctx.Err() == nil {
		var begun struct{ ID, Token string }
		if err := s.call(ctx, "POST", "/api/v1/products/"+l.product+"/sessions", map[string]any{}, &begun); err != nil {
			return err
		}
		c := &session{id: begun.ID, token: begun.Token}
		l.mu.Lock()
		l.live.sessions = append(l.live.sessions, c)
		l.mu.Unlock()
		for range 1 + rng.IntN(6) {
			var turns [2]*turn
			for i := range turns {
				_, text := sentence(rng.IntN(1000))
				turns[i] = &turn{turnID: newID(), text: text}
			}
			l.mu.Lock()
			c.turns = append(c.turns, turns[:]...)
			l.mu.Unlock()
			var errs [4]error
			var wait sync.WaitGroup
			for i := range errs {
				wait.Go(func() { errs[i] = c.say(ctx, []*server{s, s.beside}[i%2], l, turns[i/2]) })
			}
			wait.Wait()
			for _, err := range errs {
				if err != nil {
					return err
				}
				l.count("turn at once")
			}
		}
	}
	return nil
}

// crew are four people who label one queue at both servers with short leases.
type crew struct {
	queue *queue
	job   string
	held  map[string]map[string]time.Time // task → person → until when the lease surely holds
}

const crewAnnotators = 2

func (c *crew) work(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for ctx.Err() == nil {
		if c.queue == nil {
			job, err := l.started(ctx, s, "label.open", "/api/v1/products/"+l.product+"/queues", map[string]any{
				"name": fmt.Sprintf("crew-%d-%s", l.round, newID()), "version_id": l.live.version, "text_column": "text", "session_column": "session",
				"annotators": crewAnnotators, "sample": queueTasks, "seed": rng.IntN(1 << 30),
			})
			if err != nil {
				return err
			}
			c.queue, c.held = &queue{job: job}, map[string]map[string]time.Time{}
		}
		if err := ended(ctx, s, c.queue.job); err != nil {
			return err
		}
		if c.queue.id == "" {
			var j struct {
				State  string
				Result struct{ ID string }
			}
			if err := s.call(ctx, "GET", "/api/v1/jobs/"+c.queue.job, nil, &j); err != nil {
				return err
			}
			if j.State != "done" {
				c.queue = nil
				continue
			}
			c.queue.id = j.Result.ID
		}
		var wait sync.WaitGroup
		people := l.live.people[2:]
		errs := make([]error, len(people))
		done := make([]bool, len(people))
		for i, p := range people {
			own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
			at := []*server{s, s.beside}[i%2]
			wait.Go(func() { done[i], errs[i] = c.label(ctx, at, l, own, p) })
		}
		wait.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		if done[0] && done[1] && done[2] && done[3] {
			c.queue = nil
		}
	}
	return nil
}

// label claims and answers until nothing is left for the person.
func (c *crew) label(ctx context.Context, s *server, l *ledger, rng *rand.Rand, p person) (done bool, err error) {
	token := []string{"Authorization", "Bearer " + p.token}
	for empty := 0; empty < 3; {
		var tasks struct{ Items []task }
		lease := 1 + rng.IntN(3)
		asked := time.Now()
		if err := s.call(ctx, "POST", "/api/v1/queues/"+c.queue.id+"/claims", map[string]any{"count": 1 + rng.IntN(3), "lease_s": lease}, &tasks, token...); err != nil {
			return false, err
		}
		l.mu.Lock()
		for _, t := range tasks.Items {
			if c.held[t.ID] == nil {
				c.held[t.ID] = map[string]time.Time{}
			}
			c.held[t.ID][p.id] = asked.Add(time.Duration(lease) * time.Second)
			var holders []string
			for who, until := range c.held[t.ID] {
				if time.Now().Before(until) {
					holders = append(holders, who)
				}
			}
			if len(holders) > crewAnnotators {
				err = fmt.Errorf("task %s of %d is leased to %s at once", t.ID, crewAnnotators, strings.Join(holders, " "))
			}
		}
		l.counts["crew claim"] += len(tasks.Items)
		l.mu.Unlock()
		if err != nil {
			return false, err
		}
		if len(tasks.Items) == 0 {
			empty++
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if rng.IntN(10) == 0 { // dawdle until others may have them
			time.Sleep(time.Duration(lease)*time.Second + 100*time.Millisecond)
		}
		for _, t := range tasks.Items {
			if err := c.answer(ctx, s, l, t, p, token); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// answer hands one in; it may come too late, and is then not there.
func (c *crew) answer(ctx context.Context, s *server, l *ledger, t task, p person, token []string) error {
	a := &answer{slotKey: slotKey{t.ID, p.id}, label: labelOf(t.Text), undo: "no"}
	id := newID()
	l.mu.Lock()
	l.label.answers[id] = a
	delete(c.held[t.ID], p.id)
	l.mu.Unlock()
	err := s.call(ctx, "POST", "/api/v1/tasks/"+t.ID+"/annotations", map[string]any{"id": id, "labels": []string{a.label}}, nil, token...)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		a.told, a.heard = true, true
		c.held[t.ID][p.id] = time.Now().Add(24 * time.Hour) // for good
		l.counts["crew answer"]++
	case codeOf(err) == "label.lease_lost":
		delete(l.label.answers, id)
		l.counts["answer after the lease"]++
		err = nil
	}
	return err
}
