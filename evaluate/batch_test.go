package evaluate_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"zhuomo/dataset"
	"zhuomo/dataset/format"
	"zhuomo/evaluate"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
)

// tables are the real formats, as internal/app joins them.
type tables struct{}

func (tables) ReadSheet(ctx context.Context, name string, file []byte, most int) ([]string, [][]string, error) {
	columns, rows, _, err := dataset.ReadSheet(ctx, []dataset.Format{format.CSV(), format.XLSX()}, name, bytes.NewReader(file), most)
	return columns, rows, err
}

func (tables) WriteSheet(ctx context.Context, to io.Writer, columns []string, rows func(func([]string) error) error) error {
	var schema dataset.Schema
	for _, c := range columns {
		schema.Columns = append(schema.Columns, dataset.Column{Name: c, Type: dataset.Text})
	}
	return format.XLSX().(dataset.Writer).Write(ctx, to, schema, func(each func(dataset.Row) error) error {
		return rows(func(cells []string) error { return each(dataset.Row{Values: cells}) })
	}, dataset.WriteOptions{Safe: true})
}

// speaking lets the keyword model be asked.
type speaking struct{ model keyword }

func (s speaking) Voice(context.Context, string, string) (evaluate.Voice, error) {
	return evaluate.Voice{
		Name: "m1", Labels: map[string]string{"invoice": "开发票", "refund": "退款"},
		Ask: func(ctx context.Context, q string) (evaluate.Heard, error) {
			got, err := s.model.Predict(ctx, []learn.Input{{Text: q}})
			return evaluate.Heard{Said: got[0].Chosen(), Top: got[0].Scores, Band: "answer", Reply: "好的：" + q}, err
		},
	}, nil
}

func batchService(t *testing.T, d *db.DB) *evaluate.Service {
	t.Helper()
	clock := testkit.Clock(testTime)
	runner, err := jobs.Open(t.Context(), d, jobs.Options{Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := evaluate.New(t.Context(), evaluate.Needs{
		DB: d, Jobs: runner, Now: clock.Now, Sheets: tables{},
		Voices: speaking{keyword{map[string]string{"发票": "invoice", "退款": "refund"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const batchSheet = "编号,用户问题,期望意图\n1,我要开发票,开发票\n2,把钱退给我,退款\n3,发票和退款都要,refund、invoice\n4,你好,寒暄\n5,,退款\n6,发票呢,\n"

func TestABatchFindsTheWrongRowsAndKeepsThemAsChecks(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := batchService(t, d)
		b, err := s.NewBatch(t.Context(), "p", "问题.csv", []byte(batchSheet))
		if err != nil {
			t.Fatal(err)
		}
		if b.Ask != "用户问题" || b.Expect != "期望意图" || b.Kind != evaluate.ExpectLabel || b.Rows != 6 {
			t.Fatalf("guessed %+v", b)
		}
		for range 2 { // a second run forgets the first
			if b, err = s.RunBatch(t.Context(), b.ID, evaluate.BatchOrder{}, nil); err != nil {
				t.Fatal(err)
			}
			if b.Right != 2 || b.Wrong != 1 || b.Skipped != 3 || b.Of != "m1" {
				t.Errorf("got %+v", b)
			}
		}
		checks, err := s.BatchChecks(t.Context(), "p", b.ID, "wrong")
		if err != nil || len(checks) != 1 || checks[0].Text != "把钱退给我" || !slices.Equal(checks[0].Labels, []string{"refund"}) {
			t.Fatalf("checks %+v, %v", checks, err)
		}
		if _, err := s.SaveSuite(t.Context(), "p", "", suiteYAML); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{1, 0} { // the second time they are there already
			saved, added, err := s.AddChecks(t.Context(), "p", "", checks)
			if err != nil || added != want {
				t.Fatalf("round %d: %d added, %v", i, added, err)
			}
			if suite, err := evaluate.ParseSuite([]byte(saved.Text), nil); err != nil || len(suite.Checks) != 5 {
				t.Errorf("suite has %d checks, %v:\n%s", len(suite.Checks), err, saved.Text)
			}
			if !bytes.HasPrefix([]byte(saved.Text), []byte(suiteYAML)) {
				t.Errorf("what was written before changed:\n%s", saved.Text)
			}
		}
		if _, err := s.RunBatch(t.Context(), b.ID, evaluate.BatchOrder{Ask: "没有"}, nil); err == nil {
			t.Error("a column that is not there was taken")
		}
		b, err = s.RunBatch(t.Context(), b.ID, evaluate.BatchOrder{Expect: "用户问题", Kind: evaluate.ExpectAnswer}, nil)
		if err != nil || b.Right != 5 || b.Wrong != 0 || b.Skipped != 1 {
			t.Errorf("as answers: %+v, %v", b, err)
		}
	})
}

func TestGuessColumns(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"invoice": "开发票", "refund": "退款"}
	for name, c := range map[string]struct {
		columns     []string
		rows        [][]string
		ask, expect string
		kind        evaluate.Expect
	}{
		"names without meaning, labels in the second": {[]string{"A", "B"}, [][]string{{"我要退钱", "退款"}, {"开票", "invoice"}}, "A", "B", evaluate.ExpectLabel},
		"labels in the first":                         {[]string{"A", "B"}, [][]string{{"退款", "我要退钱"}, {"invoice", "开票"}}, "B", "A", evaluate.ExpectLabel},
		"answers":                                     {[]string{"标准问", "答案"}, [][]string{{"几点开门", "早上八点"}}, "标准问", "答案", evaluate.ExpectAnswer},
		"English names, wide letters":                 {[]string{"id", "Ｑuestion", "Expected"}, [][]string{{"1", "x", "refund|invoice"}}, "Ｑuestion", "Expected", evaluate.ExpectLabel},
		"one column":                                  {[]string{"问"}, [][]string{{"你好"}}, "问", "", evaluate.ExpectAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			ask, expect, kind := evaluate.GuessColumns(c.columns, c.rows, labels)
			if ask != c.ask || expect != c.expect || kind != c.kind {
				t.Errorf("got %q, %q, %s", ask, expect, kind)
			}
		})
	}
}
