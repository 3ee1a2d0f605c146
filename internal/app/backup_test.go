package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/backup"
	"zhuomo/internal/blob"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// place is a data folder, and a database where it is not in the folder.
type place struct{ folder, database string }

func (p place) open(t *testing.T, workers int) *App {
	t.Helper()
	a, err := Open(t.Context(), Options{DataFolder: p.folder, Database: p.database, Now: anHourAhead, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func emptyPlaces(t *testing.T) map[string]func(t *testing.T) place {
	return map[string]func(t *testing.T) place{
		"sqlite": func(t *testing.T) place { return place{folder: filepath.Join(t.TempDir(), "data")} },
		"postgres": func(t *testing.T) place {
			return place{filepath.Join(t.TempDir(), "data"), testkit.PostgresURL(t)}
		},
	}
}

// drill is a program in use: one person imports and labels by turns, one labels
// on, a third makes products and deletes them.
type drill struct {
	t       *testing.T
	a       *App
	product dataset.Product
	chats   dataset.Dataset
	first   dataset.Version
	rows    []dataset.Row // of the first version, to be labelled
	turns   []string      // done by the first person: version, row, version, row, …; written by him only
	done    atomic.Int64  // of turns
	labels  atomic.Int64  // rows labelled by the second
	deleted atomic.Int64  // products
	stop    atomic.Bool
	work    sync.WaitGroup
}

// chatFile has lines that no other file has.
func chatFile(seed, n int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range n {
		fmt.Fprintf(&b, "%d-%d,", seed, i)
		for range 30 {
			b.WriteRune(rune(0x4e00 + r.IntN(5000)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (d *drill) must(err error) {
	if err != nil && !d.stop.Load() {
		d.t.Error(err)
		panic(err) // in a goroutine of the test nothing else ends it all
	}
}

// imports imports a file, waits for the job, and gives the version.
func (d *drill) imports(ds dataset.Dataset, seed, n int) (v dataset.Version) {
	raw, err := blob.PutBytes(d.t.Context(), d.a.Blobs, []byte(chatFile(seed, n)))
	d.must(err)
	id, err := d.a.Stages.Data.StartImport(d.t.Context(), dataset.Order{DatasetID: ds.ID, Raw: string(raw), Name: fmt.Sprintf("%d.csv", seed), Mode: dataset.Replace})
	d.must(err)
	job, err := d.a.Jobs.Wait(d.t.Context(), id)
	d.must(err)
	if job.State != jobs.Done {
		d.must(fmt.Errorf("import: %s %s", job.State, failure(job)))
	}
	v, err = d.a.Stages.Data.Latest(d.t.Context(), ds.ID)
	d.must(err)
	return v
}

func (d *drill) label(version string, row dataset.Row) {
	_, err := d.a.Stages.Label.SetGold(d.t.Context(), label.GoldRow{
		Product: d.product.ID, VersionID: version, RowID: string(row.ID), Text: row.Values[1], Labels: []string{"a"}, Person: "me",
	})
	d.must(err)
}

func (d *drill) firstRow(version string) (first dataset.Row) {
	rows, _, err := d.a.Stages.Data.Page(d.t.Context(), version, 0, 1)
	d.must(err)
	return rows[0]
}

func beginDrill(t *testing.T, a *App) *drill {
	d := &drill{t: t, a: a}
	var err error
	d.product, err = a.Stages.Data.CreateProduct(t.Context(), "演练")
	d.must(err)
	d.chats, err = a.Stages.Data.Create(t.Context(), d.product.ID, "会话")
	d.must(err)
	d.first = d.imports(d.chats, 0, 20_000)
	d.rows, _, err = a.Stages.Data.Page(t.Context(), d.first.ID, 0, 5000)
	d.must(err)
	golds := make([]label.GoldRow, 3000)
	for i, r := range d.rows[:3000] {
		golds[i] = label.GoldRow{Product: d.product.ID, VersionID: d.first.ID, RowID: string(r.ID), Text: r.Values[1], Labels: []string{"a"}, Person: "me"}
	}
	_, err = a.Stages.Label.SetGolds(t.Context(), golds)
	d.must(err)
	d.work.Go(func() {
		for i := 1; !d.stop.Load(); i++ {
			v := d.imports(d.chats, i, 40)
			d.turns = append(d.turns, v.ID)
			d.done.Add(1)
			row := d.firstRow(v.ID)
			d.label(v.ID, row)
			d.turns = append(d.turns, string(row.ID))
			d.done.Add(1)
		}
	})
	d.work.Go(func() {
		for i := 3000; !d.stop.Load() && i < len(d.rows); i++ {
			d.label(d.first.ID, d.rows[i])
			d.labels.Add(1)
		}
	})
	d.work.Go(func() {
		for i := 1; !d.stop.Load(); i++ {
			p, err := a.Stages.Data.CreateProduct(t.Context(), fmt.Sprint("去", i))
			d.must(err)
			set, err := a.Stages.Data.Create(t.Context(), p.ID, "会话")
			d.must(err)
			d.imports(set, 1_000_000+i, 7)
			var gone deleting
			ask(t, a, "DELETE", "/api/v1/products/"+p.ID+"?name="+p.Name, "", &gone)
			if job, err := a.Jobs.Wait(t.Context(), gone.JobID); err != nil || job.State != jobs.Done {
				d.must(fmt.Errorf("deletion: %s %s %v", job.State, failure(job), err))
			}
			d.deleted.Add(1)
		}
	})
	return d
}

func (d *drill) comesTo(n *atomic.Int64, to int64) {
	for n.Load() < to && !d.t.Failed() {
		time.Sleep(time.Millisecond)
	}
}

// TestRestoreDrill backs up under load, in the middle of which it lets the work
// go on, and restores on both databases: what was acknowledged before is there,
// nothing of what came later is, all that refers to something finds it, and the
// jobs that were under way come to their end.
func TestRestoreDrill(t *testing.T) {
	for from, makeFrom := range emptyPlaces(t) {
		t.Run(from, func(t *testing.T) {
			a := makeFrom(t).open(t, 2)
			d := beginDrill(t, a)
			defer func() {
				d.stop.Store(true)
				d.work.Wait()
				if err := a.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}()
			d.comesTo(&d.done, 3)
			d.comesTo(&d.deleted, 1)
			before, labelsBefore := d.done.Load(), d.labels.Load()
			began := time.Now()
			file, paused := filepath.Join(t.TempDir(), "b.tar.zst"), time.Duration(0)
			size := download(t, a, file, func() {
				stopped := time.Now()
				d.comesTo(&d.done, d.done.Load()+4)
				paused = time.Since(stopped)
			})
			took := time.Since(began) - paused
			d.stop.Store(true)
			d.work.Wait()
			after := d.done.Load() - 1
			for to, makeTo := range emptyPlaces(t) {
				t.Run("to "+to, func(t *testing.T) {
					into, began := makeTo(t), time.Now()
					v := restoreTo(t, file, into)
					t.Logf("%s to %s: %d rows and %d files, %d bytes, in %d bytes; backed up in %.2f s under load, restored in %.2f s",
						from, to, v.Manifest.RowCount, v.Manifest.BlobCount, v.Manifest.BlobBytes, size, took.Seconds(), time.Since(began).Seconds())
					d.compare(t, into, before, after, labelsBefore)
				})
			}
		})
	}
}

// download fetches a backup, and rests in between once it has begun.
func download(t *testing.T, a *App, path string, rest func()) int64 {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/api/v1/backup", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Server.Local(a.Owner.Actor()).RoundTrip(r)
	if err != nil || response.StatusCode != 200 {
		t.Fatal(response, err)
	}
	defer response.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyN(f, response.Body, 1); err != nil {
		t.Fatal(err)
	}
	rest()
	n, err := io.Copy(f, response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return n + 1
}

func verified(t *testing.T, file string) backup.Verified {
	t.Helper()
	f, _, err := openBackup(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := backup.Verify(t.Context(), f, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func restoreTo(t *testing.T, file string, into place) backup.Verified {
	t.Helper()
	v := verified(t, file)
	found, err := restore(t.Context(), file, v, Options{DataFolder: into.folder, Database: into.database, Workers: -1}, nil)
	if err != nil || found.Problems != 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	return v
}

// compare looks at what was restored before any job goes on there, then lets them.
func (d *drill) compare(t *testing.T, into place, before, after, labelsBefore int64) {
	a := into.open(t, -1)
	found, err := a.examine(t.Context(), checkupArgs{Deep: true}, func(int, int, string, string) {})
	if err != nil || found.Problems != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	has := func(i int64) bool {
		if i%2 == 0 {
			_, err = a.Stages.Data.Version(t.Context(), d.turns[i])
		} else {
			_, err = a.Stages.Label.GoldOf(t.Context(), d.product.ID, d.turns[i])
		}
		return err == nil
	}
	there := int64(0)
	for there < after && has(there) {
		there++
	}
	for i := there; i <= after; i++ {
		if has(i) {
			t.Errorf("turn %d is there and turn %d is not", i, there)
		}
	}
	if there < before || there == after {
		t.Errorf("%d turns are there; %d were done before, more came after the rows were read", there, before)
	}
	labels := 0
	for i := 3000; i < len(d.rows); i++ {
		_, err := a.Stages.Label.GoldOf(t.Context(), d.product.ID, string(d.rows[i].ID))
		if (err == nil) != (i == 3000+labels) {
			if err == nil {
				t.Errorf("label %d is there and label %d is not", i-3000, labels)
			}
			break
		}
		labels++
	}
	if int64(labels) < labelsBefore {
		t.Errorf("%d labels are there, %d were given before", labels, labelsBefore)
	}
	n := 0
	if err := a.Stages.Data.Rows(t.Context(), d.first.ID, func(dataset.Row) error { n++; return nil }); err != nil || n != 20_000 {
		t.Errorf("%d rows of the first version, %v", n, err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = into.open(t, 2)
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	all, _, err := a.Jobs.List(t.Context(), jobs.Filter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range all {
		j, err := a.Jobs.Wait(t.Context(), j.ID)
		if errors.Is(err, jobs.NotFound) { // its product was being deleted, and is
			continue
		}
		if err != nil || j.State != jobs.Done && j.State != jobs.Cancelled {
			t.Errorf("job %s: %s %s %v", j.Kind, j.State, failure(j), err)
		}
	}
	found, err = a.examine(t.Context(), checkupArgs{Deep: true}, func(int, int, string, string) {})
	if err != nil || found.Problems != 0 {
		t.Errorf("after the jobs went on: %+v, %v", found, err)
	}
}

// TestABackupNeedsTheOwner has everything in it.
func TestABackupNeedsTheOwner(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	for _, path := range []string{"/api/v1/backup", "/api/v1/checkups", "/api/v1/repairs/x"} {
		method := "POST"
		if path == "/api/v1/backup" {
			method = "GET"
		}
		if status, _ := call(t, a, api.Actor{ID: "x", Roles: []api.Role{api.Lead}}, method, path); status != 403 {
			t.Errorf("%s as a lead: %d", path, status)
		}
	}
}
