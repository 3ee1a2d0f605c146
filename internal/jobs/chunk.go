package jobs

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// ChunkSize is how many rows EachChunk gives to one call. It is part of the
// answers of whoever draws chance per chunk, so it never changes.
const ChunkSize = 256

// EachChunk cuts [0,n) into chunks of ChunkSize and calls do for each, on up to
// workers goroutines (0: as many as there are processors).
//
// Order:  chunks begin in rising order; do(chunk, from, to) writes only to its
// own part of the output, so answers do not depend on workers.
// Errors: of the lowest chunk that failed, after all running calls returned; no
// new chunk begins after a failure. ctx.Err() if ctx ended before the last
// chunk. A panic in do is passed on to the caller.
func EachChunk(ctx context.Context, n, workers int, do func(chunk, from, to int) error) error {
	chunks := (n + ChunkSize - 1) / ChunkSize
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, chunks)
	var (
		next   atomic.Int64
		failed atomic.Bool
		mu     sync.Mutex // guards the four below
		lowest = chunks
		first  error
		broken any
		stack  []byte
	)
	fail := func(chunk int, err error, p any) {
		failed.Store(true)
		mu.Lock()
		defer mu.Unlock()
		if chunk < lowest {
			lowest, first = chunk, err
			if broken = p; p != nil {
				stack = debug.Stack()
			}
		}
	}
	one := func(chunk int) {
		defer func() {
			if p := recover(); p != nil {
				fail(chunk, nil, p)
			}
		}()
		err := ctx.Err()
		if err == nil {
			err = do(chunk, chunk*ChunkSize, min((chunk+1)*ChunkSize, n))
		}
		if err != nil {
			fail(chunk, err, nil)
		}
	}
	work := func() {
		for !failed.Load() {
			chunk := int(next.Add(1) - 1)
			if chunk >= chunks {
				return
			}
			one(chunk)
		}
	}
	if workers == 1 {
		work()
	} else {
		var wg sync.WaitGroup
		for range workers {
			wg.Go(work)
		}
		wg.Wait()
	}
	if broken != nil {
		panic(fmt.Sprintf("chunk %d: %v\n%s", lowest, broken, stack))
	}
	return first
}
