package formattest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"zhuomo/dataset"
)

// table is a small table of ordinary and odd texts.
func table() [][]string {
	rows := [][]string{{"编号", "text", "备注"}}
	for i, s := range []string{
		"你好，我想退票", "plain", "a,b;c|d\te", `说"好"的`, `"`, `""`, `\"`, "末尾\\", "两行\n文字", "回车\r\n换行", " 首尾空格 ", "𠮷野家",
		"👨‍👩‍👧‍👦家庭", "ａｂｃ１２３", "\u200b零宽", "e\u0301", "<b>&amp;</b>", "（〔【】〕）", "繁體與简体", "0012", "1e5", "-3.50", "=1+1", "+86 139", "@名", "null", "true", "2026-01-02",
		strings.Repeat("很长", 1000), "它's", "[1,2]", `{"a":1}`,
	} {
		rows = append(rows, []string{"N" + strings.Repeat("x", i%5) + string(rune('A'+i%26)), s, ""})
	}
	return rows
}

func write(t *testing.T, w dataset.Writer, rows [][]string, o dataset.WriteOptions) []byte {
	t.Helper()
	var schema dataset.Schema
	for _, name := range rows[0] {
		schema.Columns = append(schema.Columns, dataset.Column{Name: name, Type: dataset.Text})
	}
	var out bytes.Buffer
	err := w.Write(t.Context(), &out, schema, func(each func(dataset.Row) error) error {
		for i, r := range rows[1:] {
			if err := each(dataset.Row{ID: dataset.NewRowID("sha256:t", "", i+1), Values: r}); err != nil {
				return err
			}
		}
		return nil
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func roundTrip(t *testing.T, w dataset.Writer) {
	want := table()
	var r record
	if err := read(t.Context(), w, write(t, w, want, dataset.WriteOptions{}), dataset.Settings{}, &r); err != nil {
		t.Fatal(err)
	}
	for _, columns := range r.parts {
		if !reflect.DeepEqual(columns, want[0]) {
			t.Errorf("columns %q", columns)
		}
	}
	if len(r.records) != len(want)-1 {
		t.Fatalf("%d records came back of %d; findings %v", len(r.records), len(want)-1, r.findings)
	}
	for i, rec := range r.records {
		if !reflect.DeepEqual(rec.Values, want[i+1]) {
			t.Errorf("record %d: %.80q, want %.80q", i+1, rec.Values, want[i+1])
		}
	}
	if len(r.findings) > 0 {
		t.Errorf("a sound file has findings: %+v", r.findings[0])
	}
}

func safe(t *testing.T, w dataset.Writer) {
	want := [][]string{{"a", "b"}, {"=HYPERLINK(\"x\")", "+1+cmd"}, {"-2+3", "@SUM(1)"}, {"-5", "x=1"}, {"文字", "+8"}}
	var r record
	if err := read(t.Context(), w, write(t, w, want, dataset.WriteOptions{Safe: true}), dataset.Settings{Header: "yes"}, &r); err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]string{{"'=HYPERLINK(\"x\")", "'+1+cmd"}, {"'-2+3", "'@SUM(1)"}, {"-5", "x=1"}, {"文字", "+8"}} {
		if !reflect.DeepEqual(r.records[i].Values, row) {
			t.Errorf("row %d: %q, want %q", i, r.records[i].Values, row)
		}
	}
}

func repeats(t *testing.T, w dataset.Writer) {
	if !bytes.Equal(write(t, w, table(), dataset.WriteOptions{}), write(t, w, table(), dataset.WriteOptions{})) {
		t.Error("two exports of the same rows differ")
	}
}
