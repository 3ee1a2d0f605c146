package app

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"zhuomo/people"
)

func TestTheLinkSignsABrowserIn(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	server := httptest.NewServer(a)
	defer server.Close()
	secret, _, err := a.Stages.People.NewLink(t.Context(), a.Owner.ID)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, path string, header ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	if r := send("GET", "/api/v1/me"); r.StatusCode != 401 {
		t.Errorf("before: %d", r.StatusCode)
	}
	if r := send("GET", people.LinkPath(secret), "Sec-Purpose", "prefetch"); r.StatusCode != 204 || len(r.Cookies()) > 0 {
		t.Errorf("a prefetch: %d %v", r.StatusCode, r.Cookies())
	}
	if r := send("HEAD", people.LinkPath(secret)); len(r.Cookies()) > 0 {
		t.Errorf("a HEAD used the link")
	}
	r := send("GET", people.LinkPath(secret))
	if r.StatusCode != 303 || r.Header.Get("Location") != "/" || len(r.Cookies()) != 1 {
		t.Fatalf("sign-in: %d %v", r.StatusCode, r.Header)
	}
	if c := r.Cookies()[0]; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(c.Name, "zhuomo_session_") {
		t.Errorf("cookie %+v", c)
	}
	if r := send("GET", "/api/v1/me"); r.StatusCode != 200 {
		t.Errorf("after: %d", r.StatusCode)
	}
	if r := send("GET", people.LinkPath(secret)); r.StatusCode != 403 {
		t.Errorf("the link again: %d", r.StatusCode)
	}
	if r := send("DELETE", "/api/v1/session", "Origin", "http://evil.example"); r.StatusCode != 403 {
		t.Errorf("signed out by another site: %d", r.StatusCode)
	}
	if r := send("DELETE", "/api/v1/session", "Origin", server.URL); r.StatusCode != 204 {
		t.Errorf("sign out: %d", r.StatusCode)
	}
	if r := send("GET", "/api/v1/me"); r.StatusCode != 401 {
		t.Errorf("after signing out: %d", r.StatusCode)
	}
}
