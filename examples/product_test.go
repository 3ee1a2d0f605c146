package examples

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/knowledge"
	"zhuomo/text"
)

// each runs a test on every embedded product.
func each(t *testing.T, test func(t *testing.T, p Product, m Material)) {
	t.Helper()
	all, err := Products()
	if err != nil || len(all) < 2 {
		t.Fatalf("%d products, %v", len(all), err)
	}
	for _, p := range all {
		t.Run(p.ID, func(t *testing.T) {
			m, err := p.Material()
			if err != nil {
				t.Fatal(err)
			}
			test(t, p, m)
		})
	}
}

func TestProductsAreFoundByTheirFolder(t *testing.T) {
	each(t, func(t *testing.T, p Product, _ Material) {
		got, err := Find(p.ID)
		if err != nil || got.ID != p.ID || p.Title.ZH == "" || p.Title.EN == "" || len(p.Channels) == 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	if first, err := Find(""); err != nil || first.Order != 1 {
		t.Errorf("the first: %+v, %v", first, err)
	}
	if _, err := Find("nobody"); !errors.Is(err, NoProduct) {
		t.Errorf("an unknown product: %v", err)
	}
}

func TestLabelsAreThoseOfTheGuideline(t *testing.T) {
	each(t, func(t *testing.T, p Product, m Material) {
		known := map[string]bool{}
		for _, l := range m.Labels {
			if known[l.ID] || l.ZH == "" || l.EN == "" || l.Rule == "" || len(l.Examples) < 3 {
				t.Errorf("label %q: twice, or without titles, rule or examples", l.ID)
			}
			known[l.ID] = true
		}
		check := func(where string, labels []string) {
			t.Helper()
			seen := map[string]bool{}
			for _, l := range labels {
				if !known[l] || seen[l] {
					t.Errorf("%s: label %q is unknown or there twice", where, l)
				}
				seen[l] = true
			}
			if len(labels) == 0 || seen["out_of_scope"] && len(labels) > 1 && !(len(labels) == 2 && seen["greet"]) {
				t.Errorf("%s: labels %v", where, labels)
			}
		}
		for _, c := range m.Conversations {
			for _, turn := range c.Turns {
				if turn.Speaker == Customer {
					check(c.ID+" "+turn.Text, turn.Labels)
				}
			}
		}
		for _, l := range m.Labels {
			for _, e := range l.Examples {
				check(e.Text, e.Labels)
			}
		}
		covered := map[string]bool{}
		for _, c := range m.Checks {
			check(c.ID, c.Labels)
			for _, l := range c.Labels {
				covered[l] = true
			}
		}
		for l := range known {
			if !covered[l] {
				t.Errorf("no check covers %s", l)
			}
		}
	})
}

func TestEverySentenceIsThereOnce(t *testing.T) {
	each(t, func(t *testing.T, p Product, m Material) {
		seen := map[string]string{}
		once := func(where, s string) {
			t.Helper()
			key := text.CompareKey(s)
			if utf8.RuneCountInString(key) < 5 {
				return
			}
			if other, twice := seen[key]; twice {
				t.Errorf("%s: %q is also in %s", where, s, other)
			}
			seen[key] = where
		}
		for _, c := range m.Conversations {
			for _, turn := range c.Turns {
				if turn.Speaker == Customer {
					once(c.ID, turn.Text)
				}
			}
		}
		ids := map[string]bool{}
		for _, e := range m.Entries {
			if ids[e.ID] || e.Answer == "" || len(e.Variants) < 3 {
				t.Errorf("entry %s: twice, without answer, or with few variants", e.ID)
			}
			ids[e.ID] = true
			for _, q := range append([]string{e.Question}, e.Variants...) {
				once(e.ID, q)
			}
		}
		for _, c := range m.Checks {
			if ids[c.ID] || !slices.Contains([]string{"minimum", "has", "lacks"}, c.Kind) {
				t.Errorf("check %s: twice, or of kind %q", c.ID, c.Kind)
			}
			ids[c.ID] = true
			once(c.ID, c.Text)
		}
		for _, l := range m.Labels {
			for _, e := range l.Examples {
				once("example of "+l.ID, e.Text)
			}
		}
	})
}

func TestNoPersonalDataAndNothingUntidy(t *testing.T) {
	each(t, func(t *testing.T, p Product, m Material) {
		finder := text.NewPersonal([]string{text.Phone, text.IDCard, text.BankCard, text.Email, text.Plate, text.WeChat, text.QQ, text.Passport, text.Name}, nil)
		clean := func(where, s string) {
			t.Helper()
			if found := finder.Scan(s); len(found) > 0 {
				t.Errorf("%s: personal data %v in %q", where, found, s)
			}
			if Tidy(s) != s || text.Simplify(s) != s {
				t.Errorf("%s: not in the house style: %q", where, s)
			}
		}
		for _, c := range m.Conversations {
			for _, turn := range c.Turns {
				clean(c.ID, turn.Text)
			}
		}
		for _, e := range m.Entries {
			for _, s := range append([]string{e.Question, e.Answer}, e.Variants...) {
				clean(e.ID, s)
			}
		}
		for _, table := range m.Tables {
			for _, row := range table.Rows {
				if len(row) != len(table.Columns) {
					t.Errorf("%s: row of %d cells", table.Name, len(row))
				}
				for _, cell := range row {
					if found := finder.Scan(cell); len(found) > 0 {
						t.Errorf("%s: personal data in %q", table.Name, cell)
					}
				}
			}
		}
	})
}

func TestBrokenConversationsAreRefusedWithTheirLine(t *testing.T) {
	for _, body := range []string{"客 在吗 #greet", "== a | 微信 | 2026-13-01 10:00", "== a | 微信 | 2026-08-01 10:00\n客 没有标签", "== a | 传真 | 2026-08-01 10:00"} {
		if _, err := readConversations("x", body, []string{"微信"}); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// TestTheStagesReadTheirFiles holds the files of every product to the readers of
// the stages, which are stricter than Material.
func TestTheStagesReadTheirFiles(t *testing.T) {
	each(t, func(t *testing.T, p Product, m Material) {
		var labels []string
		for _, l := range m.Labels {
			labels = append(labels, l.ID)
		}
		read := func(name string) []byte {
			t.Helper()
			body, err := p.File(name)
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
		if flow, err := dialog.ReadFlow(read("flow.yaml")); err != nil || flow == nil {
			t.Errorf("flow: %v", err)
		}
		if stories, err := dialog.ReadStories(read("stories.yaml")); err != nil || len(stories) < 15 {
			t.Errorf("%d stories, %v", len(stories), err)
		}
		recipe, err := p.Recipe(m)
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
	})
}

// TestNoCodeNamesAProduct greps every source outside the products' own folders:
// what a product needs, its files say. The first product serves the tests of
// stages as material and is not looked for.
func TestNoCodeNamesAProduct(t *testing.T) {
	all, err := Products()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || slices.Contains([]string{"node_modules", "dist", "bin", "testdata"}, d.Name())) {
			return fs.SkipDir
		}
		if ext := filepath.Ext(path); d.IsDir() || ext != ".go" && ext != ".ts" && ext != ".tsx" && ext != ".json" {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for _, p := range all[1:] {
			if strings.HasPrefix(filepath.ToSlash(path), "../examples/"+p.ID+"/") {
				continue
			}
			for _, name := range []string{"examples/" + p.ID, p.Title.ZH, `Find("` + p.ID + `")`, `"--product", "` + p.ID} {
				if strings.Contains(string(body), name) {
					t.Errorf("%s names the product %s: %q", path, p.ID, name)
				}
			}
		}
		return nil
	})
	if err != nil || read < 500 {
		t.Errorf("%d sources read, %v", read, err)
	}
}
