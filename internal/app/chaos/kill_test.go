//go:build chaos

package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/app"
)

// TestKilledAtAnyInstant lets several hands work with the program, kills it in
// the middle, starts it again and looks at everything that was acknowledged. In
// one round of four the start itself is killed first, sometimes several times.
func TestKilledAtAnyInstant(t *testing.T) {
	needs(t, "sqlite")
	rounds, chance := number("ROUNDS", 100), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(chance, 0xc4a05))
	folder := filepath.Join(t.TempDir(), "data")
	l := newLedger(seed(t, app.Options{DataFolder: folder}))
	evidence, err := os.MkdirTemp("", "zhuomo-chaos-evidence-")
	must(t, err)
	defer func() {
		if !t.Failed() {
			must(t, os.RemoveAll(evidence))
		}
	}()

	s := start(t, folder)
	must(t, s.call(t.Context(), "PUT", "/api/v1/products/"+l.product+"/recipes", map[string]any{"source": recipe}, nil))
	var slowest time.Duration
	kills, inStart := 0, 0
	for round := range rounds {
		// Short lives hit the first writes after a start, long ones the middle of jobs.
		life := time.Duration(20*(1<<rng.IntN(7))+rng.IntN(40)) * time.Millisecond
		l.round = round
		work(t, s, l, chance, life)
		kills++
		for _, line := range s.complaints() {
			t.Errorf("round %d: the log says %s", round, line)
		}

		for rng.IntN(4) == 0 {
			killInStart(t, folder, time.Duration(rng.IntN(300))*time.Millisecond)
			inStart++
		}
		keepDatabase(t, folder, filepath.Join(evidence, fmt.Sprintf("%d-killed", round%2)))
		blobsWhole(t, filepath.Join(folder, "blobs"), l, round == rounds-1)
		copied := stored(t, folder)
		fileWhole(t, copied)
		storedWhole(t, copied, l)
		must(t, copied.Close())
		began := time.Now()
		s = start(t, folder)
		slowest = max(slowest, time.Since(began))
		keepDatabase(t, folder, filepath.Join(evidence, fmt.Sprintf("%d-started", round%2)))
		askAgain(t, l, s)
		settle(t, s)
		copied = stored(t, folder)
		restingWhole(t, copied, l)
		must(t, copied.Close())
		examine(t, s, l, round == rounds-1)
		if t.Failed() {
			t.Fatalf("round %d of %d (SEED=%d, killed after %v) broke a promise; the databases of the last two rounds lie in %s; acknowledged: %s\n%s",
				round+1, rounds, chance, life, evidence, l, s.log)
		}
	}
	s.stop(t)
	for _, line := range s.complaints() {
		t.Errorf("the last log says %s", line)
	}
	t.Logf("%d kills at work, %d while starting; slowest start %v; %d acknowledged writes found: %s",
		kills, inStart, slowest.Round(time.Millisecond), l.total(), l)
	l.allWorked(t, hands)
}

// keepDatabase copies the database as it lies there, for whoever has to explain
// a broken promise.
func keepDatabase(t *testing.T, folder, to string) {
	t.Helper()
	must(t, os.MkdirAll(to, 0o700))
	for _, name := range []string{"zhuomo.db", "zhuomo.db-wal", "zhuomo.db-shm"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, name), text, 0o600))
	}
}

// work lets all hands work for a while and kills the program under them.
func work(t *testing.T, s *server, l *ledger, chance uint64, life time.Duration) {
	t.Helper()
	working, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for i, h := range hands {
		own := rand.New(rand.NewPCG(chance, uint64(l.round)<<8|uint64(i)))
		wait.Go(func() {
			if err := h.work(working, s, l, own); err != nil && err != errCut && working.Err() == nil {
				t.Errorf("round %d, %s: %v", l.round, h.name, err)
			}
		})
	}
	time.Sleep(life)
	s.kill()
	stop()
	wait.Wait()
}

// TestKilledInItsFirstStart kills the program while it makes a data folder, at
// instants spread over the time that a start takes, each time on a fresh one.
// The next start must be clean and whole.
func TestKilledInItsFirstStart(t *testing.T) {
	needs(t, "sqlite")
	rounds, chance := max(1, number("ROUNDS", 100)/5), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(chance, 0x57a27))
	for round := range rounds {
		folder := filepath.Join(t.TempDir(), "data")
		for range 1 + rng.IntN(3) {
			killInStart(t, folder, time.Duration(rng.IntN(250))*time.Millisecond)
		}
		s := start(t, folder)
		var made struct{ ID string }
		if err := s.call(t.Context(), "POST", "/api/v1/products", map[string]any{"name": "first"}, &made); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		s.stop(t)
		for _, line := range s.complaints() {
			t.Errorf("round %d: the log says %s", round, line)
		}
		if t.Failed() {
			t.Fatalf("round %d of %d (SEED=%d):\n%s", round+1, rounds, chance, s.log)
		}
	}
}
