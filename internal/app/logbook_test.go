package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An outside trainer logs to the run that it is given, with a token for its product
// alone that ends with the training.
func TestAnOutsideTrainerHasARunToLogTo(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	book := logbook{a}
	if log, err := book.Begin(t.Context(), "p", "learn.x.v1"); err != nil || log.Run != "" {
		t.Errorf("where nothing is served: %v, %v", log, err)
	}
	server := httptest.NewServer(a)
	defer server.Close()
	a.address.Store(&server.URL)
	p, err := a.Stages.Data.CreateProduct(t.Context(), "酒店")
	if err != nil {
		t.Fatal(err)
	}
	product := p.ID
	log, err := book.Begin(t.Context(), product, "learn.x.v1")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	for _, pair := range log.Environ {
		name, value, _ := strings.Cut(pair, "=")
		given[name] = value
	}
	ask := func(method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, given["MLFLOW_TRACKING_URI"]+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+given["MLFLOW_TRACKING_TOKEN"])
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	const runs = "/api/2.0/mlflow/runs/"
	metric := fmt.Sprintf(`{"run_id": %q, "key": "loss", "value": 0.25, "timestamp": 1}`, given["MLFLOW_RUN_ID"])
	if status, text := ask("POST", runs+"log-metric", metric); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := ask("GET", runs+"get?run_id="+given["MLFLOW_RUN_ID"], ""); status != 200 || !strings.Contains(text, `"RUNNING"`) || !strings.Contains(text, `"loss"`) {
		t.Errorf("%d %s", status, text)
	}
	if err := log.End(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask("GET", runs+"get?run_id="+given["MLFLOW_RUN_ID"], ""); status != 401 {
		t.Errorf("the token lives on: %d", status)
	}
	var state string
	if err := a.DB.Reader().QueryRowContext(t.Context(), `SELECT status FROM mlflow_runs WHERE id = $1`, given["MLFLOW_RUN_ID"]).Scan(&state); err != nil || state != "FINISHED" {
		t.Errorf("the run is %s, %v", state, err)
	}
}
