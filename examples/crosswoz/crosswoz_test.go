package crosswoz

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuomo/examples"
	"zhuomo/internal/testkit"
)

func TestTheSetIsReadWhole(t *testing.T) {
	m, err := Read(testkit.Sets(t, "crosswoz-val"))
	if err != nil {
		t.Fatal(err)
	}
	customer, used := 0, map[string]int{}
	for _, c := range m.Conversations {
		for _, turn := range c.Turns {
			if turn.Speaker == examples.Customer {
				customer++
			}
			if !slices.IsSorted(turn.Labels) {
				t.Errorf("%s: labels %v are not sorted", c.ID, turn.Labels)
			}
			for _, l := range turn.Labels {
				used[l]++
			}
		}
	}
	if len(m.Conversations) != 500 || customer != 4229 || len(used) != 16 || len(m.Labels) != 16 || used["General-thank"] != 615 {
		t.Errorf("%d conversations, %d customer turns, labels %v", len(m.Conversations), customer, used)
	}
	rows := map[string]int{}
	for _, table := range m.Tables {
		rows[table.Name] = len(table.Rows)
	}
	if rows["attraction"] != 465 || rows["hotel"] != 1133 || rows["restaurant"] != 951 || rows["metro"] != 2549 {
		t.Errorf("tables: %v", rows)
	}
	if !slices.Contains(m.PublicNumbers(), "010-51979888") {
		t.Error("a hotel's number is missing from the public numbers")
	}
}

func TestAnAbsentOrBrokenSetIsAFault(t *testing.T) {
	folder := t.TempDir()
	if _, err := Read(folder); !errors.Is(err, examples.NoSet) {
		t.Errorf("no set: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "val.json.zip"), []byte("not a zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(folder); !errors.Is(err, examples.BadSet) {
		t.Errorf("broken set: %v", err)
	}
}
