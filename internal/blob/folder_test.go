package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zhuomo/internal/blob"
	"zhuomo/internal/blob/blobtest"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func() blob.Store { return openFolder(t, filepath.Join(t.TempDir(), "blobs")) })
}

func openFolder(t testing.TB, path string) *blob.Folder {
	t.Helper()
	f, err := blob.OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fileOf is where a folder keeps a blob.
func fileOf(root string, h blob.Hash) string { return filepath.Join(root, h.Hex()[:2], h.Hex()[2:]) }

func TestDamageIsFoundAndMended(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("原始记录 "), 5000)
	for name, damage := range map[string]func([]byte) []byte{
		"one bit flipped": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"cut short":       func(b []byte) []byte { return b[:len(b)-1] },
		"emptied":         func([]byte) []byte { return nil },
		"grown":           func(b []byte) []byte { return append(b, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			f := openFolder(t, root)
			h, err := blob.PutBytes(t.Context(), f, want)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(fileOf(root, h), damage(bytes.Clone(want)), 0o600); err != nil {
				t.Fatal(err)
			}
			// The process that put it, and one that never saw it whole.
			for _, f := range []*blob.Folder{f, openFolder(t, root)} {
				if _, err := f.Open(t.Context(), h); !errors.Is(err, blob.Damaged) {
					t.Errorf("open gave %v", err)
				}
			}
			if _, err := blob.PutBytes(t.Context(), f, want); err != nil {
				t.Fatal(err)
			}
			if got, err := blob.ReadAll(t.Context(), f, h); err != nil || !bytes.Equal(got, want) {
				t.Errorf("putting it again did not mend it: %v", err)
			}
		})
	}
}

// TestDamageBehindTheClockIsFoundByReading changes a byte and sets size and
// time back, as a failing disk would.
func TestDamageBehindTheClockIsFoundByReading(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	f := openFolder(t, root)
	h, err := blob.PutBytes(t.Context(), f, []byte("abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(fileOf(root, h))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fileOf(root, h), []byte("abcdeF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(fileOf(root, h), time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got, err := blob.ReadAll(t.Context(), f, h); !errors.Is(err, blob.Damaged) {
		t.Errorf("got %q, %v", got, err)
	}
	if err := blob.Verify(t.Context(), f, h); !errors.Is(err, blob.Damaged) {
		t.Errorf("verify gave %v", err)
	}
}

func TestALargeBlobIsCheckedWhileItIsRead(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	f := openFolder(t, root)
	const size = blob.VerifyOnOpen + 1
	h, n, err := f.Put(t.Context(), io.LimitReader(zeros{}, size))
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	file, err := os.OpenFile(fileOf(root, h), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte{1}, 12345); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := io.Copy(io.Discard, r); !errors.Is(err, blob.Damaged) || n != size {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, blob.Damaged) {
		t.Errorf("the next read gave %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestOpeningClearsWhatACrashLeftAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	h, err := blob.PutBytes(t.Context(), openFolder(t, root), []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(root, "tmp", "put-1")
	young := filepath.Join(root, "tmp", "put-2") // of another process, which writes it now
	long := time.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.WriteFile(left, []byte("half"), 0o600), os.Chtimes(left, long, long), os.WriteFile(young, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFolder(t, root)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the file that another process writes: %v", err)
	}
	n := 0
	if err := f.Walk(t.Context(), func(found blob.Hash, size int64) error {
		n++
		if found != h || size != 4 {
			t.Errorf("walked %s, %d bytes", found, size)
		}
		return nil
	}); err != nil || n != 1 {
		t.Errorf("%d blobs, %v", n, err)
	}
}

// BenchmarkFolder puts and reads blobs of a usual segment's size.
func BenchmarkFolder(b *testing.B) {
	const size = 8 << 20
	f := openFolder(b, b.TempDir())
	data := bytes.Repeat([]byte("一行数据"), size/12)
	var h blob.Hash
	b.Run("put", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var err error
			if h, err = blob.PutBytes(b.Context(), f, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := blob.ReadAll(b.Context(), f, h); err != nil {
				b.Fatal(err)
			}
		}
	})
}
