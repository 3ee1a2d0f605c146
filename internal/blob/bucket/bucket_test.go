package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"zhuomo/internal/blob"
	"zhuomo/internal/blob/blobtest"
	"zhuomo/internal/testkit"
)

func optionsOf(b *testkit.Bucket, prefix string) Options {
	return Options{
		Endpoint: b.URL, Region: "us-east-1", Bucket: "blobs", Prefix: prefix, PathKeys: true, CacheMiB: 1,
		Credentials: credentials.NewStaticV4("key", "secret", ""),
	}
}

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o, filepath.Join(t.TempDir(), "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func noise(n int) []byte {
	out, r := make([]byte, n), rand.New(rand.NewPCG(1, uint64(n)))
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

func TestStore(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "a/b"} {
		t.Run("at /"+prefix, func(t *testing.T) {
			blobtest.Run(t, func() blob.Store { return open(t, optionsOf(testkit.NewBucket(t), prefix)) })
		})
	}
}

// TestTheBucketGiven runs the suite in a bucket of a real server, which
// ZHUOMO_TEST_BUCKET names as --blobs does; the keys are where they always are.
// Beside it a blob goes up in parts and is read by range.
func TestTheBucketGiven(t *testing.T) {
	address := os.Getenv("ZHUOMO_TEST_BUCKET")
	if address == "" {
		t.Skip("needs ZHUOMO_TEST_BUCKET, an address as --blobs takes it (make conformance)")
	}
	o, err := Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	fresh := func(t *testing.T) *Store {
		n++
		one := o
		one.Prefix = fmt.Sprintf("%s/%d-%d", o.Prefix, os.Getpid(), n)
		return open(t, one)
	}
	blobtest.Run(t, func() blob.Store { return fresh(t) })
	s := fresh(t)
	want := noise(2*partBytes + 12345)
	h, err := blob.PutBytes(t.Context(), s, want)
	if err != nil {
		t.Fatal(err)
	}
	s.cache.drop(t.Context(), h)
	r, err := s.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 1000)
	for _, at := range []int64{0, partBytes - 500, 2*partBytes + 11345} {
		if n, err := r.ReadAt(part, at); err != nil || n != len(part) || !bytes.Equal(part, want[at:at+1000]) {
			t.Errorf("at %d: %d bytes, %v", at, n, err)
		}
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestTwoPrefixesAreTwoStores(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	one, two := open(t, optionsOf(b, "one")), open(t, optionsOf(b, "two"))
	h, err := blob.PutBytes(t.Context(), one, []byte("mine"))
	if err != nil {
		t.Fatal(err)
	}
	if has, err := two.Has(t.Context(), h); has || err != nil {
		t.Errorf("two has what one was given: %v, %v", has, err)
	}
	other := open(t, optionsOf(b, "one")) // another machine
	if got, err := blob.ReadAll(t.Context(), other, h); err != nil || string(got) != "mine" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLargeBlobsAreReadByRange reads one that is never fetched whole, over
// connections that break, and one that was damaged in the bucket.
func TestLargeBlobsAreReadByRange(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	want := noise(3 << 20) // more than the folder may hold
	h, err := blob.PutBytes(t.Context(), open(t, optionsOf(b, "x")), want)
	if err != nil {
		t.Fatal(err)
	}
	o := optionsOf(b, "x")
	o.FetchBytes = 1000
	s := open(t, o)
	small, err := blob.PutBytes(t.Context(), s, want[:1001])
	if err != nil {
		t.Fatal(err)
	}
	s.cache.drop(t.Context(), small)
	r, err := s.Open(t.Context(), small)
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(struct {
		io.Reader
		io.ReaderAt
	}{r, r}, want[:1001]); err != nil {
		t.Error(err)
	}
	if r, err = s.Open(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 100)
	before := b.Asked.Load()
	for _, at := range []int64{0, 12345, 3<<20 - 100} {
		if n, err := r.ReadAt(part, at); err != nil || n != 100 || !bytes.Equal(part, want[at:at+100]) {
			t.Errorf("at %d: %d bytes, %v", at, n, err)
		}
	}
	if n, err := r.ReadAt(part, 3<<20-50); err != io.EOF || n != 50 {
		t.Errorf("over the end: %d bytes, %v", n, err)
	}
	if asked := b.Asked.Load() - before; asked != 4 {
		t.Errorf("%d requests for 4 ranges", asked)
	}
	b.Cut.Store(1 << 20) // three connections, and more
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes over broken connections, %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	b.Cut.Store(0)
	b.Spoil(t, "x/"+h.Hex())
	if err := blob.Verify(t.Context(), s, h); !errors.Is(err, blob.Damaged) {
		t.Errorf("damaged in the bucket: %v", err)
	}
}

func TestLargeBlobsGoUpInParts(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	want := noise(2*partBytes + 1)
	h, err := blob.PutBytes(t.Context(), open(t, optionsOf(b, "x")), want)
	if err != nil || b.Parts.Load() != 3 {
		t.Fatalf("%d parts, %v", b.Parts.Load(), err)
	}
	if got, err := blob.ReadAll(t.Context(), open(t, optionsOf(b, "x")), h); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}

func TestWhatIsFetchedIsCheckedAndKept(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	want := noise(100_000)
	h, err := blob.PutBytes(t.Context(), open(t, optionsOf(b, "x")), want)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "cache")
	s, err := Open(t.Context(), optionsOf(b, "x"), folder)
	if err != nil {
		t.Fatal(err)
	}
	b.Cut.Store(50_000) // half of it is no blob
	if _, err := s.Open(t.Context(), h); err == nil {
		t.Error("half a blob was opened")
	}
	b.Cut.Store(0)
	if got, err := blob.ReadAll(t.Context(), s, h); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	before := b.Asked.Load()
	if _, err := blob.ReadAll(t.Context(), s, h); err != nil || b.Asked.Load() != before {
		t.Errorf("asked %d times more, %v", b.Asked.Load()-before, err)
	}
	local := filepath.Join(folder, h.Hex()[:2], h.Hex()[2:])
	if err := os.WriteFile(local, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := blob.ReadAll(t.Context(), s, h); err != nil || !bytes.Equal(got, want) {
		t.Errorf("damaged here, it was not fetched anew: %d bytes, %v", len(got), err)
	}
	b.Spoil(t, "x/"+h.Hex())
	s.cache.drop(t.Context(), h)
	if _, err := s.Open(t.Context(), h); !errors.Is(err, blob.Damaged) {
		t.Errorf("damaged in the bucket: %v", err)
	}
	if _, err := blob.PutBytes(t.Context(), s, want); err != nil {
		t.Fatal(err)
	}
	if got, err := blob.ReadAll(t.Context(), open(t, optionsOf(b, "x")), h); err != nil || !bytes.Equal(got, want) {
		t.Errorf("putting it again did not mend it: %v", err)
	}
}

func TestTheFolderIsBounded(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	folder := filepath.Join(t.TempDir(), "cache")
	s, err := Open(t.Context(), optionsOf(b, "x"), folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []blob.Hash
	for i := range 20 {
		h, err := blob.PutBytes(t.Context(), s, noise(200_000+i))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
		if r, err := s.Open(t.Context(), all[0]); err != nil { // used all the time
			t.Fatal(err)
		} else if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	held := func() (n int, bytes int64) {
		err := s.cache.folder.Walk(t.Context(), func(_ blob.Hash, size int64) error { n++; bytes += size; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n, bytes
	}
	if n, size := held(); n != 5 || size > 1<<20 {
		t.Errorf("%d blobs of %d bytes", n, size)
	}
	if has, err := s.cache.folder.Has(t.Context(), all[0]); !has || err != nil {
		t.Errorf("the one that is used has left: %v", err)
	}
	for i, h := range all {
		if got, err := blob.ReadAll(t.Context(), s, h); err != nil || len(got) != 200_000+i {
			t.Errorf("%d: %d bytes, %v", i, len(got), err)
		}
	}
	if s, err = Open(t.Context(), optionsOf(b, "x"), folder); err != nil { // what lies there counts from the start
		t.Fatal(err)
	}
	if n, size := held(); n != 5 || s.cache.total != size {
		t.Errorf("%d blobs of %d bytes, counted as %d", n, size, s.cache.total)
	}
}

// TestWhatIsUnderWayStaysInTheFolder puts and reads at once what the folder could
// not hold together.
func TestWhatIsUnderWayStaysInTheFolder(t *testing.T) {
	t.Parallel()
	s := open(t, optionsOf(testkit.NewBucket(t), "x"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 5 {
				want := noise(700_000 + 10*i + k)
				h, err := blob.PutBytes(t.Context(), s, want)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := blob.ReadAll(t.Context(), s, h); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
		})
	}
	all.Wait()
	if s.cache.total > s.cache.limit {
		t.Errorf("%d bytes stay of %d", s.cache.total, s.cache.limit)
	}
}

func TestABucketThatIsGoneIsToldAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	s := open(t, optionsOf(b, "x"))
	here, err := blob.PutBytes(t.Context(), s, []byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	there, err := blob.PutBytes(t.Context(), s, []byte("there"))
	if err != nil {
		t.Fatal(err)
	}
	s.cache.drop(t.Context(), there)
	never := blob.FromHex(strings.Repeat("0", 64))
	all := func() map[string]error {
		_, putErr := blob.PutBytes(t.Context(), s, []byte("new"))
		_, openErr := s.Open(t.Context(), there)
		_, hasErr := s.Has(t.Context(), there)
		return map[string]error{
			"put": putErr, "open": openErr, "has": hasErr, "delete": s.Delete(t.Context(), never), "set aside": s.SetAside(t.Context(), never),
			"walk": s.Walk(t.Context(), func(blob.Hash, int64) error { return nil }),
		}
	}
	b.Gone.Store(true)
	for what, err := range all() {
		if !errors.Is(err, Unreachable) {
			t.Errorf("%s without a bucket: %v", what, err)
		}
	}
	if got, err := blob.ReadAll(t.Context(), s, here); err != nil || string(got) != "here" {
		t.Errorf("what is here: %q, %v", got, err)
	}
	b.Gone.Store(false)
	b.Wrong.Store(true)
	for what, err := range all() {
		if !errors.Is(err, Refused) {
			t.Errorf("%s with wrong keys: %v", what, err)
		}
	}
	b.Wrong.Store(false)
	for what, err := range all() {
		if err != nil {
			t.Errorf("%s when it has returned: %v", what, err)
		}
	}
	b.Close()
	if _, err := s.Has(t.Context(), there); !errors.Is(err, Unreachable) {
		t.Errorf("no server at all: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Has(ctx, there); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestOpeningTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := testkit.NewBucket(t)
	o := optionsOf(b, "")
	o.Bucket = "another"
	if _, err := Open(t.Context(), o, t.TempDir()); !errors.Is(err, NoBucket) {
		t.Errorf("no bucket: %v", err)
	}
	o.Bucket = "x" // too short for a bucket's name
	if _, err := Open(t.Context(), o, t.TempDir()); !errors.Is(err, BadAddress) {
		t.Errorf("no name: %v", err)
	}
	o.Bucket, o.Endpoint = "blobs", "localhost:1"
	if _, err := Open(t.Context(), o, t.TempDir()); !errors.Is(err, BadAddress) {
		t.Errorf("no scheme: %v", err)
	}
	for address, want := range map[string]error{
		"s3://b": nil, "s3://b/": nil, "s3://b/p/q/?endpoint=http://h:9&region=r&path=true&cache_mib=7": nil,
		"": BadAddress, "b": BadAddress, "http://b": BadAddress, "s3:///p": BadAddress, "s3://key:secret@b": BadAddress,
		"s3://b?path=x": BadAddress, "s3://b?cache_mib=0": BadAddress, "s3://b?other=1": BadAddress,
	} {
		if _, err := Parse(address); !errors.Is(err, want) {
			t.Errorf("%q: %v", address, err)
		}
	}
	got, err := Parse("s3://b/p/../q//r/?endpoint=http://h:9&region=z&path=true&cache_mib=7")
	if want := (Options{Endpoint: "http://h:9", Region: "z", Bucket: "b", Prefix: "q/r", PathKeys: true, CacheMiB: 7}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}
