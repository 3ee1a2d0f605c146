//go:build chaos

package chaos

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/app"
	"zhuomo/internal/testkit"
)

// returnTime is how soon everything must work again by itself.
const returnTime = 15 * time.Second

// outage lets the hands work, takes something away under them for SECONDS (60)
// and gives it back. refused are the codes that a write may get meanwhile; it
// must get one.
type outage struct {
	servers    []*server
	all        []hand
	take, give func()
	write      func(s *server, language string) error
	refused    []string
	unready    bool // servers must say that they are not ready
}

func (o outage) run(t *testing.T, l *ledger) {
	t.Helper()
	long, chance := time.Duration(number("SECONDS", 60))*time.Second, uint64(number("SEED", 1))
	working, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for i, hand := range o.all {
		own := rand.New(rand.NewPCG(chance, uint64(i)))
		wait.Go(func() {
			keepWorking(working, t, l, hand, own, func(rng *rand.Rand) *server { return o.servers[rng.IntN(len(o.servers))] })
		})
	}
	time.Sleep(4 * time.Second)
	before := l.acknowledged()
	o.take()
	gone := time.Now()
	seen := map[string]int{}
	var slowest time.Duration
	for time.Since(gone) < long {
		for _, s := range o.servers {
			for _, language := range []string{"zh", "en"} {
				asked := time.Now()
				err := o.write(s, language)
				slowest = max(slowest, time.Since(asked))
				r, refusal := errors.AsType[*refusal](err)
				switch {
				case err == nil:
					seen["done"]++
				case !refusal || !slices.Contains(o.refused, r.Code) || r.status != http.StatusServiceUnavailable:
					t.Errorf("a write meanwhile: %v", err)
				case isChinese(r.Detail) != (language == "zh"):
					t.Errorf("in %s it says %q", language, r.Detail)
				default:
					seen[r.Code]++
				}
			}
			if s.gone() {
				t.Fatalf("a server ended: %v\n%s", s.status, s.log)
			}
			if time.Since(gone) > 2*time.Second && s.ready() == o.unready {
				t.Errorf("after %v a server says ready: %v", time.Since(gone), !o.unready)
			}
			if answer, err := s.client.Get(s.base + "/healthz"); err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("a server says that it does not live: %v", err)
			} else {
				answer.Body.Close()
			}
		}
		if t.Failed() {
			break
		}
		time.Sleep(time.Second)
	}
	refusals := 0
	for _, code := range o.refused {
		refusals += seen[code]
	}
	if refusals == 0 {
		t.Errorf("no write was refused: %v", seen)
	}
	during := l.acknowledged() - before
	o.give()
	back := time.Now()
	for _, s := range o.servers {
		for !s.ready() || o.write(s, "en") != nil {
			if time.Since(back) > returnTime {
				t.Fatalf("%v after the return a server does not work: ready %v, %v", returnTime, s.ready(), o.write(s, "en"))
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	again := time.Since(back)
	resumed := l.acknowledged()
	time.Sleep(8 * time.Second)
	after := l.acknowledged() - resumed
	stop()
	wait.Wait()
	if after == 0 {
		t.Error("the hands got nothing done after the return")
	}
	t.Logf("gone for %v: writes %v, slowest answer %v; by the hands %d before, %d during, %d in the 8 s after; worked again after %v",
		long, seen, slowest.Round(time.Millisecond), before, during, after, again.Round(time.Millisecond))
}

func (l *ledger) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total()
}

func isChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// ask does one request as the hands do, but in a language and with its refusal told.
func (s *server) ask(t *testing.T, language, path string, body any) error {
	plain := &server{base: s.base, token: s.token, client: s.client}
	return plain.call(t.Context(), "POST", path, body, nil, "Accept-Language", language)
}

func product(t *testing.T) func(*server, string) error {
	return func(s *server, language string) error {
		return s.ask(t, language, "/api/v1/products", map[string]any{"name": "outage " + newID()})
	}
}

// TestTheDatabaseIsGone stops PostgreSQL under two servers and two workers.
func TestTheDatabaseIsGone(t *testing.T) {
	needs(t, "postgres")
	h, seeded := newHouse(t, "")
	l := newLedger(seeded)
	h.open(t, l)
	outage{
		servers: h.run[:2], all: append(append([]hand{}, hands...), sharedHands...),
		take: func() { h.postgres.Stop(t) }, give: func() { h.postgres.Start(t) },
		write: product(t), refused: []string{"db.unreachable", "db.unsure"}, unready: true,
	}.run(t, l)
	h.whole(t, l)
}

// TestTheBucketIsGone lets the place of the files fail under two servers and two
// workers.
func TestTheBucketIsGone(t *testing.T) {
	needs(t, "postgres")
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := testkit.NewBucket(t)
	h, seeded := newHouse(t, b.Address("chaos"))
	l := newLedger(seeded)
	h.open(t, l)
	var set struct{ ID string }
	must(t, h.run[0].call(t.Context(), "POST", "/api/v1/products/"+l.product+"/datasets", map[string]any{"name": "outage"}, &set))
	outage{
		servers: h.run[:2], all: append(append([]hand{}, hands...), sharedHands...),
		take: func() { b.Gone.Store(true) }, give: func() { b.Gone.Store(false) },
		write: func(s *server, language string) error {
			return s.ask(t, language, "/api/v1/products/"+l.product+"/datasets/"+set.ID+"/imports?filename=x.csv", []byte("key,text\n"+newID()+",你好\n"))
		}, refused: []string{"bucket.unreachable"},
	}.run(t, l)
	h.whole(t, l)
}

// open starts all processes and gives them the recipe of the hands.
func (h *house) open(t *testing.T, l *ledger) {
	t.Helper()
	for i := range h.run {
		h.start(t, i, 0)
	}
	for i := range h.run {
		h.wait(t, i)
	}
	must(t, h.run[0].call(t.Context(), "PUT", "/api/v1/products/"+l.product+"/recipes", map[string]any{"source": recipe}, nil))
}

// whole holds a house whose hands rest to everything that was acknowledged.
func (h *house) whole(t *testing.T, l *ledger) {
	t.Helper()
	storedWhole(t, h.admin, l)
	askAgain(t, l, h.run[0], h.run[1])
	settle(t, h.run[0])
	restingWhole(t, h.admin, l)
	examine(t, h.run[1], l, true)
	for i, s := range h.run {
		if s.gone() {
			t.Errorf("process %d ended: %v", i, s.status)
		}
		for _, line := range s.panics() {
			t.Errorf("the log of process %d says %s", i, line)
		}
	}
	if t.Failed() {
		t.Fatalf("what the processes said lies in %s", h.keepLogs(t))
	}
	t.Logf("%d acknowledged writes found: %s", l.total(), l)
}

// TestTheDiskIsFull fills the file system of the data folder, one in memory that
// only root may mount.
func TestTheDiskIsFull(t *testing.T) {
	needs(t, "sqlite")
	disk := t.TempDir()
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("needs root, to mount a file system of its own: %s", said)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	folder := filepath.Join(disk, "data")
	l := newLedger(seed(t, app.Options{DataFolder: folder}))
	s := start(t, folder)
	s.shaky = true
	must(t, s.call(t.Context(), "PUT", "/api/v1/products/"+l.product+"/recipes", map[string]any{"source": recipe}, nil))
	ballast := filepath.Join(disk, "ballast")
	fill := func() {
		f, err := os.Create(ballast)
		must(t, err)
		defer f.Close()
		if n, err := io.Copy(f, io.LimitReader(rand.NewChaCha8([32]byte{}), 1<<30)); err == nil {
			t.Errorf("%d bytes did not fill the disk", n)
		}
	}
	outage{
		servers: []*server{s}, all: hands, take: fill, give: func() { must(t, os.Remove(ballast)) },
		write: product(t), refused: []string{"db.disk_full", "blob.disk_full"},
	}.run(t, l)
	for _, line := range s.panics() {
		t.Errorf("the log says %s", line)
	}
	s.kill()
	copied := stored(t, folder)
	fileWhole(t, copied)
	storedWhole(t, copied, l)
	must(t, copied.Close())
	s = start(t, folder)
	askAgain(t, l, s)
	settle(t, s)
	copied = stored(t, folder)
	restingWhole(t, copied, l)
	must(t, copied.Close())
	blobsWhole(t, filepath.Join(folder, "blobs"), l, true)
	examine(t, s, l, true)
	t.Logf("%d acknowledged writes found: %s", l.total(), l)
}
