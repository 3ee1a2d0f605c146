// Package db keeps rows: one SQL text for SQLite and PostgreSQL, transactions
// that run as if one after the other, news between processes, migrations per
// stage.
//
//	in:   closures that write (DB.Write), questions (DB.Reader)
//	out:  rows that survive a power cut once Write has returned
//	read: db.go → write.go → gather.go → clock.go → news.go → migrate.go → snapshot.go → faults.go; the engines are
//	      sqlite.go → batch.go → sqlitetx.go and postgres.go → postgrestx.go
package db

import (
	"context"
	"database/sql"
	"io/fs"
	"time"
)

// Options says where the database lives: Path or URL.
type Options struct {
	Path    string           // an SQLite file; its folder is made and locked
	URL     string           // postgres://…, instead of a file
	Readers int              // connections that read, default 4 (SQLite), 8 (PostgreSQL)
	Writers int              // connections that write, default 8; SQLite has one
	Small   bool             // SQLite: on a machine with little memory, 2 MiB for cached pages instead of 16
	Now     func() time.Time // clock, default time.Now; on PostgreSQL as the server has it
	// Written hears of each write how long it took until it was durable or failed;
	// it must not wait. nil: nobody.
	Written func(took time.Duration)
	// Rehearse rolls every closure back once before it counts, so that a test
	// finds a closure that cannot bear to be run again. PostgreSQL only.
	Rehearse bool
}

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
	now    func() time.Time
	engine engine
	news   *news
	locks  locks // SQLite's
	tally  *tally

	written func(took time.Duration) // nil: nobody asks
}

// engine is one of the two kinds of database.
type engine interface {
	// submit runs r.do in a transaction of its own as far as others can see, and
	// r.after once that is durable.
	submit(r *request) error
	reader() Reader
	// migrated is the version of a stage's tables, 0 if there are none.
	migrated(ctx context.Context, table string) (int64, error)
	// migrateUp brings them to a version; nobody else does so meanwhile.
	migrateUp(ctx context.Context, table string, files fs.FS, version int64) error
	snapshot(ctx context.Context, do func(ctx context.Context, r Reader) error) error
	// catalogue asks for the names of all tables, and for pairs of which one
	// refers to the other.
	catalogue() (tables, references string)
	// check asks the engine itself whether all it keeps is whole.
	check(ctx context.Context, deep bool) (wrong []string, err error)
	announce(address string) error
	close() error
}

// Open opens or makes the database.
//
// Errors: InUse when another process has the folder of an SQLite file;
// Unreachable, Refused; ReadOnly, Damaged, DiskFull.
func Open(ctx context.Context, o Options) (*DB, error) {
	clock := o.Now
	if clock == nil {
		o.Now = machineNow
	}
	d := &DB{now: o.Now, news: newNews(), locks: locks{held: map[string]chan struct{}{}}, tally: new(tally), written: o.Written}
	var err error
	if o.URL != "" {
		d.engine, err = openPostgres(ctx, o, d.news, d.tally)
	} else {
		d.engine, err = openSQLite(ctx, o, d.tally)
	}
	if err != nil {
		return nil, Explain(err)
	}
	if p, shared := d.engine.(*postgresDB); shared && clock == nil {
		d.now = p.clock.now
	}
	return d, nil
}

// Shared tells whether other processes may work on the database too.
func (d *DB) Shared() bool {
	_, shared := d.engine.(*postgresDB)
	return shared
}

// Reader answers from a pool of read-only connections.
func (d *DB) Reader() Reader { return d.engine.reader() }

// Now is the database's clock: of all processes that share it the same.
func (d *DB) Now() time.Time { return d.now() }

// Announce notes under which address this process can be reached, for the
// fault that another process gets when it opens the same folder.
func (d *DB) Announce(address string) error { return d.engine.announce(address) }

// Close commits what waits, then closes. Later writes give Closed.
func (d *DB) Close() error {
	defer d.news.close()
	return d.engine.close()
}
