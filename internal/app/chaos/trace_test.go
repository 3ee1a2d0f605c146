//go:build chaos

package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zhuomo/internal/app"
)

// TestNothingIsAcknowledgedBeforeItsSync watches the program's system calls
// while people import, label, talk, release and mend, one after the other and
// eight at a time, and holds each acknowledgement to the rule of covered.
func TestNothingIsAcknowledgedBeforeItsSync(t *testing.T) {
	needs(t, "sqlite")
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: make tools, as root on Debian, installs it")
	}
	folder := filepath.Join(t.TempDir(), "data")
	seeded := seed(t, app.Options{DataFolder: folder})
	trace := filepath.Join(t.TempDir(), "trace")
	s := start(t, folder, "strace", "-f", "-yy", "-xx", "-s", "100000", "-e", "trace="+traced, "-e", "signal=none", "-o", trace)
	tokens, uploads := acknowledge(t, s, seeded)
	s.stop(t)
	calls := readTraceFile(t, trace)
	for _, token := range tokens {
		if err := covered(calls, token); err != nil {
			t.Error(err)
		}
	}
	for _, token := range uploads {
		if err := blobCovered(calls, token); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d acknowledgements, %d uploads, %d system calls", len(tokens), len(uploads), len(calls))

	// The same trace without its syncs must not pass: else the checker sees nothing.
	var doctored []sysCall
	syncs := 0
	for _, c := range calls {
		if c.name != "fdatasync" && c.name != "fsync" {
			doctored = append(doctored, c)
		} else {
			syncs++
		}
	}
	for _, token := range tokens {
		if covered(doctored, token) == nil {
			t.Errorf("%s passes in a trace without any of its %d syncs", token, syncs)
		}
	}
	for _, token := range uploads {
		if blobCovered(doctored, token) == nil {
			t.Errorf("%s passes in a trace without any of its %d syncs", token, syncs)
		}
	}
}

func readTraceFile(t *testing.T, path string) []sysCall {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	calls, err := readTrace(f)
	must(t, err)
	return calls
}

// acknowledge does writes of every kind, each with a token of its own in the
// request and in what it stores, and gives the tokens of those that were
// acknowledged; uploads are those whose bytes go to a blob.
func acknowledge(t *testing.T, s *server, seeded seeded) (tokens, uploads []string) {
	t.Helper()
	product := "/api/v1/products/" + seeded.product
	post := func(path string, body, out any, headers ...string) {
		t.Helper()
		must(t, s.call(t.Context(), "POST", path, body, out, headers...))
	}
	token := func(kind string) string {
		text := kind + "-" + newID()
		tokens = append(tokens, text)
		return text
	}
	var made struct{ ID string }
	post("/api/v1/products", map[string]any{"name": token("product")}, &made)
	post(product+"/datasets", map[string]any{"name": token("dataset")}, &made)
	must(t, s.call(t.Context(), "PUT", product+"/recipes", map[string]any{"source": strings.Replace(recipe, "name: chaos", "name: "+token("recipe"), 1)}, nil))

	var started struct {
		JobID string `json:"job_id"`
	}
	for range 5 {
		file := token("file")
		uploads = append(uploads, file)
		post(product+"/datasets/"+made.ID+"/imports?filename="+file+".csv", []byte("key,text\n"+file+",你好\n"), &started)
		must(t, ended(t.Context(), s, started.JobID))
	}
	post(product+"/queues", map[string]any{"name": token("queue"), "version_id": seeded.version, "text_column": "text", "annotators": 1, "sample": queueTasks}, &started)
	must(t, ended(t.Context(), s, started.JobID))
	var opened struct{ Result struct{ ID string } }
	must(t, s.call(t.Context(), "GET", "/api/v1/jobs/"+started.JobID, nil, &opened))
	var tasks struct{ Items []task }
	bearer := []string{"Authorization", "Bearer " + seeded.people[0].token}
	post("/api/v1/queues/"+opened.Result.ID+"/claims", map[string]any{"count": 20}, &tasks, bearer...)
	for _, task := range tasks.Items {
		id := token("a")
		post("/api/v1/tasks/"+task.ID+"/annotations", map[string]any{"id": id, "labels": []string{labelOf(task.Text)}}, nil, bearer...)
	}

	for range 5 {
		c := seeded.release
		body := map[string]any{"model_id": c.ModelID, "knowledge": c.Knowledge, "flow": c.Flow, "note": token("release")}
		post(product+"/releases", body, &made, "Idempotency-Key", token("key"))
		tokens = tokens[:len(tokens)-1] // the key travels in the same request: its note is the token
		post(product+"/releases/"+made.ID+"/publications", map[string]any{"overrule": token("publication")}, nil)
	}
	post(product+"/takebacks", map[string]any{"reason": token("takeback")}, nil)

	// Customers at the same time, so that commits carry more than one turn.
	var all sync.WaitGroup
	var mu sync.Mutex
	var said []*turn
	for n := range 8 {
		all.Go(func() {
			var begun struct{ ID, Token string }
			if err := s.call(t.Context(), "POST", product+"/sessions", map[string]any{}, &begun); err != nil {
				t.Error(err)
				return
			}
			for k := range 10 {
				turn := &turn{turnID: fmt.Sprintf("turn-%d-%s", n, newID())}
				_, turn.text = sentence(10*n + k)
				var answer struct {
					ID    string
					Parts json.RawMessage
				}
				err := s.call(t.Context(), "POST", product+"/sessions/"+begun.ID+"/turns", map[string]any{"text": turn.text, "turn_id": turn.turnID}, &answer, "X-Session-Token", begun.Token)
				if err != nil {
					t.Error(err)
					return
				}
				turn.id = answer.ID
				mu.Lock()
				said, tokens = append(said, turn), append(tokens, turn.turnID)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for _, turn := range said[:3] {
		tokens = append(tokens, turn.id) // the job carries the id of the turn that it mends
		post(product+"/fixes", map[string]any{"turn_id": turn.id, "labels": []string{labelOf(turn.text)}}, &started)
		must(t, ended(t.Context(), s, started.JobID))
	}
	return tokens, uploads
}
