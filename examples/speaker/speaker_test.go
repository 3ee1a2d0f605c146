package speaker

import (
	"strconv"
	"testing"

	"zhuomo/dialog"
	"zhuomo/examples"
)

func product(t *testing.T) (examples.Product, examples.Material) {
	t.Helper()
	p, err := examples.Find("speaker")
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Material()
	if err != nil {
		t.Fatal(err)
	}
	return p, m
}

func TestTheMaterialIsAsLargeAsPromised(t *testing.T) {
	p, m := product(t)
	said, used := 0, map[string]int{}
	for _, c := range m.Conversations {
		if c.Time.Year() != 2026 {
			t.Errorf("%s %s: %s", c.ID, c.Title, c.Time)
		}
		for _, turn := range c.Turns {
			if turn.Speaker == examples.Customer {
				said++
			}
			for _, l := range turn.Labels {
				used[l]++
			}
		}
	}
	songs := table(t, m, "songs")
	body, err := p.File("stories.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stories, err := dialog.ReadStories(body)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d conversations, %d sentences, %d labels, %d songs, %d checks, %d stories", len(m.Conversations), said, len(used), len(songs.Rows), len(m.Checks), len(stories))
	if said < 1200 || len(used) < 20 || len(songs.Rows) != 300 || len(stories) < 40 {
		t.Error("smaller than promised")
	}
	for _, l := range m.Labels {
		if used[l.ID] < 14 {
			t.Errorf("label %s is used %d times only", l.ID, used[l.ID])
		}
	}
}

func table(t *testing.T, m examples.Material, name string) examples.Table {
	t.Helper()
	for _, found := range m.Tables {
		if found.Name == name {
			return found
		}
	}
	t.Fatalf("no table %s", name)
	return examples.Table{}
}

// TestTheCatalogueHoldsTogether looks every song up: singer, ages and ranges.
func TestTheCatalogueHoldsTogether(t *testing.T) {
	_, m := product(t)
	singers := map[string]bool{}
	for _, row := range table(t, m, "singers").Rows {
		singers[row[0]] = true
	}
	songs := table(t, m, "songs")
	at := map[string]int{}
	for i, c := range songs.Columns {
		at[c] = i
	}
	number := func(row []string, column string, low, high int) {
		t.Helper()
		if n, err := strconv.Atoi(row[at[column]]); err != nil || n < low || n > high {
			t.Errorf("%s: %s is %q", row[0], column, row[at[column]])
		}
	}
	names := map[string]bool{}
	for _, row := range songs.Rows {
		if names[row[0]] || !singers[row[at["歌手"]]] || row[at["心情"]] == "" || row[at["场景"]] == "" {
			t.Errorf("song %v: twice, or without singer, mood or scene", row)
		}
		names[row[0]] = true
		number(row, "速度", 40, 160)
		number(row, "能量", 1, 10)
		number(row, "年龄", 0, 18)
		number(row, "年份", 1970, 2026)
		if row[at["听众"]] == "儿童" && row[at["年龄"]] != "0" {
			t.Errorf("%s is for children, from %s", row[0], row[at["年龄"]])
		}
	}
}
