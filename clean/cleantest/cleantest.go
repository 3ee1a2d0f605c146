// Package cleantest is the conformance suite of cleaning operators. Whatever is
// registered in internal/builtin runs through it.
package cleantest

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// Run holds one operator to the contract.
func Run(t *testing.T, op clean.Operator) {
	t.Helper()
	t.Run("tells about itself in both languages", func(t *testing.T) { told(t, op.Spec()) })
	t.Run("does what its examples show", func(t *testing.T) { examples(t, op) })
	if !op.Spec().Repeats {
		t.Run("cleaning twice equals once", func(t *testing.T) { idempotent(t, op) })
	}
	t.Run("leaves its input alone and survives any text", func(t *testing.T) { survives(t, op) })
	t.Run("gives the same rows from many goroutines", func(t *testing.T) { concurrent(t, op) })
	t.Run("chunks do not matter", func(t *testing.T) { chunks(t, op) })
	t.Run("refuses a column that is not there", func(t *testing.T) { refuses(t, op) })
}

func told(t *testing.T, s clean.Spec) {
	if !regexp.MustCompile(`^clean\.[a-z0-9_]+\.v[1-9][0-9]*$`).MatchString(s.Name) {
		t.Errorf("name %q is not clean.name.vN", s.Name)
	}
	both := func(what string, x spec.Text) {
		if strings.TrimSpace(x.ZH) == "" || strings.TrimSpace(x.EN) == "" {
			t.Errorf("%s of %s is not in both languages", what, s.Name)
		}
	}
	both("title", s.Title)
	both("help", s.Help)
	if s.Family == "" {
		t.Error("no family")
	}
	for _, p := range s.Params {
		both("title of "+p.Name, p.Title)
		both("help of "+p.Name, p.Help)
	}
	if _, err := s.Fill(nil); err != nil {
		t.Errorf("defaults are refused: %v", err)
	}
	if len(s.Examples) == 0 {
		t.Error("no example")
	}
	changes := false
	for i, e := range s.Examples {
		both(fmt.Sprintf("title of example %d", i), e.Title)
		changes = changes || !reflect.DeepEqual(e.In, e.Out)
	}
	if !changes {
		t.Error("no example changes anything")
	}
}

func examples(t *testing.T, op clean.Operator) {
	for i, e := range op.Spec().Examples {
		out, aside := apply(t, op, e, rows(e.In), 1)
		if got := values(out); !reflect.DeepEqual(got, e.Out) && len(got)+len(e.Out) > 0 {
			t.Errorf("example %d: got %q, want %q", i, got, e.Out)
		}
		if !slices.Equal(aside, e.Aside) {
			t.Errorf("example %d: set aside %q, want %q", i, aside, e.Aside)
		}
	}
}

func idempotent(t *testing.T, op clean.Operator) {
	for i, e := range op.Spec().Examples {
		for _, in := range [][][]string{e.In, odd(len(e.Columns))} {
			once, _ := apply(t, op, e, rows(in), 1)
			twice, aside := apply(t, op, e, once, 1)
			if !reflect.DeepEqual(values(once), values(twice)) || len(aside) > 0 {
				t.Errorf("example %d: once %q, twice %q, set aside %q", i, values(once), values(twice), aside)
			}
		}
	}
}

func survives(t *testing.T, op clean.Operator) {
	for _, e := range op.Spec().Examples {
		in := rows(append(odd(len(e.Columns)), e.In...))
		before := values(in)
		out, aside := apply(t, op, e, in, 2)
		if !reflect.DeepEqual(before, values(in)) {
			t.Error("the input rows were changed in place")
		}
		roots := map[dataset.RowID]bool{}
		for _, r := range out {
			roots[r.ID.Root()] = true
			if len(r.Values) != len(e.Columns) {
				t.Errorf("a row came out with %d values", len(r.Values))
			}
		}
		if len(roots)+len(aside) != len(in) {
			t.Errorf("%d rows in, %d stay, %d set aside: rows were lost or doubled", len(in), len(roots), len(aside))
		}
	}
}

func concurrent(t *testing.T, op clean.Operator) {
	e := op.Spec().Examples[0]
	want, _ := apply(t, op, e, rows(e.In), 1)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, _ := apply(t, op, e, rows(e.In), 1); !reflect.DeepEqual(values(got), values(want)) {
				t.Errorf("got %q, want %q", values(got), values(want))
			}
		})
	}
	wait.Wait()
}

func chunks(t *testing.T, op clean.Operator) {
	for i, e := range op.Spec().Examples {
		want, wantAside := apply(t, op, e, rows(e.In), 1)
		got, aside := apply(t, op, e, rows(e.In), len(e.In))
		if !reflect.DeepEqual(values(got), values(want)) || !slices.Equal(aside, wantAside) {
			t.Errorf("example %d in single rows: %q, want %q", i, values(got), values(want))
		}
	}
}

func refuses(t *testing.T, op clean.Operator) {
	s := op.Spec()
	if !slices.ContainsFunc(s.Params, func(p spec.Param) bool { return p.Name == "columns" }) {
		return
	}
	v, err := s.Fill(map[string]any{"columns": []string{"没有这一列"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Prepare(v, dataset.Schema{Columns: []dataset.Column{{Name: "text", Type: dataset.Text}}}); err == nil {
		t.Error("a missing column was accepted")
	}
}

// apply runs the operator over the rows cut into n chunks.
func apply(t *testing.T, op clean.Operator, e clean.Example, in []dataset.Row, n int) (out []dataset.Row, aside []string) {
	t.Helper()
	v, err := op.Spec().Fill(e.Params)
	if err != nil {
		t.Fatal(err)
	}
	var schema dataset.Schema
	for _, c := range e.Columns {
		schema.Columns = append(schema.Columns, dataset.Column{Name: c, Type: dataset.Text})
	}
	prepared, err := op.Prepare(v, schema)
	if err != nil {
		t.Fatal(err)
	}
	step := prepared
	if table, ok := prepared.(clean.TableStep); ok {
		all := table.NewSketch()
		for part := range slices.Chunk(in, max(1, (len(in)+n-1)/max(1, n))) {
			sketch := table.NewSketch()
			for _, r := range part {
				sketch.Add(r)
			}
			all.Merge(sketch)
		}
		step = table.Decide(all)
	}
	for _, r := range in {
		o := step.Clean(r)
		switch {
		case o.Aside != nil:
			aside = append(aside, o.Aside.Code)
		case o.Parts != nil:
			out = append(out, o.Parts...)
		default:
			out = append(out, o.Row)
		}
	}
	return out, aside
}

// rows numbers the values as records of one file.
func rows(values [][]string) []dataset.Row {
	out := make([]dataset.Row, len(values))
	for i, v := range values {
		out[i] = dataset.Row{ID: dataset.NewRowID("sha256:test", "", i+1), Values: slices.Clone(v)}
	}
	return out
}

func values(rows []dataset.Row) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = r.Values
	}
	return out
}

// odd makes rows of texts that break careless code.
func odd(columns int) [][]string {
	var out [][]string
	for _, s := range []string{
		"", " ", "好", "𠮷野家", "👨‍👩‍👧‍👦家庭", "ａｂｃ１２３", "\u200b零宽\ufeff", "\x00\x01", "a\xff\xfeb", "锟斤拷",
		"e\u0301", "<b>&amp;lt;</b>", "\r\n\t", "（〔【】〕）", "繁體與简体", strings.Repeat("很长", 5000),
	} {
		row := make([]string, columns)
		for i := range row {
			row[i] = s
		}
		out = append(out, row)
	}
	return out
}
