package api

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"zhuomo/internal/fault"
)

// outermost does what every request needs: id, safe headers, host check, and a
// panic that ends one request only.
func (s *Server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{id: newRequestID(r.Header.Get("X-Request-Id")), started: s.o.Now(), header: r.Header}
		seen := &watched{ResponseWriter: w}
		c.writer = seen
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		c.request, c.base, c.titles = r, s.o.URL, s.titles
		c.end = s.farEndOf(r)
		h := w.Header()
		h.Set("X-Request-Id", c.id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "+
			"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		if c.end.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		defer func() {
			p := recover()
			if p == nil {
				s.logRequest(c, r.Method, seen.status)
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.o.Log.Error("panic", "request", c.id, "method", r.Method, "route", c.route, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if seen.status != 0 {
				panic(http.ErrAbortHandler) // half an answer is out: cut the connection, so that nobody takes it for whole
			}
			s.writeProblem(seen, r, fault.Internal.With())
		}()
		next.ServeHTTP(seen, r)
	})
}

// rightWay refuses what comes past the stated proxy or under a strange name.
func (s *Server) rightWay(r *http.Request, route Route) error {
	switch end := callOf(r.Context()).end; {
	case route.probe:
		return nil
	case end.astray:
		return NotThroughProxy.With("address", end.addr)
	case !s.knownHost(r.Host):
		return UnknownHost.With("host", r.Host)
	}
	return nil
}

// logRequest writes one line a request. What stands in the path may be a name
// that a person gave, so the line has the pattern of the route instead.
func (s *Server) logRequest(c *call, method string, status int) {
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if s.o.Log == nil || !s.o.Log.Enabled(context.Background(), level) {
		return
	}
	line := []any{"request", c.id, "method", method, "route", c.route, "status", status, "took_us", s.o.Now().Sub(c.started).Microseconds(), "actor", c.actor}
	if c.trace != "" {
		line = append(line, "trace", c.trace)
	}
	s.o.Log.Log(context.Background(), level, "request", line...)
}

// knownHost refuses names that only a hostile DNS would point at us.
func (s *Server) knownHost(host string) bool {
	return len(s.o.Hosts) == 0 || slices.Contains(s.o.Hosts, hostOf(host))
}

// guard stands before every route: who is asking, may they, from where, how
// much and how long, and which product the path names: stages see its id.
func (s *Server) guard(route Route, next http.Handler) http.Handler {
	observe := s.o.Metrics.route(route)
	name := route.Method + " " + route.Path
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &watched{ResponseWriter: w}
		callOf(r.Context()).route = route.Path
		defer func() { observe(seen.status, s.o.Now().Sub(callOf(r.Context()).started)) }()
		if s.o.Tracer != nil && !route.probe {
			ctx, span := s.o.Tracer.Begin(r.Context(), name, r.Header.Get("Traceparent"))
			callOf(ctx).trace = span.Trace()
			defer func() {
				span.Count("status", int64(seen.status))
				span.Text("request", callOf(ctx).id)
				if seen.status >= http.StatusInternalServerError {
					span.Failed(http.StatusText(seen.status))
				}
				span.End(nil)
			}()
			r = r.WithContext(ctx)
		}
		if err := s.rightWay(r, route); err != nil {
			s.writeFault(seen, r, err)
			return
		}
		actor, byCookie, err := s.recognise(r, route.Need)
		if err == nil {
			err = s.limits.let(r.Context(), actor)
		}
		if err == nil && route.guess {
			err = s.limits.mayGuess(r.Context())
			defer func() {
				if seen.status == http.StatusForbidden {
					s.limits.guessed(r.Context())
				}
			}()
		}
		if err != nil {
			s.writeFault(seen, r, err)
			return
		}
		callOf(r.Context()).actor = actor.ID
		if !actor.May(route.Need) {
			if actor.ID == "" {
				s.writeFault(seen, r, NotSignedIn.With())
				return
			}
			s.writeFault(seen, r, NotAllowed.With("need", route.Need, "has", roleList(actor.Roles)))
			return
		}
		if byCookie {
			if err := s.origins.Check(r); err != nil {
				s.writeFault(seen, r, ForeignOrigin.With().Because(err))
				return
			}
		}
		asked, query := takeUnmasked(route, r)
		if asked && !actor.May(UnmaskNeed) {
			s.writeFault(seen, r, NotAllowed.With("need", UnmaskNeed, "has", roleList(actor.Roles)).At(UnmaskedName))
			return
		}
		ctx := WithActor(r.Context(), actor)
		if route.timeout > 0 {
			limited, stop := context.WithTimeoutCause(ctx, route.timeout, TooSlow.With("seconds", int(route.timeout.Seconds())))
			defer stop()
			ctx = limited
		}
		r = r.WithContext(ctx)
		if query != r.URL.RawQuery { // the rest is for the stage, which knows nothing of the wish
			address := *r.URL
			address.RawQuery, r.URL = query, &address
		}
		if asked {
			callOf(ctx).unmasked = true
			Tell(ctx, UnmaskedName, "true")
		}
		if named := r.PathValue("product"); named != "" && s.o.Products != nil && route.Need != Public { // the public routes of a channel find it themselves
			id, err := s.o.Products.ProductID(ctx, named)
			if err != nil && len(actor.Products) > 0 {
				err = OtherProduct.With() // it must not tell which there are
			}
			if err != nil {
				s.writeFault(seen, r, err)
				return
			}
			r.SetPathValue("product", id)
		}
		if err := s.within(ctx, route, r, actor); err != nil {
			s.writeFault(seen, r, err)
			return
		}
		c := callOf(ctx)
		c.request, c.writer = r, seen
		if route.Shape != JSON && route.Shape != Bytes && route.maxBytes > 0 {
			r.Body = &streamed{http.MaxBytesReader(seen, r.Body, route.maxBytes), http.NewResponseController(seen), s.stall}
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost && (route.Shape == JSON || route.Shape == File) {
			s.replays.serve(s, seen, r, route, key, next)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

// recognise finds out who is asking. A credential that is wrong is refused even
// where none is needed, except on public routes, where it counts as nobody:
// the sign-in page must open with a stale cookie.
func (s *Server) recognise(r *http.Request, need Role) (who Actor, byCookie bool, err error) {
	if a := Who(r.Context()); a.ID != "" {
		return a, false, nil
	}
	var c Credential
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.Token = strings.TrimSpace(token)
		if err := s.limits.mayGuess(r.Context()); err != nil {
			return Actor{}, false, err
		}
	} else if cookie, err := r.Cookie(cookieName(r)); err == nil {
		c.Session = cookie.Value
	}
	if c == (Credential{}) {
		return Actor{}, false, nil
	}
	who, err = s.o.Accounts.Recognise(r.Context(), c)
	if err != nil {
		if c.Token != "" && fault.Of(err).Def.Kind == fault.Denied {
			s.limits.guessed(r.Context())
		}
		if need == Public && fault.Of(err).Def.Kind == fault.Denied {
			return Actor{}, false, nil
		}
		return Actor{}, false, err
	}
	return who, c.Session != "", nil
}

// cookieName carries the port, since browsers do not keep cookies of two
// programs on one host apart.
func cookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return "zhuomo_session_" + port
	}
	return "zhuomo_session"
}

// SessionOf gives the session secret that the request carries, or "".
func SessionOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetSession gives the browser its session; an empty secret ends it.
func SetSession(w http.ResponseWriter, r *http.Request, secret string, expires time.Time) {
	cookie := &http.Cookie{
		Name: cookieName(r), Value: secret, Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: callOf(r.Context()).end.secure,
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// RequestOf gives the request that ctx belongs to and its writer, for the few
// operations that set a cookie. nil outside of a request.
func RequestOf(ctx context.Context) (http.ResponseWriter, *http.Request) {
	c := callOf(ctx)
	if c == nil {
		return nil, nil
	}
	return c.writer, c.request
}

func roleList(roles []Role) string {
	if len(roles) == 0 {
		return string(Public)
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// watched remembers the status that went out.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watched) Flush() {
	// A writer that cannot flush sends at the end; nothing is lost.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}
