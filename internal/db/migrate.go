package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

var (
	stageName     = regexp.MustCompile(`^[a-z][a-z_]*$`)
	migrationName = regexp.MustCompile(`^([0-9]+)_[a-z0-9_]+\.sql$`)
)

// Migrate brings the tables of one stage up to the newest of files, which lie
// at the root of files or in its folder migrations, named 0001_what.sql, each
// beginning with "-- +goose Up". Versions are kept in the table schema_<stage>.
//
// Order:  forward only; each file is one transaction.
// Errors: TooNew if the database was written by a newer program.
// Cost:   one question when nothing is to do.
func (d *DB) Migrate(ctx context.Context, stage string, files fs.FS) error {
	return d.MigrateTo(ctx, stage, files, 0)
}

// MigrateTo is Migrate up to a version and no further: for rows that an older
// program wrote, which later steps then bring on. 0 = the newest.
func (d *DB) MigrateTo(ctx context.Context, stage string, files fs.FS, version int64) error {
	if !stageName.MatchString(stage) {
		return fmt.Errorf("migrate: %q is no stage name", stage)
	}
	files, newest, err := migrations(files)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", stage, err)
	}
	if version == 0 {
		version = newest
	}
	table := versionTable(stage)
	current, err := d.engine.migrated(ctx, table)
	switch {
	case err != nil:
		return fmt.Errorf("migrate %s: %w", stage, Explain(err))
	case max(current, version) > newest:
		return TooNew.With("stage", stage, "found", max(current, version), "known", newest)
	case current >= version:
		return nil
	}
	if err := d.engine.migrateUp(ctx, table, files, version); err != nil {
		return fmt.Errorf("migrate %s: %w", stage, Explain(err))
	}
	return nil
}

func versionTable(stage string) string { return "schema_" + stage }

// Newest is the highest number among the files of Migrate.
func Newest(files fs.FS) (int64, error) {
	_, newest, err := migrations(files)
	return newest, err
}

// migrations finds the folder that holds the files and the highest number.
func migrations(files fs.FS) (fs.FS, int64, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, 0, err
	}
	if len(entries) == 1 && entries[0].IsDir() && entries[0].Name() == "migrations" {
		if files, err = fs.Sub(files, "migrations"); err != nil {
			return nil, 0, err
		}
		if entries, err = fs.ReadDir(files, "."); err != nil {
			return nil, 0, err
		}
	}
	var newest int64
	for _, e := range entries {
		m := migrationName.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, 0, fmt.Errorf("%s is not named 0001_what_it_does.sql", e.Name())
		}
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, 0, err
		}
		newest = max(newest, n)
	}
	if newest == 0 {
		return nil, 0, errors.New("no migration files")
	}
	return files, newest, nil
}

func (d *sqliteDB) migrated(ctx context.Context, table string) (version int64, err error) {
	var found int
	err = d.readers.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1", table).Scan(&found)
	if err != nil || found == 0 {
		return 0, err
	}
	err = d.readers.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+table).Scan(&version)
	return version, err
}

// migrateUp runs on the writer's goroutine, so nobody else writes meanwhile.
// It has its own connection, since goose wants a pool.
func (d *sqliteDB) migrateUp(ctx context.Context, table string, files fs.FS, version int64) error {
	return d.submit(&request{ctx: ctx, done: make(chan error, 1), alone: func(ctx context.Context) (err error) {
		p, err := pool(d.dsn, 1)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.Close()) }()
		return gooseUp(ctx, goose.DialectSQLite3, p, table, files, version)
	}})
}

func (d *postgresDB) migrated(ctx context.Context, table string) (version int64, err error) {
	var found bool
	err = d.readers.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&found)
	if err != nil || !found {
		return 0, err
	}
	err = d.readers.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+table).Scan(&version)
	return version, err
}

// migrateUp holds a lock, since several processes may start at once.
func (d *postgresDB) migrateUp(ctx context.Context, table string, files fs.FS, version int64) error {
	unlock, err := d.lock(ctx, "migrate")
	if err != nil {
		return err
	}
	defer unlock()
	return gooseUp(ctx, goose.DialectPostgres, d.writers, table, byteOrder{files}, version)
}

func gooseUp(ctx context.Context, dialect goose.Dialect, p *sql.DB, table string, files fs.FS, version int64) error {
	provider, err := goose.NewProvider(dialect, p, files, goose.WithTableName(table), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// byteOrder lets every TEXT column sort and compare by its bytes, as SQLite
// does, whatever the order that the PostgreSQL database was made with.
type byteOrder struct{ fs.FS }

var textType = regexp.MustCompile(`\bTEXT\b`)

// Open gives a migration with its columns so declared.
func (o byteOrder) Open(name string) (fs.File, error) {
	file, err := o.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return &memoryFile{Reader: bytes.NewReader(textType.ReplaceAll(text, []byte(`TEXT COLLATE "C"`))), info: info}, nil
}

type memoryFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memoryFile) Close() error               { return nil }
