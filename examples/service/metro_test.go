package service_test

import (
	"regexp"
	"strings"
	"testing"

	"zhuomo/examples"
)

// TestAgentsKnowTheirMetro reads "1号线北岸站", "坐2号线到东站" and "体育场站1号线"
// in what agents and entries say and looks the station up in metro.csv.
func TestAgentsKnowTheirMetro(t *testing.T) {
	m := material(t)
	lines, names := map[string]string{}, []string{}
	for _, table := range m.Tables {
		if table.Name != "metro" {
			continue
		}
		for _, row := range table.Rows {
			lines[row[0]] = row[2]
			names = append(names, row[0])
		}
	}
	if len(names) < 20 {
		t.Fatalf("%d stations", len(names))
	}
	station := `(` + strings.Join(names, "|") + `)`
	after := regexp.MustCompile(`([123]号线|机场线)(?:到|直达|坐到)?` + station)
	before := regexp.MustCompile(station + `站?(?:坐)?([123]号线|机场线)`)
	pairs := 0
	check := func(where, said string) {
		t.Helper()
		said = strings.ReplaceAll(said, "澜州马拉松", "")
		for _, x := range after.FindAllStringSubmatch(said, -1) {
			pairs++
			if !strings.Contains(lines[x[2]], x[1]) {
				t.Errorf("%s: %s is not on %s: %q", where, x[2], x[1], said)
			}
		}
		for _, x := range before.FindAllStringSubmatch(said, -1) {
			pairs++
			if !strings.Contains(lines[x[1]], x[2]) {
				t.Errorf("%s: %s is not on %s: %q", where, x[1], x[2], said)
			}
		}
	}
	for _, c := range m.Conversations {
		for _, turn := range c.Turns {
			if turn.Speaker == examples.Agent {
				check(c.ID, turn.Text)
			}
		}
	}
	for _, e := range m.Entries {
		check(e.ID, e.Answer)
	}
	if pairs < 30 {
		t.Errorf("only %d places found: the patterns are broken", pairs)
	}
}
