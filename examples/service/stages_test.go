package service

import (
	"testing"

	"zhuomo/clean"
	"zhuomo/evaluate"
	"zhuomo/knowledge"
)

// TestTheStagesReadTheirFiles holds the files of the example to the readers of
// the stages, which are stricter than Material.
func TestTheStagesReadTheirFiles(t *testing.T) {
	m := material(t)
	var labels []string
	for _, l := range m.Labels {
		labels = append(labels, l.ID)
	}
	read := func(name string) []byte {
		t.Helper()
		body, err := File(name)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	if suite, err := evaluate.ParseSuite(read("suite.yaml"), labels); err != nil || len(suite.Checks) != len(m.Checks) {
		t.Errorf("suite: %d checks, %v", len(suite.Checks), err)
	}
	if entries, err := knowledge.ReadEntries("entries.yaml", read("entries.yaml")); err != nil || len(entries) != len(m.Entries) {
		t.Errorf("entries: %d, %v", len(entries), err)
	}
	for _, table := range m.Tables {
		if got, err := knowledge.ReadTable(table.Name, read("entities/"+table.Name+".csv")); err != nil || len(got.Rows) != len(table.Rows) {
			t.Errorf("table %s: %d rows, %v", table.Name, len(got.Rows), err)
		}
	}
	if flow, err := Flow(); err != nil || flow == nil {
		t.Errorf("flow: %v", err)
	}
	if stories, err := Stories(); err != nil || len(stories) < 15 {
		t.Errorf("%d stories, %v", len(stories), err)
	}
	recipe, err := Recipe(m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := clean.ParseRecipe(recipe)
	if err != nil || len(r.Steps) < 12 {
		t.Errorf("recipe: %d steps, %v", len(r.Steps), err)
	}
	for _, s := range r.Steps {
		if s.Use == "clean.personal_data.v1" && len(s.With["allow"].([]any)) != len(m.PublicNumbers()) {
			t.Errorf("the recipe allows %v", s.With["allow"])
		}
	}
}
