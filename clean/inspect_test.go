package clean_test

import (
	"testing"

	"zhuomo/clean"
	"zhuomo/dataset"
)

// TestAFindingIsWhatItsStepMends: as many rows as the step alone would change or
// set aside, and the marks are characters that it takes out.
func TestAFindingIsWhatItsStepMends(t *testing.T) {
	rows := chats(800, 5)
	in := clean.NewInspector(operators())
	counts := make([]int, len(in.Kinds()))
	sets := make([]uint32, len(rows))
	err := in.Inspect(t.Context(), chatSchema, func(each func(int, dataset.Row) error) error {
		for i, row := range rows {
			if err := each(i, row); err != nil {
				return err
			}
		}
		return nil
	}, func(at int, kinds uint32) {
		sets[at] = kinds
		for i := range counts {
			counts[i] += int(kinds >> i & 1)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	some := 0
	for i, kind := range in.Kinds() {
		result, err := plan(t, []byte("name: x\nsteps:\n  - use: "+string(kind.Finding)+"\n"), chatSchema).Run(t.Context(), rows, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := result.Steps[0].Rows + result.Steps[0].Aside; counts[i] != want {
			t.Errorf("%s found in %d rows, mended %d", kind.Finding, counts[i], want)
		}
		if counts[i] > 0 {
			some++
		}
	}
	if some < 8 {
		t.Errorf("only %d kinds of findings in dirty rows", some)
	}
	marks := in.Marker(chatSchema, "clean.pinyin_gloss.v1")(dataset.Row{Values: []string{"s", "顾客", "训(xùn)练师是什么"}})
	if len(marks) != 1 || marks[0] != (dataset.Hit{Column: 2, From: 1, To: 6}) {
		t.Errorf("marks %v", marks)
	}
	if in.Marker(chatSchema, "clean.duplicate_sessions.v1") != nil {
		t.Error("duplicates have no marks")
	}
}

func TestAStepThatTakesTheWrongColumnFindsNothing(t *testing.T) {
	schema := dataset.Schema{Columns: append([]dataset.Column{{Name: "text"}}, chatSchema.Columns...)}
	schema.Columns[3].Name = "说的话" // no name that operators know
	rows := chats(50, 5)
	for i := range rows {
		rows[i].Values = append([]string{""}, rows[i].Values...)
	}
	in := clean.NewInspector(operators())
	err := in.Inspect(t.Context(), schema, func(each func(int, dataset.Row) error) error {
		for i, row := range rows {
			if err := each(i, row); err != nil {
				return err
			}
		}
		return nil
	}, func(at int, kinds uint32) {
		for i, kind := range in.Kinds() {
			if kind.Finding == "clean.broken_rows.v1" && kinds>>i&1 == 1 {
				t.Fatalf("row %d is broken because a column without texts is called text", at)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkInspect(b *testing.B) {
	rows := chats(20000, 5)
	in := clean.NewInspector(operators())
	for b.Loop() {
		err := in.Inspect(b.Context(), chatSchema, func(each func(int, dataset.Row) error) error {
			for i, row := range rows {
				if err := each(i, row); err != nil {
					return err
				}
			}
			return nil
		}, func(int, uint32) {})
		if err != nil {
			b.Fatal(err)
		}
	}
}
