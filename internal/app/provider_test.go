package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"zhuomo/internal/api"
	"zhuomo/people"
)

// TestABrowserSignsInByAProvider goes the whole way round, as a browser does: to the
// provider, back, and in; and finds that the way back leads in only once.
func TestABrowserSignsInByAProvider(t *testing.T) {
	t.Parallel()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Shutdown()
	a, err := Open(t.Context(), Options{
		DataFolder: filepath.Join(t.TempDir(), "data"), Now: time.Now,
		provider: people.Provider{Issuer: m.Issuer(), ClientID: m.Config().ClientID, ClientSecret: m.Config().ClientSecret, Scopes: []string{"profile", "email"}, Role: api.Trainer},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(context.Background())
	server := httptest.NewServer(a)
	defer server.Close()
	if status, answer := request(t, a, api.Actor{}, "GET", "/api/v1/sign-in-ways", ""); status != 200 || !strings.Contains(answer, `"provider":true`) {
		t.Errorf("the ways: %d %s", status, answer)
	}
	m.QueueUser(&mockoidc.MockUser{Subject: "s1", PreferredUsername: "小明", Email: "ming@corp.example", EmailVerified: true})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var way []string
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		way = append(way, r.URL.String())
		if r.URL.Path == "/" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	get := func(path string) int {
		answer, err := browser.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if status := get(server.URL + "/sign-in/provider"); status != 303 || len(way) != 3 {
		t.Fatalf("%d by %q", status, way)
	}
	if status := get(server.URL + "/api/v1/me"); status != 200 {
		t.Errorf("after the way round: %d", status)
	}
	who, err := a.Stages.People.Account(t.Context(), "小明")
	if err != nil || who.Role != api.Trainer {
		t.Errorf("%+v, %v", who, err)
	}
	if status := get(way[1]); status != 403 {
		t.Errorf("the way back again, in the same browser: %d", status)
	}
	jar, err = cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser.Jar = jar
	if status := get(way[1]); status != 403 {
		t.Errorf("the way back in another browser: %d", status)
	}
	if status := get(server.URL + "/api/v1/me"); status != 401 {
		t.Errorf("the other browser is in: %d", status)
	}
}

func TestAProviderMustBeToldWhole(t *testing.T) {
	for name, c := range map[string]struct {
		say    signing
		secret string
		want   error
	}{
		"none":                {signing{}, "", nil},
		"all":                 {signing{issuer: "https://id.example", client: "x", role: "viewer", rules: []string{"a=trainer"}}, "s", nil},
		"on this machine":     {signing{issuer: "http://127.0.0.1:9000", client: "x"}, "s", nil},
		"without its secret":  {signing{issuer: "https://id.example", client: "x"}, "", ProviderUnclear},
		"without our id":      {signing{issuer: "https://id.example"}, "s", ProviderUnclear},
		"not by TLS":          {signing{issuer: "http://id.example", client: "x"}, "s", ProviderInsecure},
		"a strange role":      {signing{issuer: "https://id.example", client: "x", role: "boss"}, "s", people.UnknownRole},
		"a rule that is none": {signing{issuer: "https://id.example", client: "x", rules: []string{"trainers"}}, "s", people.UnknownRole},
	} {
		t.Setenv(providerSecret, c.secret)
		if _, err := c.say.provider(); c.want == nil && err != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
