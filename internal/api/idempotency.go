package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"zhuomo/internal/db"
)

// replays gives a repeated POST with the same Idempotency-Key the answer of
// the first one, per actor, for 24 hours. Answers of 500 and above are not
// kept: where nothing was written the retry may do better.
//
// The answer is stored after the handler's own commit. That commit carries a
// note that the key was begun, so that when the process dies or fails between
// the two a retry is told so (AnswerLost) and nothing is done twice.
type replays struct {
	db  *db.DB
	now func() time.Time

	mu      sync.Mutex
	running map[[2]string]struct{} // actor, key
	swept   time.Time              // when old answers were last forgotten
}

const (
	keepAnswers = 24 * time.Hour
	sweepEvery  = time.Minute
)

// begun is the status of a key whose request has written something and whose
// answer is not kept yet.
const begun = 0

func newReplays(d *db.DB, now func() time.Time) *replays {
	return &replays{db: d, now: now, running: map[[2]string]struct{}{}}
}

func (p *replays) serve(s *Server, w http.ResponseWriter, r *http.Request, route Route, key string, next http.Handler) {
	if len(key) > 200 || strings.IndexFunc(key, func(c rune) bool { return c < '!' || c > '~' }) >= 0 {
		s.writeFault(w, r, BadKey.With().At("Idempotency-Key"))
		return
	}
	ctx := r.Context()
	id := [2]string{Who(ctx).ID, key}
	if !p.begin(id) {
		s.writeFault(w, r, StillRunning.With())
		return
	}
	defer p.end(id)
	fingerprint, err := fingerprintOf(r, route)
	if err != nil {
		s.writeFault(w, r, err)
		return
	}
	now := p.now()
	oldest := now.Add(-keepAnswers).UnixMicro()
	kept, found, err := readAnswer(ctx, p.db.Reader(), id[0], key, oldest)
	switch {
	case err != nil:
		s.writeFault(w, r, err)
		return
	case found && kept.fingerprint != fingerprint:
		s.writeFault(w, r, KeyReused.With().At("Idempotency-Key"))
		return
	case found && kept.status == begun:
		s.writeFault(w, r, AnswerLost.With())
		return
	case found:
		w.Header().Set("Idempotency-Replayed", "true")
		kept.send(w)
		return
	}
	product := r.PathValue("product")
	if route.Need == Public && product != "" && s.o.Products != nil { // the guard has not looked it up
		if found, err := s.o.Products.ProductID(ctx, product); err == nil {
			product = found
		}
	}
	answer, taken := &recorded{header: http.Header{}}, false
	callOf(ctx).writer = answer
	next.ServeHTTP(answer, r.WithContext(db.Alongside(ctx, func(ctx context.Context, tx db.Tx) error {
		noted, err := noteKey(ctx, tx, id[0], key, stored{product: product, fingerprint: fingerprint}, now.UnixMicro(), oldest)
		if taken = err == nil && !noted; taken {
			return StillRunning.With()
		}
		return err
	})))
	if taken { // by the same request to another process: the key is not ours
		s.writeFault(w, r, StillRunning.With())
		return
	}
	if route.secret && answer.status < 300 { // the note that it was done stays; a retry is told so
		answer.send(w)
		return
	}
	got := stored{product: product, fingerprint: fingerprint, status: answer.status, kind: answer.header.Get("Content-Type"),
		etag: answer.header.Get("ETag"), body: answer.body.String()}
	// The work is done and stays done: a client that hung up must still find its
	// answer. A failure leaves the note, if what it stands beside was written.
	if got.status < 500 {
		err = p.db.WriteSure(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
			return writeAnswer(ctx, tx, id[0], key, got, now.UnixMicro())
		})
		if err != nil {
			s.o.Log.Error("an idempotent answer was not kept", "request", RequestID(ctx), "error", err)
		}
	}
	if p.mustSweep(now) {
		err := p.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error { return forgetAnswers(ctx, tx, oldest) })
		if err != nil {
			s.o.Log.Error("old answers were not forgotten", "request", RequestID(ctx), "error", err)
		}
	}
	answer.send(w)
}

func (p *replays) begin(id [2]string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, busy := p.running[id]; busy {
		return false
	}
	p.running[id] = struct{}{}
	return true
}

// mustSweep is true once every sweepEvery.
func (p *replays) mustSweep(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.swept) < sweepEvery {
		return false
	}
	p.swept = now
	return true
}

func (p *replays) end(id [2]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, id)
}

// fingerprintOf tells two requests apart: address and body; of an upload the
// announced length instead of the body, which must not be held in memory.
func fingerprintOf(r *http.Request, route Route) (string, error) {
	sum := sha256.New()
	io.WriteString(sum, r.Method+" "+r.URL.RequestURI()+"\n"+r.Header.Get("If-Match")+"\n")
	if Unmasked(r.Context()) {
		io.WriteString(sum, UnmaskedName+"\n")
	}
	if route.Shape == File {
		io.WriteString(sum, r.Header.Get("Content-Length"))
		return hex.EncodeToString(sum.Sum(nil)), nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, route.maxBytes))
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (s stored) send(w http.ResponseWriter) {
	if s.kind != "" {
		w.Header().Set("Content-Type", s.kind)
	}
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	w.WriteHeader(s.status)
	io.WriteString(w, s.body) // the client has gone: nobody is left to tell
}

// Secret keeps the answer of a route nowhere, since it tells a secret: a retry with
// the same key is told that the first was done.
func Secret() Option { return func(r *Route) { r.secret = true } }

// recorded holds an answer back until it is stored.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header { return r.header }

func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorded) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	w.Write(r.body.Bytes()) // the client has gone: nobody is left to tell
}
