package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"

	"zhuomo/internal/backup"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

var tables = fstest.MapFS{
	"0001_first.sql": {Data: []byte(`-- +goose Up
CREATE TABLE z_parents (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, x DOUBLE PRECISION NOT NULL, yes BOOLEAN NOT NULL, note TEXT);
CREATE TABLE a_children (id TEXT NOT NULL PRIMARY KEY, parent_id TEXT NOT NULL REFERENCES z_parents (id));
CREATE TABLE empties (id TEXT NOT NULL PRIMARY KEY);
`)},
	"0002_more.sql": {Data: []byte(`-- +goose Up
ALTER TABLE empties ADD COLUMN more TEXT NOT NULL DEFAULT '';
`)},
}

var now = func() time.Time { return time.UnixMicro(1_800_000_000_000_000) }

// seed fills a database with what is hard to carry, and a store with blobs.
func seed(t *testing.T, d *db.DB, blobs blob.Store, odd bool) {
	t.Helper()
	if err := d.MigrateTo(t.Context(), "things", tables, 1); err != nil {
		t.Fatal(err)
	}
	texts := []any{"", "琢磨", "line\nline\u2028 <&> \"'\\", "𠮷👨‍👩‍👧", strings.Repeat("长", 20_000), nil}
	numbers := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 53, 1<<53 + 1}
	floats := []float64{0, 1, -0.1, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, 0.1 + 0.2}
	if odd { // what one of the engines cannot hold
		texts = append(texts, "\xff\x00half")
	}
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range 500 {
			_, err := tx.ExecContext(ctx, "INSERT INTO z_parents (id, n, x, yes, note) VALUES ($1, $2, $3, $4, $5)",
				fmt.Sprint("p", i), numbers[i%len(numbers)], floats[i%len(floats)], i%3 == 0, texts[i%10%len(texts)])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO a_children (id, parent_id) VALUES ($1, $2)", fmt.Sprint("c", i), fmt.Sprint("p", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if _, err := blob.PutBytes(t.Context(), blobs, bytes.Repeat([]byte{byte(i)}, i*i*1000)); err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, d *db.DB, blobs blob.Store) ([]byte, backup.Manifest) {
	t.Helper()
	var out bytes.Buffer
	m, err := backup.Write(t.Context(), &out, backup.Source{DB: d, Blobs: blobs, Stages: []string{"things"}, Program: "test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), m
}

func restore(t *testing.T, file []byte, d *db.DB, blobs blob.Store) error {
	t.Helper()
	v, err := backup.Verify(t.Context(), bytes.NewReader(file), "x", nil)
	if err != nil {
		return err
	}
	return backup.Restore(t.Context(), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }, "x", v, backup.Target{
		DB: d, Blobs: blobs,
		Migrate: func(ctx context.Context, stage string, version int64) error {
			return d.MigrateTo(ctx, stage, tables, version)
		},
		After: func(context.Context, db.Tx) error { return nil },
	}, nil)
}

// rows are all rows of the tables, as text.
func rows(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	names, err := d.Tables(t.Context(), d.Reader())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range names {
		err := d.Rows(t.Context(), d.Reader(), table, func(c []db.Column) error { all = append(all, fmt.Sprint(table, c)); return nil },
			func(values []any) error { all = append(all, fmt.Sprintf("%s %#v", table, values)); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

func TestRowsAndBlobsComeBackOnEitherDatabase(t *testing.T) {
	engines := map[string]func(t testing.TB) *db.DB{"sqlite": testkit.OpenDB, "postgres": testkit.OpenPostgres}
	for from, openFrom := range engines {
		for to, openTo := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				d, blobs := openFrom(t), testkit.TempBlobs(t)
				seed(t, d, blobs, from == "sqlite" && to == "sqlite")
				file, m := write(t, d, blobs)
				if m.RowCount != 1000 || m.Tables["empties"] != 0 || len(m.Tables) != 3 || m.BlobCount != 20 {
					t.Errorf("manifest %+v", m)
				}
				other, otherBlobs := openTo(t), testkit.TempBlobs(t)
				if err := restore(t, file, other, otherBlobs); err != nil {
					t.Fatal(err)
				}
				if version, err := other.Version(t.Context(), "things"); err != nil || version != 1 {
					t.Errorf("the tables are at %d, %v", version, err)
				}
				if a, b := rows(t, d), rows(t, other); !slices.Equal(a, b) {
					t.Errorf("%d rows became %d, or others", len(a), len(b))
				}
				err := blobs.Walk(t.Context(), func(h blob.Hash, _ int64) error { return blob.Verify(t.Context(), otherBlobs, h) })
				if err != nil {
					t.Error(err)
				}
				if err := other.MigrateTo(t.Context(), "things", tables, 0); err != nil {
					t.Error(err)
				}
				if err := restore(t, file, other, otherBlobs); !errors.Is(err, backup.NotEmpty) {
					t.Errorf("restored over rows: %v", err)
				}
			})
		}
	}
}

// TestAnyOtherBackupIsRefused changes a backup in every way that it could come to
// harm, and one that was taken apart and put together again.
func TestAnyOtherBackupIsRefused(t *testing.T) {
	t.Parallel()
	d, blobs := testkit.OpenDB(t), testkit.TempBlobs(t)
	seed(t, d, blobs, true)
	file, _ := write(t, d, blobs)
	check := func(b []byte) error {
		_, err := backup.Verify(t.Context(), bytes.NewReader(b), "x", nil)
		return err
	}
	if err := check(file); err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(file); cut += max(1, len(file)/100) {
		if err := check(file[:cut]); !errors.Is(err, backup.Torn) {
			t.Errorf("cut at %d of %d: %v", cut, len(file), err)
		}
	}
	for at := 0; at < len(file); at += max(1, len(file)/150) {
		b := bytes.Clone(file)
		b[at] ^= 0x10
		if err := check(b); err == nil || !errors.Is(err, backup.Damaged) && !errors.Is(err, backup.Torn) && !errors.Is(err, backup.NotOne) {
			t.Errorf("changed at %d: %v", at, err)
		}
	}
	if err := check(append(bytes.Clone(file), file...)); !errors.Is(err, backup.Damaged) {
		t.Errorf("twice: %v", err)
	}
	for _, b := range [][]byte{[]byte("hello, I am a text of some length"), pack(t, nil), []byte("SQLite format 3\x00")} {
		if err := check(b); !errors.Is(err, backup.NotOne) && !errors.Is(err, backup.Torn) {
			t.Errorf("another file: %v", err)
		}
	}
	entries := unpack(t, file)
	for name, change := range map[string]struct {
		do   func([]entry) []entry
		want error
	}{
		"as it was":             {func(e []entry) []entry { return e }, nil},
		"a blob left out":       {func(e []entry) []entry { return slices.Delete(e, len(e)-3, len(e)-2) }, backup.Damaged},
		"a blob twice":          {func(e []entry) []entry { return slices.Insert(e, 4, e[len(e)-3]) }, backup.Damaged},
		"rows left out":         {func(e []entry) []entry { return slices.Delete(e, 1, 2) }, backup.Damaged},
		"a row changed":         {func(e []entry) []entry { e[1].body = bytes.Replace(e[1].body, []byte("p1"), []byte("p2"), 1); return e }, backup.Damaged},
		"order changed":         {func(e []entry) []entry { e[1], e[2] = e[2], e[1]; return e }, backup.Damaged},
		"a blob changed":        {func(e []entry) []entry { e[len(e)-2].body[0] ^= 1; return e }, backup.Damaged},
		"an entry of its own":   {func(e []entry) []entry { return slices.Insert(e, 1, entry{"../../etc/passwd", []byte("x")}) }, backup.Damaged},
		"something at the end":  {func(e []entry) []entry { return append(e, entry{"more", []byte("x")}) }, backup.Damaged},
		"no manifest":           {func(e []entry) []entry { return e[:len(e)-1] }, backup.Torn},
		"no head":               {func(e []entry) []entry { return e[1:] }, backup.NotOne},
		"a manifest of nothing": {func(e []entry) []entry { e[len(e)-1].body = []byte("{}"); return e }, backup.Damaged},
		"a manifest of rubbish": {func(e []entry) []entry { e[len(e)-1].body = []byte("rubbish"); return e }, backup.Damaged},
		"a newer form": {func(e []entry) []entry {
			e[0].body = bytes.Replace(e[0].body, []byte("backup.v1"), []byte("backup.v2"), 1)
			return e
		}, backup.TooNew},
	} {
		var copied []entry
		for _, e := range entries {
			copied = append(copied, entry{e.name, bytes.Clone(e.body)})
		}
		if err := check(pack(t, change.do(copied))); !errors.Is(err, change.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("the disk is dead")
	if _, err := backup.Verify(t.Context(), io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(broken)), "x", nil); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup.Verify(ctx, bytes.NewReader(file), "x", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestRowsThatNobodyWroteAreNotRestored makes backups whose sums are right and
// whose rows are not: all of it is refused and nothing stays.
func TestRowsThatNobodyWroteAreNotRestored(t *testing.T) {
	t.Parallel()
	d, blobs := testkit.OpenDB(t), testkit.TempBlobs(t)
	seed(t, d, blobs, false)
	file, _ := write(t, d, blobs)
	for name, body := range map[string]string{
		"another table":     "",
		"another column":    `[{"name":"id","kind":"text"},{"name":"other","kind":"text"}]` + "\n[\"a\",\"b\"]\n",
		"statements":        `[{"name":"id) VALUES ('x'); DROP TABLE empties; --","kind":"text"}]` + "\n[\"a\"]\n",
		"too few values":    `[{"name":"id","kind":"text"},{"name":"more","kind":"text"}]` + "\n[\"a\"]\n",
		"a number for text": `[{"name":"id","kind":"text"}]` + "\n[1]\n",
		"no columns":        "[]\n[]\n",
		"half a line":       `[{"name":"id","kind":"text"}]` + "\n[\"a\"",
	} {
		entries := unpack(t, file)
		at := entry{"rows/empties/00000001.jsonl", []byte(body)}
		if body == "" {
			at = entry{"rows/sqlite_master/00000001.jsonl", []byte(`[{"name":"name","kind":"text"}]` + "\n[\"a\"]\n")}
		}
		entries = slices.Insert(entries, len(entries)-1-20, at)
		other, otherBlobs := testkit.OpenDB(t), testkit.TempBlobs(t)
		if err := restore(t, pack(t, signed(entries)), other, otherBlobs); err == nil {
			t.Errorf("%s: restored", name)
		}
		if all := rows(t, other); len(all) != 3 { // one line a table
			t.Errorf("%s: %d rows stay", name, len(all)-3)
		}
	}
}

// TestDamagedBlobsDoNotKeepTheRestFromBeingSaved damages a small blob, which is
// found when it is opened, and a large one, which is found at its end.
func TestDamagedBlobsDoNotKeepTheRestFromBeingSaved(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "blobs")
	blobs, err := blob.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	d := testkit.OpenDB(t)
	seed(t, d, blobs, false)
	small, err := blob.PutBytes(t.Context(), blobs, []byte("small"))
	if err != nil {
		t.Fatal(err)
	}
	large, _, err := blobs.Put(t.Context(), io.LimitReader(zeros{}, blob.VerifyOnOpen+1))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []blob.Hash{small, large} {
		f, err := os.OpenFile(filepath.Join(folder, h.Hex()[:2], h.Hex()[2:]), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("X"), 3); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	file, m := write(t, d, blobs)
	if !slices.Contains(m.Damaged, string(small)) || !slices.Contains(m.Damaged, string(large)) || m.BlobCount != 20 {
		t.Errorf("damaged %v, whole %d", m.Damaged, m.BlobCount)
	}
	otherBlobs := testkit.TempBlobs(t)
	if err := restore(t, file, testkit.OpenDB(t), otherBlobs); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := otherBlobs.Walk(t.Context(), func(blob.Hash, int64) error { n++; return nil }); err != nil || n != 20 {
		t.Errorf("%d blobs restored, %v", n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type entry struct {
	name string
	body []byte
}

func unpack(t *testing.T, file []byte) (all []entry) {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{h.Name, body})
	}
}

func pack(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.body)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// signed gives entries the manifest that they would have if they were right: docs/formats/backup.md.
func signed(entries []entry) []entry {
	entries = entries[:len(entries)-1]
	sum := sha256.New()
	tables := map[string]int{}
	rows, blobs, size := 0, 0, 0
	for _, e := range entries {
		s := sha256.Sum256(e.body)
		fmt.Fprintf(sum, "%x %d %s\n", s, len(e.body), e.name)
		switch parts := strings.Split(e.name, "/"); parts[0] {
		case "blobs":
			blobs++
			size += len(e.body)
		case "rows":
			n := bytes.Count(e.body, []byte("\n")) - 1
			tables[parts[1]] += n
			rows += n
		}
	}
	var each []string
	for name, n := range tables {
		each = append(each, fmt.Sprintf("%q:%d", name, n))
	}
	return append(entries, entry{"manifest.json", fmt.Appendf(nil,
		`{"format":"zhuomo.backup.v1","tables":{%s},"row_count":%d,"blob_count":%d,"blob_bytes":%d,"damaged":[],"entry_count":%d,"digest_sha256":"%s"}`,
		strings.Join(each, ","), rows, blobs, size, len(entries), hex.EncodeToString(sum.Sum(nil)))})
}
