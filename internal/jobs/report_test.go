package jobs

import (
	"testing"
	"time"
)

func TestSpeedFollowsTheLastSeconds(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	var s speed
	done := int64(5000) // what an earlier attempt did is no speed
	run := func(seconds, perSecond int) float64 {
		for range seconds * 5 {
			s.sample(at, done)
			at, done = at.Add(200*time.Millisecond), done+int64(perSecond/5)
		}
		return s.perSecond()
	}
	if s.perSecond() != 0 {
		t.Error("a speed without samples")
	}
	if got := run(5, 100); got < 99 || got > 101 {
		t.Errorf("steady: %.1f a second, want 100", got)
	}
	if got := run(11, 1000); got < 990 || got > 1010 {
		t.Errorf("after the pace changed: %.1f a second, want 1000", got)
	}
	if got := run(11, 0); got > 5 {
		t.Errorf("stalled: %.1f a second, want 0", got)
	}
	if len(s.samples) > 60 {
		t.Errorf("%d samples are kept", len(s.samples))
	}
	var still speed
	still.sample(at, 1)
	still.sample(at, 2)
	if still.perSecond() != 0 {
		t.Error("a clock that stands still gives a speed")
	}
}

func TestTimeLeftIsToldOnlyWhenKnown(t *testing.T) {
	t.Parallel()
	for want, j := range map[int64]Job{
		9_000_000: {State: Running, Done: 100, Total: 1000, PerSecond: 100},
		0:         {State: Running, Done: 100, PerSecond: 100},
	} {
		if got := left(j); got != want {
			t.Errorf("%+v: %d µs left, want %d", j, got, want)
		}
	}
	if left(Job{State: Running, Total: 5}) != 0 || left(Job{State: Done, Done: 1, Total: 5, PerSecond: 1}) != 0 {
		t.Error("time left without a speed, or after the end")
	}
}
