package api

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"

	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// Act is one thing that was done, as the audit log keeps it: ids, counts and what
// a person gave as a reason, never the text of a row.
type Act struct {
	Actor   Actor
	Action  string            // the command's words, or the operation's id
	Object  map[string]string // what the address names
	Outcome string            // Done, Failed or Refused
	Details map[string]string
	Request string // id of the request, "" when none
}

// How an act ended.
const (
	Done    = "done"    // what it changes is changed
	Failed  = "failed"  // it had changed something before it failed
	Refused = "refused" // it was not let in
)

// Every route that is not a GET is audited, but for the public ones, of which a
// customer may call thousands, and those that say that they are Quiet.

// Quiet keeps a route out of the audit log: it changes nothing, or it is labelling,
// of which the stage itself keeps who and when.
func Quiet() Option { return func(r *Route) { r.quiet = true } }

// Look puts a route into the audit log that only reads: rows leave the program, or
// personal data is seen. What cannot be audited is not given.
func Look() Option { return func(r *Route) { r.look = true } }

// Audited tells whether the audit log has the route.
func (r Route) Audited() bool {
	return r.look || r.Method != http.MethodGet && r.Need != Public && !r.quiet
}

// Tell adds a detail to what the audit log says of the request: before the first
// Write, so that it goes with it.
func Tell(ctx context.Context, name, value string) {
	if c := callOf(ctx); c != nil {
		if c.told == nil {
			c.told = map[string]string{}
		}
		c.told[name] = value
	}
}

// audited notes what a route has changed together with the change, so that one is
// never without the other.
func (s *Server) audited(route Route, next http.Handler) http.Handler {
	if s.o.Audit == nil || !route.Audited() || route.look {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var noted atomic.Bool
		note := func(outcome string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				db.AfterCommit(tx, func() { noted.Store(true) })
				return s.o.Audit.Note(ctx, tx, s.act(ctx, route, r, outcome))
			}
		}
		seen := &watched{ResponseWriter: w}
		next.ServeHTTP(seen, r.WithContext(db.Alongside(r.Context(), note(Done))))
		ctx := context.WithoutCancel(r.Context()) // it is done, whoever has hung up
		failed := seen.status >= 400
		var err error
		switch {
		case noted.Load() && failed:
			err = s.o.DB.Write(ctx, note(Failed))
		case !noted.Load() && !failed:
			err = s.o.DB.Write(ctx, note(Done))
		}
		if err == nil && noted.Load() {
			err = s.o.Audit.Chain(ctx)
		}
		if err != nil {
			s.o.Log.Error("an act is not in the audit log yet", "request", RequestID(ctx), "error", err)
		}
	})
}

// auditLook notes that something is about to be seen or to leave.
func (s *Server) auditLook(ctx context.Context, route Route) error {
	if s.o.Audit == nil {
		return nil
	}
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return s.o.Audit.Note(ctx, tx, s.act(ctx, route, callOf(ctx).request, Done))
	})
	if err != nil {
		return err
	}
	if err := s.o.Audit.Chain(ctx); err != nil {
		s.o.Log.Error("an act is not in the audit log yet", "request", RequestID(ctx), "error", err)
	}
	return nil
}

func (s *Server) act(ctx context.Context, route Route, r *http.Request, outcome string) Act {
	a := Act{Actor: Who(ctx), Action: route.Verb, Outcome: outcome, Object: map[string]string{}, Request: RequestID(ctx)}
	if a.Action == "" {
		a.Action = operationID(route)
	}
	for _, name := range pathNames(route.Path) {
		a.Object[name] = r.PathValue(name)
	}
	if c := callOf(ctx); c != nil {
		a.Details = c.told
	}
	return a
}

// titlesOf says for every route what it does, by the name that the audit log gives it.
func titlesOf(routes []Route) map[string]spec.Text {
	titles := map[string]spec.Text{}
	for _, r := range routes {
		name := r.Verb
		if name == "" {
			name = operationID(r)
		}
		titles[name] = r.Summary
	}
	return titles
}

// TitleOf says what an action of the audit log does, in the language of the asker;
// "" when no route of today has it.
func TitleOf(ctx context.Context, action string) string {
	c := callOf(ctx)
	if c == nil {
		return ""
	}
	return c.titles[action].In(Lang(ctx))
}

// pathNames lists the parameters of a pattern.
func pathNames(pattern string) (names []string) {
	for part := range strings.SplitSeq(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(strings.TrimSuffix(name, "}"), "..."))
		}
	}
	return names
}
