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

	"modernc.org/sqlite"
)

// Memory for cached pages, in KiB, over all connections: 4 + 12 = 16 MiB.
const (
	writerCacheKiB  = 4 << 10
	readersCacheKiB = 12 << 10
	smallCacheKiB   = 1 << 10 // of the writer, and of all readers; see Options.Small
)

// sqliteDB is one file in a folder that this process holds alone.
type sqliteDB struct {
	lock    *folderLock
	writers *sql.DB // exactly one connection, held by the write loop
	readers *sql.DB
	asked   *preparedReader // on readers
	path    string          // of the file
	dsn     string          // of a writing connection

	queue  chan *request // size maxBatch: what may wait while one batch commits
	ended  chan struct{} // closed when the write loop has drained the queue
	mu     sync.RWMutex  // guards closed; held while sending on queue
	closed bool

	tally *tally
	loop  loopState // touched by the write loop only
}

// openSQLite locks the folder of o.Path, opens or makes the database there and
// starts the writer.
func openSQLite(ctx context.Context, o Options, count *tally) (*sqliteDB, error) {
	if o.Readers <= 0 {
		o.Readers = 4
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
	d := &sqliteDB{
		lock:  lock,
		path:  path,
		dsn:   dsn(path, cacheOf(o, writerCacheKiB), "synchronous(FULL)"),
		tally: count,
		queue: make(chan *request, maxBatch),
		ended: make(chan struct{}),
	}
	if err := d.connect(ctx, path, o.Readers, cacheOf(o, readersCacheKiB)); err != nil {
		d.disconnect()
		return nil, err
	}
	go d.writeLoop()
	return d, nil
}

// cacheOf is the memory for cached pages in a place that has full of it.
func cacheOf(o Options, full int) int {
	if o.Small {
		return smallCacheKiB
	}
	return full
}

func (d *sqliteDB) connect(ctx context.Context, path string, readers, cacheKiB int) (err error) {
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
	if d.readers, err = pool(dsn(path, cacheKiB/readers, "query_only(1)"), readers); err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	d.asked = &preparedReader{pool: d.readers, stmts: map[string]*sql.Stmt{}}
	return nil
}

func (d *sqliteDB) reader() Reader { return d.asked }

func (d *sqliteDB) announce(address string) error { return d.lock.announce(address) }

// close lets the loop commit what waits first.
func (d *sqliteDB) close() error {
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
func (d *sqliteDB) disconnect() error {
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
		"wal_autocheckpoint(4000)", // 16 MB: pages that are written over and over go home once
		"foreign_keys(1)",
		"temp_store(MEMORY)",
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
	}, pragmas...), "_dqs": {"0"}}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}
