package db

import (
	"database/sql"
	"errors"
	"os"
	"sync/atomic"

	"zhuomo/internal/fault"
)

// Stats is what a database has done since it was opened, and how it stands.
type Stats struct {
	Engine    string // "sqlite" or "postgres"
	Writes    int64  // closures that are durable
	Commits   int64  // transactions that made them so
	Retries   int64  // closures run again because they met another; PostgreSQL
	Errors    map[string]int64
	Pools     map[string]sql.DBStats // "read", "write"
	FileBytes int64                  // SQLite: the database, and the write-ahead log beside it
	LogBytes  int64
}

// troubles are the faults that say something about the database, not about a row.
var troubles = [...]*fault.Definition{DiskFull, ReadOnly, Damaged, Unreadable, Locked, Unreachable, Unsure, Refused, Contended, Closed}

// tally counts what Write and the engine do.
type tally struct {
	writes, commits, retries atomic.Int64
	errors                   [len(troubles)]atomic.Int64
}

func (t *tally) failed(err error) {
	for i, d := range troubles {
		if errors.Is(err, d) {
			t.errors[i].Add(1)
			return
		}
	}
}

// Stats is cheap: counters, and the sizes of two files.
func (d *DB) Stats() Stats {
	s := Stats{
		Writes: d.tally.writes.Load(), Commits: d.tally.commits.Load(), Retries: d.tally.retries.Load(),
		Errors: make(map[string]int64, len(troubles)), Pools: map[string]sql.DBStats{},
	}
	for i, trouble := range troubles {
		s.Errors[trouble.Code] = d.tally.errors[i].Load()
	}
	switch e := d.engine.(type) {
	case *sqliteDB:
		s.Engine = "sqlite"
		s.FileBytes, s.LogBytes = sizeOf(e.path), sizeOf(e.path+"-wal")
		s.Pools["read"] = e.readers.Stats()
	case *postgresDB:
		s.Engine = "postgres"
		s.Pools["read"], s.Pools["write"] = e.readers.Stats(), e.writers.Stats()
	}
	return s
}

// sizeOf is 0 for a file that is not there: the log comes and goes.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
