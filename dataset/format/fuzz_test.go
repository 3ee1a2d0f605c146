package format

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/fault"
)

// strict is a sink that checks every record.
type strict struct {
	t       *testing.T
	columns int
	next    int64
}

func (s *strict) Part(_ string, columns []string) error { s.columns = len(columns); return nil }

func (s *strict) Record(r dataset.Record) error {
	if len(r.Values) > s.columns {
		s.t.Fatalf("%d values for %d columns", len(r.Values), s.columns)
	}
	if r.Offset >= 0 {
		if r.Offset < s.next {
			s.t.Fatalf("record %d begins at %d, before %d", r.Number, r.Offset, s.next)
		}
		s.next = r.Offset + r.Length
	}
	for _, v := range r.Values {
		if !utf8.ValidString(v) {
			s.t.Fatalf("not UTF-8: %q", v)
		}
	}
	return nil
}

func (s *strict) Detected(dataset.Detected) {}
func (s *strict) Finding(dataset.Finding)   {}

func fuzz(f *testing.F, format dataset.Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	limits := dataset.StandardLimits()
	limits.UnpackedBytes, limits.Columns = 1<<20, 256
	f.Fuzz(func(t *testing.T, b []byte) {
		format.Sniff(b, "x")
		s := &strict{t: t}
		o := dataset.ReadOptions{Name: "x", Limits: limits}
		var err error
		if box, ok := format.(dataset.Container); ok {
			err = box.Members(context.Background(), bytes.NewReader(b), o, s, func(string, dataset.File) error { return nil })
		} else {
			err = format.Read(context.Background(), bytes.NewReader(b), o, s)
		}
		var known *fault.Fault
		if err != nil && !errors.As(err, &known) {
			t.Fatalf("not a fault: %v", err)
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzz(f, CSV(), "a,b\n1,\"x\ny\"\n", "a\r1\r2", "\"", "\"a\"b\",c\n\"\n", "sep=;\na;b\n", "\xff\xfea\x00,\x00b\x00\n\x00", "a,b\n\xc4\xe3,\xba\xc3\n")
}
func FuzzTXT(f *testing.F) { fuzz(f, TXT(), "a\n\nb", "\xc4\xe3\xba\xc3\n") }
func FuzzJSONL(f *testing.F) {
	fuzz(f, JSONL(), "{\"a\":1}\n{bad\n[1]\n3\n", "{\"\":{\"b\":[1,2]},\"\":null}")
}
func FuzzJSON(f *testing.F) {
	fuzz(f, JSON(), "[{\"a\":1},{bad},3]", "{\"data\":[{\"a\":\"x\"}]}", "[", "{\"a\":{}}", "[\"\\ud800\"]")
}
func FuzzHTML(f *testing.F) {
	fuzz(f, HTML(), "<table><tr><th>a<tr><td>1</table><p>x", "<html><meta charset=gbk>\xc4\xe3")
}
func FuzzZIP(f *testing.F) { fuzz(f, ZIP(), "PK\x05\x06"+string(make([]byte, 18))) }
func FuzzGZ(f *testing.F) {
	fuzz(f, GZ(), "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00")
}
func FuzzXLSX(f *testing.F)    { fuzz(f, XLSX(), "PK\x03\x04") }
func FuzzParquet(f *testing.F) { fuzz(f, Parquet(), "PAR1\x00\x00\x00\x00PAR1") }
func FuzzSQLite(f *testing.F)  { fuzz(f, SQLite(), "SQLite format 3\x00") }
