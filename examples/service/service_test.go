package service

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zhuomo/examples"
	"zhuomo/text"
)

func material(t *testing.T) examples.Material {
	t.Helper()
	m, err := Material()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheMaterialIsAsLargeAsPromised(t *testing.T) {
	m := material(t)
	customer, several, used := 0, 0, map[string]int{}
	for _, c := range m.Conversations {
		if len(c.Turns) < 4 || c.Time.Year() != 2026 {
			t.Errorf("%s %s: %d turns, %s", c.ID, c.Title, len(c.Turns), c.Time)
		}
		for _, turn := range c.Turns {
			if turn.Speaker != examples.Customer {
				continue
			}
			customer++
			if len(turn.Labels) > 1 {
				several++
			}
			for _, l := range turn.Labels {
				used[l]++
			}
		}
	}
	t.Logf("%d conversations, %d customer turns (%d with several labels), %d labels, %d entries, %d checks", len(m.Conversations), customer, several, len(used), len(m.Entries), len(m.Checks))
	for what, got := range map[string][2]int{
		"conversations": {len(m.Conversations), 300}, "customer turns": {customer, 2000}, "labels": {len(used), 30},
		"entries": {len(m.Entries), 150}, "tables": {len(m.Tables), 4}, "checks": {len(m.Checks), 90}, "turns with several labels": {several * 100 / customer, 12},
	} {
		if got[0] < got[1] {
			t.Errorf("%s: %d, promised %d", what, got[0], got[1])
		}
	}
	for _, l := range m.Labels {
		if used[l.ID] < 20 {
			t.Errorf("label %s is used %d times only", l.ID, used[l.ID])
		}
	}
}

func TestLabelsAreThoseOfTheGuideline(t *testing.T) {
	m := material(t)
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
			if turn.Speaker == examples.Customer {
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
}

func TestEverySentenceIsThereOnce(t *testing.T) {
	m := material(t)
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
			if turn.Speaker == examples.Customer {
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
		if ids[c.ID] || c.Kind != "minimum" {
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
}

func TestNoPersonalDataAndNothingUntidy(t *testing.T) {
	m := material(t)
	finder := text.NewPersonal([]string{text.Phone, text.IDCard, text.BankCard, text.Email, text.Plate, text.WeChat, text.QQ, text.Passport, text.Name}, nil)
	clean := func(where, s string) {
		t.Helper()
		if found := finder.Scan(s); len(found) > 0 {
			t.Errorf("%s: personal data %v in %q", where, found, s)
		}
		if examples.Tidy(s) != s || text.Simplify(s) != s {
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
	if n := len(m.PublicNumbers()); n < 100 || !slices.Contains(m.PublicNumbers(), "0579-81203316") {
		t.Errorf("%d public numbers", n)
	}
}

func TestBrokenConversationsAreRefusedWithTheirLine(t *testing.T) {
	for _, body := range []string{"客 在吗 #greet", "== a | 微信 | 2026-13-01 10:00", "== a | 微信 | 2026-08-01 10:00\n客 没有标签", "== a | 传真 | 2026-08-01 10:00"} {
		if _, err := readConversations("x", body); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: %v", body, err)
		}
	}
}
