//go:build chaos

package chaos

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// settleTime is how long jobs that a kill interrupted may take to end.
const settleTime = 90 * time.Second

// examine holds the program, whose jobs rest, to its promises. What
// was made in earlier rounds is looked at again in the last one.
func examine(t *testing.T, s *server, l *ledger, last bool) {
	t.Helper()
	ctx := t.Context()
	jobsKept(t, s, l)
	auditWhole(t, s)
	for _, d := range l.datasets {
		if last || d.round >= l.round-1 {
			datasetWhole(ctx, t, s, l, d)
		}
	}
	for i, c := range l.cleanups {
		if last || i >= len(l.cleanups)-8 {
			cleanupWhole(ctx, t, s, l, c)
		}
	}
}

// auditWhole goes along the chain of the audit log.
func auditWhole(t *testing.T, s *server) {
	t.Helper()
	var verdict struct {
		Whole bool `json:"whole"`
	}
	var text []byte
	if err := s.call(t.Context(), "GET", "/api/v1/audit/verification", nil, &text); err != nil {
		t.Error(err)
		return
	}
	if err := json.Unmarshal(text, &verdict); err != nil || !verdict.Whole {
		t.Errorf("the chain of the audit log: %s", text)
	}
}

// answerLost is the refusal of a repeated request that was done, or begun, by a
// process that died before it could keep the answer.
const answerLost = "api.answer_lost"

// askAgain sends the requests of this round once more: those with a key and
// turns with their id. Who was answered gets the same answer; who was not is
// served now, or told that it was done. Nothing is done twice, which the doctor
// sees by the marks. With several servers all are asked at once.
func askAgain(t *testing.T, l *ledger, all ...*server) {
	t.Helper()
	for _, r := range l.live.requests[l.live.asked:] {
		answer, err := r.atOnce(t.Context(), all)
		switch {
		case r.answer != nil && (err != nil || !bytes.Equal(answer, r.answer)):
			t.Errorf("%s, asked again: %v %s, before: %s", r.mark, err, answer, r.answer)
		case err == nil:
			r.answer = answer
			l.counts["asked again"]++
		case codeOf(err) == answerLost:
			l.counts["told that the answer is lost"]++
			r.code = answerLost
		case codeOf(err) == "" || r.code != "" && codeOf(err) != r.code:
			t.Errorf("%s, asked again: %v, before: %q", r.mark, err, r.code)
		}
	}
	l.live.asked = len(l.live.requests)
	for _, c := range l.live.sessions[max(0, len(l.live.sessions)-3):] {
		for i, turn := range c.turns {
			if err := c.say(t.Context(), all[i%len(all)], l, turn); err != nil {
				t.Errorf("turn said again: %v", err)
			}
		}
	}
}

// settle waits until no job is queued or running.
func settle(t *testing.T, s *server) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		var page struct {
			Items []struct{ ID, Kind, State string }
		}
		if err := s.call(t.Context(), "GET", "/api/v1/jobs?unfinished=true", nil, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 0 {
			return
		}
		if time.Since(began) > settleTime {
			t.Fatalf("%d jobs hang after the start, such as %+v", len(page.Items), page.Items[0])
		}
	}
}

// jobsKept: every acknowledged job is there and done, unless kills hit it so
// often that the program gave it up, saying so.
func jobsKept(t *testing.T, s *server, l *ledger) {
	t.Helper()
	for id, kind := range l.jobs {
		if l.ended[id] {
			continue // looked at before, and again below by what it made
		}
		var j struct {
			State, Kind string
			Failure     *struct{ Code, Message string }
		}
		if err := s.call(t.Context(), "GET", "/api/v1/jobs/"+id, nil, &j); err != nil {
			t.Errorf("acknowledged job %s (%s): %v", id, kind, err)
			continue
		}
		switch {
		case j.State == "done":
			l.ended[id] = true
		case j.State == "failed" && j.Failure != nil && j.Failure.Code == "jobs.kept_crashing":
			l.counts["job given up after kills"]++
			delete(l.jobs, id)
		default:
			t.Errorf("acknowledged job %s (%s) is %s: %+v", id, kind, j.State, j.Failure)
		}
	}
}

type version struct {
	ID       string
	Number   int
	Parent   string
	RowCount int `json:"row_count"`
}

// datasetWhole: versions are numbered without a hole, each can be read whole
// and has the rows it says, none twice; each import is there wholly, or, when it
// was never acknowledged, perhaps not at all.
func datasetWhole(ctx context.Context, t *testing.T, s *server, l *ledger, d *set) {
	t.Helper()
	base := "/api/v1/products/" + l.product + "/datasets/" + d.id
	versions, err := all[version](ctx, s, base+"/versions?limit=100")
	if err != nil {
		t.Errorf("acknowledged dataset %s: %v", d.name, err)
		return
	}
	found := map[string]bool{} // keys of all rows of all versions
	seen := map[int]version{}
	top := 0
	for _, v := range versions {
		seen[v.Number] = v
		top = max(top, v.Number)
	}
	for n := 1; n <= top; n++ {
		v, there := seen[n]
		if !there {
			t.Errorf("dataset %s: version %d is missing, %d is there", d.name, n, top)
			continue
		}
		var text []byte
		if err := s.call(ctx, "GET", fmt.Sprintf("%s/versions/%s/export?format=jsonl", base, v.ID), nil, &text); err != nil {
			t.Errorf("dataset %s, version %d cannot be read: %v", d.name, n, err)
			continue
		}
		keys := map[string]int{}
		rows := 0
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var row struct{ Key string }
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Errorf("dataset %s, version %d: %v", d.name, n, err)
			}
			keys[row.Key]++
			rows++
		}
		if rows != v.RowCount {
			t.Errorf("dataset %s, version %d says %d rows and has %d", d.name, n, v.RowCount, rows)
		}
		for key, times := range keys {
			if times > 1 {
				t.Errorf("dataset %s, version %d has the row %s %d times", d.name, n, key, times)
				break
			}
		}
		for key := range keys {
			found[key] = true
		}
	}
	for _, i := range d.imports {
		there := 0
		for row := range i.rows {
			if found[fmt.Sprintf("%s-%d", i.name, row)] {
				there++
			}
		}
		done := i.job != "" && l.ended[i.job]
		switch {
		case there == i.rows:
			i.found = true
		case there != 0:
			t.Errorf("dataset %s: import %s is there by half: %d of %d rows", d.name, i.name, there, i.rows)
		case done || i.found:
			t.Errorf("dataset %s: import %s of %d rows was done and is gone", d.name, i.name, i.rows)
		}
	}
}

// cleanupWhole: a run that ended has its version, and rows in = out + aside; one
// that did not end has neither version nor quarantine.
func cleanupWhole(ctx context.Context, t *testing.T, s *server, l *ledger, c *cleanup) {
	t.Helper()
	var run struct {
		State         string
		ResultVersion string `json:"result_version"`
		RowsIn        int    `json:"rows_in"`
		RowsOut       int    `json:"rows_out"`
		SetAside      int    `json:"set_aside"`
		RowsAdded     int    `json:"rows_added"`
	}
	if err := s.call(ctx, "GET", "/api/v1/clean-runs/"+c.run, nil, &run); err != nil {
		t.Errorf("acknowledged cleaning run %s: %v", c.run, err)
		return
	}
	aside, err := all[struct{ Position int }](ctx, s, "/api/v1/clean-runs/"+c.run+"/quarantine?limit=500")
	if err != nil {
		t.Errorf("cleaning run %s: %v", c.run, err)
		return
	}
	if !l.ended[c.job] {
		if run.ResultVersion != "" || len(aside) > 0 {
			t.Errorf("cleaning run %s never ended but made version %q and set %d rows aside", c.run, run.ResultVersion, len(aside))
		}
		return
	}
	var v version
	versions, err := all[version](ctx, s, "/api/v1/products/"+l.product+"/datasets/"+c.dataset+"/versions?limit=100")
	if err != nil {
		t.Error(err)
		return
	}
	for _, made := range versions {
		if made.ID == run.ResultVersion {
			v = made
		}
	}
	if v.ID == "" || v.RowCount != run.RowsOut || run.RowsIn != run.RowsOut+run.SetAside-run.RowsAdded || len(aside) != run.SetAside {
		t.Errorf("cleaning run %s: %d rows in, %d out, %d aside (%d kept), %d added; its version %q has %d",
			c.run, run.RowsIn, run.RowsOut, run.SetAside, len(aside), run.RowsAdded, v.ID, v.RowCount)
	}
}

// blobsWhole: every file under its hash has that hash. Files seen whole before
// are read again in the last round only.
func blobsWhole(t *testing.T, root string, l *ledger, last bool) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if l.blobs[path] && !last {
			return nil
		}
		l.blobs[path] = true
		folder, name := filepath.Split(path)
		if folder = filepath.Base(folder); folder == "tmp" {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != folder+name {
			t.Errorf("blob %s%s holds bytes of hash %s", folder, name, got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
