//go:build chaos

package chaos

import (
	"fmt"
	"sync"
	"testing"
)

// ledger is what was acknowledged, and what was asked without an answer. Hands
// write it while the program runs; the doctor reads it when they rest.
type ledger struct {
	mu    sync.Mutex
	round int

	product  string
	datasets []*set
	jobs     map[string]string // acknowledged: job id → kind
	ended    map[string]bool   // jobs that were seen done; they must stay so
	cleanups []*cleanup
	counts   map[string]int // what was acknowledged, by kind, for the last line

	blobs map[string]bool // files whose bytes were seen to be right

	label labelLedger
	live  liveLedger
}

// set is a dataset that was acknowledged.
type set struct {
	id, name string
	round    int
	imports  []*imported
}

// imported is a file that was sent to a dataset. Its rows bear the marker
// <name>-0, <name>-1, … each in the column key.
type imported struct {
	name  string
	rows  int
	job   string // "" = no answer came: it may be there wholly or not at all
	found bool   // it was seen whole once; it must stay
}

// cleanup is a cleaning run that was asked for.
type cleanup struct {
	run, job, dataset string
}

func newLedger(s seeded) *ledger {
	return &ledger{product: s.product, jobs: map[string]string{}, ended: map[string]bool{}, counts: map[string]int{}, blobs: map[string]bool{},
		label: newLabelLedger(), live: liveLedger{seeded: s}}
}

func (l *ledger) count(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[what]++
}

func (l *ledger) job(id, kind string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs[id] = kind
	l.counts["job "+kind]++
}

// newest is the dataset made last, nil when there is none.
func (l *ledger) newest() *set {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.datasets) == 0 {
		return nil
	}
	return l.datasets[len(l.datasets)-1]
}

// total is how many writes were acknowledged.
func (l *ledger) total() (n int) {
	for what, times := range l.counts {
		switch what {
		case "job done", "job given up after kills", "asked again", "told that the answer is lost", "cut off", "answer after the lease":
		default:
			n += times
		}
	}
	return n
}

func (l *ledger) String() string { return fmt.Sprint(l.counts) }

// allWorked fails when a hand never got anything done: then the rounds showed
// nothing about it.
func (l *ledger) allWorked(t *testing.T, all []hand) {
	t.Helper()
	for _, h := range all {
		for _, what := range h.does {
			if l.counts[what] == 0 {
				t.Errorf("%s: not one %q was acknowledged in all rounds", h.name, what)
			}
		}
	}
}
