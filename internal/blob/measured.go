package blob

import (
	"context"
	"io"
	"time"
)

// Operation is what a store is asked to do, for figures.
type Operation string

const (
	Putting  Operation = "put"
	Opening  Operation = "open" // includes the fetch and the check of a small one
	Reading  Operation = "read"
	Deleting Operation = "delete"
)

// Observer hears of each operation, or of a blob that was read when it is
// closed. took is 0 for reads, which last as long as their reader likes. It must
// not wait.
type Observer func(o Operation, sizeBytes int64, took time.Duration, err error)

// Measured is the store, observed.
func Measured(s Store, seen Observer) Store { return &measured{s, seen} }

type measured struct {
	Store
	seen Observer
}

// Put keeps and measures.
func (m *measured) Put(ctx context.Context, r io.Reader) (Hash, int64, error) {
	began := time.Now()
	h, n, err := m.Store.Put(ctx, r)
	m.seen(Putting, n, time.Since(began), err)
	return h, n, err
}

// Open gives a reader that counts.
func (m *measured) Open(ctx context.Context, h Hash) (Reader, error) {
	began := time.Now()
	r, err := m.Store.Open(ctx, h)
	m.seen(Opening, 0, time.Since(began), err)
	if err != nil {
		return nil, err
	}
	return &countedReader{Reader: r, seen: m.seen}, nil
}

// Delete forgets and measures.
func (m *measured) Delete(ctx context.Context, h Hash) error {
	began := time.Now()
	err := m.Store.Delete(ctx, h)
	m.seen(Deleting, 0, time.Since(began), err)
	return err
}

// DeleteIdle forgets and measures.
func (m *measured) DeleteIdle(ctx context.Context, h Hash, since time.Time) (bool, error) {
	began := time.Now()
	gone, err := m.Store.DeleteIdle(ctx, h, since)
	m.seen(Deleting, 0, time.Since(began), err)
	return gone, err
}

// countedReader tells how much was read. Readers are not shared, so neither is
// the count; ReadAt may be, so it tells at once.
type countedReader struct {
	Reader
	seen   Observer
	read   int64
	failed error
}

// Read counts.
func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	if err != nil && err != io.EOF {
		c.failed = err
	}
	return n, err
}

// ReadAt counts.
func (c *countedReader) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	told := err
	if err == io.EOF {
		told = nil
	}
	c.seen(Reading, int64(n), 0, told)
	return n, err
}

// Close tells.
func (c *countedReader) Close() error {
	if c.read > 0 || c.failed != nil {
		c.seen(Reading, c.read, 0, c.failed)
		c.read, c.failed = 0, nil
	}
	return c.Reader.Close()
}
