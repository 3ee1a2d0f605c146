package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	"zhuomo/internal/db"
)

// manyRuns makes runs as the race of the trackers does (bench/race_track.py).
func manyRuns(b *testing.B, s *Service, n int) {
	rng := rand.New(rand.NewPCG(7, 7))
	err := s.db.Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range n {
			r := run{id: fmt.Sprintf("%032d", i), params: []byte("[]"), tags: []byte("[]"), metrics: []byte("[]"), name: fmt.Sprintf("run %05d", i)}
			if _, err := tx.ExecContext(ctx, `INSERT INTO mlflow_runs (id, product_id, experiment_id, name, status, stage, start_ms) VALUES ($1, 'p', '0', $2, 'RUNNING', 'active', $3)`, r.id, r.name, 1_700_000_000_000+1000*i); err != nil {
				return err
			}
			var params []pair
			var figures []metric
			for k := range 10 {
				params = append(params, pair{fmt.Sprintf("p%d", k), fmt.Sprint(rng.IntN(20))})
				figures = append(figures, metric{Key: fmt.Sprintf("m%d", k), Value: float(rng.Float64()), At: 1})
			}
			for _, err := range []error{s.mergeParams(ctx, tx, "p", &r, params), s.mergeMetrics(ctx, tx, "p", &r, figures), s.mergeTags(ctx, tx, "p", &r, []pair{{"team", []string{"a", "b", "c", "d"}[rng.IntN(4)]}})} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSearch asks the searches of the race, of the shelf and of the database.
func BenchmarkSearch(b *testing.B) {
	s := sqliteService(b)
	manyRuns(b, s, 10_000)
	for name, body := range map[string]string{
		"newest": `{"experiment_ids":["0"],"max_results":1000}`,
		"metric": `{"experiment_ids":["0"],"filter":"metrics.m0 > 0.5","order_by":["metrics.m1 DESC"],"max_results":100}`,
		"three":  `{"experiment_ids":["0"],"filter":"metrics.m0 > 0.5 AND params.p1 = '3' AND tags.team = 'a'","order_by":["metrics.m2 ASC"],"max_results":1000}`,
		"name":   `{"experiment_ids":["0"],"filter":"attributes.run_name LIKE 'run 00%'","max_results":1000}`,
	} {
		h := answered(s.searchRuns)
		for _, from := range []string{"shelf", "database"} {
			kept := s.shelves
			if from == "database" {
				s.shelves = nil
			}
			b.Run(name+"/"+from, func(b *testing.B) {
				for b.Loop() {
					w := httptest.NewRecorder()
					r := httptest.NewRequest("POST", "/", bytes.NewReader([]byte(body)))
					r.SetPathValue("product", "p")
					if h(w, r); w.Code != http.StatusOK {
						b.Fatal(w.Body)
					}
				}
			})
			s.shelves = kept
		}
	}
}

// BenchmarkBatch logs 500 points of 5 metrics by one call.
func BenchmarkBatch(b *testing.B) {
	s := sqliteService(b)
	manyRuns(b, s, 1)
	h := read((*call).readBatch, s.logBatch)
	at := 0
	for b.Loop() {
		b.StopTimer()
		points := make([]map[string]any, 500)
		for k := range points {
			points[k] = map[string]any{"key": fmt.Sprintf("k%d", k%5), "value": float64(k) / 500, "timestamp": 1000 + at, "step": 500*at + k}
		}
		at++
		body, _ := json.Marshal(map[string]any{"run_id": fmt.Sprintf("%032d", 0), "metrics": points})
		b.StartTimer()
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.SetPathValue("product", "p")
		if h(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
