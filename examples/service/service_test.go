// Package service_test holds the files of this folder to what they promise.
package service_test

import (
	"slices"
	"testing"

	"zhuomo/examples"
)

func material(t *testing.T) examples.Material {
	t.Helper()
	p, err := examples.Find("service")
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Material()
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

func TestNumbersOfShopsArePublic(t *testing.T) {
	m := material(t)
	if n := len(m.PublicNumbers()); n < 100 || !slices.Contains(m.PublicNumbers(), "0579-81203316") {
		t.Errorf("%d public numbers", n)
	}
}
