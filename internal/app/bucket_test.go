package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/blob/bucket"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// TestFilesInABucket lets the program work with its files in a bucket: over a
// restart without its cache, while the bucket is gone and when it has returned,
// into a backup and out of it, and to the end of a product.
func TestFilesInABucket(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := testkit.NewBucket(t)
	folder := filepath.Join(t.TempDir(), "data")
	openIn := func(folder, prefix string) *App {
		t.Helper()
		a, err := Open(t.Context(), Options{DataFolder: folder, Files: b.Address(prefix), Now: anHourAhead, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	end := func(a *App) {
		t.Helper()
		if err := a.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	a := openIn(folder, "one")
	product, err := a.Stages.Data.CreateProduct(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	set, err := a.Stages.Data.Create(t.Context(), product.ID, "chats")
	if err != nil {
		t.Fatal(err)
	}
	begin := func(a *App, seed int) (job string, err error) {
		raw, err := blob.PutBytes(t.Context(), a.Blobs, []byte(chatFile(seed, 500)))
		if err != nil {
			return "", err
		}
		return a.Stages.Data.StartImport(t.Context(), dataset.Order{DatasetID: set.ID, Raw: string(raw), Name: "x.csv"})
	}
	rows := func(a *App) (n int, err error) {
		v, err := a.Stages.Data.Latest(t.Context(), set.ID)
		if err != nil {
			return 0, err
		}
		return n, a.Stages.Data.Rows(t.Context(), v.ID, func(dataset.Row) error { n++; return nil })
	}
	id, err := begin(a, 1)
	if err != nil {
		t.Fatal(err)
	}
	finished(t, a, id)
	end(a)

	elsewhere := filepath.Join(t.TempDir(), "data") // where nothing of the bucket is yet
	a = openIn(folder, "one")
	if id, err = begin(a, 2); err != nil {
		t.Fatal(err)
	}
	finished(t, a, id)
	if n, err := rows(a); err != nil || n != 1000 {
		t.Errorf("%d rows, %v", n, err)
	}

	b.Gone.Store(true)
	if _, err := begin(a, 3); !errors.Is(err, bucket.Unreachable) {
		t.Errorf("without its bucket: %v", err)
	}
	if n, err := rows(a); err != nil || n != 1000 { // they are in the cache
		t.Errorf("without its bucket: %d rows, %v", n, err)
	}
	b.Gone.Store(false)
	// A job that meets it gone waits and tries again.
	raw, err := blob.PutBytes(t.Context(), a.Blobs, []byte(chatFile(4, 500)))
	if err != nil {
		t.Fatal(err)
	}
	b.Gone.Store(true)
	if id, err = a.Stages.Data.StartImport(t.Context(), dataset.Order{DatasetID: set.ID, Raw: string(raw), Name: "x.csv"}); err != nil {
		t.Fatal(err)
	}
	for j := range a.Jobs.Watch(t.Context()) {
		if j.ID == id && j.Failure != nil {
			if j.State != jobs.Queued || j.Failure.Code != bucket.Unreachable.Code {
				t.Errorf("the job is %s, %s", j.State, failure(j))
			}
			break
		}
	}
	b.Gone.Store(false)
	finished(t, a, id)
	if id, err = begin(a, 3); err != nil {
		t.Fatal(err)
	}
	finished(t, a, id)
	if n, err := rows(a); err != nil || n != 2000 {
		t.Errorf("when it has returned: %d rows, %v", n, err)
	}

	file := filepath.Join(t.TempDir(), "b.tar.zst")
	download(t, a, file, func() {})
	v := verified(t, file)
	if v.Manifest.BlobCount < 12 || len(v.Manifest.Damaged) > 0 {
		t.Errorf("%+v", v.Manifest)
	}
	if _, err := restore(t.Context(), file, v, Options{DataFolder: elsewhere, Files: b.Address("one"), Workers: -1}, nil); err == nil {
		t.Error("restored into a prefix that is in use")
	}
	if found, err := restore(t.Context(), file, v, Options{DataFolder: elsewhere, Files: b.Address("two"), Workers: -1}, nil); err != nil || found.Problems > 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	two := openIn(elsewhere, "two")
	if n, err := rows(two); err != nil || n != 2000 {
		t.Errorf("restored: %d rows, %v", n, err)
	}
	found, err := two.examine(t.Context(), checkupArgs{Deep: true}, func(int, int, string, string) {})
	if err != nil || found.Problems > 0 || found.Blobs < 12 {
		t.Errorf("%+v, %v", found, err)
	}
	end(two)

	var gone deleting
	ask(t, a, "DELETE", "/api/v1/products/"+product.ID+"?name=p", "", &gone)
	if job := finished(t, a, gone.JobID); job.State != jobs.Done {
		t.Error(job.State)
	}
	if left := walk(t, a); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	end(a)
}

// TestTheBucketIsNamedOnTheCommandLine gives each fault of its address as a person meets it.
func TestTheBucketIsNamedOnTheCommandLine(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := testkit.NewBucket(t)
	for name, c := range map[string]struct {
		address, code string
		exit          int
	}{
		"not one":    {"bucket", "bucket.bad_address", 2},
		"no bucket":  {strings.Replace(b.Address("x"), "s3://blobs", "s3://other", 1), "bucket.no_bucket", 3},
		"no server":  {"s3://blobs?endpoint=http://127.0.0.1:1&path=true&region=r", "bucket.unreachable", 6},
		"as it is":   {b.Address("x"), "", 0},
		"wrong keys": {b.Address("x"), "bucket.refused", 5},
	} {
		b.Wrong.Store(name == "wrong keys")
		exit, _, said := say(t, "product", "list", "--data", filepath.Join(t.TempDir(), "data"), "--blobs", c.address, "--lang", "en")
		if exit != c.exit || !strings.Contains(said, c.code) {
			t.Errorf("%s: exit %d, %s", name, exit, said)
		}
	}
}
