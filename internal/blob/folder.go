package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"
)

// Folder keeps blobs as files: <root>/ab/<the other 62 digits>, made in
// <root>/tmp and moved into place when complete. What was set aside lies in
// <root>/aside/<all digits>. One process owns a folder.
type Folder struct {
	root string

	mu       sync.Mutex
	verified map[Hash]stamp // guarded by mu; files whose bytes this process has checked
}

// stamp tells a file that was checked from one that was changed since.
type stamp struct {
	sizeBytes int64
	modified  time.Time
}

// maxVerified bounds the memory of checked files; beyond it all are forgotten
// and checked anew.
const maxVerified = 1 << 16

var (
	fanName  = regexp.MustCompile(`^[0-9a-f]{2}$`)
	restName = regexp.MustCompile(`^[0-9a-f]{62}$`)
)

// OpenFolder opens or makes the folder and removes what a crash left unfinished.
func OpenFolder(path string) (*Folder, error) {
	f := &Folder{root: filepath.Clean(path), verified: map[Hash]stamp{}}
	if err := os.MkdirAll(f.root, 0o700); err != nil {
		return nil, explain("make "+path, err)
	}
	if err := os.MkdirAll(f.temp(), 0o700); err != nil {
		return nil, explain("make "+f.temp(), err)
	}
	if err := f.clear(); err != nil {
		return nil, explain("clear "+f.temp(), err)
	}
	if err := syncFolder(filepath.Dir(f.root)); err != nil {
		return nil, explain("sync the folder of "+path, err)
	}
	return f, nil
}

// abandoned is how long nobody has written to a file that a crash left: younger
// ones may be those of another process on the same folder.
const abandoned = time.Hour

func (f *Folder) clear() error {
	left, err := os.ReadDir(f.temp())
	if err != nil {
		return err
	}
	for _, e := range left {
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < abandoned {
			continue // in use, or moved into place meanwhile
		}
		if err := os.RemoveAll(filepath.Join(f.temp(), e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) temp() string { return filepath.Join(f.root, "tmp") }

func (f *Folder) path(h Hash) string {
	digits := h.Hex()
	return filepath.Join(f.root, digits[:2], digits[2:])
}

// Put writes a temporary file, syncs it, moves it to its name and syncs the
// folder. It replaces a file of the same name, which mends a damaged one.
func (f *Folder) Put(ctx context.Context, r io.Reader) (h Hash, sizeBytes int64, err error) {
	temp, err := os.CreateTemp(f.temp(), "put-*")
	if err != nil {
		return "", 0, explain("make a temporary file", err)
	}
	defer func() {
		_ = temp.Close()
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	sum := sha256.New()
	sizeBytes, err = io.CopyBuffer(io.MultiWriter(temp, sum), &contextReader{ctx, r}, make([]byte, 256<<10))
	if err != nil {
		return "", 0, explain("write a blob", err)
	}
	if err = temp.Sync(); err != nil {
		return "", 0, explain("sync a blob", err)
	}
	info, err := temp.Stat()
	if err != nil {
		return "", 0, explain("look at a blob", err)
	}
	if err = temp.Close(); err != nil {
		return "", 0, explain("close a blob", err)
	}
	h = Hash(hashPrefix + hex.EncodeToString(sum.Sum(nil)))
	if err = f.place(temp.Name(), f.path(h)); err != nil {
		return "", 0, explain("place blob "+string(h), err)
	}
	f.remember(h, info)
	return h, sizeBytes, nil
}

// place moves a complete file to its name, durably.
func (f *Folder) place(from, to string) error {
	fan := filepath.Dir(to)
	switch err := os.Mkdir(fan, 0o700); {
	case err == nil, errors.Is(err, fs.ErrExist):
		// Synced even if it was there: who made it may not have come so far.
		if err := syncFolder(f.root); err != nil {
			return err
		}
	default:
		return err
	}
	f.mu.Lock() // DeleteIdle looks at the time and deletes: not in between
	err := os.Rename(from, to)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return syncFolder(fan)
}

// syncFolder makes names in a folder durable. Windows has no such call; NTFS
// keeps its names in a journal.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// Open checks blobs up to VerifyOnOpen bytes, unless it did before and the file
// has kept its size and time.
func (f *Folder) Open(ctx context.Context, h Hash) (Reader, error) {
	if _, err := ParseHash(string(h)); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, NotFound.With("hash", h.Short()).Because(err)
	}
	if err != nil {
		return nil, explain("open blob "+string(h), err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, explain("look at blob "+string(h), err)
	}
	r := &fileReader{file: file, hash: h, size: info.Size(), sum: sha256.New()}
	if r.size > VerifyOnOpen || f.checked(h, info) {
		return r, nil
	}
	if _, err := io.Copy(io.Discard, &contextReader{ctx, r}); err != nil {
		_ = file.Close()
		return nil, err
	}
	f.remember(h, info)
	r.rewind()
	return r, nil
}

// Has looks for the file.
func (f *Folder) Has(_ context.Context, h Hash) (bool, error) {
	if _, err := ParseHash(string(h)); err != nil {
		return false, err
	}
	switch _, err := os.Stat(f.path(h)); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, explain("look for blob "+string(h), err)
	}
}

// Delete removes the file.
func (f *Folder) Delete(_ context.Context, h Hash) error {
	if _, err := ParseHash(string(h)); err != nil {
		return err
	}
	if err := os.Remove(f.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("delete blob "+string(h), err)
	}
	f.mu.Lock()
	delete(f.verified, h)
	f.mu.Unlock()
	return nil
}

// DeleteIdle goes by the time of the file, which every put renews.
func (f *Folder) DeleteIdle(_ context.Context, h Hash, since time.Time) (bool, error) {
	if _, err := ParseHash(string(h)); err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path(h))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, explain("look at blob "+string(h), err)
	case !info.ModTime().Before(since):
		return false, nil
	}
	if err := os.Remove(f.path(h)); err != nil {
		return false, explain("delete blob "+string(h), err)
	}
	delete(f.verified, h)
	return true, nil
}

// SetAside moves the file; one of the same name that was set aside before gives way.
func (f *Folder) SetAside(_ context.Context, h Hash) error {
	if _, err := ParseHash(string(h)); err != nil {
		return err
	}
	aside := filepath.Join(f.root, "aside")
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return explain("make "+aside, err)
	}
	f.mu.Lock()
	delete(f.verified, h)
	f.mu.Unlock()
	if err := os.Rename(f.path(h), filepath.Join(aside, h.Hex())); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return explain("set blob "+string(h)+" aside", err)
	}
	if err := syncFolder(aside); err != nil {
		return explain("sync "+aside, err)
	}
	return explain("sync blobs", syncFolder(filepath.Dir(f.path(h))))
}

// Walk goes through the fan of folders; names that are no hashes are passed by.
func (f *Folder) Walk(ctx context.Context, each func(h Hash, sizeBytes int64) error) error {
	fans, err := os.ReadDir(f.root)
	if err != nil {
		return explain("list "+f.root, err)
	}
	for _, fan := range fans {
		if !fan.IsDir() || !fanName.MatchString(fan.Name()) {
			continue
		}
		files, err := os.ReadDir(filepath.Join(f.root, fan.Name()))
		if err != nil {
			return explain("list blobs", err)
		}
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !restName.MatchString(file.Name()) {
				continue
			}
			info, err := file.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted meanwhile
			}
			if err != nil {
				return explain("look at a blob", err)
			}
			if err := each(Hash(hashPrefix+fan.Name()+file.Name()), info.Size()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Folder) checked(h Hash, info fs.FileInfo) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.verified[h]
	return ok && s.sizeBytes == info.Size() && s.modified.Equal(info.ModTime())
}

func (f *Folder) remember(h Hash, info fs.FileInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.verified) >= maxVerified {
		clear(f.verified)
	}
	f.verified[h] = stamp{info.Size(), info.ModTime()}
}
