package tracing

import (
	"errors"
	"testing"
)

// TestOffCostsNothing follows nobody: no memory, and nothing to keep for a job.
func TestOffCostsNothing(t *testing.T) {
	ctx := t.Context()
	failed := errors.New("x")
	if n := testing.AllocsPerRun(100, func() {
		ctx, span := (*Tracer)(nil).Begin(ctx, "request", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		_, step := Step(ctx, "turn")
		step.Text("turn.id", "x")
		step.Count("n", 1)
		step.End(failed)
		span.End(nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if p := Parent(ctx); p != "" {
		t.Errorf("nobody's parent is %q", p)
	}
	if _, step := Step(ctx, "turn"); step.On() {
		t.Error("a step is on")
	}
}

// BenchmarkStepOff is what each part of a turn pays when nobody follows.
func BenchmarkStepOff(b *testing.B) {
	ctx := b.Context()
	for b.Loop() {
		_, step := Step(ctx, "turn")
		step.End(nil)
	}
}
