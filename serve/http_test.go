package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// tokens knows one bearer token for each role.
type tokens struct{}

func (tokens) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	return api.Actor{ID: "u-" + c.Token, Name: c.Token, Roles: []api.Role{api.Role(c.Token)}}, nil
}

type site struct {
	*house
	*httptest.Server
	t testing.TB
}

func newSite(t testing.TB, d *db.DB) *site {
	h := newHouse(t, d)
	h.n.Pages = fstest.MapFS{"chat.html": {Data: []byte("<!doctype html>chat")}}
	h.n.Now = time.Now
	server, err := api.NewServer(api.Options{
		Routes: h.Routes(), Accounts: tokens{}, DB: h.db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	follow(t, h.Service)
	s := &site{house: h, Server: httptest.NewServer(server), t: t}
	s.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 128
	t.Cleanup(s.Server.Close)
	return s
}

// call sends JSON; header pairs follow. It gives the status and the body.
func (s *site) call(method, path, body string, header ...string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(got)
}

func (s *site) session() (path, token string) {
	s.t.Helper()
	status, body := s.call("POST", "/api/v1/products/p1/sessions", `{"channel":"web"}`)
	var got struct {
		ID, Token string
		Product   struct{ ID, Name string }
		Parts     []map[string]any
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK || got.Token == "" || got.Product.Name == "" || len(got.Parts) == 0 {
		s.t.Fatalf("begin: %d %s", status, body)
	}
	return "/api/v1/products/p1/sessions/" + got.ID, got.Token
}

func TestTheChatOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		path, token := s.session()
		status, body := s.call("POST", path+"/turns", `{"text":"查订单","turn_id":"c1"}`, "X-Session-Token", token)
		var a Answered
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 || a.TurnID != "c1" || a.Release != "r1" || a.State != "bot" || len(a.Parts) == 0 {
			t.Fatalf("%d %s", status, body)
		}
		if status, body = s.call("POST", path+"/turns/c1/ratings", `{"good":false,"comment":"慢"}`, "X-Session-Token", token); status != 204 {
			t.Fatalf("rating: %d %s", status, body)
		}
		status, body = s.call("GET", path+"/turns?limit=10", "", "X-Session-Token", token)
		if status != 200 || !strings.Contains(body, `"rating":"bad"`) || !strings.Contains(body, `"turn_id":"c1"`) {
			t.Errorf("turns: %d %s", status, body)
		}
		if status, body = s.call("GET", "/chat/p1", ""); status != 200 || !strings.Contains(body, "chat") {
			t.Errorf("page: %d %s", status, body)
		}
	})
}

func TestASessionOpensOnlyWithItsToken(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		path, token := s.session()
		_, other := s.session()
		for _, c := range []struct {
			name, header, value string
			want                int
		}{
			{"its token", "X-Session-Token", token, 200},
			{"no token", "Accept", "*/*", 403},
			{"another session's token", "X-Session-Token", other, 403},
			{"a viewer who is signed in", "Authorization", "Bearer viewer", 200},
			{"a customer who is signed in", "Authorization", "Bearer customer", 403},
		} {
			if status, body := s.call("GET", path+"/turns", "", c.header, c.value); status != c.want {
				t.Errorf("%s: %d %s, want %d", c.name, status, body, c.want)
			}
		}
		if status, body := s.call("GET", strings.Replace(path, "/sessions/", "/sessions/x", 1)+"/turns", "", "X-Session-Token", token); status != 404 {
			t.Errorf("unknown session: %d %s", status, body)
		}
	})
}

func TestAMessageOfOneMegabyteIsRefusedWithAFault(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		path, token := s.session()
		for _, size := range []int{5000, 1 << 20, 3 << 20} {
			text, _ := json.Marshal(map[string]string{"text": strings.Repeat("a", size)})
			status, body := s.call("POST", path+"/turns", string(text), "X-Session-Token", token)
			if status < 400 || status >= 500 || !strings.Contains(body, `"fix"`) {
				t.Errorf("%d bytes: %d %.200s", size, status, body)
			}
		}
		if status, body := s.call("POST", path+"/turns", `{"text":"你好"}`, "X-Session-Token", token); status != 200 {
			t.Errorf("afterwards: %d %s", status, body)
		}
	})
}

func TestAnswersStreamAsEvents(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		path, token := s.session()
		status, body := s.call("POST", path+"/streams", `{"text":"查订单"}`, "X-Session-Token", token)
		if status != 200 || !strings.HasPrefix(body, "event: part\n") || !strings.Contains(body, "event: done\n") {
			t.Fatalf("%d %s", status, body)
		}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		r, _ := http.NewRequestWithContext(ctx, "GET", s.URL+path+"/events?token="+token, nil)
		stream, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Body.Close()
		lines := bufio.NewScanner(stream.Body)
		lines.Scan() // retry: the stream is open from here on
		if status, body := s.call("POST", path+"/turns", `{"text":"SC20260803117","turn_id":"c9"}`, "X-Session-Token", token); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if !strings.Contains(data, `"turn_id":"c9"`) {
					t.Errorf("event %s", data)
				}
				return
			}
		}
		t.Errorf("no event: %v", lines.Err())
	})
}

func TestRasaClientsWorkUnchanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for i, message := range []string{"查订单", "SC20260803117"} {
			status, body := s.call("POST", "/webhooks/rest/webhook", fmt.Sprintf(`{"sender":"wang","message":%q}`, message), "Authorization", "Bearer customer")
			var got []rasaMessage
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || len(got) == 0 || got[0].RecipientID != "wang" || got[0].Text == "" {
				t.Fatalf("%d %s", status, body)
			}
			if i == 1 && !strings.Contains(body, "SC20260803117") {
				t.Errorf("the second message does not continue the first: %s", body)
			}
		}
		if status, _ := s.call("POST", "/webhooks/rest/webhook", `{"sender":"wang","message":"hi"}`); status != 401 {
			t.Errorf("without a token: %d, want 401", status)
		}
	})
}

func TestReleasesOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		body := fmt.Sprintf(`{"model_id":"m1","knowledge":%q,"flow":%q,"thresholds":{"answer":0.6,"offer":0.2,"knowledge":0.7}}`, s.content.Knowledge, s.content.Flow)
		status, got := s.call("POST", "/api/v1/products/p1/releases", body, "Authorization", "Bearer trainer")
		if status != 200 || !strings.Contains(got, `"name":"r2"`) || !strings.Contains(got, `"answer":0.6`) {
			t.Fatalf("create: %d %s", status, got)
		}
		if status, got = s.call("POST", "/api/v1/products/p1/releases/r2/publications", `{}`, "Authorization", "Bearer trainer"); status != 200 || !strings.Contains(got, `"state":"live"`) {
			t.Errorf("publish: %d %s", status, got)
		}
		if status, got = s.call("POST", "/api/v1/products/p1/takebacks", `{}`, "Authorization", "Bearer trainer"); status != 200 || !strings.Contains(got, `"name":"r1"`) {
			t.Errorf("take back: %d %s", status, got)
		}
		status, got = s.call("GET", "/api/v1/products/p1/releases?limit=1", "", "Authorization", "Bearer viewer")
		if status != 200 || !strings.Contains(got, `"name":"r2"`) || !strings.Contains(got, `"next"`) {
			t.Errorf("list: %d %s", status, got)
		}
		if status, _ = s.call("POST", "/api/v1/products/p1/takebacks", `{}`, "Authorization", "Bearer labeller"); status != 403 {
			t.Errorf("a labeller took a release back: %d", status)
		}
	})
}

// BenchmarkHTTP drives turns closed-loop over 64 sessions, client and server
// in one process, and reports the 99th percentile too.
func BenchmarkHTTP(b *testing.B) {
	s := newSite(b, testkit.OpenDB(b))
	type seat struct{ path, token string }
	seats := make(chan seat, 64)
	for range 64 {
		path, token := s.session()
		seats <- seat{path, token}
	}
	texts := []string{"湖西区400以内的酒店", "云栖有泳池吗", "镇海楼门票多少", "你好", "发票怎么开", "退款多久到账"}
	var took []time.Duration
	var mu sync.Mutex
	var n atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			i := n.Add(1)
			at := <-seats
			began := time.Now()
			body := fmt.Appendf(nil, `{"text":%q,"turn_id":"t%d"}`, texts[int(i)%len(texts)], i)
			r, _ := http.NewRequest("POST", s.URL+at.path+"/turns", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Session-Token", at.token)
			answer, err := s.Client().Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != 200 {
				b.Errorf("status %d", answer.StatusCode)
			}
			mu.Lock()
			took = append(took, time.Since(began))
			mu.Unlock()
			seats <- at
		}
	})
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
