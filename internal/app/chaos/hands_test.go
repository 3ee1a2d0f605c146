//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// hand is somebody who works with the program until it is gone.
type hand struct {
	name string
	does []string // what it must have got acknowledged at least once
	work func(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error
}

var hands = append([]hand{
	{"importer", []string{"dataset", "job dataset.import"}, importing},
	{"cleaner", []string{"job clean.run"}, cleaning},
	{"watcher", []string{"job done"}, watching},
}, liveHands...)

const recipe = `name: chaos
steps:
  - use: clean.width.v1
  - use: clean.space.v1
  - use: clean.duplicate_rows.v1
    with: {columns: [text]}
  - use: clean.length.v1
    with: {text: text, min: 3}
`

// importing makes datasets and sends files to them, several to each, so that
// versions grow on versions.
func importing(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for ctx.Err() == nil {
		d := &set{name: fmt.Sprintf("set-%d-%s", l.round, newID()), round: l.round}
		var made struct{ ID string }
		if err := s.call(ctx, "POST", "/api/v1/products/"+l.product+"/datasets", map[string]any{"name": d.name}, &made); err != nil {
			return err
		}
		d.id = made.ID
		l.mu.Lock()
		l.datasets = append(l.datasets, d)
		l.counts["dataset"]++
		l.mu.Unlock()
		for range 3 {
			// Mostly small files, some of a size whose import takes a while.
			rows := 1 + rng.IntN(300)
			if rng.IntN(3) == 0 {
				rows = 1 + rng.IntN(8000)
			}
			// Without digits: followed by the number of a row they can be that of a bank
			// card, which exports mask.
			name := strings.Map(func(c rune) rune {
				if c >= '0' && c <= '9' {
					return c - '0' + 'g'
				}
				return c
			}, newID())
			i := &imported{name: fmt.Sprintf("r%d-%s", l.round, name), rows: rows}
			l.mu.Lock()
			d.imports = append(d.imports, i)
			l.mu.Unlock()
			job, err := send(ctx, s, l, d.id, i, rng)
			if err != nil {
				return err
			}
			l.mu.Lock()
			i.job = job
			l.mu.Unlock()
			l.job(job, "dataset.import")
			if rng.IntN(2) == 0 {
				if err := ended(ctx, s, job); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func send(ctx context.Context, s *server, l *ledger, dataset string, i *imported, rng *rand.Rand) (job string, err error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"key", "text"})
	for row := range i.rows {
		text := fmt.Sprintf("第 %d 句：请问 %d 号酒店　怎么订？", row, rng.IntN(1000))
		if row%7 == 0 {
			text = fmt.Sprintf("%s 的模板", i.name) // the same in every seventh row: set aside as duplicates
		}
		_ = w.Write([]string{i.name + "-" + strconv.Itoa(row), text})
	}
	w.Flush()
	var started struct {
		JobID string `json:"job_id"`
	}
	err = s.call(ctx, "POST", "/api/v1/products/"+l.product+"/datasets/"+dataset+"/imports?filename="+i.name+".csv", b.Bytes(), &started)
	return started.JobID, err
}

// ended waits for a job. A job that failed is for the doctor to judge.
func ended(ctx context.Context, s *server, job string) error {
	for {
		var j struct{ State string }
		if err := s.call(ctx, "GET", "/api/v1/jobs/"+job, nil, &j); err != nil {
			return err
		}
		if j.State != "queued" && j.State != "running" {
			return nil
		}
		select {
		case <-ctx.Done():
			return errCut
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// cleaning runs the recipe on the newest data again and again.
func cleaning(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for ctx.Err() == nil {
		version := ""
		if d := l.newest(); d != nil {
			var versions struct{ Items []struct{ ID string } }
			if err := s.call(ctx, "GET", "/api/v1/products/"+l.product+"/datasets/"+d.id+"/versions", nil, &versions); err != nil {
				return err
			}
			if n := len(versions.Items); n > 0 {
				version = versions.Items[rng.IntN(n)].ID
				c := &cleanup{dataset: d.id}
				var started struct {
					JobID string `json:"job_id"`
					RunID string `json:"run_id"`
				}
				err := s.call(ctx, "POST", "/api/v1/products/"+l.product+"/recipes/chaos/runs", map[string]any{"version": version}, &started)
				if err != nil {
					return err
				}
				c.run, c.job = started.RunID, started.JobID
				l.mu.Lock()
				l.cleanups = append(l.cleanups, c)
				l.mu.Unlock()
				l.job(c.job, "clean.run")
				if err := ended(ctx, s, c.job); err != nil {
					return err
				}
			}
		}
		if version == "" {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}

// watching notes which jobs were seen done: these must stay done.
func watching(ctx context.Context, s *server, l *ledger, _ *rand.Rand) error {
	for ctx.Err() == nil {
		var page struct {
			Items []struct{ ID, State string }
		}
		if err := s.call(ctx, "GET", "/api/v1/jobs?state=done&limit=20", nil, &page); err != nil {
			return err
		}
		l.mu.Lock()
		for _, j := range page.Items {
			if !l.ended[j.ID] {
				l.ended[j.ID] = true
				l.counts["job done"]++
			}
		}
		l.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// codeOf is the code of a refusal, "" of any other error.
func codeOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.Code
	}
	return ""
}
