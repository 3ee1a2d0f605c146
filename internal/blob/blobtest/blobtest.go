// Package blobtest is the conformance suite of blob stores.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"zhuomo/internal/blob"
)

// Run holds a store to the contract. open gives an empty store at each call.
func Run(t *testing.T, open func() blob.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, blob.Store){
		"what was put comes back":                      comesBack,
		"the hash is that of the bytes":                hashes,
		"same bytes are kept once":                     once,
		"a put that fails leaves nothing":              leavesNothing,
		"what is not there is not found":               notFound,
		"a name that is no hash is refused":            badHash,
		"a deleted blob is gone, open readers are not": deletes,
		"a blob is deleted if nobody put it since":     deletesIdle,
		"what is set aside is not found":               setsAside,
		"walk goes by hash and stops when told":        walks,
		"many may put, read and delete at once":        concurrent,
	} {
		t.Run(name, func(t *testing.T) { test(t, open()) })
	}
}

// noise gives n bytes that depend on seed only.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func put(t *testing.T, s blob.Store, b []byte) blob.Hash {
	t.Helper()
	h, err := blob.PutBytes(t.Context(), s, b)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func comesBack(t *testing.T, s blob.Store) {
	for i, size := range []int{0, 1, 2, 4095, 4096, 256<<10 - 1, 256 << 10, 256<<10 + 1, 600_000} {
		want := noise(uint64(i), size)
		h, n, err := s.Put(t.Context(), iotest.HalfReader(bytes.NewReader(want)))
		if err != nil || n != int64(size) {
			t.Fatalf("put %d bytes: kept %d, %v", size, n, err)
		}
		for range 2 { // again, when the store may remember the blob
			all, err := blob.ReadAll(t.Context(), s, h)
			if err != nil || !bytes.Equal(all, want) {
				t.Fatalf("%d bytes came back as %d, %v", size, len(all), err)
			}
			if err := blob.Verify(t.Context(), s, h); err != nil {
				t.Fatalf("verify: %v", err)
			}
		}
		r, err := s.Open(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		if size <= 4096 { // it reads byte by byte, too
			if err := iotest.TestReader(r, want); err != nil {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
		if r.Size() != int64(size) {
			t.Errorf("size is %d, want %d", r.Size(), size)
		}
		if size > 2 {
			part := make([]byte, size-2)
			if _, err := r.ReadAt(part, 1); err != nil || !bytes.Equal(part, want[1:size-1]) {
				t.Errorf("reading from the middle of %d bytes failed: %v", size, err)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func hashes(t *testing.T, s blob.Store) {
	b := noise(7, 1000)
	sum := sha256.Sum256(b)
	if h := put(t, s, b); h != blob.Hash("sha256:"+hex.EncodeToString(sum[:])) {
		t.Errorf("got %s", h)
	}
}

func once(t *testing.T, s blob.Store) {
	a, b := put(t, s, []byte("琢磨")), put(t, s, []byte("琢磨"))
	if a != b || len(all(t, s)) != 1 {
		t.Errorf("%s and %s, %d kept", a, b, len(all(t, s)))
	}
}

func all(t *testing.T, s blob.Store) (hashes []blob.Hash) {
	t.Helper()
	err := s.Walk(t.Context(), func(h blob.Hash, size int64) error {
		if has, err := s.Has(t.Context(), h); !has || err != nil {
			t.Errorf("walk shows %s, has says %v, %v", h, has, err)
		}
		hashes = append(hashes, h)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

func leavesNothing(t *testing.T, s blob.Store) {
	broken := errors.New("the line is dead")
	if _, _, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(noise(1, 1<<20)), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken reader gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reader := readFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }) // without end
	if _, _, err := s.Put(ctx, reader); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled put gave %v", err)
	}
	if left := all(t, s); len(left) != 0 {
		t.Errorf("kept %v", left)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func notFound(t *testing.T, s blob.Store) {
	h := blob.Hash(fmt.Sprintf("sha256:%064x", 1))
	if _, err := s.Open(t.Context(), h); !errors.Is(err, blob.NotFound) {
		t.Errorf("open gave %v", err)
	}
	if _, err := blob.ReadAll(t.Context(), s, h); !errors.Is(err, blob.NotFound) {
		t.Errorf("read gave %v", err)
	}
	if has, err := s.Has(t.Context(), h); has || err != nil {
		t.Errorf("has gave %v, %v", has, err)
	}
	if err := s.Delete(t.Context(), h); err != nil {
		t.Errorf("delete gave %v", err)
	}
}

func badHash(t *testing.T, s blob.Store) {
	good := fmt.Sprintf("%064x", 10)
	for _, name := range []string{"", "sha256:", good, "md5:" + good, "sha256:" + good[1:], "sha256:" + good + "0",
		fmt.Sprintf("sha256:%064X", 10), "sha256:../../../../../../../../../../../../../../../../../../../etc/passwd"} {
		h := blob.Hash(name)
		_, openErr := s.Open(t.Context(), h)
		_, hasErr := s.Has(t.Context(), h)
		for what, err := range map[string]error{"open": openErr, "has": hasErr, "delete": s.Delete(t.Context(), h)} {
			if !errors.Is(err, blob.BadHash) {
				t.Errorf("%s %q gave %v", what, name, err)
			}
		}
	}
}

func deletes(t *testing.T, s blob.Store) {
	want := noise(3, 100_000)
	h := put(t, s, want)
	r, err := s.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.Delete(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), h); !errors.Is(err, blob.NotFound) {
		t.Errorf("open after delete gave %v", err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the open reader gave %d bytes, %v", len(got), err)
	}
	if put(t, s, want) != h {
		t.Error("put again has another hash")
	}
}

func deletesIdle(t *testing.T, s blob.Store) {
	before := time.Now().Add(-time.Hour)
	h := put(t, s, noise(4, 1000))
	if gone, err := s.DeleteIdle(t.Context(), h, before); gone || err != nil {
		t.Errorf("a blob that was just put: gone %v, %v", gone, err)
	}
	if has, err := s.Has(t.Context(), h); !has || err != nil {
		t.Errorf("it is there: %v, %v", has, err)
	}
	later := time.Now().Add(time.Hour)
	for range 2 { // what is not there is gone too
		if gone, err := s.DeleteIdle(t.Context(), h, later); !gone || err != nil {
			t.Errorf("an idle blob: gone %v, %v", gone, err)
		}
	}
	if has, err := s.Has(t.Context(), h); has || err != nil {
		t.Errorf("it is gone: %v, %v", has, err)
	}
}

func setsAside(t *testing.T, s blob.Store) {
	want := noise(5, 1000)
	h, other := put(t, s, want), put(t, s, noise(6, 1000))
	for range 2 { // what is not there is no error
		if err := s.SetAside(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Open(t.Context(), h); !errors.Is(err, blob.NotFound) {
		t.Errorf("open gave %v", err)
	}
	if got := all(t, s); len(got) != 1 || got[0] != other {
		t.Errorf("walked %v", got)
	}
	if put(t, s, want) != h {
		t.Error("put again has another hash")
	}
	if got, err := blob.ReadAll(t.Context(), s, h); err != nil || !bytes.Equal(got, want) {
		t.Errorf("put again it gave %d bytes, %v", len(got), err)
	}
	if err := s.SetAside(t.Context(), h); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if err := s.SetAside(t.Context(), "sha256:"); !errors.Is(err, blob.BadHash) {
		t.Errorf("a bad hash gave %v", err)
	}
}

func walks(t *testing.T, s blob.Store) {
	var want []blob.Hash
	for i := range 40 {
		want = append(want, put(t, s, noise(uint64(i), i)))
	}
	slices.Sort(want)
	if got := all(t, s); !slices.Equal(got, want) {
		t.Errorf("walked %v", got)
	}
	enough, n := errors.New("enough"), 0
	err := s.Walk(t.Context(), func(blob.Hash, int64) error {
		n++
		if n == 3 {
			return enough
		}
		return nil
	})
	if err != enough || n != 3 {
		t.Errorf("stopped after %d with %v", n, err)
	}
}

func concurrent(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 6 {
				shared, own := noise(uint64(k), 20_000), noise(uint64(100+i*10+k), 10_000)
				for _, b := range [][]byte{shared, own} {
					h, err := blob.PutBytes(t.Context(), s, b)
					if err != nil {
						t.Error(err)
						return
					}
					if got, err := blob.ReadAll(t.Context(), s, h); err != nil || !bytes.Equal(got, b) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
					if &b[0] == &own[0] && k%2 == 0 {
						if err := s.Delete(t.Context(), h); err != nil {
							t.Error(err)
						}
					}
				}
			}
		})
	}
	wg.Wait()
	if n := len(all(t, s)); n != 6+8*3 {
		t.Errorf("%d blobs, want %d", n, 6+8*3)
	}
}
