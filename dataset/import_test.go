package dataset_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zhuomo/dataset"
	"zhuomo/dataset/format"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

func formats() []dataset.Format {
	return []dataset.Format{format.CSV(), format.TSV(), format.XLSX(), format.JSONL(), format.JSON(), format.Parquet(),
		format.SQLite(), format.HTML(), format.TXT(), format.ZIP(), format.GZ()}
}

type house struct {
	*dataset.Service
	blobs *blob.Folder
	set   dataset.Dataset
}

func open(t testing.TB, d *db.DB) house {
	t.Helper()
	blobs := testkit.TempBlobs(t)
	s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: time.Now, Formats: formats()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.CreateProduct(t.Context(), "产品")
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Create(t.Context(), p.ID, "对话")
	if err != nil {
		t.Fatal(err)
	}
	return house{s, blobs, set}
}

func (h house) take(t testing.TB, name string, content []byte, set dataset.Settings) (dataset.Version, dataset.Report, error) {
	t.Helper()
	raw, _, err := h.blobs.Put(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return h.Import(t.Context(), dataset.Order{DatasetID: h.set.ID, Raw: string(raw), Name: name, Settings: set}, nil)
}

func (h house) rows(t testing.TB, v dataset.Version) (values [][]string) {
	t.Helper()
	if err := h.Rows(t.Context(), v.ID, func(r dataset.Row) error { values = append(values, r.Values); return nil }); err != nil {
		t.Fatal(err)
	}
	return values
}

func TestDirtyCSVLosesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in       string
		want     [][]string
		findings map[string]int
	}{
		"short and long rows": {"id,text,tag\n1,你好\n2,a,b,多,余\n3,c,d\n",
			[][]string{{"1", "你好", ""}, {"2", "a", "b,多,余"}, {"3", "c", "d"}}, map[string]int{"ragged_short": 1, "ragged_long": 1}},
		"an open quote stops at its line": {"id,text\n1,\"没有结尾\n2,好的\n3,\"正常，有引号\"\n",
			[][]string{{"1", "\"没有结尾"}, {"2", "好的"}, {"3", "正常，有引号"}}, map[string]int{"quote": 1}},
		"a quoted text of several lines": {"id,text\n1,\"第一行\n第二行\"\n2,x\n", [][]string{{"1", "第一行\n第二行"}, {"2", "x"}}, map[string]int{}},
		"a quote inside a quoted field":  {"id,text\n1,\"他说\"好\"的\"\n2,x\n", [][]string{{"1", "他说\"好\"的"}, {"2", "x"}}, map[string]int{"quote": 1}},
		"a damaged byte":                 {"id,text\n1,坏\xff的\n2,好\n", [][]string{{"1", "坏\ufffd的"}, {"2", "好"}}, map[string]int{"encoding": 1}},
		"repeated ids":                   {"id,text\n1,a\n2,b\n3,c\n4,d\n5,e\n5,f\n", [][]string{{"1", "a"}, {"2", "b"}, {"3", "c"}, {"4", "d"}, {"5", "e"}, {"5", "f"}}, map[string]int{"duplicate_id": 1}},
		"no header":                      {"1,你好\n2,再见\n3,谢谢\n", [][]string{{"1", "你好"}, {"2", "再见"}, {"3", "谢谢"}}, map[string]int{}},
		"semicolons":                     {"id;text\n1;你好,世界\n2;再见\n", [][]string{{"1", "你好,世界"}, {"2", "再见"}}, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, d *db.DB) {
				h := open(t, d)
				v, report, err := h.take(t, "x.csv", []byte(c.in), dataset.Settings{})
				if err != nil {
					t.Fatal(err)
				}
				if got := h.rows(t, v); !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %q\nwant %q", got, c.want)
				}
				if !reflect.DeepEqual(report.FindingCounts, c.findings) {
					t.Errorf("findings %v, want %v", report.FindingCounts, c.findings)
				}
				for _, f := range report.Findings {
					if f.Why.ZH == "" || f.Why.EN == "" || f.Kind != "duplicate_id" && (f.Line == 0 || f.Offset < 0) {
						t.Errorf("finding without place or reason: %+v", f)
					}
				}
			})
		})
	}
}

func TestEveryRowFindsItsBytesAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		in := "id,text\r\n1,你好\r\n2,\"两\r\n行\"\r\n3,完"
		v, _, err := h.take(t, "x.csv", []byte(in), dataset.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		var raw []string
		if err := h.Rows(t.Context(), v.ID, func(r dataset.Row) error {
			raw = append(raw, in[r.Source.Offset:r.Source.Offset+r.Source.Length])
			if r.ID != dataset.NewRowID(r.Source.Blob, r.Source.Part, r.Source.Record) {
				t.Errorf("id of record %d", r.Source.Record)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"1,你好\r\n", "2,\"两\r\n行\"\r\n", "3,完"}; !reflect.DeepEqual(raw, want) {
			t.Errorf("%q", raw)
		}
	})
}

func zipOf(t *testing.T, files map[string][]byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, b := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gz(t *testing.T, b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBadFilesAreFaultsThatNamePlaceAndFix(t *testing.T) {
	t.Parallel()
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 2000)...)
	for name, c := range map[string]struct {
		file string
		in   []byte
		set  dataset.Settings
		want *fault.Definition
		says string // in the English message
	}{
		"empty file":            {"x.csv", nil, dataset.Settings{}, dataset.EmptyFile, "x.csv"},
		"binary as CSV":         {"x.csv", png, dataset.Settings{}, dataset.NotText, "byte 6"},
		"binary forced as CSV":  {"x", png, dataset.Settings{Format: "csv"}, dataset.NotText, "byte 6"},
		"no known format":       {"x.bin", png, dataset.Settings{}, dataset.UnknownFormat, "x.bin"},
		"unknown format":        {"x.csv", []byte("a,b\n"), dataset.Settings{Format: "doc"}, dataset.NoSuchFormat, "doc"},
		"unknown encoding":      {"x.csv", []byte("a,b\n"), dataset.Settings{Encoding: "klingon"}, dataset.UnknownEncoding, "klingon"},
		"unknown column":        {"x.csv", []byte("a,b\n1,2\n"), dataset.Settings{Columns: []string{"c"}}, dataset.NoSuchColumn, "column c"},
		"bad delimiter":         {"x.csv", []byte("a,b\n1,2\n"), dataset.Settings{Delimiter: "\""}, dataset.BadSetting, "delimiter"},
		"only a header":         {"x.csv", []byte("id,text\n"), dataset.Settings{}, dataset.NoRecords, "x.csv"},
		"path escape":           {"x.zip", zipOf(t, map[string][]byte{"../../etc/x.csv": []byte("a\n")}), dataset.Settings{}, dataset.PathEscape, "../../etc/x.csv"},
		"path escape backslash": {"x.zip", zipOf(t, map[string][]byte{`..\x.csv`: []byte("a\n")}), dataset.Settings{}, dataset.PathEscape, "x.csv"},
		"zip bomb":              {"x.zip", zipOf(t, map[string][]byte{"a.txt": make([]byte, 64<<20)}), dataset.Settings{}, dataset.ArchiveTooBig, "a.txt"},
		"gzip bomb":             {"x.csv.gz", gz(t, make([]byte, 64<<20)), dataset.Settings{}, dataset.ArchiveTooBig, "x.csv"},
		"a long line":           {"x.csv", append([]byte("id,text\n1,"), bytes.Repeat([]byte("x"), 17<<20)...), dataset.Settings{}, dataset.LineTooLong, "line 2"},
		"damaged workbook":      {"x.xlsx", []byte("PK\x03\x04 this is none"), dataset.Settings{}, dataset.Damaged, "x.xlsx"},
		"damaged database":      {"x.db", append([]byte("SQLite format 3\x00"), make([]byte, 300)...), dataset.Settings{}, dataset.Damaged, "x.db"},
		"no such sheet":         {"x.xlsx", workbook(t), dataset.Settings{Parts: []string{"没有"}}, dataset.NoSuchPart, "没有"},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, d *db.DB) {
				h := open(t, d)
				_, _, err := h.take(t, c.file, c.in, c.set)
				if !errors.Is(err, c.want) {
					t.Fatalf("got %v, want %s", err, c.want.Code)
				}
				f := fault.Of(err)
				if !strings.Contains(f.Message("en"), c.says) {
					t.Errorf("message %q does not say %q", f.Message("en"), c.says)
				}
				for _, s := range []string{f.Message("zh"), f.Message("en"), f.Fix("zh"), f.Fix("en")} {
					if s == "" || strings.ContainsAny(s, "{}") {
						t.Errorf("text %q", s)
					}
				}
				if _, err := h.Latest(t.Context(), h.set.ID); !errors.Is(err, dataset.NoSuchVersion) {
					t.Errorf("a version appeared: %v", err)
				}
			})
		})
	}
}

func workbook(t *testing.T) []byte {
	f := excelize.NewFile()
	defer f.Close()
	for cell, v := range map[string]any{"A1": "编号", "B1": "金额", "A2": 1, "B2": 12.5, "A3": 2} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "B3", "B2*2"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("第二页"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("第二页", "A1", "内容"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("第二页", "A2", "你好"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAWorkbookGivesAllSheetsAndNotesFormulas(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v, report, err := h.take(t, "x.xlsx", workbook(t), dataset.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := v.Schema.Names(), []string{"编号", "金额", "内容"}; !reflect.DeepEqual(got, want) {
			t.Errorf("columns %q", got)
		}
		if got, want := h.rows(t, v), [][]string{{"1", "12.5", ""}, {"2", "", ""}, {"", "", "你好"}}; !reflect.DeepEqual(got, want) {
			t.Errorf("rows %q", got)
		}
		if report.FindingCounts["formula_without_value"] != 1 || report.Findings[0].Line != 3 {
			t.Errorf("findings %+v", report.Findings)
		}
	})
}

func TestAnArchiveReadsEachMemberByItsOwnFormat(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v, report, err := h.take(t, "x.zip", zipOf(t, map[string][]byte{
			"a.csv": []byte("id,text\n1,你好\n"), "b.jsonl": []byte("{\"id\":\"2\",\"more\":{\"x\":[1]}}\n{bad\n"),
			"c.png": append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 500)...), "d.zip": zipOf(t, map[string][]byte{"e.csv": []byte("a\n")}), "e.txt": nil,
		}), dataset.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if v.RowCount != 2 || len(report.Parts) != 2 {
			t.Errorf("%d rows, parts %+v", v.RowCount, report.Parts)
		}
		want := map[string]int{"broken_json": 1, "unreadable_member": 1, "nested_archive": 1, "empty_member": 1}
		if !reflect.DeepEqual(report.FindingCounts, want) {
			t.Errorf("findings %v", report.FindingCounts)
		}
	})
}

func TestImportsAppendReplaceAndRepeat(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, _, err := h.take(t, "a.csv", []byte("id,text\n1,a\n2,b\n"), dataset.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if again, _, err := h.take(t, "a.csv", []byte("id,text\n1,a\n2,b\n"), dataset.Settings{}); err != nil || again.ID != first.ID {
			t.Errorf("a repeated job made %v, %v", again.Number, err)
		}
		rows, _, err := h.Page(t.Context(), first.ID, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		edited, err := h.Edit(t.Context(), first.ID, dataset.MadeBy{Kind: "edit", ID: "1"}, []dataset.Edit{{Row: rows[0].With(1, "改")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := h.take(t, "b.csv", []byte("id,tag\n3,x\n"), dataset.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.rows(t, second), [][]string{{"1", "改", ""}, {"2", "b", ""}, {"3", "", "x"}}; !reflect.DeepEqual(got, want) || second.Parent != edited.ID || second.RowCount != 3 {
			t.Errorf("%q after %+v", got, second)
		}
		if _, _, err := h.take(t, "a.csv", []byte("id,text\n1,a\n2,b\n"), dataset.Settings{}); !errors.Is(err, dataset.AlreadyImported) {
			t.Errorf("the first file again: %v", err)
		}
		p, err := h.Profile(t.Context(), second.ID)
		if err != nil || p.RowCount != 3 || p.Columns[2].EmptyCount != 2 {
			t.Errorf("profile %+v %v", p, err)
		}
	})
}

// TestImportsAtOnceLoseNothing lets files come in side by side: each adds its
// rows to whatever is the newest when it is done.
func TestImportsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		const files = 8
		var wait sync.WaitGroup
		for i := range files {
			wait.Go(func() {
				name := fmt.Sprintf("f%d.csv", i)
				if _, _, err := h.take(t, name, []byte(fmt.Sprintf("id,text\n%d,甲\n%d,乙\n", 2*i, 2*i+1)), dataset.Settings{}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wait.Wait()
		newest, err := h.Latest(t.Context(), h.set.ID)
		if err != nil || newest.RowCount != 2*files || newest.Number != files {
			t.Fatalf("%+v %v", newest, err)
		}
		seen := map[string]bool{}
		for _, row := range h.rows(t, newest) {
			seen[row[0]] = true
		}
		if len(seen) != 2*files {
			t.Errorf("%d of %d rows are there", len(seen), 2*files)
		}
	})
}

func TestCancelLeavesNoVersion(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		raw, _, err := h.blobs.Put(t.Context(), strings.NewReader("id,text\n"+strings.Repeat("1,你好\n", 100_000)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, _, err = h.Import(ctx, dataset.Order{DatasetID: h.set.ID, Raw: string(raw), Name: "x.csv"}, func(int64) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if _, err := h.Latest(t.Context(), h.set.ID); !errors.Is(err, dataset.NoSuchVersion) {
			t.Errorf("a version appeared: %v", err)
		}
	})
}

func TestPreviewKeepsNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		raw, _, err := h.blobs.Put(t.Context(), strings.NewReader("id,text\n"+strings.Repeat("1,你好\n", 1000)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.Preview(t.Context(), raw, "x.csv", dataset.Settings{})
		if err != nil || len(p.Rows) != 50 || len(p.Report.Detected) < 4 {
			t.Fatalf("%d rows, detected %+v, %v", len(p.Rows), p.Report.Detected, err)
		}
		for _, d := range p.Report.Detected {
			if d.Value == "" || d.Why.ZH == "" || d.Why.EN == "" || d.Confidence <= 0 {
				t.Errorf("%+v", d)
			}
		}
	})
}

// TestTheTortureSet reads every file of encodings-zh and compares the lossless
// ones with their gold, cell by cell.
func TestTheTortureSet(t *testing.T) {
	sets := os.Getenv("ZHUOMO_SETS")
	if sets == "" {
		t.Skip("needs the set encodings-zh: set ZHUOMO_SETS")
	}
	folder := filepath.Join(sets, "encodings-zh")
	for file, gold := range map[string]string{"a-gbk-crlf.csv": "gold.csv", "b-gb18030.csv": "gold-rare.csv", "c-big5.csv": "", "d-utf8-bom.csv": "gold.csv",
		"e-utf16le-bom.csv": "gold.csv", "f-mixed-rows.csv": "gold.csv", "j-gbk-cr-only.csv": "gold.csv"} {
		t.Run(file, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			testkit.EachDB(t, func(t *testing.T, d *db.DB) {
				h := open(t, d)
				v, report, err := h.take(t, file, b, dataset.Settings{})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%v", report.FindingCounts)
				if gold == "" {
					if v.RowCount != 204 || report.FindingCount > 0 {
						t.Errorf("%d rows, %v", v.RowCount, report.FindingCounts)
					}
					return
				}
				g, err := os.Open(filepath.Join(folder, gold))
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				want, err := csv.NewReader(g).ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				got := h.rows(t, v)
				if len(got) != len(want)-1 {
					t.Fatalf("%d rows, want %d", len(got), len(want)-1)
				}
				for i := range got {
					if !reflect.DeepEqual(got[i], want[i+1]) {
						t.Errorf("row %d: %q, want %q", i, got[i], want[i+1])
					}
				}
			})
		})
	}
}

// bigCSV makes about size bytes of customer sentences.
func bigCSV(size int) []byte {
	var b bytes.Buffer
	b.WriteString("id,session,role,text,score,time\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d,S%06d,user,您好，我想问一下第%d号订单什么时候能到，谢谢,%d.%02d,2026-01-%02d 10:%02d:00\n", i, i/7, i%100_000, i%5, i%100, 1+i%28, i%60)
	}
	return b.Bytes()
}

func BenchmarkImport(b *testing.B) {
	h := open(b, testkit.OpenDB(b))
	raw, size, err := h.blobs.Put(b.Context(), bytes.NewReader(bigCSV(100<<20)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	rows := 0
	for b.Loop() {
		v, _, err := h.Import(b.Context(), dataset.Order{DatasetID: h.set.ID, Raw: string(raw), Name: "big.csv", Mode: dataset.Replace,
			Settings: dataset.Settings{Encoding: "utf-8"}}, nil)
		if err != nil {
			b.Fatal(err)
		}
		rows += v.RowCount
		b.StopTimer()
		if err := h.SetAside(b.Context(), h.set.ID); err != nil {
			b.Fatal(err)
		}
		if h.set, err = h.Create(b.Context(), h.set.ProductID, "对话"); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadAndProfile(b *testing.B) {
	in, rows := bigCSV(100<<20), 0
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		p, err := dataset.ReadAndProfile(b.Context(), formats(), bytes.NewReader(in), dataset.Settings{})
		if err != nil {
			b.Fatal(err)
		}
		rows += p.RowCount
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// nothing is a sink that keeps nothing.
type nothing struct{ rows int }

func (*nothing) Part(string, []string) error   { return nil }
func (n *nothing) Record(dataset.Record) error { n.rows++; return nil }
func (*nothing) Detected(dataset.Detected)     {}
func (*nothing) Finding(dataset.Finding)       {}

func BenchmarkReadCSV(b *testing.B) {
	in := bigCSV(100 << 20)
	b.SetBytes(int64(len(in)))
	rows := 0
	for b.Loop() {
		var n nothing
		if err := format.CSV().Read(b.Context(), bytes.NewReader(in), dataset.ReadOptions{Name: "big.csv", Limits: dataset.StandardLimits()}, &n); err != nil {
			b.Fatal(err)
		}
		rows += n.rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
