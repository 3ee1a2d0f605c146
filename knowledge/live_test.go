package knowledge_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/knowledge"
)

// customers are what was said live; the flow answers from the entry that search
// puts first, when it is near enough.
type customers struct{ said []knowledge.Said }

func (c *customers) Said(_ context.Context, _ string, limit int) ([]knowledge.Said, error) {
	return c.said[:min(limit, len(c.said))], nil
}

func (c *customers) Play(_ context.Context, _ string, said []knowledge.Said, states []*knowledge.Snapshot) ([][]knowledge.Played, error) {
	out := make([][]knowledge.Played, len(said))
	for i, s := range said {
		for _, state := range states {
			var p knowledge.Played
			if hits := state.Search(s.Text, knowledge.SearchOptions{Limit: 1}); len(hits) > 0 && hits[0].Likeness >= .6 {
				e, _ := state.Entry(hits[0].EntryID)
				p = knowledge.Played{EntryID: e.ID, Answered: true, Reply: e.AnswerText()}
			}
			out[i] = append(out[i], p)
		}
	}
	return out, nil
}

func openLive(t *testing.T, d *db.DB, c *customers) (*knowledge.Service, string) {
	t.Helper()
	blobs, clock := testkit.TempBlobs(t), testkit.Clock(time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC))
	data, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	s, err := knowledge.New(t.Context(), knowledge.Needs{DB: d, Blobs: blobs, Data: data, Now: clock.Now, Served: c})
	if err != nil {
		t.Fatal(err)
	}
	p, err := data.CreateProduct(t.Context(), "旅行客服")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []knowledge.Entry{
		entry("room", "酒店有无障碍客房吗", "有"), entry("lift", "电梯在大堂哪一侧", "左侧"), entry("pet", "可以带宠物入住吗", "可以"),
	} {
		if _, _, err := s.Add(t.Context(), p.ID, "lin", e); err != nil {
			t.Fatal(err)
		}
	}
	return s, p.ID
}

func TestMinedWordings(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		c := &customers{said: []knowledge.Said{
			{TurnID: "1", Text: "无障碍房有吗"},                                                   // not answered
			{TurnID: "2", Text: "无障碍房有吗？"},                                                  // another ending of it
			{TurnID: "3", Text: "酒店有无障碍客房吗"},                                                // a wording already
			{TurnID: "4", Text: "好的"},                                                       // too short
			{TurnID: "5", Text: "我要无障碍客房，电话13812345678"},                                    // personal data
			{TurnID: "6", Text: "宠物可以带入住吗", EntryID: "pet", Answered: true},                 // found already
			{TurnID: "7", Text: "带宠物入住可以不", EntryID: "pet", Answered: true, Disliked: true}, // disliked
			{TurnID: "8", Text: "电梯在大堂哪侧", Answered: true},                                  // the flow answered
			{TurnID: "9", Text: "明天天气怎么样呢"},                                                 // near nothing
			{TurnID: "10", Text: "无障碍房有吗"},                                                  // once more
		}}
		s, p := openLive(t, d, c)
		want := map[string]string{"无障碍房有吗": "room unanswered 3", "带宠物入住可以不": "pet disliked 1", "电梯在大堂哪侧": "lift elsewhere 1"}
		got := map[string]string{}
		all, err := s.Mined(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			got[m.Text] = fmt.Sprintf("%s %s %d", m.EntryID, m.Why, m.Times)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("mined %v, want %v", got, want)
		}
		if !slices.IsSortedFunc(all, func(a, b knowledge.Mined) int { return int(1e6 * (b.Likeness - a.Likeness)) }) {
			t.Errorf("not in the order of likeness: %v", all)
		}
		count := func() int {
			all, err := s.Mined(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		if err := s.Dismiss(t.Context(), p, "lin", "lift", "电梯在大堂哪侧", true); err != nil || count() != 2 {
			t.Errorf("dismissed: %d left, %v", count(), err)
		}
		if err := s.Dismiss(t.Context(), p, "lin", "lift", "电梯在大堂哪侧？", false); err != nil || count() != 3 {
			t.Errorf("taken back: %d left, %v", count(), err)
		}
		if err := s.Dismiss(t.Context(), p, "lin", "none", "甲", true); !errors.Is(err, knowledge.NoEntry) {
			t.Errorf("dismissed for no entry: %v", err)
		}
		e := entry("room", "酒店有无障碍客房吗", "有")
		e.Variants = []string{"无障碍房有吗"}
		if _, _, err := s.Save(t.Context(), p, "lin", e, 0); err != nil || count() != 2 {
			t.Errorf("a wording that was taken is still proposed: %d, %v", count(), err)
		}
	})
}

func TestReplayTellsWhatMoves(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		c := &customers{said: []knowledge.Said{
			{TurnID: "1", Text: "坐轮椅方便进出吗", AtUS: 9}, {TurnID: "2", Text: "坐轮椅方便进出吗", AtUS: 8},
			{TurnID: "3", Text: "电梯在大堂哪一侧", EntryID: "lift", Answered: true, AtUS: 7},
			{TurnID: "4", Text: "可以带宠物入住吗", EntryID: "pet", Answered: true, AtUS: 6},
			{TurnID: "5", Text: "讲个笑话听听", AtUS: 5},
		}}
		s, p := openLive(t, d, c)
		say := func(e knowledge.Entry) string {
			t.Helper()
			r, err := s.Replay(t.Context(), p, e)
			if err != nil || r.Asked != 4 || r.FromUS != 5 {
				t.Fatalf("%+v, %v", r, err)
			}
			text := ""
			for _, m := range r.Better {
				text += fmt.Sprintf("▲%s×%d %s→%s ", m.TurnID, m.Times, m.Before.EntryID, m.After.EntryID)
			}
			for _, m := range r.Worse {
				text += fmt.Sprintf("▼%s×%d %s→%s ", m.TurnID, m.Times, m.Before.EntryID, m.After.EntryID)
			}
			return text
		}
		with := func(id, question string, variants ...string) knowledge.Entry {
			e := entry(id, question, "有")
			e.Variants = variants
			return e
		}
		draft := with("pet", "可以带宠物入住吗")
		draft.State = knowledge.Draft
		for _, c := range []struct {
			name string
			e    knowledge.Entry
			want string
		}{
			{"nothing", with("room", "酒店有无障碍客房吗"), ""},
			{"a wording answers more", with("room", "酒店有无障碍客房吗", "坐轮椅方便进出吗"), "▲1×2 →room "},
			{"another entry takes the question", with("a", "可以带宠物入住吗"), "▼4×1 pet→a "},
			{"another question loses the old", with("lift", "健身房几点开门"), "▼3×1 lift→ "},
			{"a draft answers nobody", draft, "▼4×1 pet→ "},
		} {
			if got := say(c.e); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		c.said[2].Disliked = true // now whoever else answers is better
		taken := with("lift", "健身房几点开门")
		if got := say(taken); got != "▼3×1 lift→ " {
			t.Errorf("no answer in place of a bad one: %q", got)
		}
		if list, err := s.Entries(t.Context(), p, knowledge.EntryFilter{}, "", 10); err != nil || len(list) != 3 || list[0].Revision != 1 {
			t.Errorf("a replay kept something: %v, %v", list, err)
		}
		if _, err := s.Replay(t.Context(), p, knowledge.Entry{ID: "x"}); !errors.Is(err, knowledge.NoQuestion) {
			t.Errorf("a broken entry was replayed: %v", err)
		}
	})
}

func TestConflictsAreFoundOncePerPairAndGoWithTheChange(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, p := openLive(t, d, &customers{})
		found := func() []knowledge.Conflict {
			t.Helper()
			all, err := s.Conflicts(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		if all := found(); len(all) != 0 {
			t.Errorf("conflicts of unlike entries: %+v", all)
		}
		if _, _, err := s.Add(t.Context(), p, "lin", entry("dogs", "可以带宠物入住吗？", "不可以")); err != nil {
			t.Fatal(err)
		}
		all := found()
		if len(all) != 1 || all[0].EntryID != "dogs" || all[0].With.EntryID != "pet" || all[0].With.Likeness < .75 {
			t.Errorf("%+v", all)
		}
		if _, err := s.Remove(t.Context(), p, "lin", "dogs", 1); err != nil || len(found()) != 0 {
			t.Errorf("a removed entry still conflicts: %v", found())
		}
	})
}

func TestImportPreviewSkipAndTakingBack(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, p := openLive(t, d, &customers{})
		ctx := t.Context()
		sheet, err := knowledge.ReadSheet("a.csv", []byte("编号,问题,相似问,答案\nroom,酒店有无障碍客房吗,坐轮椅能住吗,有两间\nlift,电梯在大堂哪一侧,,左侧\nnew,早餐几点,,七点\nbad,只有问题,,\nnew,晚餐几点,,六点\n"))
		if err != nil {
			t.Fatal(err)
		}
		look := func() string {
			r, err := s.Preview(ctx, p, sheet)
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprintf("+%d ~%d =%d -%d", r.Added, r.Changed, r.Same, r.Refused)
			for _, row := range r.Rows {
				text += fmt.Sprintf(" %d:%s%v", row.Line, row.Kind, row.Fields)
			}
			return text + r.ID
		}
		if got, want := look(), "+1 ~1 =1 -2 2:changed[variants answer] 4:added[] 5:refused[] 6:refused[]"; got != want {
			t.Errorf("preview %q, want %q", got, want)
		}
		if list, err := s.Entries(ctx, p, knowledge.EntryFilter{}, "", 10); err != nil || len(list) != 3 {
			t.Errorf("a preview wrote: %v, %v", list, err)
		}
		if _, err := s.Import(ctx, p, "lin", sheet, false); !errors.Is(err, knowledge.NoAnswer) {
			t.Errorf("a sheet with a refused row was imported: %v", err)
		}
		r, err := s.Import(ctx, p, "lin", sheet, true)
		if err != nil || r.Added != 1 || r.Changed != 1 || r.Same != 1 || r.Refused != 2 || r.ID == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		edited, err := s.Entry(ctx, p, "new")
		if err != nil || edited.AnswerText() != "七点" {
			t.Fatalf("%+v, %v", edited, err)
		}
		u, err := s.UndoImport(ctx, p, "lin", r.ID)
		if err != nil || u != (knowledge.ImportUndone{Removed: 1, Restored: 1}) {
			t.Errorf("%+v, %v", u, err)
		}
		if e, err := s.Entry(ctx, p, "room"); err != nil || e.AnswerText() != "有" || len(e.Variants) != 0 || e.Revision != 3 {
			t.Errorf("not as before: %+v, %v", e, err)
		}
		if u, err = s.UndoImport(ctx, p, "lin", r.ID); err != nil || u != (knowledge.ImportUndone{Kept: 2}) {
			t.Errorf("twice: %+v, %v", u, err)
		}
		if r, err = s.Import(ctx, p, "lin", sheet, true); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Save(ctx, p, "wu", entry("room", "酒店有无障碍客房吗", "我改过"), 0); err != nil {
			t.Fatal(err)
		}
		if u, err = s.UndoImport(ctx, p, "lin", r.ID); err != nil || u.Kept != 1 {
			t.Errorf("with an edit since: %+v, %v", u, err)
		}
		if e, err := s.Entry(ctx, p, "room"); err != nil || e.AnswerText() != "我改过" {
			t.Errorf("an edit since was lost: %+v, %v", e, err)
		}
		if _, err := s.UndoImport(ctx, p, "lin", "none"); !errors.Is(err, knowledge.NoImport) {
			t.Errorf("took nothing back: %v", err)
		}
	})
}
