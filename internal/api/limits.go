package api

import (
	"context"
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits holds back who asks too much, per process. 0 = no limit. What comes
// from this machine itself is never held back.
type Limits struct {
	Strangers float64 // requests a second of one address that has not signed in; four seconds' worth may come at once
	Accounts  float64 // requests a second of one account; four seconds' worth may come at once
	Guesses   float64 // wrong credentials a minute of one address; a minute's worth may come at once
}

const (
	burstSeconds = 4
	maxBuckets   = 50_000           // addresses and accounts that are remembered
	forgetAfter  = 10 * time.Minute // by then every bucket is full again
)

// limiter keeps one bucket a name (token bucket).
type limiter struct {
	perSecond rate.Limit
	burst     int
	mu        sync.Mutex
	buckets   map[string]*bucket
}

type bucket struct {
	rate.Limiter
	used time.Time
}

func newLimiter(perSecond, seconds float64) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: max(int(perSecond*seconds), 1), buckets: map[string]*bucket{}}
}

// of finds the bucket of a name. nil: no limit.
func (l *limiter) of(name string, now time.Time) *bucket {
	if l.perSecond <= 0 || name == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[name]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return now.Sub(b.used) > forgetAfter })
		}
		if len(l.buckets) >= maxBuckets {
			clear(l.buckets) // a flood from everywhere: memory stays bounded
		}
		b = &bucket{Limiter: *rate.NewLimiter(l.perSecond, l.burst)}
		l.buckets[name] = b
	}
	b.used = now
	return b
}

// take takes one request from a bucket; TooMany says when to come again.
func (l *limiter) take(name string, now time.Time) error {
	b := l.of(name, now)
	if b == nil || b.AllowN(now, 1) {
		return nil
	}
	return l.refusal(b, now)
}

// empty refuses when nothing is left in a bucket, and takes nothing.
func (l *limiter) empty(name string, now time.Time) error {
	b := l.of(name, now)
	if b == nil || b.TokensAt(now) >= 1 {
		return nil
	}
	return l.refusal(b, now)
}

func (l *limiter) refusal(b *bucket, now time.Time) error {
	missing := (1 - b.TokensAt(now)) / float64(l.perSecond)
	return TooMany.With("seconds", max(int(missing+.999), 1))
}

// limits are the buckets of one server.
type limits struct {
	strangers, accounts, guesses *limiter
	now                          func() time.Time
}

func newLimits(o Limits, now func() time.Time) *limits {
	return &limits{newLimiter(o.Strangers, burstSeconds), newLimiter(o.Accounts, burstSeconds), newLimiter(o.Guesses/60, 60), now}
}

// network is what counts as one address: an IPv6 customer has a whole /64.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// let takes the request of an actor, or of an address that is nobody.
func (l *limits) let(ctx context.Context, who Actor) error {
	end := callOf(ctx).end
	switch {
	case end.here:
		return nil
	case who.ID != "":
		return l.accounts.take(who.ID, l.now())
	}
	return l.strangers.take(network(end.addr), l.now())
}

// guessed counts a wrong credential.
func (l *limits) guessed(ctx context.Context) {
	if end := callOf(ctx).end; !end.here {
		_ = l.guesses.take(network(end.addr), l.now()) // this one is refused already
	}
}

// mayGuess refuses who has tried too many wrong credentials.
func (l *limits) mayGuess(ctx context.Context) error {
	end := callOf(ctx).end
	if end.here {
		return nil
	}
	return l.guesses.empty(network(end.addr), l.now())
}
