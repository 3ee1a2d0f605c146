package builtin_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/examples"
	"zhuomo/examples/crosswoz"
	"zhuomo/examples/spoil"
	"zhuomo/internal/builtin"
	"zhuomo/internal/testkit"
)

// TestCleaningMeetsTheTruth spoils the material of every example product with
// unseen seeds, imports the dirty files, cleans them by the product's recipe, and
// only then looks at the truth.
func TestCleaningMeetsTheTruth(t *testing.T) {
	products, err := examples.Products()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range products {
		t.Run(p.ID, func(t *testing.T) {
			m, err := p.Material()
			if err != nil {
				t.Fatal(err)
			}
			cleanAndMeasure(t, p, m)
		})
	}
}

func TestCleaningCrossWOZMeetsTheTruth(t *testing.T) {
	m, err := crosswoz.Read(testkit.Sets(t, "crosswoz-val"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := examples.Find("")
	if err != nil {
		t.Fatal(err)
	}
	cleanAndMeasure(t, first, m)
}

func cleanAndMeasure(t *testing.T, p examples.Product, m examples.Material) {
	t.Helper()
	recipe, err := p.Recipe(m)
	if err != nil {
		t.Fatal(err)
	}
	for seed := uint64(1); seed <= 5; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			folder := t.TempDir()
			dirty, apart := filepath.Join(folder, "dirty"), filepath.Join(folder, "truth")
			if _, err := spoil.Spoil(m, seed, dirty, apart); err != nil {
				t.Fatal(err)
			}
			rows, schema := importFiles(t, dirty)
			_, steps, err := clean.Resolve(t.Context(), recipe, builtin.Operators(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(steps) < 12 {
				t.Errorf("the recipe has %d steps", len(steps))
			}
			plan, err := clean.Bind(steps, schema)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			result, err := plan.Run(t.Context(), rows, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			truth, err := spoil.OpenTruth(apart)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, truth, result, schema.Index("内容"), took)
		})
	}
}

func judge(t *testing.T, truth spoil.Truth, result clean.Result, text int, took time.Duration) {
	t.Helper()
	var rows []spoil.Cleaned
	for _, row := range result.Rows {
		rows = append(rows, spoil.Cleaned{Source: row.Source, Text: row.Values[text]})
	}
	var aside []dataset.Source
	why := map[dataset.Source]string{}
	for _, a := range result.Aside {
		aside = append(aside, a.Row.Source)
		why[a.Row.Source] = a.Reason.Code
	}
	score := spoil.Measure(truth, rows, aside)
	t.Logf("%d rows = %d clean + %d aside; %d planted, recall %.4f; %d actions, precision %.4f; %v", score.RowsRaw, score.RowsClean, score.RowsSetAside, score.Planted, score.Recall, score.Actions, score.Precision, took)
	t.Logf("recall by kind: %.3v", score.ByKind)
	if score.Strange > 0 || score.RowsRaw != score.RowsClean+score.RowsSetAside-result.Split {
		t.Errorf("rows do not add up: %d strange, %d split", score.Strange, result.Split)
	}
	if score.Recall < 0.98 || score.Precision < 0.99 {
		t.Errorf("recall %.4f, want ≥ 0.98; precision %.4f, want ≥ 0.99", score.Recall, score.Precision)
	}
	for i, miss := range score.Misses {
		if i == 40 {
			t.Logf("… and %d more", len(score.Misses)-i)
			break
		}
		t.Logf("miss: %s %v %s/%s:%d %s\n raw  %q\n want %q\n got  %q", miss.Why, miss.Record.Kinds, miss.Record.File, miss.Record.Part, miss.Record.Number, miss.Record.Session, miss.Record.Raw, miss.Record.Want, miss.Got)
	}
}

// importFiles imports every file of a folder into one dataset.
func importFiles(t *testing.T, folder string) ([]dataset.Row, dataset.Schema) {
	t.Helper()
	ctx := context.Background()
	blobs := testkit.TempBlobs(t)
	data, err := dataset.New(ctx, dataset.Needs{DB: testkit.OpenDB(t), Blobs: blobs, Now: time.Now, Formats: builtin.Formats()})
	if err != nil {
		t.Fatal(err)
	}
	product, err := data.CreateProduct(ctx, "客服")
	if err != nil {
		t.Fatal(err)
	}
	chats, err := data.Create(ctx, product.ID, "chats")
	if err != nil {
		t.Fatal(err)
	}
	var version dataset.Version
	for _, name := range []string{spoil.CSVFile, spoil.XLSXFile, spoil.DBFile} {
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		raw, _, err := blobs.Put(ctx, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		version, _, err = data.Import(ctx, dataset.Order{DatasetID: chats.ID, Raw: string(raw), Name: name}, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	var rows []dataset.Row
	if err := data.Rows(ctx, version.ID, func(row dataset.Row) error { rows = append(rows, row); return nil }); err != nil {
		t.Fatal(err)
	}
	return rows, version.Schema
}
