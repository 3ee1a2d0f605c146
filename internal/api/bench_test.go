package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/testkit"
)

// BenchmarkRequest is the cost of the frame: one small POST through sign-in,
// guard, decoding and encoding, without a network.
func BenchmarkRequest(b *testing.B) {
	s, err := api.NewServer(api.Options{
		Routes: []api.Route{echo("/api/v1/echo", api.Viewer)}, Accounts: accountsByRole{}, DB: testkit.OpenDB(b), Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Metrics: api.NewMetrics(), Hosts: []string{"127.0.0.1"},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest("POST", "http://127.0.0.1:7788/api/v1/echo", strings.NewReader(`{"text":"我要退票"}`))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer viewer")
		w := &discard{header: http.Header{}}
		s.ServeHTTP(w, r)
		if w.status != 200 {
			b.Fatalf("status %d", w.status)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return io.Discard.Write(p) }
