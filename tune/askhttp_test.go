package tune_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// TestAProgramOutsideDrivesAStudyOverHTTP plays the program: each line is a
// request, the status it must get, and a part of the answer.
func TestAProgramOutsideDrivesAStudyOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		s := desk(t, d, clock)
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: signedIn{}, DB: d, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewServer(server)
		t.Cleanup(h.Close)
		ask := func(role, line, body string, status int, part string) {
			t.Helper()
			method, path, _ := strings.Cut(line, " ")
			r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1/products/p/"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+role)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept-Language", "en")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != status || !strings.Contains(string(text), part) {
				t.Errorf("%s %s: %d %s", line, body, answer.StatusCode, text)
			}
		}
		const study = `{"name":"n","minimise":true,"objective":"loss","trials":3,"stopping":"median","params":[{"name":"x","kind":"float","min":0,"max":1},{"name":"k","kind":"choice","choices":["13812345678"]}]}`
		ask("viewer", "POST outside-studies", study, 403, "")
		ask("trainer", "POST outside-studies", `{"params":[]}`, 422, "")
		ask("trainer", "POST outside-studies", `{"params":[{"name":"x","kind":"float","min":1,"max":0}]}`, 422, "tune.bad_declared")
		ask("trainer", "POST outside-studies", study, 200, `"found":false`)
		ask("trainer", "POST outside-studies", study, 200, `"found":true`)
		ask("trainer", "POST studies/nobody/asks", `{}`, 404, "tune.no_such_study")
		ask("trainer", "POST studies/n/asks", `{"key":"one","worker":"w"}`, 200, `"number":0`)
		ask("trainer", "POST studies/s1/asks", `{"key":"one"}`, 200, `"number":0`)
		ask("trainer", "POST studies/n/asks", `{"key":"two"}`, 200, `"k":"13812345678"`) // no number of a phone: a value to be measured
		ask("viewer", "GET studies/n/asked", "", 200, `"worker":"w"`)
		ask("trainer", "POST studies/n/trials/0/reports", `{"step":1,"value":0.4}`, 200, `"stop":false`)
		ask("trainer", "POST studies/n/trials/0/reports", `{}`, 200, `"stop":false`)
		ask("trainer", "POST studies/n/trials/0/reports", `{"lease":"another"}`, 409, "tune.lease_lost")
		ask("trainer", "POST studies/n/trials/7/results", `{"value":1}`, 404, "tune.no_such_trial")
		ask("trainer", "POST studies/n/trials/0/results", `{}`, 422, "tune.no_value")
		ask("trainer", "POST studies/n/trials/0/results", `{"value":0.25,"figures":{"hours":2}}`, 200, `"score":-0.25`)
		ask("trainer", "POST studies/n/trials/0/results", `{"value":0.25}`, 200, `"hours":2`)
		ask("trainer", "POST studies/n/trials/0/results", `{"value":0.5}`, 409, "tune.already_told")
		ask("trainer", "POST studies/n/trials/1/results", `{"state":"failed","problem":"no memory"}`, 200, `"state":"failed"`)
		ask("trainer", "POST studies/n/pauses", "", 200, `"state":"paused"`)
		ask("trainer", "POST studies/n/asks", `{}`, 200, `"wait_ms":5000`)
		ask("trainer", "PUT studies/n/space", `{"params":[{"name":"x","kind":"int","min":0,"max":1}]}`, 200, `"kind":"int"`)
		ask("trainer", "POST studies/n/imports", `{"trials":[{"values":{"x":1},"value":0.125}]}`, 200, `"added":1`)
		ask("trainer", "POST studies/n/resumptions", `{}`, 200, `"trials":4`)
		ask("trainer", "POST studies/n/asks", `{}`, 200, `"values":{"x":`)
		ask("trainer", "POST studies/n/trials/3/results", `{"value":2}`, 200, `"number":3`)
		ask("trainer", "POST studies/n/asks", `{}`, 200, `"state":"done"`)
		ask("trainer", "POST studies/n/resumptions", `{}`, 409, "tune.study_over")
		ask("trainer", "POST studies/n/ends", "", 200, `"best_score":-0.125`)
		ask("viewer", "GET studies/n", "", 200, `"best_number":2`)
		ask("viewer", "GET studies", "", 200, `"name":"n"`)

		// Values as large as may be told can be shown, larger ones are refused.
		var many []string
		for i := range 30 {
			many = append(many, fmt.Sprintf(`{"values":{"x":%v},"value":%s1e100}`, float64(i)/30, []string{"", "-"}[i%2]))
		}
		ask("trainer", "POST outside-studies", `{"name":"huge","params":[{"name":"x","kind":"float","min":-1e300,"max":1e300}]}`, 200, `"found":false`)
		ask("trainer", "POST studies/huge/imports", `{"trials":[`+strings.Join(many, ",")+`]}`, 200, `"added":30`)
		ask("viewer", "GET studies/huge", "", 200, `"importance":[{`)
		ask("trainer", "POST studies/huge/imports", `{"trials":[{"values":{"x":1},"value":1e101}]}`, 422, "tune.no_value")
	})
}
