package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"

	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/internal/tracing"
)

// Options is what a Server needs.
type Options struct {
	Routes   []Route
	Accounts Accounts
	Products Products                                     // nil: what paths name as {product} is taken as it is
	Mask     func(text string) (masked string, finds int) // personal data; nil: none is masked
	Audit    Auditor                                      // nil: nothing is audited
	DB       *db.DB                                       // keeps the answers of idempotent requests; Migrations applied
	Log      *slog.Logger
	Now      func() time.Time
	Version  string         // of the program, for the OpenAPI document
	Hosts    []string       // host names that may be asked for; empty = any
	URL      string         // the address that people use, when it is not the one that is listened on
	Proxies  []netip.Prefix // who stands before this program and says for whom it asks; then nobody else may ask
	Limits   Limits
	Metrics  *Metrics        // nil = not measured
	Tracer   *tracing.Tracer // nil = not followed
}

// Server is the route table made into one http.Handler.
type Server struct {
	o        Options
	mux      *http.ServeMux
	huma     huma.API
	handler  http.Handler
	openAPI  func() []byte
	origins  *http.CrossOriginProtection
	replays  *replays
	limits   *limits
	titles   map[string]spec.Text // what an action of the audit log does
	stall    time.Duration
	patterns []string // bound by the routes, "METHOD /path"
}

// NewServer binds every route. It does no heavy work: the OpenAPI document is
// written when first asked for.
func NewServer(o Options) (*Server, error) {
	s := &Server{o: o, mux: http.NewServeMux(), origins: http.NewCrossOriginProtection(), replays: newReplays(o.DB, o.Now), limits: newLimits(o.Limits, o.Now), stall: stall}
	folder := "" // of the route that is being bound
	s.huma = huma.NewAPI(huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Zhuomo 琢磨", Version: o.Version},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
					return schemaName(t, hint, folder)
				}),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer"},
				},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.translate},
	}, adapter{s})
	s.openAPI = sync.OnceValue(func() []byte {
		doc, err := json.Marshal(s.huma.OpenAPI())
		if err != nil {
			panic("the OpenAPI document cannot be written: " + err.Error())
		}
		return doc
	})
	routes := append(slices.Clone(o.Routes), s.openAPIRoute())
	s.o.Routes = routes
	s.titles = titlesOf(routes)
	for _, r := range routes {
		folder = folderOf(r)
		r.bind(s, r)
	}
	s.dropHumaErrors()
	s.bindFallbacks()
	squeeze, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypes([]string{
		"application/json", "application/problem+json", "text/html", "text/css", "text/javascript", "image/svg+xml",
	}))
	if err != nil {
		return nil, err
	}
	s.handler = s.outermost(squeeze(s.mux))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Routes is the whole route table, for the command line and for tests.
func (s *Server) Routes() []Route { return s.o.Routes }

// OpenAPI is the OpenAPI 3.1 document of all routes, as JSON.
func (s *Server) OpenAPI() []byte { return s.openAPI() }

func (s *Server) openAPIRoute() Route {
	return Raw("GET", "/api/v1/openapi.json", Public, "OpenAPI 3.1 接口文档", "the OpenAPI 3.1 document",
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(s.openAPI())
		}), Hidden())
}

// operation describes r to huma.
func (s *Server) operation(r Route) huma.Operation {
	op := huma.Operation{
		Method: r.Method, Path: r.Path, OperationID: operationID(r), Hidden: r.hidden,
		Summary: r.Summary.EN, Description: r.Summary.ZH,
		RejectUnknownQueryParameters: true,

		MaxBodyBytes:    r.maxBytes + 1, // huma refuses what fills the limit exactly
		BodyReadTimeout: 30 * time.Second,
		Metadata:        map[string]any{routeKey: r},
		Extensions:      map[string]any{"x-role": string(r.Need)},
		Responses:       map[string]*huma.Response{"default": s.problemResponse()},
	}
	if r.Verb != "" {
		op.Extensions["x-command"] = "zhuomo " + r.Verb
	}
	if stage := strings.Split(strings.TrimPrefix(r.Path, "/api/v1/"), "/"); len(stage) > 0 {
		op.Tags = []string{tagOf(stage)}
	}
	if r.Need != Public {
		op.Security = []map[string][]string{{"token": {}}}
	}
	if startsJob(r.Out) && r.Method != http.MethodGet {
		op.DefaultStatus = http.StatusAccepted
	}
	return op
}

const routeKey = "route"

// adapter joins huma to the mux, with our guard between them.
type adapter struct{ s *Server }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	a.s.handle(op.Metadata[routeKey].(Route), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(humago.NewContext(op, r, w))
	}))
}

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.s.ServeHTTP(w, r) }

func (s *Server) handle(r Route, h http.Handler) {
	pattern := r.Method + " " + r.Path
	s.patterns = append(s.patterns, pattern)
	guarded := s.guard(r, s.audited(r, h))
	if !r.anySite {
		s.mux.Handle(pattern, guarded)
		return
	}
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, q *http.Request) {
		openToSites(w.Header())
		guarded.ServeHTTP(w, q)
	})
	if ask := "OPTIONS " + r.Path; !slices.Contains(s.patterns, ask) {
		s.patterns = append(s.patterns, ask)
		s.mux.HandleFunc(ask, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			openToSites(h)
			h.Set("Access-Control-Allow-Methods", "GET, POST")
			h.Set("Access-Control-Allow-Headers", "Content-Type, Accept-Language, X-Session-Token")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

// openToSites lets any page read the answer. The cookie is not allowed along,
// so a page learns nothing that it could not ask for by itself.
func openToSites(h http.Header) { h.Set("Access-Control-Allow-Origin", "*") }

// bindFallbacks answers unknown addresses and wrong methods with our faults.
// One pattern a method, because a pattern without one would clash with "GET /".
func (s *Server) bindFallbacks() {
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	lost := func(w http.ResponseWriter, r *http.Request) {
		var allow []string
		for _, method := range methods {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := s.mux.Handler(other); slices.Contains(s.patterns, pattern) && !strings.HasSuffix(pattern, " /") {
				allow = append(allow, method)
			}
		}
		if len(allow) == 0 {
			s.writeFault(w, r, NoRoute.With("path", r.URL.Path))
			return
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		s.writeFault(w, r, WrongMethod.With("path", r.URL.Path, "method", r.Method, "allow", strings.Join(allow, ", ")))
	}
	for _, method := range methods {
		for _, path := range []string{"/api/", "/"} {
			if pattern := method + " " + path; !slices.Contains(s.patterns, pattern) {
				s.mux.HandleFunc(pattern, lost)
			}
		}
	}
}
