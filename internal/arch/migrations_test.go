package arch

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestMigrationsOfAStageHaveNumbersOfTheirOwn finds two that were added side by
// side under one number: no database could be opened.
func TestMigrationsOfAStageHaveNumbersOfTheirOwn(t *testing.T) {
	var all []string
	for _, pattern := range []string{"../../*/migrations/*.sql", "../*/migrations/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) < 10 {
		t.Fatalf("only %d migrations found: the walk is broken", len(all))
	}
	taken := map[string]string{}
	for _, name := range all {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		key := filepath.Join(filepath.Dir(name), number)
		if other := taken[key]; other != "" {
			t.Errorf("%s and %s have one number: rename the one that came later", other, name)
		}
		taken[key] = name
	}
}
