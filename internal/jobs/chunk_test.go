package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zhuomo/internal/jobs"
)

func TestChunksCoverEachRowOnceAndDoNotDependOnWorkers(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, jobs.ChunkSize - 1, jobs.ChunkSize, jobs.ChunkSize + 1, 10*jobs.ChunkSize + 7} {
		var want []uint64
		for _, workers := range []int{1, 2, 7, 0} {
			got, seen := make([]uint64, n), make([]atomic.Int32, n)
			err := jobs.EachChunk(t.Context(), n, workers, func(chunk, from, to int) error {
				rng := rand.New(rand.NewPCG(42, uint64(chunk)))
				for i := from; i < to; i++ {
					got[i] = rng.Uint64()
					seen[i].Add(1)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Fatalf("%d rows, %d workers: row %d was given %d times", n, workers, i, seen[i].Load())
				}
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d rows: %d workers give another answer", n, workers)
			}
		}
	}
}

func TestTheLowestFailingChunkIsReported(t *testing.T) {
	t.Parallel()
	for round := range 50 {
		var ran atomic.Int32
		err := jobs.EachChunk(t.Context(), 100*jobs.ChunkSize, 8, func(chunk, _, _ int) error {
			ran.Add(1)
			if chunk >= 5 {
				return fmt.Errorf("chunk %d", chunk)
			}
			return nil
		})
		if err == nil || err.Error() != "chunk 5" {
			t.Fatalf("round %d: %v", round, err)
		}
		if ran.Load() > 20 {
			t.Fatalf("%d chunks ran after a failure", ran.Load())
		}
	}
}

func TestChunksEndWithTheContextAndPassOnPanics(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	err := jobs.EachChunk(ctx, 100*jobs.ChunkSize, 2, func(chunk, _, _ int) error {
		if chunk == 3 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	defer func() {
		if p := fmt.Sprint(recover()); !strings.HasPrefix(p, "chunk 2: a bug") {
			t.Errorf("recovered %.60s", p)
		}
	}()
	_ = jobs.EachChunk(t.Context(), 4*jobs.ChunkSize, 2, func(chunk, _, _ int) error {
		if chunk == 2 {
			panic("a bug")
		}
		return nil
	})
	t.Error("the panic was swallowed")
}
