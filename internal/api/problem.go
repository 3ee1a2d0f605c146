package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Problem is a fault as it travels (RFC 9457 problem details).
type Problem struct {
	Type      string  `json:"type"`
	Title     string  `json:"title"`
	Status    int     `json:"status"`
	Detail    string  `json:"detail"`
	Code      string  `json:"code"`
	Fix       string  `json:"fix"`
	Field     string  `json:"field,omitempty"`
	RequestID string  `json:"request_id"`
	Errors    []Place `json:"errors,omitempty"`

	after int // seconds until it may be tried again, 0 = not said
}

// Place is one thing wrong in the input.
type Place struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// Error, GetStatus and ContentType are what huma asks of an error.
func (p *Problem) Error() string             { return p.Code + ": " + p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// maxPlaces is how many wrong places the sentence names; errors has them all.
const maxPlaces = 5

// status is the HTTP status of a fault: its kind's, but for the few that HTTP
// itself has a number for.
func status(d *fault.Definition) int {
	switch d {
	case NotSignedIn:
		return http.StatusUnauthorized
	case WrongMethod:
		return http.StatusMethodNotAllowed
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case BodyTooSlow:
		return http.StatusRequestTimeout
	case NeedRevision:
		return http.StatusPreconditionRequired
	case TooMany:
		return http.StatusTooManyRequests
	case UnknownHost:
		return http.StatusMisdirectedRequest
	}
	return d.Kind.Status()
}

// titles are the kinds in words.
func title(k fault.Kind, lang string) string {
	zh := [...]string{"程序出错", "输入有误", "没有找到", "有冲突", "没有权限", "暂时忙", "程序出错"}[k]
	en := [...]string{"Broken", "Invalid input", "Not found", "Conflict", "Not allowed", "Busy", "Broken"}[k]
	if lang == "en" {
		return en
	}
	return zh
}

// NewProblem tells a fault in one language.
func NewProblem(f *fault.Fault, lang, requestID string) *Problem {
	p := &Problem{
		Type: "about:blank#" + f.Def.Code, Title: title(f.Def.Kind, lang), Status: status(f.Def),
		Detail: f.Message(lang), Code: f.Def.Code, Fix: f.Fix(lang), Field: f.Field, RequestID: requestID,
	}
	if f.Def == TooMany {
		p.after, _ = f.Values["seconds"].(int)
	}
	return p
}

// problem turns whatever a handler returned into what the user gets, and logs
// what the person on duty needs. This is the one place where HTTP errors are logged.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	return NewProblem(s.faultOf(ctx, err), Lang(ctx), RequestID(ctx))
}

func (s *Server) faultOf(ctx context.Context, err error) *fault.Fault {
	var limit *http.MaxBytesError
	var slow *fault.Fault
	switch {
	case errors.As(err, &limit):
		return TooLarge.With("limit", spec.Size(limit.Limit)).Because(err)
	case errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded):
		return BodyTooSlow.With().Because(err)
	case errors.Is(err, context.DeadlineExceeded) && errors.As(context.Cause(ctx), &slow):
		return slow.Because(err)
	}
	f := known(err)
	if f.Def.Kind == fault.Broken && !errors.Is(err, context.Canceled) {
		s.o.Log.Error("request failed", "request", RequestID(ctx), "code", f.Def.Code, "actor", Who(ctx).ID, "error", cut(err.Error(), 2000))
	}
	return f
}

// writeFault answers a plain net/http request with a fault.
func (s *Server) writeFault(w http.ResponseWriter, r *http.Request, err error) {
	s.writeProblem(w, r, s.faultOf(r.Context(), err))
}

func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, f *fault.Fault) {
	WriteFault(w, r, f)
}

// known lets a database that is gone, full or damaged say so itself. What it says
// about rows is no answer: a stage that lets that through has forgotten to look.
func known(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Def != fault.Internal {
		return f
	}
	switch told := fault.Of(db.Explain(err)); told.Def {
	case db.NoRow, db.Taken, db.Dangling, db.Rule:
		return f
	default:
		return told
	}
}

// WriteFault answers a Raw route's request with a fault. Errors that are no
// faults become internal.broken without being logged; log them first.
func WriteFault(w http.ResponseWriter, r *http.Request, err error) {
	p := NewProblem(known(err), Lang(r.Context()), RequestID(r.Context()))
	headersFor(p, w.Header().Set)
	if !strings.HasPrefix(r.URL.Path, "/api/") && strings.HasPrefix(r.Header.Get("Accept"), "text/html") {
		writePage(w, p)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Del("Content-Length")
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // the client has gone: nobody is left to tell
}

// faultPage is what a person sees who opened an address in the browser.
var faultPage = template.Must(template.New("fault").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{{.Title}} · Zhuomo 琢磨</title>
<body style="font:16px/1.8 system-ui,sans-serif;max-width:36em;margin:15vh auto 0;padding:0 1em">
<h1 style="font-size:1.4em">{{.Detail}}</h1><p>{{.Fix}}</p><p><small>{{.Code}} · {{.RequestID}}</small></p></body></html>
`))

func writePage(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Del("Content-Length")
	w.WriteHeader(p.Status)
	_ = faultPage.Execute(w, struct { // the client has gone: nobody is left to tell
		*Problem
		Lang string
	}{p, contentLanguage(p)})
}

func headersFor(p *Problem, set func(name, value string)) {
	set("Content-Language", contentLanguage(p))
	switch p.Status {
	case http.StatusUnauthorized:
		set("WWW-Authenticate", `Bearer realm="zhuomo"`)
	case http.StatusTooManyRequests:
		set("Retry-After", strconv.Itoa(p.after))
	case http.StatusServiceUnavailable:
		set("Retry-After", "1")
	}
}

func contentLanguage(p *Problem) string {
	if strings.IndexFunc(p.Title, func(r rune) bool { return r > 0x7F }) < 0 {
		return "en"
	}
	return "zh-CN"
}

// translate turns huma's own errors into our faults before they are written.
func (s *Server) translate(ctx huma.Context, _ string, v any) (any, error) {
	switch e := v.(type) {
	case *Problem:
		headersFor(e, ctx.SetHeader)
	case *huma.ErrorModel:
		p := s.fromHuma(ctx, e)
		headersFor(p, ctx.SetHeader)
		return p, nil
	}
	return v, nil
}

func (s *Server) fromHuma(ctx huma.Context, e *huma.ErrorModel) *Problem {
	lang, id := Lang(ctx.Context()), RequestID(ctx.Context())
	var p *Problem
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		limit := ctx.Operation().MaxBodyBytes - 1
		p = NewProblem(TooLarge.With("limit", spec.Size(limit)), lang, id)
	case http.StatusRequestTimeout:
		p = NewProblem(BodyTooSlow.With(), lang, id)
	case http.StatusInternalServerError:
		s.o.Log.Error("request failed", "request", id, "code", fault.Internal.Code, "error", cut(e.Error(), 2000))
		p = NewProblem(fault.Internal.With(), lang, id)
	default: // 400, 415, 422: the input
		p = invalidInput(e, lang, id)
	}
	p.Status = e.Status // already on the wire
	return p
}

func invalidInput(e *huma.ErrorModel, lang, id string) *Problem {
	places := make([]Place, 0, len(e.Errors)+1)
	for _, d := range e.Errors {
		places = append(places, Place{Location: d.Location, Message: inWords(d.Message, lang)})
	}
	if len(places) == 0 {
		places = append(places, Place{Location: "body", Message: inWords(e.Detail, lang)})
	}
	told := make([]string, 0, maxPlaces)
	for _, place := range places[:min(len(places), maxPlaces)] {
		told = append(told, place.Location+" "+place.Message)
	}
	sentence := strings.Join(told, map[string]string{"zh": "；", "en": "; "}[lang])
	if more := len(places) - maxPlaces; more > 0 {
		sentence += map[string]string{"zh": fmt.Sprintf("；另有 %d 处", more), "en": fmt.Sprintf("; and %d more", more)}[lang]
	}
	p := NewProblem(InvalidInput.With("count", len(places), "places", sentence).At(field(places[0].Location)), lang, id)
	p.Errors = places
	return p
}

// field is the input field in a location such as body.items[3].name.
func field(location string) string {
	_, name, found := strings.Cut(location, ".")
	if !found {
		return location
	}
	return name
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
