package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zhuomo/internal/db"
)

// load drives the chat of one product over HTTP, as customers do.
type load struct {
	base      string // http://127.0.0.1:port
	product   string
	sentences []string
	client    *http.Client
}

type chatSession struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

func newLoad(base, product string, sentences []string, clients int) *load {
	return &load{base: base, product: product, sentences: sentences, client: manyClients(clients)}
}

// manyClients keeps a connection for each of so many that ask at once.
func manyClients(clients int) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: 0}}
}

func (l *load) begin(ctx context.Context) (chatSession, error) {
	var s chatSession
	return s, l.post(ctx, "/sessions", "", map[string]string{"channel": "web"}, &s)
}

func (l *load) sessions(ctx context.Context, n int) ([]chatSession, error) {
	out := make([]chatSession, n)
	for i := range out {
		var err error
		if out[i], err = l.begin(ctx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *load) turn(ctx context.Context, s chatSession, text string) error {
	return l.post(ctx, "/sessions/"+s.ID+"/turns", s.Token, map[string]string{"text": text, "turn_id": db.NewID(time.Now())}, nil)
}

func (l *load) post(ctx context.Context, path, token string, body, into any) error {
	header := http.Header{}
	if token != "" {
		header.Set("X-Session-Token", token)
	}
	return post(ctx, l.client, l.base+"/api/v1/products/"+l.product+path, header, body, into)
}

// post sends body as JSON and reads the answer into into, which may be nil.
func post(ctx context.Context, client *http.Client, address string, header http.Header, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s: %s %s", r.URL.Path, answer.Status, got)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(got, into)
}

// open sends turns at a fixed rate, whatever the answers do, and times each from
// the moment at which it was due: a slow server cannot hide behind its own
// slowness (coordinated omission). It gives the latencies, sorted.
func (l *load) open(ctx context.Context, sessions []chatSession, perSecond int, lasting time.Duration) ([]time.Duration, error) {
	n := int(lasting.Seconds() * float64(perSecond))
	took := make([]time.Duration, n)
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		if rest := time.Until(due); rest > 0 {
			time.Sleep(rest)
		}
		wait.Go(func() {
			if err := l.turn(ctx, sessions[i%len(sessions)], l.sentences[i%len(l.sentences)]); err != nil {
				failed.CompareAndSwap(nil, &err)
			}
			took[i] = time.Since(due)
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	slices.Sort(took)
	return took, nil
}

// closed lets every session send its next turn as soon as the last is answered,
// and gives turns a second.
func (l *load) closed(ctx context.Context, sessions []chatSession, lasting time.Duration) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began := time.Now()
	for i, s := range sessions {
		wait.Go(func() {
			for k := i; time.Since(began) < lasting && failed.Load() == nil; k++ {
				if err := l.turn(ctx, s, l.sentences[k%len(l.sentences)]); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}

// long talks n turns in one session and gives the time of each, in order.
func (l *load) long(ctx context.Context, n int) ([]time.Duration, error) {
	s, err := l.begin(ctx)
	if err != nil {
		return nil, err
	}
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		if err := l.turn(ctx, s, l.sentences[i%len(l.sentences)]); err != nil {
			return nil, err
		}
		took[i] = time.Since(began)
	}
	return took, nil
}

// quantile of sorted times, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return ms(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))])
}

// middle is the median of some times, in milliseconds.
func middle(times []time.Duration) float64 {
	sorted := slices.Clone(times)
	slices.Sort(sorted)
	return quantile(sorted, .5)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
