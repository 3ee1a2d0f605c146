package mlflow

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/db"
)

func sqliteService(t testing.TB) *Service {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Path: t.TempDir() + "/z.db"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s, err := New(t.Context(), d, nil, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTheShelfAnswersAsTheDatabase asks both the same, page by page, while runs are
// written, renamed, deleted and given new values.
func TestTheShelfAnswersAsTheDatabase(t *testing.T) {
	t.Parallel()
	s := sqliteService(t)
	rng := rand.New(rand.NewPCG(11, 3))
	one := func(list ...string) string { return list[rng.IntN(len(list))] }
	var ids []string
	change := func() {
		if len(ids) < 20 || rng.IntN(4) == 0 {
			id := must(t, s.createRun, `{"run_name":%q,"start_time":%d,"tags":[{"key":"team","value":%q}]}`, one("a", "B", "ab", "甲", "aB"), 1000+rng.IntN(15), one("x", "X", "xy"))["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
			ids = append(ids, id)
			must(t, s.logParameter, `{"run_id":%q,"key":"p","value":%q}`, id, one("1", "2", "10", "x", ""))
			return
		}
		id := ids[rng.IntN(len(ids))]
		for do, body := range map[string]func(*call) (any, error){
			`{"run_id":%q,"key":"m` + one("", "2") + `","value":` + one("0.5", "1", `"NaN"`, `"Infinity"`, "-3") + `,"timestamp":1,"step":` + fmt.Sprint(rng.IntN(1000)) + `}`: s.logMetric,
		} {
			_, _ = ask(t, body, fmt.Sprintf(do, id)) // a deleted one refuses
		}
		switch rng.IntN(5) {
		case 0:
			_, _ = ask(t, s.updateRun, fmt.Sprintf(`{"run_id":%q,"status":%q,"end_time":%d,"run_name":%q}`, id, one("FINISHED", "FAILED"), rng.IntN(9), one("c", "C")))
		case 1:
			_, _ = ask(t, s.deleteRun, fmt.Sprintf(`{"run_id":%q}`, id))
		case 2:
			_, _ = ask(t, s.restoreRun, fmt.Sprintf(`{"run_id":%q}`, id))
		case 3:
			_, _ = ask(t, s.deleteTag, fmt.Sprintf(`{"run_id":%q,"key":"team"}`, id))
		case 4:
			_, _ = ask(t, s.logInputs, fmt.Sprintf(`{"run_id":%q,"datasets":[{"dataset":{"name":"行","digest":%q}}]}`, id, one("d", "e")))
		}
	}
	value := func() string { return "'" + one("a", "x", "X", "1", "10", "2", "", "FINISHED", "x%", "%b", "_") + "'" }
	condition := func() string {
		switch rng.IntN(6) {
		case 0:
			return one("metrics.m", "metrics.m2", "metrics.none") + " " + one("=", "!=", "<", "<=", ">", ">=") + " " + one("0.5", "1", "-3", "0", "inf")
		case 1:
			return one("params.p", "tags.team", "params.none", "attributes.run_name", "attributes.status", "tags.mlflow.runName") + " " + one("=", "!=", "<", ">=", "LIKE", "ILIKE", "NOT LIKE") + " " + value()
		case 2:
			return one("params.p", "tags.team", "tags.none") + " " + one("IS NULL", "IS NOT NULL")
		case 3:
			return one("params.p", "attributes.run_name", "attributes.run_id", "tags.team") + " " + one("IN", "NOT IN") + " (" + value() + ", " + value() + ")"
		case 4:
			return one("attributes.start_time", "attributes.end_time") + " " + one("=", "!=", "<", ">=") + " " + one("1003", "1007", "5", "0")
		}
		return one("dataset.name", "dataset.digest") + " " + one("=", "LIKE", "!=") + " " + one("'行'", "'d'", "'%'")
	}
	orderBy := func() string {
		return one("metrics.m", "metrics.m2", "metrics.none", "params.p", "tags.team", "start_time", "end_time", "run_name", "status", "run_id") + " " + one("ASC", "DESC", "")
	}
	answered, rows := 0, 0
	for n := range 600 {
		change()
		if n < 30 {
			continue
		}
		a := asking{product: "p", experiments: []string{"0"}, view: one("", "", "ALL", "DELETED_ONLY"), limit: 1 + rng.IntN(12)}
		var parts []string
		for range rng.IntN(3) {
			parts = append(parts, condition())
		}
		a.filter = strings.Join(parts, " AND ")
		for range rng.IntN(3) {
			a.orders = append(a.orders, orderBy())
		}
		b := a
		for page := range 4 {
			shelf, shelfNext, there, shelfErr := s.findShelved(t.Context(), a)
			asked, askedNext, askedErr := s.ask(t.Context(), b)
			if (shelfErr == nil) != (askedErr == nil) {
				t.Fatalf("%q by %q: shelf %v, database %v", a.filter, a.orders, shelfErr, askedErr)
			}
			if shelfErr != nil || !there {
				break
			}
			answered++
			rows += len(asked)
			same := len(shelf) == len(asked) && (shelfNext == "") == (askedNext == "")
			for i := range asked {
				if !same {
					break
				}
				same = string(shelf[i].told) == string(appendRun(nil, &asked[i])) && json.Valid(shelf[i].told)
			}
			if !same {
				told := func(r []byte) string { return string(r) }
				var one, other []string
				for _, k := range shelf {
					one = append(one, told(k.told))
				}
				for _, r := range asked {
					other = append(other, told(appendRun(nil, &r)))
				}
				t.Fatalf("%q by %q, page %d: of the shelf\n%s\nof the database\n%s", a.filter, a.orders, page, strings.Join(one, "\n"), strings.Join(other, "\n"))
			}
			// The database goes on with a cursor of the shelf, and the shelf by itself.
			if a.cursor, b.cursor = shelfNext, shelfNext; shelfNext == "" {
				break
			}
		}
	}
	if answered < 300 || rows < 1000 {
		t.Errorf("only %d searches with %d runs were compared", answered, rows)
	}
}

// TestAProductThatDoesNotFitIsAskedOfTheDatabase also lets a small one push out another.
func TestAProductThatDoesNotFitIsAskedOfTheDatabase(t *testing.T) {
	t.Parallel()
	s := sqliteService(t)
	for range 3 {
		must(t, s.createRun, `{}`)
	}
	a := asking{product: "p", experiments: []string{"0"}, limit: 10}
	s.shelves.most = 1000
	if _, _, there, err := s.findShelved(t.Context(), a); there || err != nil {
		t.Errorf("kept %v, %v", there, err)
	}
	if found, _, err := s.find(t.Context(), a); len(found) != 3 || err != nil {
		t.Errorf("%d runs, %v", len(found), err)
	}
	s.shelves.most = 1 << 20
	s.shelves.touch("p", "")
	if found, _, there, err := s.findShelved(t.Context(), a); !there || len(found) != 3 || err != nil {
		t.Errorf("kept %v: %d runs, %v", there, len(found), err)
	}
	if _, err := s.Erase(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	if found, _, _, err := s.findShelved(t.Context(), a); len(found) != 0 || err != nil {
		t.Errorf("%d runs after they were erased, %v", len(found), err)
	}
}
