package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"zhuomo/internal/blob"
	"zhuomo/internal/fault"
)

const (
	// maxJSON bounds head and manifest, in bytes.
	maxJSON = 64 << 20
	// maxWindow bounds the memory that a backup may ask for to be unpacked.
	maxWindow = 64 << 20
)

// Verified is what a backup was found to be.
type Verified struct {
	Head     Head
	Manifest Manifest
}

// Verify reads a whole backup and holds every byte to its sums. name is how
// faults call it.
//
// Errors: NotOne, Torn, Damaged, TooNew; the error of r; ctx.Err().
func Verify(ctx context.Context, r io.Reader, name string, progress Progress) (Verified, error) {
	return walk(ctx, r, name, progress, func(string, int64, io.Reader) error { return nil })
}

// Blobs calls each with the blobs of a backup that are wanted. What each is given
// may be damaged: it has the hash to hold it to.
func Blobs(ctx context.Context, r io.Reader, name string, wanted map[blob.Hash]bool, each func(h blob.Hash, size int64, body io.Reader) error) error {
	_, err := walk(ctx, r, name, nil, func(entry string, size int64, body io.Reader) error {
		if digits, ok := strings.CutPrefix(entry, blobsFolder); ok && wanted[blob.FromHex(digits)] {
			return each(blob.FromHex(digits), size, body)
		}
		return nil
	})
	return err
}

// errEnough ends a walk early.
var errEnough = errors.New("enough")

// walk calls each with every entry between head and manifest; what each leaves
// unread is read here. An error of each ends it.
func walk(ctx context.Context, r io.Reader, name string, progress Progress, each func(entry string, size int64, body io.Reader) error) (v Verified, err error) {
	file := &fileReader{r: r, ctx: ctx}
	unpacked, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return v, err
	}
	defer unpacked.Close()
	w := &walker{file: file, tar: tar.NewReader(unpacked), name: name, roll: newRoll(), progress: progress, counted: Manifest{Tables: map[string]int64{}}}
	if err := w.head(&v.Head); err != nil {
		return v, err
	}
	for {
		h, err := w.next()
		if err != nil {
			return v, err
		}
		if h.Name == manifestName {
			break
		}
		if err := w.entry(h, each); err != nil {
			return v, err
		}
	}
	if err := w.end(&v.Manifest); err != nil {
		return v, err
	}
	// To the end of the stream, whose own sum is checked there.
	if _, err := w.tar.Next(); err != io.EOF {
		return v, w.damaged("after " + manifestName).Because(err)
	}
	switch n, err := io.Copy(io.Discard, unpacked); {
	case err != nil:
		return v, w.explain(err)
	case n > 0:
		return v, w.damaged("after " + manifestName)
	}
	return v, nil
}

type walker struct {
	file     *fileReader
	tar      *tar.Reader
	name     string
	roll     *roll
	progress Progress
	done     int64
	counted  Manifest // as found
	broken   []string // blobs that are not what they are called
}

// next gives the next entry's header. A tar without a manifest is torn.
func (w *walker) next() (*tar.Header, error) {
	h, err := w.tar.Next()
	if err == io.EOF {
		return nil, Torn.With("file", w.name)
	}
	if err != nil {
		return nil, w.explain(err)
	}
	if h.Typeflag != tar.TypeReg {
		return nil, w.damaged(h.Name)
	}
	return h, nil
}

func (w *walker) damaged(where string) *fault.Fault {
	return Damaged.With("file", w.name, "where", where)
}

// explain tells what an error of unpacking means.
func (w *walker) explain(err error) error {
	switch {
	case w.file.err != nil: // of the disk, or the end of ctx
		return w.file.err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Torn.With("file", w.name).Because(err)
	case w.roll.count == 0:
		return NotOne.With("file", w.name).Because(err)
	}
	return w.damaged("zstd").Because(err)
}

func (w *walker) head(into *Head) error {
	h, err := w.tar.Next()
	switch {
	case err != nil && (w.file.err != nil || w.file.read == 0 || errors.Is(err, io.ErrUnexpectedEOF)):
		return w.explain(err)
	case err != nil, h.Name != headName:
		return NotOne.With("file", w.name).Because(err)
	}
	text, err := w.text(h)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return NotOne.With("file", w.name).Because(err)
	}
	switch {
	case into.Format == Format:
		return nil
	case strings.HasPrefix(into.Format, "zhuomo.backup."):
		return TooNew.With("file", w.name, "found", into.Format)
	}
	return NotOne.With("file", w.name)
}

// text reads a small entry whole.
func (w *walker) text(h *tar.Header) ([]byte, error) {
	if h.Size > maxJSON {
		return nil, w.damaged(h.Name)
	}
	text, err := io.ReadAll(w.tar)
	if err != nil {
		return nil, w.explain(err)
	}
	sum := sha256.Sum256(text)
	w.roll.add(h.Name, h.Size, sum[:])
	return text, nil
}

func (w *walker) entry(h *tar.Header, each func(string, int64, io.Reader) error) error {
	sum := sha256.New()
	lines := &lineCounter{}
	body := &unpacking{w: w, r: io.TeeReader(w.tar, io.MultiWriter(sum, lines))}
	if err := each(h.Name, h.Size, body); err != nil {
		if body.err != nil {
			return body.err
		}
		return err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{body}, make([]byte, 256<<10)); err != nil {
		return err
	}
	w.roll.add(h.Name, h.Size, sum.Sum(nil))
	w.done += h.Size
	if w.progress != nil {
		w.progress(w.done)
	}
	if digits, ok := strings.CutPrefix(h.Name, blobsFolder); ok {
		if hex.EncodeToString(sum.Sum(nil)) != digits {
			w.broken = append(w.broken, string(blob.FromHex(digits)))
			return nil
		}
		w.counted.BlobCount++
		w.counted.BlobBytes += h.Size
		return nil
	}
	table, _, ok := strings.Cut(strings.TrimPrefix(h.Name, rowsFolder), "/")
	if !ok || !strings.HasPrefix(h.Name, rowsFolder) {
		return w.damaged(h.Name)
	}
	w.counted.Tables[table] += lines.n - 1 // the first names the columns
	w.counted.RowCount += lines.n - 1
	return nil
}

// end reads the manifest and compares it with what was found.
func (w *walker) end(m *Manifest) error {
	count, digest := w.roll.count, w.roll.digest()
	text, err := w.text(&tar.Header{Name: manifestName})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, m); err != nil {
		return w.damaged(manifestName)
	}
	wrong := m.EntryCount != count || m.DigestSHA256 != digest || m.BlobCount != w.counted.BlobCount ||
		m.BlobBytes != w.counted.BlobBytes || m.RowCount != w.counted.RowCount
	for table, rows := range m.Tables {
		wrong = wrong || w.counted.Tables[table] != rows
	}
	for _, h := range w.broken {
		if !slices.Contains(m.Damaged, h) {
			return w.damaged(h)
		}
	}
	if wrong {
		return w.damaged(manifestName)
	}
	return nil
}

// lineCounter counts lines.
type lineCounter struct{ n int64 }

func (l *lineCounter) Write(p []byte) (int, error) {
	l.n += int64(bytes.Count(p, []byte{'\n'}))
	return len(p), nil
}

// unpacking is the body of an entry; its errors are explained and kept, so that
// who reads it in between may say of them what he likes.
type unpacking struct {
	w   *walker
	r   io.Reader
	err error
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF {
		u.err = u.w.explain(err)
		return n, u.err
	}
	return n, err
}

// fileReader keeps the error of the file itself apart from those of unpacking.
type fileReader struct {
	r    io.Reader
	ctx  context.Context
	read int64
	err  error
}

func (f *fileReader) Read(p []byte) (int, error) {
	if f.err = f.ctx.Err(); f.err != nil {
		return 0, f.err
	}
	n, err := f.r.Read(p)
	f.read += int64(n)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
