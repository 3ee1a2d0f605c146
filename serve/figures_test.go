package serve

import (
	"encoding/json"
	"testing"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func TestFiguresCountEachSessionOnceAndNoMissesWhileAPersonTalks(t *testing.T) {
	var c counting
	for _, m := range []measured{
		{session: "a", band: dialog.Answer, state: "bot", thinkUS: 100, rated: true, good: true},
		{session: "a", band: dialog.Offer, state: "bot", thinkUS: 300},
		{session: "b", band: dialog.Fallback, state: "bot", thinkUS: 200, rated: true},
		{session: "b", band: dialog.Answer, state: "handover", thinkUS: 400},
		{session: "b", band: dialog.Fallback, state: "handover", thinkUS: 500, entry: "e1"},
	} {
		c.add(m)
	}
	want := Counted{Turns: 5, Sessions: 2, Handed: 1, Offered: 1, Missed: 1, Knowledge: 1, Good: 1, Bad: 1}
	if c.Counted != want {
		t.Errorf("counted %+v, want %+v", c.Counted, want)
	}
	for share, want := range map[float64]int64{.5: 300, .99: 500, .2: 100} {
		if got := c.quantile(share); got != want {
			t.Errorf("quantile %v = %d, want %d", share, got, want)
		}
	}
}

func TestLiveFiguresAndFilteredTurnsOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		session, token, err := s.Begin(t.Context(), "p1", "web", "")
		if err != nil {
			t.Fatal(err)
		}
		_ = token
		for _, text := range []string{"你好", "转人工"} {
			if _, err := s.Say(t.Context(), session.ID, Message{Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		turns, err := s.TurnsAfter(t.Context(), "p1", "", 10)
		if err != nil || len(turns) != 2 {
			t.Fatalf("%d turns, %v", len(turns), err)
		}
		if err := s.Rate(t.Context(), session.ID, turns[0].ID, false, ""); err != nil {
			t.Fatal(err)
		}
		get := func(path string, into any) int {
			t.Helper()
			code, body := s.call("GET", "/api/v1/products/p1"+path, "", "Authorization", "Bearer viewer")
			if err := json.Unmarshal([]byte(body), into); err != nil {
				t.Fatalf("%s: %s", path, body)
			}
			if code >= 300 {
				t.Logf("%s: %s", path, body)
			}
			return code
		}
		var f Figures
		if code := get("/live-figures?hours=1", &f); code != 200 || len(f.Releases) != 1 {
			t.Fatalf("figures: %d %+v", code, f)
		}
		r := f.Releases[0]
		if r.Release != "r1" || r.Turns != 2 || r.Sessions != 1 || r.Bad != 1 || r.P99US < r.P50US || len(r.Points) == 0 {
			t.Errorf("figures of r1: %+v", r)
		}
		inPoints := 0
		for _, p := range r.Points {
			inPoints += p.Turns
			if p.AtUS < f.FromUS || p.AtUS > time.Now().UnixMicro() {
				t.Errorf("a point at %d outside the time asked for", p.AtUS)
			}
		}
		if inPoints != r.Turns {
			t.Errorf("points hold %d turns, the release %d", inPoints, r.Turns)
		}
		for path, want := range map[string]int{
			"": 2, "?release=r1": 2, "?rating=bad": 1, "?rating=good": 0, "?state=handover": r.Handed, "?session=" + session.ID: 2, "?session=x": 0,
			"?band=fallback": r.Missed,
		} {
			var page struct{ Items []Turn }
			if code := get("/turns"+path, &page); code != 200 || len(page.Items) != want {
				t.Errorf("turns%s: %d, %d items, want %d", path, code, len(page.Items), want)
			}
		}
		if code := get("/turns?release=r9", &struct{}{}); code != 404 {
			t.Errorf("turns of a release that is not there: %d", code)
		}
	})
}
