package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/testkit"
)

// behind is a house behind a proxy on this machine.
func behind(t *testing.T, l api.Limits, routes ...api.Route) *house {
	t.Helper()
	return openWith(t, testkit.OpenDB(t), api.Options{Limits: l, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}, routes...)
}

func TestWhoAsksTooMuchIsHeldBack(t *testing.T) {
	t.Parallel()
	h := behind(t, api.Limits{Strangers: 2, Accounts: 3}, echo("/api/v1/anyone", api.Public), echo("/api/v1/trainers", api.Trainer))
	ask := func(path, from, role string) answer {
		header := []string{"X-Forwarded-For", from, "Authorization", ""}
		if role != "" {
			header[3] = "Bearer " + role
		}
		return h.do(t, "POST", path, `{"text":"a"}`, header...)
	}
	for i := range 8 {
		if a := ask("/api/v1/anyone", "203.0.113.5", ""); a.StatusCode != 200 {
			t.Fatalf("request %d of a burst: %d %s", i, a.StatusCode, a.body)
		}
	}
	a := ask("/api/v1/anyone", "203.0.113.5", "")
	if a.problem(t).Code != "api.too_many" || a.StatusCode != 429 || a.Header.Get("Retry-After") != "1" {
		t.Errorf("one too many: %d %s, retry after %q", a.StatusCode, a.body, a.Header.Get("Retry-After"))
	}
	if a := ask("/api/v1/anyone", "203.0.113.6", ""); a.StatusCode != 200 {
		t.Errorf("another address was held back too: %d", a.StatusCode)
	}
	// What the client wrote into the chain itself moves it into nobody else's bucket.
	if a := ask("/api/v1/anyone", "198.51.100.9, 203.0.113.5, 10.1.2.3", ""); a.StatusCode != 429 {
		t.Errorf("a made-up address was believed: %d", a.StatusCode)
	}
	// An IPv6 customer owns a /64.
	for i := range 9 {
		a := ask("/api/v1/anyone", "2001:db8::"+strconv.Itoa(i+1), "")
		if want := map[bool]int{true: 200, false: 429}[i < 8]; a.StatusCode != want {
			t.Errorf("address %d of one /64: %d, want %d", i, a.StatusCode, want)
		}
	}
	for i := range 13 { // an account is held back by itself, wherever it asks from
		a := ask("/api/v1/trainers", "192.0.2."+strconv.Itoa(i), "trainer")
		if want := map[bool]int{true: 200, false: 429}[i < 12]; a.StatusCode != want {
			t.Errorf("request %d of an account: %d, want %d", i, a.StatusCode, want)
		}
	}
	h.clock.Add(time.Second)
	if a := ask("/api/v1/anyone", "203.0.113.5", ""); a.StatusCode != 200 {
		t.Errorf("a second later: %d", a.StatusCode)
	}
	for range 50 { // this machine's own command line comes through no proxy
		if a := h.do(t, "POST", "/api/v1/anyone", `{"text":"a"}`); a.StatusCode != 200 {
			t.Fatalf("this machine was held back: %d", a.StatusCode)
		}
	}
}

func TestGuessingIsStopped(t *testing.T) {
	t.Parallel()
	secret := api.Raw("GET", "/sign-in", api.Public, "登录", "sign in", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") != "right" {
			api.WriteFault(w, r, api.NotAllowed.With("need", "x", "has", "y"))
		}
	}), api.Guess())
	h := behind(t, api.Limits{Guesses: 5}, secret, echo("/api/v1/trainers", api.Trainer))
	from := func(address string, more ...string) []string {
		return append([]string{"X-Forwarded-For", address}, more...)
	}
	for i := range 5 {
		if a := h.do(t, "POST", "/api/v1/trainers", `{"text":"a"}`, from("203.0.113.5", "Authorization", "Bearer zm_no")...); a.StatusCode != 401 {
			t.Fatalf("guess %d: %d", i, a.StatusCode)
		}
		if a := h.do(t, "GET", "/sign-in?token=wrong", "", from("203.0.113.7", "Authorization", "")...); a.StatusCode != 403 {
			t.Fatalf("link %d: %d", i, a.StatusCode)
		}
	}
	if a := h.do(t, "POST", "/api/v1/trainers", `{"text":"a"}`, from("203.0.113.5", "Authorization", "Bearer trainer")...); a.StatusCode != 429 || a.Header.Get("Retry-After") != "12" {
		t.Errorf("after five guesses even the right token waits: %d, retry after %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
	if a := h.do(t, "GET", "/sign-in?token=right", "", from("203.0.113.7", "Authorization", "")...); a.StatusCode != 429 {
		t.Errorf("after five wrong links: %d", a.StatusCode)
	}
	if a := h.do(t, "GET", "/sign-in?token=right", "", from("203.0.113.8", "Authorization", "")...); a.StatusCode != 200 {
		t.Errorf("somebody else: %d", a.StatusCode)
	}
	h.clock.Add(13 * time.Second)
	if a := h.do(t, "POST", "/api/v1/trainers", `{"text":"a"}`, from("203.0.113.5", "Authorization", "Bearer trainer")...); a.StatusCode != 200 {
		t.Errorf("later the right token opens: %d", a.StatusCode)
	}
}

func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	where := api.Raw("GET", "/where", api.Public, "哪里", "where", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.SetSession(w, r, "secret", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		w.Header().Set("X-Base", api.BaseURL(r.Context()))
		w.Header().Set("X-Here", strconv.FormatBool(api.FromHere(r.Context())))
	}))
	probe := api.Raw("GET", "/healthz", api.Public, "活着", "alive", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}), api.Probe())
	for name, c := range map[string]struct {
		proxies []string
		header  []string
		secure  bool
		here    string
		status  int
	}{
		"no proxy stated: the headers are not believed":  {nil, []string{"X-Forwarded-For", "203.0.113.5", "X-Forwarded-Proto", "https"}, false, "true", 200},
		"the stated proxy is believed":                   {[]string{"127.0.0.0/8"}, []string{"X-Forwarded-For", "203.0.113.5", "X-Forwarded-Proto", "https"}, true, "false", 200},
		"the stated proxy without TLS":                   {[]string{"127.0.0.0/8"}, []string{"X-Forwarded-For", "203.0.113.5", "X-Forwarded-Proto", "http"}, false, "false", 200},
		"this machine without a proxy":                   {[]string{"127.0.0.0/8"}, nil, false, "true", 200},
		"this machine, another proxy stated":             {[]string{"10.0.0.0/8"}, []string{"X-Forwarded-Proto", "https"}, false, "true", 200},
		"only the nearest proxy's word on TLS is taken":  {[]string{"127.0.0.0/8"}, []string{"X-Forwarded-For", "203.0.113.5", "X-Forwarded-Proto", "http,https"}, false, "false", 200},
		"an address that is none":                        {[]string{"127.0.0.0/8"}, []string{"X-Forwarded-For", "unknown"}, false, "false", 200},
		"another name in front of the program's own one": {[]string{"127.0.0.0/8"}, []string{"Host", "evil.example"}, false, "", 421},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := api.Options{Hosts: []string{"127.0.0.1"}}
			for _, p := range c.proxies {
				o.Proxies = append(o.Proxies, netip.MustParsePrefix(p))
			}
			h := openWith(t, testkit.OpenDB(t), o, where, probe)
			a := h.do(t, "GET", "/where", "", append(c.header, "Authorization", "")...)
			if a.StatusCode != c.status || a.Header.Get("X-Here") != c.here {
				t.Fatalf("%d %s, here %q", a.StatusCode, a.body, a.Header.Get("X-Here"))
			}
			if a := h.do(t, "GET", "/healthz", "", append(c.header, "Authorization", "")...); a.StatusCode != 200 {
				t.Errorf("a probe: %d", a.StatusCode)
			}
			if c.status != 200 {
				return
			}
			if got := a.Cookies()[0].Secure; got != c.secure {
				t.Errorf("the cookie is for TLS only: %v", got)
			}
			if got := a.Header.Get("Strict-Transport-Security") != ""; got != c.secure {
				t.Errorf("strict transport: %v", got)
			}
			if got, want := a.Header.Get("X-Base"), map[bool]string{true: "https", false: "http"}[c.secure]+"://"+h.Listener.Addr().String(); got != want {
				t.Errorf("base %s, want %s", got, want)
			}
		})
	}
}

// What comes past a stated proxy is refused; only a probe may.
func TestPastTheProxy(t *testing.T) {
	t.Parallel()
	s, err := api.NewServer(api.Options{
		Routes: []api.Route{echo("/api/v1/anyone", api.Public), api.Raw("GET", "/healthz", api.Public, "活着", "alive", http.NotFoundHandler(), api.Probe())},
		Now:    time.Now, DB: testkit.OpenDB(t), Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/api/v1/anyone": 403, "/healthz": 404} {
		method := map[bool]string{true: "GET", false: "POST"}[path == "/healthz"]
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, path, nil)
		r.RemoteAddr = "192.0.2.44:5000"
		r.Header.Set("X-Forwarded-For", "10.1.1.1")
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s from beside the proxy: %d %s", path, w.Code, w.Body)
		}
	}
}
