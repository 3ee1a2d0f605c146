//go:build chaos

package chaos

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zhuomo/internal/db"
)

// answeredUS is how the database writes that a slot is answered.
const answeredUS = int64(math.MaxInt64)

// laws hold in every stored state, at whatever instant the program died. Each
// query counts what breaks one.
var laws = []struct{ law, query string }{
	{"a slot is answered exactly when its person has one answer that stands", `SELECT COUNT(*) FROM label_slots s WHERE (s.due_us = 9223372036854775807) <>
		(1 = (SELECT COUNT(*) FROM label_annotations a WHERE a.task_id = s.task_id AND a.person = s.person AND a.origin = 'answer' AND a.undone_us = 0))`},
	{"an answer stands in a slot of its person", `SELECT COUNT(*) FROM label_annotations a WHERE a.origin = 'answer' AND a.undone_us = 0 AND NOT EXISTS
		(SELECT 1 FROM label_slots s WHERE s.task_id = a.task_id AND s.person = a.person)`},
	{"a settled task has gold", `SELECT COUNT(*) FROM label_tasks t WHERE t.state = 'settled' AND NOT EXISTS (SELECT 1 FROM label_gold g WHERE g.task_id = t.id)`},
	{"gold in force of a task means that the task is settled", `SELECT COUNT(*) FROM label_gold g JOIN label_tasks t ON t.id = g.task_id WHERE g.ended_us = 0 AND t.state <> 'settled'`},
	{"a row has one gold in force at most", `SELECT COUNT(*) FROM (SELECT row_id FROM label_gold WHERE ended_us = 0 GROUP BY product_id, row_id HAVING COUNT(*) > 1) x`},
	{"the witnesses of gold in force stand", `SELECT COUNT(*) FROM label_gold g, json_each(g.witnesses_json) w WHERE g.ended_us = 0 AND NOT EXISTS
		(SELECT 1 FROM label_annotations a WHERE a.id = w.value AND a.undone_us = 0)`},
	{"an open queue has all its tasks, each with all its slots", `SELECT COUNT(*) FROM label_queues q WHERE q.state = 'open' AND
		((SELECT COUNT(*) FROM label_tasks t WHERE t.queue_id = q.id) <> 40 OR (SELECT COUNT(*) FROM label_slots s WHERE s.queue_id = q.id) <> 80)`},
	{"one release is live, the one that the pointer names", `SELECT COUNT(*) FROM serve_releases r WHERE (r.state = 'live') <> EXISTS (SELECT 1 FROM serve_live l WHERE l.release_id = r.id)`},
	{"the pointer names the last publication", `SELECT COUNT(*) FROM serve_live l WHERE (l.release_id, l.before_id) NOT IN
		(SELECT p.release_id, p.before_id FROM serve_publications p WHERE p.product_id = l.product_id ORDER BY p.id DESC LIMIT 1)`},
	{"each publication names what was live before it", `SELECT COUNT(*) FROM (SELECT before_id, LAG(release_id, 1, '') OVER (ORDER BY id) AS was FROM serve_publications) x WHERE before_id <> was`},
	{"releases are numbered without a hole", `SELECT COUNT(*) FROM (SELECT number, ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY number) AS n FROM serve_releases) x WHERE number <> n`},
	{"a release names a model that is kept", `SELECT COUNT(*) FROM serve_releases r WHERE NOT EXISTS (SELECT 1 FROM models m WHERE m.product_id = r.product_id AND m.id = r.model_id)`},
	{"models are numbered without a hole", `SELECT COUNT(*) FROM (SELECT number, ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY number) AS n FROM models) x WHERE number <> n`},
	{"the turns of a session are numbered 1 to its count", `SELECT COUNT(*) FROM serve_sessions s WHERE s.turn_count <> (SELECT COUNT(DISTINCT t.number) FROM serve_turns t
		WHERE t.session_id = s.id AND t.number BETWEEN 1 AND s.turn_count) OR s.turn_count <> (SELECT COUNT(*) FROM serve_turns t WHERE t.session_id = s.id)`},
}

// restingLaws hold when no job is waiting or running: nothing is begun and not
// ended, and nothing stands there that no job speaks of.
var restingLaws = []struct{ law, query string }{
	{"no queue is half filled", `SELECT COUNT(*) FROM label_queues WHERE state = 'filling'`},
	{"each queue was opened by one job", `SELECT COUNT(*) FROM label_queues q WHERE 1 <> (SELECT COUNT(*) FROM jobs j WHERE j.kind = 'label.open' AND j.state = 'done' AND json_extract(j.result, '$.id') = q.id)`},
	{"no fix is half done", `SELECT COUNT(*) FROM fixes WHERE state NOT IN ('live', 'refused', 'taken_back')`},
	{"each fix was made by one job", `SELECT COUNT(*) FROM fixes f WHERE 1 <> (SELECT COUNT(*) FROM jobs j WHERE j.kind = 'feedback.fix' AND j.state = 'done' AND json_extract(j.result, '$.id') = f.id)`},
	{"a fix that is live has its gold, one that was taken back has none", `SELECT COUNT(*) FROM fixes f WHERE f.state IN ('live', 'taken_back') AND
		(f.state = 'live') <> EXISTS (SELECT 1 FROM label_gold g WHERE g.row_id = f.row_id AND g.ended_us = 0)`},
	{"a mended turn stands so in the inbox, one taken back is open", `SELECT COUNT(*) FROM fixes f JOIN inbox_items i ON i.turn_id = f.turn_id WHERE f.state IN ('live', 'taken_back') AND
		i.status <> CASE f.state WHEN 'live' THEN 'fixed' ELSE 'open' END`},
	{"a fix that went live has one release, which was published once", `SELECT COUNT(*) FROM fixes f WHERE f.state IN ('live', 'taken_back') AND
		1 <> (SELECT COUNT(*) FROM serve_publications p JOIN serve_releases r ON r.id = p.release_id WHERE r.id = f.release_id AND p.kind = 'publish')`},
	{"each release was asked for or made by a fix", `SELECT COUNT(*) FROM serve_releases r WHERE r.note NOT LIKE 'chaos release %' AND r.note <> 'seed' AND
		1 <> (SELECT COUNT(*) FROM fixes f WHERE f.release_id = r.id)`},
	{"each report was made by one job", `SELECT COUNT(*) FROM reports r WHERE r.id <> (SELECT MIN(id) FROM reports) AND
		1 <> (SELECT COUNT(*) FROM jobs j WHERE j.state = 'done' AND json_extract(j.result, '$.report_id') = r.id)`},
}

// stored is a copy of the database as it lies on the disk: opening mends, so
// the original is left alone.
func stored(t *testing.T, folder string) *db.DB {
	t.Helper()
	copied := t.TempDir()
	for _, name := range []string{"zhuomo.db", "zhuomo.db-wal"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, name), text, 0o600)
		}
		must(t, err)
	}
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(copied, "zhuomo.db"), Now: time.Now})
	if err != nil {
		t.Fatalf("the database as the kill left it: %v", err)
	}
	return d
}

// fileWhole asks SQLite for its own integrity.
func fileWhole(t *testing.T, d *db.DB) {
	t.Helper()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		for _, said := range texts(t, d, "SELECT * FROM pragma_"+pragma) {
			if said != "ok" {
				t.Errorf("%s: %s", pragma, said)
			}
		}
	}
}

// storedWhole looks at the database that a kill left, before a start mends it:
// the laws, and every acknowledged write.
func storedWhole(t *testing.T, d *db.DB, l *ledger) {
	t.Helper()
	lawsHold(t, d, laws)
	labelsStored(t, d, l)
	turnsStored(t, d, l)
	requestsStored(t, d, l)
}

func lawsHold(t *testing.T, d *db.DB, laws []struct{ law, query string }) {
	t.Helper()
	for _, w := range laws {
		var broken int
		if err := d.Reader().QueryRowContext(t.Context(), w.query).Scan(&broken); err != nil {
			t.Fatalf("%s: %v", w.law, err)
		}
		if broken > 0 {
			t.Errorf("broken %d times: %s", broken, w.law)
		}
	}
}

// rowsOf asks and hands each row to see.
func rowsOf(t *testing.T, d *db.DB, query string, into []any, see func()) {
	t.Helper()
	rows, err := d.Reader().QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		must(t, rows.Scan(into...))
		see()
	}
	must(t, rows.Err())
}

func texts(t *testing.T, d *db.DB, query string) (all []string) {
	t.Helper()
	var text string
	rowsOf(t, d, query, []any{&text}, func() { all = append(all, text) })
	return all
}

// labelsStored: every acknowledged claim, answer, skip, undo, settlement and
// judgement is there once. What got no answer is there wholly or not at all;
// the ledger learns which.
func labelsStored(t *testing.T, d *db.DB, l *ledger) {
	t.Helper()
	b := &l.label
	kept := map[string]bool{}
	var id, task, person, labels string
	var undone int64
	rowsOf(t, d, `SELECT id, task_id, person, labels_json, undone_us FROM label_annotations WHERE origin = 'answer'`,
		[]any{&id, &task, &person, &labels, &undone}, func() {
			kept[id] = true
			a := b.answers[id]
			if a == nil {
				t.Errorf("annotation %s was never sent", id)
				return
			}
			if want, _ := json.Marshal([]string{a.label}); a.task != task || a.person != person || labels != string(want) {
				t.Errorf("annotation %s: %s of %s on %s was sent, %s of %s on %s is there", id, want, a.person, a.task, labels, person, task)
			}
			if is := map[bool]string{true: "yes", false: "no"}[undone > 0]; a.undo != is && a.undo != "perhaps" {
				t.Errorf("annotation %s: undone is %s, not %s", id, is, a.undo)
			} else {
				a.undo = is
			}
			a.told = true
		})
	for id, a := range b.answers {
		if a.told && !kept[id] {
			t.Errorf("answer %s of %s on %s (acknowledged: %v, else seen after a kill) is lost; there: %q", id, a.person, a.task, a.heard, texts(t, d, `SELECT id FROM label_annotations WHERE task_id = '`+a.task+`'`))
		} else if !kept[id] {
			delete(b.answers, id)
		}
	}
	is := map[slotKey]string{}
	var due int64
	rowsOf(t, d, `SELECT task_id, person, due_us FROM label_slots WHERE person <> ''`, []any{&task, &person, &due}, func() {
		is[slotKey{task, person}] = map[bool]string{true: "answered", false: "held"}[due == answeredUS]
	})
	for key, s := range b.slots {
		now := is[key]
		if now == "" {
			now = "free"
		}
		claimed := now == "held" && s.is == "free" && !s.skipped && key.person == b.claims
		if now != s.is && now != s.perhaps && !claimed {
			t.Errorf("task %s of %s is %s, was acknowledged as %s %s", key.task, key.person, now, s.is, s.perhaps)
		}
		s.is, s.perhaps = now, ""
	}
	skips := map[slotKey]bool{}
	rowsOf(t, d, `SELECT task_id, person FROM label_skips`, []any{&task, &person}, func() { skips[slotKey{task, person}] = true })
	for key, s := range b.slots {
		if s.skipped && !skips[key] {
			t.Errorf("the skip of task %s by %s was acknowledged and is lost", key.task, key.person)
		}
		s.skipped = skips[key]
	}
	var n int
	judged := map[string]int{}
	rowsOf(t, d, `SELECT q.id, COUNT(t.id) FROM label_queues q LEFT JOIN label_tasks t ON t.queue_id = q.id AND t.state <> 'waiting' GROUP BY q.id`,
		[]any{&id, &n}, func() { judged[id] = n })
	for _, q := range b.queues {
		if judged[q.id] < q.settled {
			t.Errorf("queue %s: %d tasks were settled or disputed, %d are", q.name, q.settled, judged[q.id])
		}
	}
	golds := texts(t, d, `SELECT id FROM label_gold WHERE how = 'judged'`)
	for _, g := range b.judged {
		if !slices.Contains(golds, g) {
			t.Errorf("the judgement %s was acknowledged and is lost", g)
		}
	}
}

// turnsStored: every acknowledged session, turn and rating is there once.
func turnsStored(t *testing.T, d *db.DB, l *ledger) {
	t.Helper()
	sessions := texts(t, d, `SELECT id FROM serve_sessions ORDER BY id`)
	found, rated := map[string][]string{}, map[string]bool{}
	var id, turnID, parts string
	var ratings int
	rowsOf(t, d, `SELECT t.id, t.turn_id, t.parts, COUNT(r.turn_id) FROM serve_turns t LEFT JOIN serve_ratings r ON r.turn_id = t.id GROUP BY t.id, t.turn_id, t.parts`,
		[]any{&id, &turnID, &parts, &ratings}, func() {
			found[turnID] = append(found[turnID], id)
			rated[turnID] = ratings == 1
		})
	for _, s := range l.live.sessions {
		if _, there := slices.BinarySearch(sessions, s.id); !there {
			t.Errorf("session %s was acknowledged and is lost", s.id)
		}
		for _, turn := range s.turns {
			switch ids := found[turn.turnID]; {
			case len(ids) > 1:
				t.Errorf("turn %s is there %d times", turn.turnID, len(ids))
			case turn.id != "" && !slices.Equal(ids, []string{turn.id}):
				t.Errorf("turn %s was acknowledged as %s, there is %v", turn.turnID, turn.id, ids)
			case turn.rated && !rated[turn.turnID]:
				t.Errorf("the rating of turn %s was acknowledged and is lost", turn.turnID)
			}
		}
	}
}

// requestsStored: what a request with a key made is there exactly once if it
// was acknowledged, at most once if it was not.
func requestsStored(t *testing.T, d *db.DB, l *ledger) {
	t.Helper()
	times := map[string]int{}
	for _, mark := range texts(t, d, `SELECT note FROM serve_releases UNION ALL SELECT reason FROM serve_publications`) {
		times[mark]++
	}
	for _, r := range l.live.requests {
		n := times[r.mark]
		if n > 1 || r.answer != nil && n != 1 || r.code != "" && r.code != answerLost && n != 0 {
			t.Errorf("%s: acknowledged %v, refused %q, there %d times", r.mark, r.answer != nil, r.code, n)
		}
	}
}

// restingWhole holds the database to what must be so once all jobs have ended.
func restingWhole(t *testing.T, d *db.DB, l *ledger) {
	t.Helper()
	lawsHold(t, d, laws)
	lawsHold(t, d, restingLaws)
	labelsStored(t, d, l)
	requestsStored(t, d, l)
	states := map[string]string{}
	var id, state string
	rowsOf(t, d, `SELECT id, state FROM fixes`, []any{&id, &state}, func() { states[id] = state })
	for _, f := range l.live.fixes {
		switch was := states[f.id]; {
		case f.id == "": // its job's result was never read
		case was == "":
			t.Errorf("fix %s of job %s is lost", f.id, f.job)
		case f.takenBack == "yes" && was != "taken_back", f.takenBack == "no" && was == "taken_back":
			t.Errorf("fix %s is %s; taken back: %s", f.id, was, f.takenBack)
		}
	}
}
