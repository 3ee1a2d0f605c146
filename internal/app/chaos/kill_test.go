//go:build chaos

package chaos

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestKilledAtAnyInstant lets several hands work with the program, kills it in
// the middle, starts it again and looks at everything that was acknowledged.
func TestKilledAtAnyInstant(t *testing.T) {
	rounds, seed := number("ROUNDS", 100), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(seed, 0xc4a05))
	folder := filepath.Join(t.TempDir(), "data")
	l := newLedger()

	s := start(t, folder)
	if err := l.prepare(t.Context(), s); err != nil {
		t.Fatalf("prepare: %v", err)
	}
	var slowest time.Duration
	for round := range rounds {
		// Short lives hit the first writes after a start, long ones the middle of jobs.
		life := time.Duration(20*(1<<rng.IntN(7))+rng.IntN(40)) * time.Millisecond
		l.round = round
		working, stop := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		for i, h := range hands {
			own := rand.New(rand.NewPCG(seed, uint64(round)<<8|uint64(i)))
			wait.Go(func() {
				if err := h.work(working, s, l, own); err != nil && err != errCut && working.Err() == nil {
					t.Errorf("round %d, %s: %v", round, h.name, err)
				}
			})
		}
		time.Sleep(life)
		s.kill()
		stop()
		wait.Wait()
		for _, line := range s.complaints() {
			t.Errorf("round %d: the log says %s", round, line)
		}

		filesWhole(t, folder)
		began := time.Now()
		s = start(t, folder)
		slowest = max(slowest, time.Since(began))
		examine(t, s, l, round == rounds-1)
		if t.Failed() {
			t.Fatalf("round %d of %d (SEED=%d, killed after %v) broke a promise; acknowledged: %s\n%s", round+1, rounds, seed, life, l, s.log)
		}
	}
	s.stop(t)
	for _, line := range s.complaints() {
		t.Errorf("the last log says %s", line)
	}
	t.Logf("%d kills, slowest start %v, acknowledged and found: %s", rounds, slowest.Round(time.Millisecond), l)
	l.allWorked(t)
}
