// Package api is how the world reaches a stage: routes, who is asking, faults
// over HTTP, the OpenAPI document, events, uploads and downloads.
//
//	in:   []Route from every stage       out: one http.Handler, one route table
//	read: api.go → roles.go → server.go → guard.go → problem.go
//
// A stage declares its routes as data, one line each, in its http.go:
//
//	func (s *Service) Routes() []api.Route {
//		return []api.Route{
//			api.Op("GET", "/api/v1/products/{product}/datasets", "dataset list", api.Viewer,
//				"列出数据集", "list datasets", s.list),
//		}
//	}
//
// The same table makes the command line (internal/api/command).
//
// Input structs: tags path:"id", query:"limit", header:"If-Match", and a field
// Body struct{…} with json tags. Output structs: a field Body. Fields without
// omitempty are required; doc:"中文|English" explains a field in both languages;
// table:"列名|column" names it in the tables that people see.
package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhuomo/internal/spec"
)

// Actor is the person or program that acts. The zero Actor is nobody.
type Actor struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Roles []Role `json:"roles"`

	Token    string   `json:"-"` // id of the token by which a program acts, "" for a person
	Products []string `json:"-"` // ids of those that the token is for, none = all
}

// Sees tells whether the actor may know of the product.
func (a Actor) Sees(product string) bool {
	return len(a.Products) == 0 || slices.Contains(a.Products, product)
}

// May tells whether one of the actor's roles allows a route that needs need.
func (a Actor) May(need Role) bool {
	for _, role := range a.Roles {
		if role.allows(need) {
			return true
		}
	}
	return need == Public
}

type actorKey struct{}

// Who answers who acts in ctx; the zero Actor when nobody is known.
func Who(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// WithActor lets a act in the returned context. Requests made with such a
// context inside this process are trusted; a request from the network never
// carries one.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Page is one page of a list. Next is empty on the last page.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"下一页的游标，最后一页没有|cursor of the next page, absent on the last"`
}

// tidy makes an empty list [] in JSON, not null.
func (p *Page[T]) tidy() {
	if p.Items == nil {
		p.Items = []T{}
	}
}

// Started is the answer of an operation that began a job; embed it to add
// more. The status is then 202, and the command line follows the job.
type Started struct {
	JobID string `json:"job_id" doc:"作业编号|id of the job"`
}

// Shape tells how the body of a route travels.
type Shape int

const (
	JSON  Shape = iota // decoded input, JSON answer
	File               // input is one file, streamed; JSON answer
	Bytes              // decoded input, the answer is a file, streamed
	Other              // anything: pages, events, other protocols
)

// Route is one line of the route table.
type Route struct {
	Method  string
	Path    string // net/http pattern without the method
	Verb    string // command line words, for example "dataset list"; "" = none
	Need    Role
	Summary spec.Text
	Shape   Shape
	In, Out reflect.Type // nil for Shape Other

	maxBytes int64
	sends    []string
	timeout  time.Duration
	hidden   bool
	anySite  bool
	guess    bool
	probe    bool
	quiet    bool
	look     bool
	personal bool
	plain    bool
	wide     bool
	secret   bool
	raw      http.Handler
	bind     func(s *Server, r Route)
}

// Option changes one route.
type Option func(*Route)

// MaxBytes limits the request body; 1 MiB unless told, 8 GiB for uploads.
func MaxBytes(n int64) Option { return func(r *Route) { r.maxBytes = n } }

// Timeout limits the time of one request; 60 s unless told. 0 = no limit, the
// default of uploads, downloads and Raw.
func Timeout(d time.Duration) Option { return func(r *Route) { r.timeout = d } }

// Sends names the media types of a download; application/octet-stream unless told.
func Sends(types ...string) Option { return func(r *Route) { r.sends = types } }

// Hidden keeps the route out of the OpenAPI document.
func Hidden() Option { return func(r *Route) { r.hidden = true } }

// AnySite lets pages of other sites call the route, without the cookie: for the
// chat that a customer's site embeds. Preflights are answered too.
func AnySite() Option { return func(r *Route) { r.anySite = true } }

// Guess says that the request carries a secret which somebody may guess: each
// answer 403 is counted against the address it came from.
func Guess() Option { return func(r *Route) { r.guess = true } }

// Probe is for machines that look after this one: they may ask under any host
// name and past the proxy.
func Probe() Option { return func(r *Route) { r.probe = true } }

const (
	defaultMaxBytes  = 1 << 20
	defaultMaxUpload = 8 << 30
	defaultTimeout   = 60 * time.Second
)

// Op is a route with typed input and output. verb is the command line's words,
// "" for none.
func Op[I, O any](method, path, verb string, need Role, zh, en string, do func(ctx context.Context, in *I) (*O, error), o ...Option) Route {
	r := newRoute(method, path, need, zh, en, Route{
		Verb: verb, Shape: JSON, maxBytes: defaultMaxBytes, timeout: defaultTimeout,
		In: reflect.TypeFor[I](), Out: reflect.TypeFor[O](),
	}, o)
	r.bind = func(s *Server, r Route) {
		huma.Register(s.huma, s.operation(r), func(ctx context.Context, in *I) (*O, error) {
			clearReadDeadline(ctx)
			out, err := do(ctx, in)
			if err == nil {
				err = s.finish(ctx, r, out)
			}
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return out, nil
		})
		s.documentUnmasked(r)
	}
	return r
}

// Raw is a route that does its own reading and writing: event streams, pages,
// other protocols. It is guarded like every other route.
func Raw(method, path string, need Role, zh, en string, h http.Handler, o ...Option) Route {
	r := newRoute(method, path, need, zh, en, Route{Shape: Other, maxBytes: defaultMaxBytes, raw: h}, o)
	r.bind = func(s *Server, r Route) { s.handle(r, r.raw) }
	return r
}

func newRoute(method, path string, need Role, zh, en string, r Route, o []Option) Route {
	r.Method, r.Path, r.Need, r.Summary = method, path, need, spec.Text{ZH: zh, EN: en}
	for _, option := range o {
		option(&r)
	}
	return r
}

// tidyBody calls tidy on the Body of an output, if it has one.
func tidyBody(out any) {
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return
	}
	body := v.Elem().FieldByName("Body")
	if !body.IsValid() || !body.CanAddr() {
		return
	}
	if list, ok := body.Addr().Interface().(interface{ tidy() }); ok {
		list.tidy()
	}
}
