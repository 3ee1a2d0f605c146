package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/db"
)

const childPath = "ZHUOMO_TEST_CRASH_DB"

// TestNothingAcknowledgedIsLostToKill kills a writing process at ten instants
// and looks for every row that it had acknowledged, whole batches of clients
// at a time.
func TestNothingAcknowledgedIsLostToKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "zhuomo.db")
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 0))
	acknowledged := map[string]bool{}
	for round := range 10 {
		child := exec.Command(os.Args[0], "-test.run=^TestChildWritesUntilKilled$")
		child.Env = append(os.Environ(), childPath+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		// Kill after some acknowledgements; what is already in the pipe counts too.
		for wanted := 1 + chance.IntN(400); wanted > 0 && lines.Scan(); wanted-- {
			acknowledged[lines.Text()] = true
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			acknowledged[lines.Text()] = true
		}
		_ = child.Wait() // it was killed: an error is what we want
		stored := survivors(t, path)
		for id := range acknowledged {
			if !stored[id] {
				t.Fatalf("seed %d, round %d: row %q was acknowledged and is lost (%d acknowledged, %d stored)",
					seed, round, id, len(acknowledged), len(stored))
			}
		}
	}
	if len(acknowledged) < 10 {
		t.Errorf("only %d rows were acknowledged in all: the test tests nothing", len(acknowledged))
	}
}

// survivors opens the database as the next start would and reads it. Each
// closure writes two rows; half a closure must never show.
func survivors(t *testing.T, path string) map[string]bool {
	t.Helper()
	d := open(t, path)
	defer d.Close()
	rows, err := d.Reader().QueryContext(t.Context(), "SELECT id, coalesce(parent, '') FROM rows ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stored, halves := map[string]bool{}, map[string]int{}
	for rows.Next() {
		var id, parent string
		if err := rows.Scan(&id, &parent); err != nil {
			t.Fatal(err)
		}
		if parent == "" {
			stored[id] = true
			halves[id]++
		} else {
			halves[parent]--
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id, n := range halves {
		if n != 0 {
			t.Errorf("closure %s was applied by half", id)
		}
	}
	return stored
}

// TestChildWritesUntilKilled is the process that is killed.
func TestChildWritesUntilKilled(t *testing.T) {
	path := os.Getenv(childPath)
	if path == "" {
		t.Skip("runs as the child of TestNothingAcknowledgedIsLostToKill")
	}
	d := open(t, path)
	var mu sync.Mutex // keeps lines whole
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				id := db.NewID(time.Now())
				err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					if err := put(id, 1)(ctx, tx); err != nil {
						return err
					}
					_, err := tx.ExecContext(ctx, "INSERT INTO rows (id, parent) VALUES ($1, $2)", id+"+", id)
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				_, err = fmt.Println(id)
				mu.Unlock()
				if err != nil {
					return // nobody listens any more
				}
			}
		})
	}
	wg.Wait()
}

// TestAFullDiskLosesNothingAndEnds lets SQLite run against its own limit of
// pages, which it reports as a full disk.
func TestAFullDiskLosesNothingAndEnds(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	limit := func(pages int) func(context.Context, db.Tx) error {
		return func(ctx context.Context, tx db.Tx) error {
			var got int
			return tx.QueryRowContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&got)
		}
	}
	if err := d.Write(t.Context(), limit(40)); err != nil {
		t.Fatal(err)
	}
	big := fmt.Sprintf("%03000d", 0)
	written, full := 0, false
	for i := 0; i < 100 && !full; i++ {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_ = put(fmt.Sprint(i)+big, i)(ctx, tx) // swallowed: the commit must not pretend
			return nil
		})
		switch {
		case err == nil:
			written++
		case errors.Is(err, db.DiskFull):
			full = true
		default:
			t.Fatal(err)
		}
	}
	if !full || written == 0 {
		t.Fatalf("%d rows written, full: %v", written, full)
	}
	if n := count(t, d); n != written {
		t.Errorf("%d rows, %d acknowledged", n, written)
	}
	// The writer has a fresh connection now, without the limit: space was made.
	if err := d.Write(t.Context(), put("after", 1)); err != nil {
		t.Errorf("writing after space was made: %v", err)
	}
}

func TestADamagedFileIsToldAtOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "zhuomo.db")
	if err := os.WriteFile(path, []byte("这不是数据库，而是一段足够长的文字，用来冒充数据库文件的开头。"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time shows that the lock was let go
		if _, err := db.Open(t.Context(), db.Options{Path: path}); !errors.Is(err, db.Damaged) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAFolderThatCannotBeMadeIsTold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), db.Options{Path: filepath.Join(file, "zhuomo.db")}); err == nil {
		t.Error("a database inside a file was opened")
	}
}
