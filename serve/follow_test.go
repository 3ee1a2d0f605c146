package serve

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// follow lets a service on a shared database hear of the others, as the program does.
func follow(t testing.TB, s *Service) {
	t.Helper()
	if !s.n.DB.Shared() {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Follow(ctx, func(doing string, err error) { t.Errorf("%s: %v", doing, err) })
	}()
	t.Cleanup(func() { stop(); <-ended })
}

// twoProcesses are two services over one database, with connections, sessions
// and releases in memory of their own.
func twoProcesses(t *testing.T) (one, other *house) {
	t.Helper()
	address := testkit.PostgresURL(t)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), db.Options{URL: address})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	one = newHouse(t, open())
	other = &house{db: open(), blobs: one.blobs, clock: one.clock, content: one.content, models: &models{byID: one.models.byID}}
	other.Service = other.open(t)
	return one, other
}

// TestTurnsOfASessionAreOrderedAcrossProcesses lets two processes take the turns
// of one session at the same time.
func TestTurnsOfASessionAreOrderedAcrossProcesses(t *testing.T) {
	t.Parallel()
	one, other := twoProcesses(t)
	s, _ := one.begin(t)
	const each = 12
	var wg sync.WaitGroup
	for i, h := range []*house{one, other} {
		wg.Go(func() {
			for k := range each {
				if _, err := h.Say(t.Context(), s.ID, Message{Text: "你好", TurnID: fmt.Sprint(i, "/", k)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	turns, err := readTurns(t.Context(), one.db.Reader(), s.ID, 1000, 1000)
	if err != nil || len(turns) != 2*each {
		t.Fatalf("%d turns, want %d (%v)", len(turns), 2*each, err)
	}
	for i, turn := range turns { // the newest first
		if turn.Number != 2*each-i {
			t.Errorf("turn %d has number %d", 2*each-i, turn.Number)
		}
	}
}

// TestAReleaseGoesLiveInEveryProcess publishes and takes back in one process
// and waits for the other, with the news and without.
func TestAReleaseGoesLiveInEveryProcess(t *testing.T) {
	t.Parallel()
	one, other := twoProcesses(t)
	first, err := other.Live(t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	changed := one.content
	changed.GuidelineVersion++
	second, err := one.Create(t.Context(), changed, "second", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	follow(t, other.Service)
	within := func(doing, release string) {
		t.Helper()
		began := time.Now()
		for {
			live, err := other.Live(t.Context(), "p1")
			if err != nil {
				t.Fatal(err)
			}
			if live.Release.ID == release {
				t.Logf("%s was seen after %v", doing, time.Since(began))
				return
			}
			if time.Since(began) > 10*time.Second {
				t.Fatalf("%s was never seen", doing)
			}
			time.Sleep(time.Millisecond) // nothing tells when the other process has loaded it
		}
	}
	if _, err := one.Publish(t.Context(), "p1", second.ID, "", false); err != nil {
		t.Fatal(err)
	}
	within("publishing", second.ID)
	if _, err := one.TakeBack(t.Context(), "p1", "worse"); err != nil {
		t.Fatal(err)
	}
	within("taking back", first.Release.ID)
	err = one.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // without news
		return movePointer(ctx, tx, Publication{ID: db.NewID(time.Now()), Kind: "publish", ReleaseID: second.ID, Gate: "none", productID: "p1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	within("a release whose news was lost", second.ID)
}

// TestAStreamHearsTheTurnsOfEveryProcess watches in one process what is said in
// the other.
func TestAStreamHearsTheTurnsOfEveryProcess(t *testing.T) {
	t.Parallel()
	one, other := twoProcesses(t)
	follow(t, other.Service)
	s, _ := one.begin(t)
	stream := other.watchers.join(s.ID)
	said, err := one.Say(t.Context(), s.ID, Message{Text: "云栖酒店有泳池吗"})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case heard := <-stream:
		if heard.ID != said.ID || heard.Release != said.Release || len(heard.Parts) != len(said.Parts) {
			t.Errorf("said %+v, heard %+v", said, heard)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing was heard")
	}
}

// TestPublicationsStandInTheOrderInWhichTheyHappened publishes in a process
// whose clock is behind what another did.
func TestPublicationsStandInTheOrderInWhichTheyHappened(t *testing.T) {
	t.Parallel()
	one, other := twoProcesses(t)
	other.clock = testkit.Clock(one.clock.Now().Add(-10 * time.Minute))
	other.Service = other.open(t)
	changed := one.content
	changed.GuidelineVersion++
	second, err := one.Create(t.Context(), changed, "second", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Publish(t.Context(), "p1", second.ID, "", false); err != nil {
		t.Fatal(err)
	}
	list, err := readPublications(t.Context(), one.db.Reader(), "p1", "", 10)
	if err != nil || len(list) != 2 || list[0].ReleaseID != second.ID || list[0].AtUS <= list[1].AtUS {
		t.Errorf("%+v, %v", list, err)
	}
}
