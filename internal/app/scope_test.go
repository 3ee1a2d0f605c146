package app

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
)

// TestATokenForAProductStaysInIt walks all routes as a token that is for one of two
// products: all that names the other, or no product at all, is refused, but for what
// looks itself at what the token sees.
func TestATokenForAProductStaysInIt(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	var ids, work []string
	for _, name := range []string{"mine", "theirs"} {
		p, err := a.Stages.Data.CreateProduct(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		set, err := a.Stages.Data.Create(t.Context(), p.ID, "d")
		if err != nil {
			t.Fatal(err)
		}
		hash, err := blob.PutBytes(t.Context(), a.Blobs, []byte("text\n好\n"))
		if err != nil {
			t.Fatal(err)
		}
		job, err := a.Stages.Data.StartImport(t.Context(), dataset.Order{DatasetID: set.ID, Raw: string(hash), Name: "x.csv"})
		if err != nil {
			t.Fatal(err)
		}
		finished(t, a, job)
		ids, work = append(ids, p.ID), append(work, job)
	}
	token := api.Actor{ID: a.Owner.ID, Name: "token", Roles: []api.Role{api.Owner}, Token: "x", Products: ids[:1]}
	wide := strings.Fields("/api/v1/products /api/v1/formats /api/v1/operators /api/v1/learners /api/v1/samplers /api/v1/me /api/v1/jobs /webhooks/rest/webhook /v1/embeddings /api/v1/events")
	refused := 0
	for _, route := range a.Server.Routes() {
		if route.Need == api.Public {
			continue
		}
		open := route.Method == "GET" || strings.HasPrefix(route.Path, "/webhooks") || route.Path == "/v1/embeddings"
		if open = open && slices.Contains(wide, route.Path); open {
			continue
		}
		for i, product := range ids {
			path := strings.ReplaceAll(route.Path, "{product}", product)
			path = hole.ReplaceAllString(path, "x")
			_, code := call(t, a, token, route.Method, path)
			mine := i == 0 && strings.Contains(route.Path, "{product}")
			if (code == "api.other_product") == mine {
				t.Errorf("%s %s: %q", route.Method, path, code)
			}
			if !mine {
				refused++
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d refused: the walk is broken", refused)
	}
	for path, want := range map[string]int{
		"/api/v1/products/mine": 0, "/api/v1/products/mine/overview": 200, "/api/v1/products/theirs/overview": 403, "/api/v1/products/none/overview": 403,
		"/api/v1/jobs/" + work[0]: 200, "/api/v1/jobs/" + work[1]: 403, "/api/v1/jobs/none": 403, "/api/v1/runs/none": 403, "/api/v1/queues/none": 403,
		"/api/v1/events?product=" + ids[0]: 200, "/api/v1/events?product=" + ids[1]: 403, "/api/v1/events": 403, "/api/v1/accounts": 403, "/api/v1/tokens": 403,
	} {
		if status, _ := call(t, a, token, "GET", path); want != 0 && status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	for path, theirs := range map[string]string{"/api/v1/products": ids[1], "/api/v1/jobs": work[1]} {
		status, answer := request(t, a, token, "GET", path, "")
		if status != 200 || strings.Contains(answer, theirs) || !strings.Contains(answer, ids[0]) {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
	if status, answer := request(t, a, token, "POST", "/api/v1/tokens", `{"name":"wider"}`); status != 403 {
		t.Errorf("it made a wider one: %d %s", status, answer)
	}
	status, answer := request(t, a, a.Owner.Actor(), "POST", "/api/v1/tokens", `{"name":"x","products":["theirs"]}`)
	if status != 200 || !strings.Contains(answer, ids[1]) {
		t.Errorf("a token for a product by its name: %d %s", status, answer)
	}
	if status, _ := request(t, a, a.Owner.Actor(), "POST", "/api/v1/tokens", `{"name":"x","products":["none"]}`); status != 404 {
		t.Errorf("a token for a product that is not there: %d", status)
	}
}

// eachHeld makes sure that every collection whose things belong to a product finds it.
func eachHeld(t *testing.T, a *App, product string, things map[string]string) {
	t.Helper()
	h := holders{products{a.Stages.Data}, a}
	for _, r := range a.Server.Routes() {
		collection, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/api/v1/"), "/")
		if _, known := things[collection]; !known && strings.Contains(r.Path, collection+"/{") && !strings.HasPrefix(r.Path, "/api/v1/products/") &&
			!slices.Contains([]string{"accounts", "tokens", "repairs"}, collection) && strings.HasPrefix(r.Path, "/api/") {
			t.Errorf("nobody tells the product of %s", r.Path)
		}
	}
	for collection, id := range things {
		got, err := h.ProductOf(context.Background(), collection, id)
		if err != nil || got != product {
			t.Errorf("%s %s is of %q, %v", collection, id, got, err)
		}
		if got, err := h.ProductOf(context.Background(), collection, "none"); err != nil || got != "" {
			t.Errorf("no such %s: %q, %v", collection, got, err)
		}
	}
}
