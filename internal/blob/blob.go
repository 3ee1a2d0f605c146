// Package blob keeps files under the hash of their bytes: raw uploads, dataset
// segments, models. A file that was put never changes, and whoever reads it
// gets the bytes that were put or a fault.
//
//	in:   bytes                       out: Hash, and the same bytes again
//	read: blob.go → folder.go → reader.go
package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// Hash names a blob: "sha256:" and 64 lower-case hexadecimal digits.
type Hash string

const hashPrefix = "sha256:"

// ParseHash checks a hash that came from outside. Errors: BadHash.
func ParseHash(s string) (Hash, error) {
	digits, ok := strings.CutPrefix(s, hashPrefix)
	if _, err := hex.DecodeString(digits); !ok || err != nil || len(digits) != 64 || strings.ToLower(digits) != digits {
		return "", BadHash.With("hash", shorten(s))
	}
	return Hash(s), nil
}

var hashes = regexp.MustCompile(hashPrefix + `[0-9a-f]{64}\b`)

// Named gives the hashes that stand in a text.
func Named(text string) []Hash {
	var all []Hash
	for _, h := range hashes.FindAllString(text, -1) {
		all = append(all, Hash(h))
	}
	return all
}

// FromHex is the hash of which Hex gave the digits.
func FromHex(digits string) Hash { return Hash(hashPrefix + digits) }

// Hex is the hash without its prefix.
func (h Hash) Hex() string { return strings.TrimPrefix(string(h), hashPrefix) }

// Short is enough of the hash for a person to tell blobs apart.
func (h Hash) Short() string { return shorten(h.Hex()) }

func shorten(s string) string {
	if r := []rune(s); len(r) > 12 {
		return string(r[:12])
	}
	return s
}

// Store keeps blobs. Every implementation passes blobtest.
type Store interface {
	// Put keeps the bytes of r and returns their hash and count. On return they
	// survive a power cut. Same bytes, same hash, kept once.
	// Errors: DiskFull; ctx.Err(); the error of r. Nothing is kept then.
	Put(ctx context.Context, r io.Reader) (Hash, int64, error)
	// Open gives the bytes back. Errors: NotFound, Damaged, BadHash.
	Open(ctx context.Context, h Hash) (Reader, error)
	// Has tells whether the blob is there, without checking its bytes.
	Has(ctx context.Context, h Hash) (bool, error)
	// Delete forgets the blob. Deleting what is not there is no error. Readers
	// that are open may go on.
	Delete(ctx context.Context, h Hash) error
	// DeleteIdle deletes the blob if nobody has put it since, and tells whether it
	// is gone. A put and what names the blob are two steps: one that was put just
	// now may be about to be named.
	DeleteIdle(ctx context.Context, h Hash, since time.Time) (gone bool, err error)
	// SetAside puts the blob where it is no longer found, without losing a byte of
	// it: for one that is damaged. Setting aside what is not there is no error.
	SetAside(ctx context.Context, h Hash) error
	// Walk calls each with every blob and its size in bytes, in the order of
	// the hashes, until each returns an error.
	Walk(ctx context.Context, each func(h Hash, sizeBytes int64) error) error
}

// Reader reads one blob. Read from the first byte to the last ends with Damaged
// instead of io.EOF if the bytes are not those that were put. ReadAt trusts a
// check made when the blob was opened; see VerifyOnOpen for large ones.
type Reader interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Size() int64
}

// VerifyOnOpen is the size in bytes up to which Open reads and checks the whole
// blob, once per process and unchanged file. Larger ones are checked while they
// are read in order, or by Verify.
const VerifyOnOpen = 64 << 20

// ReadAll gives all bytes of a blob, checked.
func ReadAll(ctx context.Context, s Store, h Hash) ([]byte, error) {
	r, err := s.Open(ctx, h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all := make([]byte, r.Size())
	if _, err := io.ReadFull(r, all); err != nil {
		return nil, fmt.Errorf("read blob %s: %w", h, err)
	}
	// The check speaks at the end of the file, one read after the last byte.
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		return nil, fmt.Errorf("read blob %s: %w", h, err)
	}
	return all, nil
}

// PutBytes keeps b.
func PutBytes(ctx context.Context, s Store, b []byte) (Hash, error) {
	h, _, err := s.Put(ctx, bytes.NewReader(b))
	return h, err
}

// Verify reads the whole blob and compares it with its hash. Errors: NotFound,
// Damaged.
func Verify(ctx context.Context, s Store, h Hash) error {
	r, err := s.Open(ctx, h)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, &contextReader{ctx, r})
	return err
}

// contextReader ends with ctx.Err() once ctx has ended.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
