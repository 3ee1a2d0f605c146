// Package db keeps rows: one SQL text for SQLite now and PostgreSQL later, one
// writer with group commit, a pool of readers, migrations per stage.
//
//	in:   closures that write (DB.Write), questions (DB.Reader)
//	out:  rows that survive a power cut once Write has returned
//	read: db.go → write.go → tx.go → migrate.go → faults.go
package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// Options says where the database lives. Only Path has no default.
type Options struct {
	Path    string           // the database file; its folder is made and locked
	Readers int              // read connections, default 4
	Now     func() time.Time // clock, default time.Now
}

// Memory for cached pages, in KiB, over all connections: 4 + 12 = 16 MiB.
const (
	writerCacheKiB  = 4 << 10
	readersCacheKiB = 12 << 10
)

// Reader asks questions. Every answer shows one committed state. Close rows
// before asking again: each open result holds one of few connections.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx asks and changes inside one DB.Write. It is used up when the closure
// returns.
type Tx interface {
	Reader
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// DB is an open database. All methods may be called from many goroutines.
type DB struct {
	now     func() time.Time
	lock    *folderLock
	writers *sql.DB // exactly one connection, held by the write loop
	readers *sql.DB
	dsn     string // of a writing connection

	queue  chan *request // size maxBatch: what may wait while one batch commits
	ended  chan struct{} // closed when the write loop has drained the queue
	mu     sync.RWMutex  // guards closed; held while sending on queue
	closed bool

	loop loopState // touched by the write loop only
}

// Open locks the folder of o.Path, opens or makes the database there and
// starts the writer.
//
// Errors: InUse when another process has the folder; ReadOnly, Damaged,
// DiskFull.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", o.Path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, explainFile(err, filepath.Dir(path))
	}
	lock, err := lockFolder(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	d := &DB{
		now:   o.Now,
		lock:  lock,
		dsn:   dsn(path, writerCacheKiB, "synchronous(FULL)"),
		queue: make(chan *request, maxBatch),
		ended: make(chan struct{}),
	}
	if err := d.connect(ctx, path, o.Readers); err != nil {
		d.disconnect()
		return nil, Explain(err)
	}
	go d.writeLoop()
	return d, nil
}

func (d *DB) connect(ctx context.Context, path string, readers int) (err error) {
	if d.writers, err = pool(d.dsn, 1); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if d.loop.conn, err = d.writers.Conn(ctx); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	var mode string
	if err := d.loop.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if mode != "wal" {
		return fmt.Errorf("%s: journal mode is %s, not wal", path, mode)
	}
	if d.readers, err = pool(dsn(path, readersCacheKiB/readers, "query_only(1)"), readers); err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	return nil
}

// Reader answers from a pool of read-only connections.
func (d *DB) Reader() Reader { return d.readers }

// Now is the database's clock.
func (d *DB) Now() time.Time { return d.now() }

// Announce notes under which address this process can be reached, for the
// fault that another process gets when it opens the same folder.
func (d *DB) Announce(address string) error { return d.lock.announce(address) }

// Close commits what waits, then closes. Later writes give Closed.
func (d *DB) Close() error {
	d.mu.Lock()
	already := d.closed
	d.closed = true
	if !already {
		close(d.queue)
	}
	d.mu.Unlock()
	<-d.ended
	if already {
		return nil
	}
	return d.disconnect()
}

// disconnect closes the readers first, so that the writer's close can fold
// the write-ahead log into the database file.
func (d *DB) disconnect() error {
	var first error
	keep := func(err error) {
		if first == nil && err != nil {
			first = Explain(err)
		}
	}
	if d.readers != nil {
		keep(d.readers.Close())
	}
	if d.loop.conn != nil {
		keep(d.loop.conn.Close())
	}
	if d.writers != nil {
		keep(d.writers.Close())
	}
	keep(d.lock.release())
	return first
}

// pool opens at most size connections and keeps them.
func pool(dsn string, size int) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	p := sql.OpenDB(connector)
	p.SetMaxOpenConns(size)
	p.SetMaxIdleConns(size)
	return p, nil
}

// dsn names the file and the settings of each connection to it.
func dsn(path string, cacheKiB int, pragmas ...string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a Windows drive
	}
	q := url.Values{"_pragma": append([]string{
		"busy_timeout(5000)",
		"journal_mode(WAL)",
		"journal_size_limit(67108864)",
		"foreign_keys(1)",
		"temp_store(MEMORY)",
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
	}, pragmas...), "_dqs": {"0"}}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}
