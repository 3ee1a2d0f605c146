package clean_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zhuomo/clean"
	"zhuomo/dataset"
)

var chatSchema = dataset.Schema{Columns: []dataset.Column{{Name: "session", Type: dataset.Text}, {Name: "speaker", Type: dataset.Text}, {Name: "text", Type: dataset.Text}}}

// chats makes n dirty rows of conversations.
func chats(n int, seed uint64) []dataset.Row {
	rng := rand.New(rand.NewPCG(seed, 1))
	said := []string{"你好,我想訂一间房", "電話13812345678联系我", "谢谢！！！", " 好 的 ", "ＳＣ２０２６怎么还没到", "", "训(xùn)练师是什么", "&lt;b&gt;明天&lt;/b&gt;", "我想退订单SC20260803117，谢谢", "几点关门？第%d间", "浣犲ソ"}
	rows := make([]dataset.Row, n)
	for i := range rows {
		text := said[rng.IntN(len(said))]
		if strings.Contains(text, "%d") {
			text = fmt.Sprintf(text, rng.IntN(1000))
		}
		rows[i] = dataset.Row{ID: dataset.NewRowID("sha256:x", "", i+1), Source: dataset.Source{Blob: "sha256:x", Record: i + 1},
			Values: []string{fmt.Sprint("s", i/6), []string{"顾客", "客服"}[i%2], text}}
	}
	return rows
}

func plan(t testing.TB, source []byte, schema dataset.Schema) *clean.Plan {
	t.Helper()
	_, steps, err := clean.Resolve(t.Context(), source, operators(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := clean.Bind(steps, schema)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRunGivesTheSameOnAnyCores(t *testing.T) {
	t.Parallel()
	rows := chats(3000, 7)
	p := plan(t, clean.StandardRecipe(), chatSchema)
	var first clean.Result
	for _, workers := range []int{1, 2, 7} {
		got, err := p.Run(t.Context(), rows, workers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if workers == 1 {
			first = got
			continue
		}
		if !reflect.DeepEqual(got, first) {
			t.Errorf("%d workers: another result", workers)
		}
	}
	if first.In != 3000 || first.In != len(first.Rows)+len(first.Aside)-first.Split || len(first.Aside) == 0 {
		t.Errorf("in %d, out %d, aside %d, split %d", first.In, len(first.Rows), len(first.Aside), first.Split)
	}
	aside, changed := 0, 0
	for _, s := range first.Steps {
		aside += s.Aside
		changed += s.Rows
	}
	if aside != len(first.Aside) || changed == 0 {
		t.Errorf("the steps count %d set aside, the quarantine has %d", aside, len(first.Aside))
	}
	for _, r := range first.Rows {
		if strings.Contains(r.Values[2], "13812345678") || strings.Contains(r.Values[2], "訂") || strings.Contains(r.Values[2], "Ｃ") {
			t.Fatalf("not clean: %q", r.Values[2])
		}
	}
	again, err := p.Run(t.Context(), first.Rows, 2, nil)
	if err != nil || len(again.Journal) > 0 {
		t.Errorf("a second run changes %d rows, %v; first %v", len(again.Journal), err, again.Journal[:min(3, len(again.Journal))])
	}
}

func TestRunSplitsAndCounts(t *testing.T) {
	t.Parallel()
	p := plan(t, []byte("name: x\nsteps:\n  - use: clean.split_sentences.v1\n  - use: clean.duplicate_rows.v1\n    with: {columns: [text]}\n  - use: clean.length.v1\n    with: {min: 3}\n"), chatSchema)
	rows := []dataset.Row{{ID: "a", Values: []string{"1", "顾客", "有房吗？要两间。好。"}}, {ID: "b", Values: []string{"1", "顾客", "有房吗？"}}}
	got, err := p.Run(t.Context(), rows, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []dataset.RowID
	for _, r := range got.Rows {
		ids = append(ids, r.ID)
	}
	if !slices.Equal(ids, []dataset.RowID{"a.1", "a.2"}) || got.Split != 2 || len(got.Aside) != 2 {
		t.Errorf("rows %v, split %d, aside %v", ids, got.Split, got.Aside)
	}
	preview, err := p.Preview(t.Context(), rows)
	if err != nil || preview.Out != 2 || !preview.Steps[1].WholeTable || len(preview.Steps[0].Changes) != 3 || len(preview.Steps[2].Left) != 1 || preview.Steps[2].Left[0].Values["text"] != "好。" {
		t.Errorf("%+v %v", preview, err)
	}
}

func TestRunObeysCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := plan(t, clean.StandardRecipe(), chatSchema)
	_, err := p.Run(ctx, chats(20000, 1), 2, func(int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPreviewEqualsTheRun(t *testing.T) {
	t.Parallel()
	rows := chats(500, 3)
	p := plan(t, clean.StandardRecipe(), chatSchema)
	preview, err := p.Preview(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	run, err := p.Run(t.Context(), rows, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range preview.Steps {
		if !reflect.DeepEqual(s.StepCount, run.Steps[i]) {
			t.Errorf("step %d: %+v, the run %+v", i+1, s.StepCount, run.Steps[i])
		}
		for _, c := range s.Changes {
			if len(c.Ops) == 0 || len(c.Ops) == 1 && c.Ops[0].Kind == "same" {
				t.Errorf("step %d shows no difference: %+v", i+1, c)
			}
		}
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"訓(xùn)練師", "训练师", "-訓(xùn)練師+训练师"},
		{"你好,吗", "你好，吗", "=你好-,+，=吗"},
		{"好", "好", "=好"}, {"", "好", "+好"}, {"好", "", "-好"}, {"", "", ""},
		{"打138去", "打[手机号]去", "=打-138+[手机号]=去"},
	} {
		var out, before, after strings.Builder
		for _, op := range clean.Diff(c.before, c.after) {
			out.WriteString(map[string]string{"same": "=", "add": "+", "del": "-"}[op.Kind] + op.Text)
			if op.Kind != "add" {
				before.WriteString(op.Text)
			}
			if op.Kind != "del" {
				after.WriteString(op.Text)
			}
		}
		if out.String() != c.want || before.String() != c.before || after.String() != c.after {
			t.Errorf("%q → %q: %s", c.before, c.after, out.String())
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) []dataset.RowID {
		s := clean.NewSample(20, seed)
		for _, r := range chats(400, 1) {
			s.Add(r, func(r dataset.Row) dataset.Row { return r })
		}
		var ids []dataset.RowID
		for _, r := range s.Rows() {
			ids = append(ids, r.ID)
		}
		return ids
	}
	if a, b, c := draw(1), draw(1), draw(2); !slices.Equal(a, b) || slices.Equal(a, c) || len(a) != 20 {
		t.Errorf("%v %v %v", a, b, c)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	recipe, found, err := clean.Suggest(t.Context(), operators(), chats(600, 2), chatSchema)
	if err != nil || len(found) < 6 || len(recipe.Steps) != len(found) {
		t.Fatalf("%v %v", found, err)
	}
	for _, s := range found {
		if s.Rows+s.Aside == 0 {
			t.Errorf("%s has nothing to do", s.Operator)
		}
	}
	_, found, err = clean.Suggest(t.Context(), operators(), []dataset.Row{{ID: "a", Values: []string{"你好"}}}, dataset.Schema{Columns: []dataset.Column{{Name: "text", Type: dataset.Text}}})
	if err != nil || len(found) != 0 {
		t.Errorf("clean rows: %v %v", found, err)
	}
	// A list of questions, without sessions: the one that is there twice.
	twice := []dataset.Row{{ID: "a", Values: []string{"几点关门"}}, {ID: "b", Values: []string{"怎么退票"}}, {ID: "c", Values: []string{"几点关门"}}}
	recipe, found, err = clean.Suggest(t.Context(), operators(), twice, dataset.Schema{Columns: []dataset.Column{{Name: "问题", Type: dataset.Text}}})
	if err != nil || len(found) != 1 || found[0].Aside != 1 || recipe.Steps[0].Use != "clean.duplicate_rows.v1" {
		t.Errorf("an equal row: %v %v", found, err)
	}
}

func BenchmarkStandardRecipe(b *testing.B) {
	rows := chats(20000, 5)
	p := plan(b, clean.StandardRecipe(), chatSchema)
	bytes := 0
	for _, r := range rows {
		bytes += len(r.Values[2])
	}
	b.SetBytes(int64(bytes))
	for b.Loop() {
		if _, err := p.Run(b.Context(), rows, 1, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
}
