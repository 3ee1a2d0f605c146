package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/serve"
)

// scrape gives what /metrics answers, checked by Prometheus' own linter.
func scrape(t *testing.T, a *App) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Server.Local(a.Owner.Actor()).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%d %s %v", response.StatusCode, text, err)
	}
	problems, err := promlint.New(strings.NewReader(string(text))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	return string(text)
}

// figure adds up the samples of a metric whose labels hold all of those given.
func figure(t *testing.T, text, name string, labels ...string) (sum float64, found bool) {
	t.Helper()
next:
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		for _, l := range labels {
			if !strings.Contains(line, l) {
				continue next
			}
		}
		fields := strings.Fields(line)
		value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		sum, found = sum+value, true
	}
	return sum, found
}

// TestMetricsOfAWorkingHouse makes an example product from import to release and
// one more turn, then reads the figures. None names a row, a session or a text.
func TestMetricsOfAWorkingHouse(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"name":"金丝雀旅行"}`, &made)
	finished(t, a, made.JobID)
	turnsBefore, _ := figure(t, scrape(t, a), "zhuomo_turn_seconds_count")
	channel := "/api/v1/products/" + made.Product + "/sessions"
	var session struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	ask(t, a, "POST", channel, `{}`, &session)
	say := func(text string) {
		if _, err := a.Stages.Serve.Say(t.Context(), session.ID, serve.Message{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	say("我要订酒店")
	say("金丝雀 锟斤拷 qqqq")
	text := scrape(t, a)
	for _, want := range []struct {
		name   string
		labels []string
		least  float64
	}{
		{"zhuomo_build_info", []string{`version="dev"`}, 1},
		{"zhuomo_turn_seconds_count", nil, turnsBefore + 2},
		{"zhuomo_turn_seconds_count", []string{`outcome="understood"`}, 1},
		{"zhuomo_job_seconds_count", []string{`kind="product.example"`, `state="done"`}, 1},
		{"zhuomo_label_tasks_claimed_total", nil, 1},
		{"zhuomo_label_answers_total", nil, 1},
		{"zhuomo_label_leases_lost_total", nil, 0},
		{"zhuomo_fix_seconds_count", nil, 1},
		{"zhuomo_release_live_info", []string{made.Product, `release="r`}, 1},
		{"zhuomo_database_up", nil, 1},
		{"zhuomo_database_info", []string{`engine="sqlite"`}, 1},
		{"zhuomo_database_writes_total", nil, 100},
		{"zhuomo_database_commits_total", nil, 50},
		{"zhuomo_database_write_seconds_count", nil, 100},
		{"zhuomo_database_errors_total", []string{`code="db.locked"`}, 0},
		{"zhuomo_database_connections", []string{`pool="read"`, `state="most"`}, 4},
		{"zhuomo_database_file_bytes", nil, 1 << 12},
		{"zhuomo_database_log_bytes", nil, 1},
		{"zhuomo_blob_operation_seconds_count", []string{`operation="put"`}, 1},
		{"zhuomo_blob_bytes_total", []string{`operation="put"`}, 1000},
		{"zhuomo_blob_bytes_total", []string{`operation="read"`}, 1000},
		{"zhuomo_blob_errors_total", nil, 0},
		{"zhuomo_disk_free_bytes", nil, 1},
		{"zhuomo_disk_size_bytes", nil, 1},
		{"zhuomo_event_streams", []string{`kind="workbench"`}, 0},
		{"zhuomo_event_streams", []string{`kind="chat"`}, 0},
		{"zhuomo_http_request_seconds_count", []string{`class="2xx"`}, 1},
	} {
		if got, found := figure(t, text, want.name, want.labels...); !found || got < want.least {
			t.Errorf("%s%v is %v (there: %v), want at least %v", want.name, want.labels, got, found, want.least)
		}
	}
	if commits, _ := figure(t, text, "zhuomo_database_commits_total"); commits > 1 {
		if writes, _ := figure(t, text, "zhuomo_database_writes_total"); writes < commits-100 {
			t.Errorf("%v writes in %v commits", writes, commits)
		}
	}
	for _, secret := range []string{"金丝雀", session.ID, session.Token, a.Owner.ID, made.JobID} {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("the figures name %q", secret)
		}
	}
	uuid := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7`)
	for line := range strings.Lines(text) {
		if uuid.MatchString(line) && !strings.HasPrefix(line, "zhuomo_release_live_info") {
			t.Errorf("a label without bounds: %s", line)
		}
	}
	known, err := metricNames(text)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "\nzhuomo_"); n > 3000 {
		t.Errorf("%d series are too many for one scrape", n)
	}
	if len(known) < 20 {
		t.Errorf("only %d metrics of ours: the reading is broken", len(known))
	}
}

// TestMetricsOfJobsThatWait reads the queue, on both databases, of a house in
// which nobody works.
func TestMetricsOfJobsThatWait(t *testing.T) {
	t.Parallel()
	for engine, o := range map[string]Options{
		"sqlite":   {Workers: -1},
		"postgres": {Workers: -1, Database: testkit.PostgresURL(t)},
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			o.DataFolder = filepath.Join(t.TempDir(), "data")
			a, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { a.Close(context.Background()) })
			if got, found := figure(t, scrape(t, a), "zhuomo_jobs"); found {
				t.Errorf("%v jobs in an empty house", got)
			}
			err = a.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := a.Jobs.Enqueue(ctx, tx, sweepKind, nil)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			text := scrape(t, a)
			kind := fmt.Sprintf("kind=%q", sweepKind)
			if n, _ := figure(t, text, "zhuomo_jobs", kind, `state="waiting"`); n != 1 {
				t.Errorf("%v jobs wait, want 1", n)
			}
			if age, found := figure(t, text, "zhuomo_job_oldest_waiting_seconds", kind); !found || age < 0 || age > 60 {
				t.Errorf("the oldest waits for %v s, %v", age, found)
			}
			if n, _ := figure(t, text, "zhuomo_database_info", "engine=\""+engine+"\""); n != 1 {
				t.Errorf("the engine is not %s", engine)
			}
			_, pool := figure(t, text, "zhuomo_database_connections", `pool="write"`, `state="in_use"`)
			_, retries := figure(t, text, "zhuomo_database_retries_total")
			if shared := engine == "postgres"; pool != shared || retries != shared {
				t.Errorf("pool of writers %v, retries %v", pool, retries)
			}
		})
	}
}

var typeLine = regexp.MustCompile(`(?m)^# TYPE (zhuomo_\w+) (\w+)$`)

// metricNames are the series that a scrape may hold, histograms with their parts.
func metricNames(text string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, m := range typeLine.FindAllStringSubmatch(text, -1) {
		known[m[1]] = true
		if m[2] == "histogram" {
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				known[m[1]+part] = true
			}
		}
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("no metric in %d bytes", len(text))
	}
	return known, nil
}
