package bucket

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/minio/minio-go/v7"

	"zhuomo/internal/blob"
)

// maxResumes is how often reading in order goes on behind a connection that broke.
const maxResumes = 5

// reader reads one blob from the bucket and checks it on the way.
type reader struct {
	ctx    context.Context
	s      *Store
	hash   blob.Hash
	size   int64
	at     int64         // bytes read in order so far
	sum    hash.Hash     // of these bytes
	stream io.ReadCloser // from at on, nil before the first read
	broken int           // connections in a row that gave nothing
	end    error         // io.EOF or Damaged, once known
}

func newReader(ctx context.Context, s *Store, h blob.Hash, size int64) *reader {
	// A reader outlives the call that opened it, as a file does.
	return &reader{ctx: context.WithoutCancel(ctx), s: s, hash: h, size: size, sum: sha256.New()}
}

// Read gives the next bytes; a connection that breaks is taken up where it was,
// and at the end the hash is compared.
func (r *reader) Read(p []byte) (int, error) {
	for r.end == nil && r.at < r.size && len(p) > 0 {
		if r.stream == nil {
			stream, err := r.ranged(r.at, r.size-r.at)
			if err != nil {
				return 0, err
			}
			r.stream = stream
		}
		n, err := r.stream.Read(p)
		n = int(min(int64(n), r.size-r.at))
		_, _ = r.sum.Write(p[:n]) // a hash never fails
		r.at += int64(n)
		if n > 0 {
			r.broken = 0
		}
		if err != nil {
			_ = r.stream.Close()
			r.stream = nil
			if r.broken++; r.broken > maxResumes {
				return n, r.s.explain("read blob "+string(r.hash), errors.Join(err, io.ErrUnexpectedEOF))
			}
		}
		if n > 0 {
			return n, nil
		}
	}
	if len(p) == 0 {
		return 0, nil
	}
	if r.end == nil {
		r.end = io.EOF
		if hex.EncodeToString(r.sum.Sum(nil)) != r.hash.Hex() {
			r.end = blob.Damaged.With("hash", r.hash.Short())
		}
	}
	return 0, r.end
}

// ranged opens count bytes from offset on.
func (r *reader) ranged(offset, count int64) (io.ReadCloser, error) {
	var o minio.GetObjectOptions
	if err := o.SetRange(offset, offset+count-1); err != nil {
		return nil, err
	}
	core := minio.Core{Client: r.s.client}
	body, _, _, err := core.GetObject(r.ctx, r.s.bucket, r.s.key(r.hash), o)
	if err != nil {
		return nil, r.s.missing(r.hash, "read blob", err)
	}
	return body, nil
}

// ReadAt fetches the bytes that are asked for; it moves nothing and checks nothing.
func (r *reader) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errors.New("read before the first byte")
	}
	if offset >= r.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.size-offset)
	if want == 0 {
		return 0, nil
	}
	body, err := r.ranged(offset, want)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	n, err := io.ReadFull(body, p[:want])
	if err != nil {
		return n, r.s.explain("read blob "+string(r.hash), err)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Size is the number of bytes.
func (r *reader) Size() int64 { return r.size }

// Close ends reading.
func (r *reader) Close() error {
	if r.stream == nil {
		return nil
	}
	return r.stream.Close()
}
