package label_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

func TestReview(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 10, nil)
		q := h.openQueue(t, h.order("复核", 2))
		for _, person := range []string{"zhang", "li"} {
			for i, task := range h.claim(t, q, person, 30) {
				labels := []string{"greet"}
				if person == "li" && i%5 == 0 {
					labels = []string{"book"}
				}
				h.answer(t, task, person, labels...)
			}
		}
		if r, err := h.Settle(t.Context(), q.ID); err != nil || r.SettledCount != 24 || r.DisputedCount != 6 {
			t.Fatalf("%+v %v", r, err)
		}
		list := func(f label.ReviewFilter) []label.Reviewed {
			t.Helper()
			all, last, more, err := h.Review(t.Context(), q.ID, f, -1, 4)
			if err != nil {
				t.Fatal(err)
			}
			for more {
				var page []label.Reviewed
				if page, last, more, err = h.Review(t.Context(), q.ID, f, last, 4); err != nil {
					t.Fatal(err)
				}
				all = append(all, page...)
			}
			return all
		}
		for want, f := range map[int]label.ReviewFilter{
			30: {},
			6:  {State: "disputed", Person: "li"},
			24: {Differ: false, State: "settled"},
		} {
			if got := list(f); len(got) != want {
				t.Errorf("%+v lists %d, want %d", f, len(got), want)
			}
		}
		if got := list(label.ReviewFilter{Label: "greet", Other: "book"}); len(got) != 6 || len(got[0].Answers) != 2 {
			t.Errorf("greet for book: %d", len(got))
		}
		disputed := list(label.ReviewFilter{Differ: true})
		for _, task := range disputed[:4] {
			if _, err := h.Adjudicate(t.Context(), task.ID, []string{"greet"}, "wang"); err != nil {
				t.Fatal(err)
			}
		}
		if got := list(label.ReviewFilter{Person: "li", Wrong: true}); len(got) != 4 || !slices.Equal(got[0].Gold, []string{"greet"}) {
			t.Errorf("li was wrong on %d", len(got))
		}
		if got := list(label.ReviewFilter{Person: "zhang", Wrong: true}); len(got) != 0 {
			t.Errorf("zhang was wrong on %d", len(got))
		}
		quality, err := h.QualityOf(t.Context(), q.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(quality.People) != 2 || quality.People[0].Person != "li" || quality.People[0].Right.Count != 24 || quality.People[0].Right.Of != 28 ||
			quality.People[0].PerHour != 1440 || quality.FirstPass.Count != 24 || quality.FirstPass.Of != 30 || quality.Twice.Count != 52 || len(quality.Days) != 1 {
			t.Errorf("%+v", quality)
		}
		if want := []label.Confusion{{A: "book", B: "greet", Count: 6}}; !slices.Equal(quality.Confused, want) {
			t.Errorf("%+v", quality.Confused)
		}
		before, err := h.Agreement(t.Context(), q.ID)
		if err != nil || before.Texts != 30 || before.Exact != .8 {
			t.Errorf("%+v %v", before, err)
		}
		tally, err := h.Tally(t.Context(), q.ID, "li")
		if err != nil || tally.AnswerCount != 30 || tally.HourCount != 30 || tally.Agreed.Of != 28 || tally.LeftCount != 0 {
			t.Errorf("%+v %v", tally, err)
		}
		a, err := h.Samples(t.Context(), q.ID, 5, 3)
		b, err2 := h.Samples(t.Context(), q.ID, 5, 3)
		if err != nil || err2 != nil || len(a) != 5 || a[0].ID != b[0].ID || a[4].ID != b[4].ID {
			t.Errorf("the same seed draws %v and %v: %v %v", a, b, err, err2)
		}

		sent := disputed[0] // judged by wang
		if err := h.SendBack(t.Context(), sent.ID, " ", "wang"); !errors.Is(err, label.NoReason) {
			t.Errorf("%v", err)
		}
		if err := h.SendBack(t.Context(), sent.ID, "看错了上文", "wang"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.GoldOf(t.Context(), h.product, sent.RowID); !errors.Is(err, label.NoGold) {
			t.Errorf("the gold of what was sent back: %v", err)
		}
		if err := h.SendBack(t.Context(), sent.ID, "再退", "wang"); !errors.Is(err, label.NothingToSend) {
			t.Errorf("twice: %v", err)
		}
		h.clock.Add(time.Second)
		if now, err := h.Agreement(t.Context(), q.ID); err != nil || now.Texts != 29 {
			t.Errorf("agreement is reckoned anew when answers went: %d %v", now.Texts, err)
		}
		if again := h.claim(t, q, "zhang", 5); len(again) != 1 || again[0].ID != sent.ID {
			t.Errorf("what was sent back is served again: %v", again)
		}
		if got := list(label.ReviewFilter{Sent: true}); len(got) != 1 || got[0].Returned != 2 || got[0].State != "waiting" {
			t.Errorf("%+v", got)
		}
		if quality, _ = h.QualityOf(t.Context(), q.ID); quality.Returned.Count != 1 || quality.People[0].ReturnCount != 1 {
			t.Errorf("%+v", quality)
		}
	})
}

func TestAsk(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		q := h.openQueue(t, h.order("提问", 1))
		task := h.claim(t, q, "zhang", 1)[0]
		if err := h.Ask(t.Context(), task.ID, "zhang", "算打招呼吗"); err != nil {
			t.Fatal(err)
		}
		if got := h.claim(t, q, "zhang", 9); len(got) != 2 {
			t.Fatalf("a question puts the task aside: %d", len(got))
		}
		if err := h.Reply(t.Context(), task.ID, "li", "算", "lead"); !errors.Is(err, label.NoSkip) {
			t.Errorf("nobody asked: %v", err)
		}
		if err := h.Reply(t.Context(), task.ID, "zhang", "算", "lead"); err != nil {
			t.Fatal(err)
		}
		if got := h.claim(t, q, "zhang", 9); len(got) != 1 || got[0].ID != task.ID {
			t.Errorf("the reply brings it back: %v", got)
		}
		if mine, err := h.Skips(t.Context(), q.ID, "zhang", 0, 9); err != nil || len(mine) != 1 || mine[0].Reply != "算" || mine[0].Text != task.Text {
			t.Errorf("%+v %v", mine, err)
		}
		if err := h.Skip(t.Context(), task.ID, "zhang", "还是不懂"); err != nil {
			t.Fatal(err)
		}
		if err := h.Unskip(t.Context(), task.ID, "zhang"); err != nil {
			t.Fatal(err)
		}
		h.answer(t, task, "zhang", "greet")
		if n, err := h.RenewAll(t.Context(), q.ID, "zhang"); err != nil || n != 2 {
			t.Errorf("renewed %d, %v", n, err)
		}
		given, err := h.Mine(t.Context(), q.ID, "zhang", "", 5)
		if err != nil || len(given) != 1 || given[0].Text != task.Text {
			t.Errorf("%+v %v", given, err)
		}
	})
}

func TestAlikes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 3, nil)
		q := h.openQueue(t, h.order("相似", 1))
		first := h.claim(t, q, "zhang", 1)[0]
		found, err := h.AlikesOf(t.Context(), first.ID, "zhang")
		if err != nil || len(found.Open) != 8 || len(found.Settled) != 0 || found.Open[0].Likeness < found.Open[7].Likeness {
			t.Fatalf("%+v %v", found, err)
		}
		ids := []string{found.Open[0].TaskID, found.Open[1].TaskID, "none"}
		picked, err := h.ClaimThese(t.Context(), q.ID, "zhang", ids, time.Minute)
		if err != nil || len(picked) != 2 {
			t.Fatalf("%v %v", picked, err)
		}
		if again, err := h.ClaimThese(t.Context(), q.ID, "li", ids, time.Minute); err != nil || len(again) != 0 {
			t.Errorf("somebody else's: %v %v", again, err)
		}
		h.answer(t, picked[0], "zhang", "book")
		if _, err := h.Settle(t.Context(), q.ID); err != nil {
			t.Fatal(err)
		}
		found, err = h.AlikesOf(t.Context(), first.ID, "zhang")
		if err != nil || len(found.Settled) != 1 || !slices.Equal(found.Settled[0].Labels, []string{"book"}) || len(found.Open) != 7 {
			t.Errorf("%+v %v", found, err)
		}
		gold, _, more, err := h.FindGold(t.Context(), h.product, label.GoldFilter{Label: "book", Text: "会话", How: "agreed"}, "", 1)
		if err != nil || more || len(gold) != 1 {
			t.Errorf("%v %v %v", gold, more, err)
		}
		if gold, _, _, _ := h.FindGold(t.Context(), h.product, label.GoldFilter{Label: "greet"}, "", 1); len(gold) != 0 {
			t.Errorf("%v", gold)
		}
	})
}

func TestDraftAndPreview(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 4, nil)
		draft, err := h.DraftOrder(t.Context(), h.product, h.version.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		o := draft.Order
		if o.TextColumn != "内容" || o.SessionColumn != "会话" || o.SpeakerColumn != "角色" || !slices.Equal(o.Speakers, []string{"客户"}) || draft.RowCount != 20 ||
			draft.Speakers[0] != (label.SpeakerCount{Name: "客户", Count: 12, Customer: true}) {
			t.Errorf("%+v", draft)
		}
		if _, err := h.DraftOrder(t.Context(), "other", h.version.ID, ""); !errors.Is(err, label.WrongProduct) {
			t.Errorf("%v", err)
		}
		q := h.openQueue(t, h.order("预看", 1))
		task := h.claim(t, q, "zhang", 1)[0]
		h.answer(t, task, "zhang", "greet")
		same, err := h.PreviewGuideline(t.Context(), h.product, intents)
		if err != nil || same.Version != 2 || len(same.Changed) != 0 || same.TouchedCount != 0 {
			t.Errorf("%+v %v", same, err)
		}
		now, err := h.PreviewGuideline(t.Context(), h.product, changedGreet)
		if err != nil || !slices.Equal(now.Changed, []string{"greet"}) || now.TouchedCount != 1 || now.Touched[0].Text != task.Text {
			t.Errorf("%+v %v", now, err)
		}
		if list, err := h.Guidelines(t.Context(), h.product, 0, 9); err != nil || len(list) != 1 {
			t.Errorf("a preview saves nothing: %v %v", list, err)
		}
		if _, err := h.CheckModel(t.Context(), h.product, "latest"); !errors.Is(err, label.NoModel) {
			t.Errorf("%v", err)
		}
	})
}

// changedGreet is intents with another rule of one label.
var changedGreet = strings.Replace(intents, "只是问好。", "问好，或喊人。", 1)
