package jobs

import (
	"strings"
	"testing"

	"zhuomo/internal/testkit"
)

// TestHotQuestionsUseAnIndex keeps the cost of a claim apart from the number of
// jobs: finished ones are never looked at, queued ones are not sorted.
func TestHotQuestionsUseAnIndex(t *testing.T) {
	t.Parallel()
	d := testkit.OpenDB(t)
	if _, err := Open(t.Context(), d, Options{}); err != nil {
		t.Fatal(err)
	}
	for index, query := range map[string]string{
		"jobs_time":    "SELECT run_at_us FROM jobs WHERE state = 'queued' AND kind IN ('a', 'b') ORDER BY run_at_us LIMIT 1",
		"jobs_due":     "SELECT id FROM jobs WHERE state = 'queued' AND run_at_us + 0 <= 3 AND kind IN ('a', 'b') ORDER BY priority DESC, run_at_us, id LIMIT 1",
		"jobs_running": "SELECT id FROM jobs WHERE state = 'running' AND runner = 'x' AND cancel_asked",
		"jobs_dedupe":  "SELECT id FROM jobs WHERE dedupe_key = 'k' AND dedupe_key <> '' AND state IN ('queued', 'running')",
		"jobs_product": "SELECT id FROM jobs WHERE product_id = 'p' AND id < 'k' ORDER BY id DESC LIMIT 3",
	} {
		rows, err := d.Reader().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(step + "\n")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if got := plan.String(); !strings.Contains(got, index) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("want the index %s, got the plan\n%sfor %s", index, got, query)
		}
	}
}
