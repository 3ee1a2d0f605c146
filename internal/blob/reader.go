package blob

import (
	"encoding/hex"
	"hash"
	"io"
	"os"
)

// fileReader reads one blob file and checks it on the way.
type fileReader struct {
	file *os.File
	hash Hash
	size int64
	at   int64     // bytes read in order so far
	sum  hash.Hash // of these bytes
	bad  error     // Damaged, once known: every later Read gives it
}

// Read gives the next bytes; at the end it compares the hash.
func (r *fileReader) Read(p []byte) (int, error) {
	if r.bad != nil {
		return 0, r.bad
	}
	n, err := r.file.ReadAt(p, r.at)
	r.at += int64(n)
	_, _ = r.sum.Write(p[:n]) // a hash never fails
	if n > 0 && err == io.EOF {
		err = nil // the end is told by the next Read
	}
	if err == io.EOF && len(p) > 0 && hashPrefix+hex.EncodeToString(r.sum.Sum(nil)) != string(r.hash) {
		r.bad = Damaged.With("hash", r.hash.Short())
		return n, r.bad
	}
	return n, err
}

// ReadAt gives bytes from anywhere; it moves nothing and checks nothing.
func (r *fileReader) ReadAt(p []byte, offset int64) (int, error) { return r.file.ReadAt(p, offset) }

// Size is the number of bytes.
func (r *fileReader) Size() int64 { return r.size }

// Close ends reading.
func (r *fileReader) Close() error { return r.file.Close() }

func (r *fileReader) rewind() {
	r.at = 0
	r.sum.Reset()
}
