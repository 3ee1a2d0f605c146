package speaker

import (
	"testing"

	"zhuomo/dialog"
	"zhuomo/knowledge"
	"zhuomo/recommend"
)

// TestTheStoriesGoSoWithAModelOfTheRows plays every story with a model that was
// taught all that was said.
func TestTheStoriesGoSoWithAModelOfTheRows(t *testing.T) {
	p, m := product(t)
	release, err := Parts()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := p.File("entries.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known, err := knowledge.ReadEntries("entries.yaml", entries)
	if err != nil {
		t.Fatal(err)
	}
	for i := range known {
		known[i].State = knowledge.Live
	}
	var tables []knowledge.Table
	for _, found := range m.Tables {
		table, err := knowledge.NewTable(found.Name, found.Columns, found.Rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	release.Knowledge = dialog.Known(knowledge.NewSnapshot(known, tables))
	problems := dialog.Check(release.Flow, dialog.World{Tables: release.Knowledge.Tables()})
	for _, problem := range problems {
		t.Logf("line %d, %s: %s", problem.Line, problem.Place, problem.EN)
	}
	if err := dialog.Refuse(problems); err != nil {
		t.Fatal(err)
	}
	body, err := p.File("stories.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stories, err := dialog.ReadStories(body)
	if err != nil {
		t.Fatal(err)
	}
	report, err := dialog.RunStories(t.Context(), release, dialog.Understand(trained(t, m)), stories)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if !r.Passed {
			t.Errorf("%s: %s", r.Name, r.Failed)
		}
	}
}

// TestNoSongBreaksARuleOfTheHouse lets listeners of all ages talk to the flow at
// all hours; what is played is judged by rules that know nothing of the flow's.
func TestNoSongBreaksARuleOfTheHouse(t *testing.T) {
	release, err := Parts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []recommend.Chooser{nil, Peers()["random"]} { // whoever chooses, the limits stand before
		got, err := Listen(t.Context(), release, 25, 12, 77, c)
		if err != nil {
			t.Fatal(err)
		}
		if got.Broken > 0 || got.Empty > 25 {
			t.Errorf("%d songs broke a rule, %d turns had none", got.Broken, got.Empty)
		}
	}
	// The judge itself sees a broken rule.
	for want, s := range map[string]map[string]string{
		"too old": {"年龄": "18", "能量": "2", "听众": "大人"}, "loud at night": {"年龄": "0", "能量": "9", "听众": "大人"},
	} {
		if got := Breaks(s, 17, false, 23); got != want {
			t.Errorf("%v is judged %q", s, got)
		}
	}
	for hour, want := range map[int]string{10: "not for children", 21: "keeps a child awake"} {
		if got := Breaks(map[string]string{"年龄": "0", "能量": "4", "听众": "大人"}, 0, true, hour); got != want {
			t.Errorf("at %d in the children's room: %q", hour, got)
		}
	}
}
