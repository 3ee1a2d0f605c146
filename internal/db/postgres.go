package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connectTimeout = 5 * time.Second
	// maxTries is how often a closure runs that keeps meeting others; the wait
	// between two doubles from firstWait up to longestWait.
	maxTries    = 40
	firstWait   = time.Millisecond
	longestWait = 100 * time.Millisecond
	// maxCuts is how often a closure runs whose connection broke before its commit.
	maxCuts = 3
	// maxTaken is how often a closure runs that makes a row which exists already:
	// it may have reckoned its number while another made the same.
	maxTaken = 5
	poolSize = 6 // connections of an OpenPool, at most
)

// postgresDB is a database that other processes share.
type postgresDB struct {
	url      string
	config   *pgx.ConnConfig
	writers  *sql.DB
	readers  *sql.DB
	rehearse bool
	news     *exchange
	tally    *tally
	clock    sharedClock
	unfollow context.CancelFunc // ends what follows the server's clock
	work     sync.WaitGroup

	mu     sync.Mutex // guards what follows
	closed bool
	open   sync.WaitGroup // writes under way
}

func openPostgres(ctx context.Context, o Options, local *news, count *tally) (*postgresDB, error) {
	if !strings.HasPrefix(o.URL, "postgres://") && !strings.HasPrefix(o.URL, "postgresql://") {
		return nil, BadURL.With()
	}
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, BadURL.With().Because(withoutPassword(err))
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > time.Minute { // pgx says two minutes where nothing is said
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "zhuomo"
	}
	if o.Readers <= 0 {
		o.Readers = 8
	}
	if o.Writers <= 0 {
		o.Writers = 8
	}
	reading := config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	d := &postgresDB{
		url: o.URL, config: config, rehearse: o.Rehearse, tally: count, clock: sharedClock{local: machineNow},
		writers: sqlPool(config, o.Writers), readers: sqlPool(reading, o.Readers),
	}
	var encoding string
	if err := d.writers.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return nil, errors.Join(err, d.close())
	}
	if encoding != "UTF8" {
		return nil, errors.Join(NotUTF8.With("encoding", encoding), d.close())
	}
	if err := d.clock.look(ctx, d.readers); err != nil {
		return nil, errors.Join(err, d.close())
	}
	following, unfollow := context.WithCancel(context.Background())
	d.unfollow = unfollow
	d.work.Go(func() { d.clock.follow(following, d.readers) })
	if d.news, err = newExchange(ctx, config, d.writers, local); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func sqlPool(config *pgx.ConnConfig, size int) *sql.DB {
	p := stdlib.OpenDB(*config)
	p.SetMaxOpenConns(size)
	p.SetMaxIdleConns(size)
	p.SetConnMaxIdleTime(5 * time.Minute)
	return p
}

func (d *postgresDB) reader() Reader { return d.readers }

// announce has nothing to do: a shared database has no owner.
func (d *postgresDB) announce(string) error { return nil }

// OpenPool gives connections of the driver itself, for a library that wants
// them; nil on SQLite. Whoever opened it closes it.
func (d *DB) OpenPool(ctx context.Context) (*pgxpool.Pool, error) {
	p, ok := d.engine.(*postgresDB)
	if !ok {
		return nil, nil
	}
	config, err := pgxpool.ParseConfig(p.url)
	if err != nil {
		return nil, BadURL.With().Because(withoutPassword(err))
	}
	config.MaxConns = poolSize
	config.ConnConfig.ConnectTimeout = connectTimeout
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return pool, Explain(err)
}

// Analyze lets PostgreSQL count tables into which many rows have just gone: until
// its autovacuum comes by, it reads them whole where an index would do. SQLite
// takes its indexes uncounted.
func (d *DB) Analyze(ctx context.Context, tables ...string) error {
	p, shared := d.engine.(*postgresDB)
	if !shared {
		return nil
	}
	_, err := p.writers.ExecContext(ctx, "ANALYZE "+strings.Join(tables, ", "))
	return Explain(err)
}

// EmptySchema makes a schema with nothing in it, also if there was one of that
// name, and gives the address of the database within it.
func EmptySchema(ctx context.Context, address, schema string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", BadURL.With() // the error would show the password
	}
	d, err := Open(ctx, Options{URL: address, Readers: 1, Writers: 1})
	if err != nil {
		return "", err
	}
	defer d.Close()
	name := pgx.Identifier{schema}.Sanitize()
	err = d.Write(ctx, func(ctx context.Context, tx Tx) error {
		if _, err := tx.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+name+" CASCADE"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "CREATE SCHEMA "+name)
		return err
	})
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// submit runs the closure until it met no other.
func (d *postgresDB) submit(r *request) error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return Closed.With()
	}
	d.open.Add(1)
	d.mu.Unlock()
	defer d.open.Done()
	if d.rehearse {
		if err := d.once(r, true); !errors.Is(err, errRehearsed) && !isMeeting(err) {
			return Explain(err)
		}
	}
	wait, cuts, takes := firstWait, 0, 0
	for try := 1; ; try++ {
		err := d.once(r, false)
		if err == nil {
			d.tally.commits.Add(1)
			for _, do := range r.after {
				do()
			}
			return nil
		}
		var cut *cutOff
		var taken *alreadyThere
		switch {
		case errors.As(err, &cut):
			cuts++
		case errors.As(err, &taken):
			takes++
		case !isMeeting(err):
			return Explain(err)
		}
		if cuts == maxCuts || takes == maxTaken {
			return Explain(err)
		}
		d.tally.retries.Add(1)
		if try == maxTries {
			return Contended.With("times", maxTries).Because(err)
		}
		select {
		case <-r.ctx.Done():
			return r.ctx.Err()
		case <-time.After(wait/2 + rand.N(wait)): // chance parts those that met
		}
		wait = min(2*wait, longestWait)
	}
}

var errRehearsed = errors.New("the rehearsal of the closure was rolled back")

// once runs the closure in one transaction.
func (d *postgresDB) once(r *request, rehearsal bool) (err error) {
	r.after = nil
	// Without the caller's cancellation: it would roll back beside the closure.
	tx, err := d.writers.BeginTx(context.WithoutCancel(r.ctx), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return early(err)
	}
	t := &postgresTx{tx: tx, request: r}
	committed := false
	defer func() {
		if !committed {
			_ = tx.Rollback() // also when the closure ended its goroutine
		}
	}()
	err = callClosure(r, t, t.end)
	switch {
	case t.met != nil:
		return t.met
	case err != nil && t.taken:
		return &alreadyThere{err}
	case err != nil:
		return early(err)
	case rehearsal:
		return errRehearsed
	}
	committed = true // or not known: nothing to roll back
	if err = tx.Commit(); isCut(err) {
		return Unsure.With().Because(err)
	}
	return err
}

// alreadyThere is what a closure says that ended at a row which exists already.
type alreadyThere struct{ error }

func (a *alreadyThere) Unwrap() error { return a.error }

// cutOff is a connection that broke before a commit was sent: nothing happened.
type cutOff struct{ error }

func (c *cutOff) Unwrap() error { return c.error }

// early marks an error from before the commit that says that the connection
// broke. One that could not be made at all is not worth another try.
func early(err error) error {
	var connect *pgconn.ConnectError
	if !isCut(err) || errors.As(err, &connect) {
		return err
	}
	return &cutOff{err}
}

// isCut tells errors of a connection that is there no more.
func isCut(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case "57P01", "57P02", "57P03": // shut down, by a person or a crash; not ready yet
			return true
		}
		return e.Code[:2] == "08"
	}
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &network):
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, pgconn.ErrConnClosed)
}

// isMeeting tells errors that say: run it again, nothing happened.
func isMeeting(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01", // serialization_failure, deadlock_detected
		"0A000": // a cached plan from before a migration of another process
		return e.Code != "0A000" || strings.Contains(e.Message, "cached plan")
	}
	return false
}

func (d *postgresDB) close() error {
	d.mu.Lock()
	already := d.closed
	d.closed = true
	d.mu.Unlock()
	d.open.Wait()
	if already {
		return nil
	}
	if d.news != nil {
		d.news.close()
	}
	if d.unfollow != nil {
		d.unfollow()
		d.work.Wait()
	}
	return errors.Join(d.readers.Close(), d.writers.Close())
}

// explainPostgres is Explain for what the server and the way to it say.
func explainPostgres(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var connect *pgconn.ConnectError
		switch {
		case errors.Is(err, context.Canceled):
			return err
		case errors.As(err, &connect): // also when the server did not answer in time
			return Unreachable.With().Because(err)
		case errors.Is(err, context.DeadlineExceeded):
			return err
		case isCut(err):
			return Unreachable.With().Because(err)
		}
		return err
	}
	switch e.Code {
	case "23505":
		return Taken.With().Because(err)
	case "23503":
		return Dangling.With().Because(err)
	case "22021", "22P05": // a NUL, or bytes that are no UTF-8
		return BadText.With().Because(err)
	case "25006":
		return ReadOnly.With().Because(err)
	case "53100":
		return DiskFull.With().Because(err)
	case "58030":
		return Unreadable.With().Because(err)
	case "55P03":
		return Locked.With().Because(err)
	case "40001", "40P01":
		return Contended.With("times", 1).Because(err)
	case "3D000", "28000", "28P01", "42501", "3F000": // no such database, not let in, not allowed, no schema
		return Refused.With("why", e.Message).Because(err)
	}
	switch e.Code[:2] {
	case "23":
		return Rule.With().Because(err)
	case "08", "53", "57": // connection, resources, shutting down
		return Unreachable.With().Because(err)
	case "XX":
		return Damaged.With().Because(err)
	}
	return err
}

// withoutPassword keeps what a connection string may hold out of logs.
func withoutPassword(err error) error {
	var parse *pgconn.ParseConfigError
	if errors.As(err, &parse) {
		return errors.New("the connection string cannot be read")
	}
	return fmt.Errorf("connect: %w", err)
}
