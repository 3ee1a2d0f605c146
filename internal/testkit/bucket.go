package testkit

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Bucket is a server that speaks S3, in memory, with one bucket called blobs. It
// takes any keys, and can be made to fail.
type Bucket struct {
	*httptest.Server
	Gone  atomic.Bool  // answers 503
	Wrong atomic.Bool  // refuses the keys
	Cut   atomic.Int64 // breaks off what is fetched after so many bytes, 0 = never
	Asked atomic.Int64 // requests so far
	Parts atomic.Int64 // parts of large objects so far
	kept  gofakes3.Backend
}

// NewBucket starts one that ends with the test.
func NewBucket(t testing.TB) *Bucket {
	t.Helper()
	b := &Bucket{kept: s3mem.New()}
	if err := b.kept.CreateBucket("blobs"); err != nil {
		t.Fatal(err)
	}
	inner := gofakes3.New(b.kept).Server()
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.Asked.Add(1)
		if r.Method == http.MethodPut && r.Header.Get("Content-Length") == "" { // nothing is sent, which this server takes for a slip
			r.Header.Set("Content-Length", "0")
		}
		if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") { // which this server does not know of parts
			length := r.Header.Get("X-Amz-Decoded-Content-Length")
			r.Header.Set("Content-Length", length)
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			r.ContentLength, _ = strconv.ParseInt(length, 10, 64)
			r.Body = io.NopCloser(&chunked{r: bufio.NewReader(r.Body)})
		}
		if r.URL.Query().Has("partNumber") {
			b.Parts.Add(1)
		}
		switch {
		case b.Gone.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case b.Wrong.Load():
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "<Error><Code>InvalidAccessKeyId</Code><Message>no</Message></Error>")
		case b.Cut.Load() > 0 && r.Method == http.MethodGet:
			inner.ServeHTTP(&cutter{ResponseWriter: w, left: b.Cut.Load()}, r)
		default:
			inner.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

// Address names a prefix of the bucket as --blobs takes it, with a cache of 1 MiB.
func (b *Bucket) Address(prefix string) string {
	q := url.Values{"endpoint": {b.URL}, "region": {"us-east-1"}, "path": {"true"}, "cache_mib": {"1"}}
	return "s3://blobs/" + prefix + "?" + q.Encode()
}

// Spoil changes a byte of an object.
func (b *Bucket) Spoil(t testing.TB, key string) {
	t.Helper()
	object, err := b.kept.GetObject("blobs", key, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(object.Contents)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if _, err := b.kept.PutObject("blobs", key, map[string]string{}, bytes.NewReader(body), int64(len(body)), nil); err != nil {
		t.Fatal(err)
	}
}

// chunked reads a body that comes in signed chunks: size in hexadecimal, signature,
// bytes, until a size of 0; what trails then is passed by.
type chunked struct {
	r    *bufio.Reader
	left int64
	done bool
}

func (c *chunked) Read(p []byte) (int, error) {
	for c.left == 0 {
		if c.done {
			return 0, io.EOF
		}
		line, err := c.r.ReadString('\n')
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		if line = strings.TrimSpace(line); line == "" { // the end of the chunk before
			continue
		}
		size, _, _ := strings.Cut(line, ";")
		if c.left, err = strconv.ParseInt(size, 16, 64); err != nil {
			return 0, err
		}
		if c.left == 0 {
			c.done = true
			if _, err := io.Copy(io.Discard, c.r); err != nil {
				return 0, err
			}
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// cutter breaks the connection after some bytes.
type cutter struct {
	http.ResponseWriter
	left int64
}

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left == 0 {
		if f, ok := c.ResponseWriter.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	return n, err
}
