package label_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// columns makes a version of a product of its own; each row is 问题, 意图 and
// what else there is.
func (h house) columns(t testing.TB, names []string, rows [][]string) (product, version string) {
	t.Helper()
	p, err := h.data.CreateProduct(t.Context(), db.NewID(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	set, err := h.data.Create(t.Context(), p.ID, "句子")
	if err != nil {
		t.Fatal(err)
	}
	var schema dataset.Schema
	for _, n := range names {
		schema.Columns = append(schema.Columns, dataset.Column{Name: n})
	}
	v, err := h.data.Build(t.Context(), dataset.Draft{DatasetID: set.ID, Schema: schema}, func(add func(dataset.Row) error) error {
		for n, values := range rows {
			if err := add(dataset.Row{ID: dataset.NewRowID(p.ID, "", n+1), Values: values}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID, v.ID
}

// said makes a row for each cell.
func said(cells ...string) (rows [][]string) {
	for i, cell := range cells {
		rows = append(rows, []string{fmt.Sprintf("第 %d 句想问一件事", i), cell})
	}
	return rows
}

// actor is who takes labels over in the tests.
var actor = api.Actor{ID: "wang", Name: "王"}

func (h house) adopt(t testing.TB, product string, o label.AdoptOrder) label.Adoption {
	t.Helper()
	id, _, err := h.StartAdoption(api.WithActor(t.Context(), actor), product, o)
	if err != nil {
		t.Fatal(err)
	}
	job, err := h.runner.Wait(t.Context(), id)
	if err != nil || job.State != jobs.Done {
		t.Fatalf("%+v, %v", job.Failure, err)
	}
	var a label.Adoption
	if err := json.Unmarshal(job.Result, &a); err != nil {
		t.Fatal(err)
	}
	if job.Done != job.Total || job.Total == 0 {
		t.Errorf("progress %d of %d", job.Done, job.Total)
	}
	return a
}

// golds gives "labels how" by the number of the row.
func (h house) golds(t testing.TB, product string) map[int]string {
	t.Helper()
	got := map[int]string{}
	err := h.Gold(t.Context(), product, func(g label.Gold) error {
		for n := range 300 {
			if g.RowID == string(dataset.NewRowID(product, "", n+1)) {
				got[n] = strings.Join(g.Labels, "+") + " " + g.How
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWhatAColumnOfLabelsMeans(t *testing.T) {
	h := build(t, testkit.OpenDB(t), 1, nil)
	many := func(n int, cell string) []string { return slices.Repeat([]string{cell}, n) }
	const single = "name: 书店\ntask: classify\nmulti: false\nlabels:\n  - {id: track, zh: 查物流, en: Track order}\n  - {id: refund, zh: 退款}\n"
	different := make([]string, 60)
	for i := range different {
		different[i] = fmt.Sprintf("备注%c%c", '一'+rune(i*37), '丁'+rune(i*91))
	}
	long := make([]string, 0, 1300)
	for i := range 650 {
		long = append(long, many(2, fmt.Sprintf("类%c%c", '一'+rune(i*17), '丁'+rune(i*23)))...)
	}
	for name, c := range map[string]struct {
		guideline string
		cells     []string
		order     label.AdoptOrder
		want      string // "value=label" in the order of values, + new, ? suggested
		taken     int
		fault     error
	}{
		"names in both languages, ids, width and marks": {single,
			[]string{"查物流", "ＴＲＡＣＫ", "track order", "退款。", "退 款", ""}, label.AdoptOrder{}, "退 款=refund track order=track 查物流=track ＴＲＡＣＫ=track", 5, nil},
		"a misspelling is suggested, not taken": {single,
			append(many(5, "查物流"), "查勿流", "退歀", "改地址"), label.AdoptOrder{}, "查物流=track 改地址= 查勿流=?track 退歀=?refund", 5, nil},
		"a suggestion that is taken": {single,
			append(many(5, "查物流"), "查勿流"), label.AdoptOrder{Unknown: "suggested"}, "查物流=track 查勿流=track?track", 6, nil},
		"choices: a label by its name, left out, a new one": {single,
			append(append(many(3, "催货"), many(2, "退款")...), "开票"),
			label.AdoptOrder{Choices: []label.AdoptChoice{{Value: "催货", Label: "查物流"}, {Value: "退款"}, {Value: "开票", New: true}}},
			"催货=track 退款= 开票=开票+", 4, nil},
		"without a guideline values become labels, but for likely misspellings": {"",
			append(append(many(9, "查物流"), many(8, "退 款/货")...), "查勿流"), label.AdoptOrder{}, "查物流=查物流+ 退 款/货=退_款/货+ 查勿流=?查物流", 17, nil},
		"a misspelling of a new label, mapped to it": {"",
			append(many(9, "查物流"), "查勿流"), label.AdoptOrder{Choices: []label.AdoptChoice{{Value: "查勿流", Label: "查物流"}}}, "查物流=查物流+ 查勿流=查物流", 10, nil},
		"two frequent labels that read alike are two": {"",
			append(many(6, "退款申请"), many(5, "退货申请")...), label.AdoptOrder{}, "退款申请=退款申请+ 退货申请=退货申请+", 11, nil},
		"several in a cell, the separator is found": {intents,
			append(many(3, "打招呼；订房"), "问价", "订房;问价", "其他;问价"), label.AdoptOrder{}, "订房=book 打招呼=greet 问价=price 其他=none", 5, nil},
		"several in a cell are one where the guideline takes one": {single,
			append(many(3, "退款"), "退款;查物流"), label.AdoptOrder{}, "退款=refund 退款;查物流=?track", 3, nil},
		"several in a cell make a guideline of several": {"",
			append(append(many(3, "退款"), many(3, "投诉")...), "退款|投诉"), label.AdoptOrder{}, "投诉=投诉+ 退款=退款+", 7, nil},
		"one a cell when that is said": {"",
			append(append(many(3, "退款"), many(3, "投诉")...), "退款|投诉"), label.AdoptOrder{Separator: "none"}, "投诉=投诉+ 退款=退款+ 退款|投诉=退款_投诉+", 7, nil},
		"all different is text":            {"", different, label.AdoptOrder{LabelColumn: "意图"}, "", 0, label.NotLabels},
		"too many values":                  {"", long, label.AdoptOrder{LabelColumn: "意图"}, "", 0, label.TooManyValues},
		"no such column":                   {"", many(3, "退款"), label.AdoptOrder{LabelColumn: "标签"}, "", 0, label.NoColumn},
		"a choice of a value not there":    {single, many(3, "退款"), label.AdoptOrder{Choices: []label.AdoptChoice{{Value: "退货"}}}, "", 0, label.NoValue},
		"a choice of a label not there":    {single, many(3, "催货"), label.AdoptOrder{Choices: []label.AdoptChoice{{Value: "催货", Label: "催"}}}, "", 0, label.UnknownLabel},
		"a column of nothing, named":       {single, many(3, ""), label.AdoptOrder{LabelColumn: "意图"}, "", 0, nil},
		"nobody named a column, none fits": {"", many(3, ""), label.AdoptOrder{}, "", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			product, version := h.columns(t, []string{"问题", "意图"}, said(c.cells...))
			if c.guideline != "" {
				if _, err := h.SaveGuideline(t.Context(), product, "me", c.guideline, 0); err != nil {
					t.Fatal(err)
				}
			}
			c.order.VersionID = version
			p, err := h.PreviewAdoption(t.Context(), product, c.order)
			if !errors.Is(err, c.fault) || c.fault == nil && err != nil {
				t.Fatalf("%v, want %v", err, c.fault)
			}
			if err != nil {
				return
			}
			var got []string
			for _, v := range p.Values {
				is := v.Value + "=" + v.Label
				if v.New {
					is += "+"
				}
				if v.Suggest != "" {
					is += "?" + v.Suggest
				}
				got = append(got, is)
			}
			if is := strings.Join(got, " "); is != c.want {
				t.Errorf("got  %s\nwant %s", is, c.want)
			}
			if p.TakenCount != c.taken || p.LabelColumn != "" && p.RowCount != len(c.cells) || p.TakenCount+p.LeftCount+p.ClashCount+p.SameCount+p.DifferCount != p.FilledCount {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestAdoption(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		product, version := h.columns(t, []string{"问题", "意图", "备注"}, [][]string{
			{"我的快递到哪里了", "查物流", "a"}, {"怎么还不发货", "查物流", "b"}, {"钱退了吗", "退款", "c"}, {"能退吗", "退款", "d"}, {"你们几点开门", "", "e"},
		})
		row := func(n int) string { return string(dataset.NewRowID(product, "", n+1)) }
		draft, err := h.DraftOrder(t.Context(), product, version, "")
		if err != nil || len(draft.LabelColumns) != 1 || draft.LabelColumns[0] != (label.LabelColumn{Column: "意图", FilledCount: 4, DistinctCount: 2}) || draft.Order.TextColumn != "问题" {
			t.Fatalf("%+v, %v", draft, err)
		}
		named, ofNamed := h.columns(t, []string{"问题", "category"}, said("balance_not_updated_after_cheque_or_cash_deposit", "topping_up_by_card", ""))
		if draft, err = h.DraftOrder(t.Context(), named, ofNamed, ""); err != nil || len(draft.LabelColumns) != 1 || draft.LabelColumns[0].FilledCount != 2 {
			t.Errorf("a column that is called so: %+v, %v", draft.LabelColumns, err)
		}
		first := h.adopt(t, product, label.AdoptOrder{VersionID: version})
		if first.TakenCount != 4 || first.Column != "意图" || first.GuidelineVersion != 1 || first.ActorID != "wang" {
			t.Errorf("%+v", first)
		}
		g, err := h.LatestGuideline(t.Context(), product)
		if err != nil || !slices.Equal(g.Guideline.LabelIDs(), []string{"查物流", "退款"}) || g.Guideline.Name != "意图" || g.Guideline.Multi {
			t.Errorf("%+v, %v", g, err)
		}
		want := map[int]string{0: "查物流 imported", 1: "查物流 imported", 2: "退款 imported", 3: "退款 imported"}
		if got := h.golds(t, product); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v", got)
		}
		said, err := h.AnnotationsOf(t.Context(), product, row(0))
		if err != nil || len(said) != 1 || said[0].Person != "wang" || said[0].Origin != "import" || said[0].AdoptionID != first.ID {
			t.Errorf("%+v, %v", said, err)
		}
		list, _, _, err := h.FindGold(t.Context(), product, label.GoldFilter{How: "imported", Label: "退款"}, "", 10)
		if err != nil || len(list) != 2 {
			t.Errorf("%d found, %v", len(list), err)
		}

		// What was taken over is not handed out again, unless it is to be checked.
		order := label.QueueOrder{Name: "剩下的", VersionID: version, TextColumn: "问题"}
		if q := h.openOf(t, product, order); q.TaskCount != 1 {
			t.Errorf("%d tasks", q.TaskCount)
		}
		order.Name, order.WithAdopted = "复查", true
		if q := h.openOf(t, product, order); q.TaskCount != 5 {
			t.Errorf("%d tasks", q.TaskCount)
		}

		// Again: nothing is left to do, and it says so.
		_, _, err = h.StartAdoption(api.WithActor(t.Context(), actor), product, label.AdoptOrder{VersionID: version})
		if !errors.Is(err, label.NothingToAdopt) {
			t.Errorf("%v", err)
		}
		if _, _, err := h.StartAdoption(t.Context(), product, label.AdoptOrder{VersionID: version, Replace: true, Choices: []label.AdoptChoice{{Value: "退款", Label: "查物流"}}}); !errors.Is(err, label.NobodyAsks) {
			t.Errorf("%v", err)
		}

		// Somebody decides one row otherwise; a second adoption keeps that unless told.
		if _, err := h.SetGold(t.Context(), label.GoldRow{Product: product, VersionID: version, RowID: row(2), Text: "钱退了吗", Labels: []string{"查物流"}, Person: "li"}); err != nil {
			t.Fatal(err)
		}
		p, err := h.PreviewAdoption(t.Context(), product, label.AdoptOrder{VersionID: version})
		if err != nil || p.DifferCount != 1 || p.SameCount != 3 || p.TakenCount != 0 {
			t.Errorf("%+v, %v", p, err)
		}
		second := h.adopt(t, product, label.AdoptOrder{VersionID: version, Replace: true})
		if second.TakenCount != 1 {
			t.Errorf("%+v", second)
		}
		all, err := h.Adoptions(t.Context(), product, "", 10)
		if err != nil || len(all) != 2 || all[0].ID != second.ID || all[0].Column != "意图" {
			t.Errorf("%+v, %v", all, err)
		}

		// Taken back, exactly its row: the decision returns, and outlives the first.
		if err := h.UndoAdoption(t.Context(), second.ID, "wang"); err != nil {
			t.Fatal(err)
		}
		want[2] = "查物流 decided"
		if got := h.golds(t, product); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v", got)
		}
		for range 2 { // twice is once
			if err := h.UndoAdoption(t.Context(), first.ID, "wang"); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.golds(t, product); fmt.Sprint(got) != fmt.Sprint(map[int]string{2: "查物流 decided"}) {
			t.Errorf("got %v", got)
		}
		// What the decision replaced is gone with its adoption and does not return.
		if err := h.UnsetGold(t.Context(), product, row(2), "li"); err != nil {
			t.Fatal(err)
		}
		if got := h.golds(t, product); len(got) != 0 {
			t.Errorf("got %v", got)
		}
		if said, err = h.AnnotationsOf(t.Context(), product, row(0)); err != nil || len(said) != 0 {
			t.Errorf("%+v, %v", said, err)
		}
		if err := h.UndoAdoption(t.Context(), "nothing", "wang"); !errors.Is(err, label.NoAdoption) {
			t.Errorf("%v", err)
		}
	})
}

// openOf opens a queue of another product.
func (h house) openOf(t testing.TB, product string, o label.QueueOrder) label.Queue {
	t.Helper()
	h.product = product
	return h.openQueue(t, o)
}

// TestAGuidelineKeepsItsWordsWhenItGetsLabels: comments, order and rules of what
// stands there are the author's.
func TestAGuidelineKeepsItsWordsWhenItGetsLabels(t *testing.T) {
	h := build(t, testkit.OpenDB(t), 1, nil)
	for name, source := range map[string]string{
		"block": "# 书店的规范\nname: 书店\ntask: classify\nmulti: false\nlabels:\n  - id: track # 常见\n    zh: 查物流\n    rule: |\n      问到哪了。\n      不问费用。\n",
		"flow":  "name: 书店\ntask: classify\nmulti: false\nlabels: [{id: track, zh: 查物流, rule: \"问到哪了。\\n不问费用。\\n\"}] # 书店的规范 # 常见\n",
		"JSON":  `{"name": "书店", "task": "classify", "multi": false, "labels": [{"id": "track", "zh": "查物流", "rule": "问到哪了。\n不问费用。\n"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			product, version := h.columns(t, []string{"问题", "意图"}, said("查物流", "退款", "退款", "开票: 专用", "开票: 专用"))
			if _, err := h.SaveGuideline(t.Context(), product, "me", source, 0); err != nil {
				t.Fatal(err)
			}
			if a := h.adopt(t, product, label.AdoptOrder{VersionID: version, Unknown: "new"}); a.TakenCount != 5 || a.GuidelineVersion != 2 {
				t.Errorf("%+v", a)
			}
			g, err := h.LatestGuideline(t.Context(), product)
			if err != nil || !slices.Equal(g.Guideline.LabelIDs(), []string{"track", "开票:_专用", "退款"}) {
				t.Fatalf("%+v, %v", g.Guideline, err)
			}
			if l, _ := g.Guideline.Label("track"); l.Rule != "问到哪了。\n不问费用。\n" {
				t.Errorf("rule %q", l.Rule)
			}
			if l, _ := g.Guideline.Label("开票:_专用"); l.ZH != "开票: 专用" {
				t.Errorf("%+v", l)
			}
			if name == "block" && (!strings.HasPrefix(g.Source, "# 书店的规范\n") || !strings.Contains(g.Source, "# 常见")) {
				t.Errorf("comments are lost:\n%s", g.Source)
			}
		})
	}
}

// TestACancelledAdoptionLeavesNothing asks to end the job at a row that is drawn
// anew each round: whatever was written goes.
func TestACancelledAdoptionLeavesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		cells := make([]string, 3000)
		for i := range cells {
			cells[i] = []string{"查物流", "退款"}[i%2]
		}
		product, version := h.columns(t, []string{"问题", "意图"}, said(cells...))
		id, _, err := h.StartAdoption(api.WithActor(t.Context(), actor), product, label.AdoptOrder{VersionID: version})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.runner.Cancel(t.Context(), id); err != nil && !errors.Is(err, jobs.Over) {
			t.Fatal(err)
		}
		job, err := h.runner.Wait(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		n, err := h.CountGold(t.Context(), product)
		if err != nil || job.State == jobs.Cancelled && n != 0 || job.State == jobs.Done && n != len(cells) {
			t.Errorf("%s with %d rows of gold, %v", job.State, n, err)
		}
	})
}

// TestTakingBackInAnyOrderLeavesWhatOthersSaid draws decisions and adoptions of
// a few rows and takes the adoptions back in any order: the decisions that were
// not unset are what is left, the last of each row.
func TestTakingBackInAnyOrderLeavesWhatOthersSaid(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(seed, 5))
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				product, version := h.columns(t, []string{"问题", "a", "b"}, [][]string{
					{"一句话要问的事", "x", "y"}, {"两句话要问的事", "x", "x"}, {"三句话要问的事", "y", ""}, {"四句话要问的事", "", "y"},
				})
				if _, err := h.SaveGuideline(t.Context(), product, "me", "name: n\ntask: classify\nlabels: [{id: x, en: x}, {id: y, en: y}, {id: z, en: z}]\n", 0); err != nil {
					t.Fatal(err)
				}
				var adopted []string
				last := map[int]string{}
				for range 7 {
					if column := []string{"a", "b", ""}[rng.IntN(3)]; column != "" {
						o := label.AdoptOrder{VersionID: version, LabelColumn: column, Replace: true}
						if p, err := h.PreviewAdoption(t.Context(), product, o); err != nil {
							t.Fatal(err)
						} else if p.TakenCount > 0 {
							adopted = append(adopted, h.adopt(t, product, o).ID)
						}
						continue
					}
					n, says := rng.IntN(4), []string{"x", "y", "z"}[rng.IntN(3)]
					texts := []string{"一句话要问的事", "两句话要问的事", "三句话要问的事", "四句话要问的事"}
					if _, err := h.SetGold(t.Context(), label.GoldRow{Product: product, VersionID: version, RowID: string(dataset.NewRowID(product, "", n+1)), Text: texts[n], Labels: []string{says}, Person: "li"}); err != nil {
						t.Fatal(err)
					}
					last[n] = says + " decided"
				}
				for _, i := range rng.Perm(len(adopted)) {
					if err := h.UndoAdoption(t.Context(), adopted[i], "wang"); err != nil {
						t.Fatal(err)
					}
				}
				if got := h.golds(t, product); fmt.Sprint(got) != fmt.Sprint(last) {
					t.Errorf("got %v, want %v", got, last)
				}
			})
		}
	})
}

// TestAnAdoptionThatIsRunAgainTakesNothingTwice puts an ended job back to where
// a crash would have left it.
func TestAnAdoptionThatIsRunAgainTakesNothingTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		product, version := h.columns(t, []string{"问题", "意图"}, said("退款", "退款", "退款", "投诉", "投诉", "投诉"))
		a := h.adopt(t, product, label.AdoptOrder{VersionID: version})
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'queued', result = '' WHERE id = $1", a.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if job, err := h.runner.Wait(t.Context(), a.ID); err != nil || job.State != jobs.Done {
			t.Fatalf("%+v, %v", job, err)
		}
		again, err := h.AdoptionOf(t.Context(), a.ID)
		if err != nil || again.TakenCount != 6 {
			t.Errorf("%+v, %v", again, err)
		}
		said, err := h.AnnotationsOf(t.Context(), product, string(dataset.NewRowID(product, "", 1)))
		if err != nil || len(said) != 1 {
			t.Errorf("%d annotations, %v", len(said), err)
		}
	})
}
