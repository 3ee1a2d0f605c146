package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"zhuomo/internal/api"
	"zhuomo/internal/testkit"
	"zhuomo/serve"
)

// receiver is what keeps traces, as an OpenTelemetry collector does.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*otlp.Span // under mu
	text  string       // under mu: all of it, as text
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		var sent collector.ExportTraceServiceRequest
		if err != nil || q.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
			http.Error(w, "no traces", http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.text += fmt.Sprint(&sent)
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				r.spans = append(r.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// tree tells the spans of the trace in which one of that name is, each as the
// names from the root down to it.
func (r *receiver) tree(t *testing.T, name string) map[string]*otlp.Span {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	byID := map[string]*otlp.Span{}
	var traces []string
	for _, s := range r.spans {
		byID[hex.EncodeToString(s.SpanId)] = s
		if s.Name == name {
			traces = append(traces, hex.EncodeToString(s.TraceId))
		}
	}
	if len(traces) != 1 {
		t.Fatalf("%d spans are named %s, want 1", len(traces), name)
	}
	out := map[string]*otlp.Span{}
	for _, s := range r.spans {
		if hex.EncodeToString(s.TraceId) != traces[0] {
			continue
		}
		way := s.Name
		for at := s; len(at.ParentSpanId) > 0; {
			parent := byID[hex.EncodeToString(at.ParentSpanId)]
			if parent == nil {
				way = "? > " + way
				break
			}
			way, at = parent.Name+" > "+way, parent
		}
		out[way] = s
	}
	return out
}

func holds(t *testing.T, tree map[string]*otlp.Span, ways ...string) {
	t.Helper()
	for _, way := range ways {
		if s := tree[way]; s == nil {
			t.Errorf("there is no span %s", way)
		} else if s.EndTimeUnixNano < s.StartTimeUnixNano {
			t.Errorf("%s ends before it begins", way)
		}
	}
	if t.Failed() {
		for way := range tree {
			t.Log("there is", way)
		}
	}
}

// TestATurnIsOneTrace asks a real product over HTTP, as a customer's page does.
func TestATurnIsOneTrace(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	var log shared
	a, err := Open(t.Context(), Options{
		DataFolder: filepath.Join(t.TempDir(), "data"), TraceTo: to.URL, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			a.Close(context.Background())
		}
	}()
	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"name":"`+canary+`"}`, &made)
	finished(t, a, made.JobID)
	session, _, err := a.Stages.Serve.Begin(t.Context(), made.Product, "web", canary)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/webhooks/rest/webhook?product="+made.Product, strings.NewReader(`{"sender":"s1","message":"`+canary+`要退票"}`))
	r.Host = "127.0.0.1"
	r.Header.Set("Authorization", "Bearer "+a.secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if _, err := a.Stages.Serve.Say(t.Context(), session.ID, serve.Message{Text: canary}); err != nil { // nobody's trace
		t.Fatal(err)
	}
	closed = true
	if err := a.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	tree := to.tree(t, "POST /webhooks/rest/webhook")
	const turn = "? > POST /webhooks/rest/webhook > turn"
	holds(t, tree, turn, turn+" > turn.session", turn+" > turn.understand", turn+" > turn.flow", turn+" > turn.store")
	if !strings.Contains(log.String(), `"route":"/webhooks/rest/webhook"`) || !strings.Contains(log.String(), `"trace":"0af7651916cd43dd8448eb211c80319c"`) {
		t.Error("the log does not lead to the trace")
	}
	if id := hex.EncodeToString(tree[turn].TraceId); id != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("it does not go on with the asker's trace, but is %s", id)
	}
	const job = "POST /api/v1/product-examples > job.enqueue > job product.example"
	example := to.tree(t, "POST /api/v1/product-examples")
	holds(t, example, job, job+" > job.wait", job+" > job.work", job+" > job.work > job.step")
	noCanary(t, to)
}

// TestAJobIsOneTraceAcrossProcesses asks one program for an import that another
// one does.
func TestAJobIsOneTraceAcrossProcesses(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	address, folder := testkit.PostgresURL(t), filepath.Join(t.TempDir(), "data")
	var both [2]*App
	for i, workers := range []int{-1, 1} {
		a, err := Open(t.Context(), Options{DataFolder: folder, Database: address, Workers: workers, TraceTo: to.URL})
		if err != nil {
			t.Fatal(err)
		}
		both[i] = a
	}
	serving := both[0]
	ask(t, serving, "POST", "/api/v1/products", `{"name":"`+canary+`"}`, &struct{}{})
	ask(t, serving, "POST", "/api/v1/products/"+canary+"/datasets", `{"name":"d"}`, &struct{}{})
	r := httptest.NewRequest("POST", "/api/v1/products/"+canary+"/datasets/d/imports?filename="+canary+".csv", strings.NewReader("id,text\n1,"+canary+"\n2,你好\n"))
	r.Host = "127.0.0.1"
	r.Header.Set("Authorization", "Bearer "+serving.secret)
	w := httptest.NewRecorder()
	serving.ServeHTTP(w, r)
	if w.Code != 202 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := strings.Split(w.Body.String(), `"job_id":"`)[1][:36]
	finished(t, serving, id)
	for _, a := range both {
		if err := a.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	tree := to.tree(t, "POST /api/v1/products/{product}/datasets/{dataset}/imports")
	const job = "POST /api/v1/products/{product}/datasets/{dataset}/imports > job.enqueue > job dataset.import"
	holds(t, tree, job, job+" > job.wait", job+" > job.work", job+" > job.work > job.chunk", job+" > job.work > job.step")
	noCanary(t, to)
}

func noCanary(t *testing.T, to *receiver) {
	t.Helper()
	to.mu.Lock()
	defer to.mu.Unlock()
	if i := strings.Index(to.text, canary); i >= 0 {
		t.Errorf("a span shows what a person wrote: …%s…", to.text[max(0, i-200):min(len(to.text), i+100)])
	}
}

// TestTracesMayGoToAFile, and a wrong target is told at the start.
func TestTracesMayGoToAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traces.json")
	a, err := Open(t.Context(), Options{DataFolder: filepath.Join(t.TempDir(), "data"), TraceTo: "file:" + file})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, a, "POST", "/api/v1/products", `{"name":"p"}`, &struct{}{})
	if err := a.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `"Name":"POST /api/v1/products"`) {
		t.Errorf("%v: %.300s", err, text)
	}
	for _, wrong := range []string{"nowhere", "ftp://x", "file:" + t.TempDir()} {
		if _, err := Open(t.Context(), Options{DataFolder: filepath.Join(t.TempDir(), "data"), TraceTo: wrong}); err == nil || !strings.Contains(err.Error(), "tracing.bad_target") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// BenchmarkTurn says something to an example product, with traces off and on.
func BenchmarkTurn(b *testing.B) {
	folder := filepath.Join(b.TempDir(), "data")
	var product string
	for _, o := range []struct {
		name, to string
	}{{"warm", ""}, {"off", ""}, {"on", newReceiver(b).URL}} {
		a, err := Open(b.Context(), Options{DataFolder: folder, TraceTo: o.to})
		if err != nil {
			b.Fatal(err)
		}
		if product == "" {
			product = exampleOf(b, a)
		}
		session, _, err := a.Stages.Serve.Begin(b.Context(), product, "web", "")
		if err != nil {
			b.Fatal(err)
		}
		ctx := b.Context()
		b.Run(o.name, func(b *testing.B) {
			for b.Loop() {
				under, span := a.tracer.Begin(ctx, "request", "")
				if _, err := a.Stages.Serve.Say(under, session.ID, serve.Message{Text: "我要退票"}); err != nil {
					b.Fatal(err)
				}
				span.End(nil)
			}
		})
		if err := a.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func exampleOf(b *testing.B, a *App) string {
	in := &exampleIn{}
	out, err := a.makeExample(api.WithActor(b.Context(), a.Owner.Actor()), in)
	if err != nil {
		b.Fatal(err)
	}
	if j, err := a.Jobs.Wait(b.Context(), out.Body.JobID); err != nil || j.Failure != nil {
		b.Fatal(j, err)
	}
	return out.Body.Product
}
