package builtin_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"zhuomo/dataset/formattest"
	"zhuomo/internal/builtin"
)

func TestFormats(t *testing.T) {
	samples := map[string]func(t *testing.T) []byte{
		"zip":    zipSample,
		"gz":     gzSample,
		"sqlite": sqliteSample,
		"html": func(*testing.T) []byte {
			return []byte("<!doctype html><html><body><h1>常见问题</h1><p>如何<b>退票</b>？</p><table><tr><th>编号<th>城市<tr><td>1<td>北京<tr><td>2<td>上海</table></body></html>")
		},
	}
	seen := map[string]bool{}
	for _, f := range builtin.Formats() {
		id := f.Spec().ID
		if seen[id] {
			t.Errorf("%s is listed twice", id)
		}
		seen[id] = true
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			var sample []byte
			if make := samples[id]; make != nil {
				sample = make(t)
			}
			formattest.Run(t, f, sample)
		})
	}
}

func zipSample(t *testing.T) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"a.csv", "目录/b.txt", "c.jsonl"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("id,text\n1,你好\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzSample(t *testing.T) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte("id,text\n1,你好\n2,再见\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sqliteSample(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "x.db")
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`CREATE TABLE "会话" (id INTEGER PRIMARY KEY, text TEXT, score REAL)`,
		`INSERT INTO "会话" VALUES (1, '你好', 0.5), (2, NULL, 2), (3, CAST(x'C4E3BAC3A3ACCED2CFEBCDCBC6B1' AS TEXT), 1)`,
		`CREATE TABLE b (x)`, `INSERT INTO b VALUES ('y')`, `CREATE VIEW v AS SELECT 1`,
	} {
		if _, err := d.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
