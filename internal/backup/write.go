package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// chunkBytes is the size from which on the rows of a table go on in another
// entry; it bounds memory, as does the longest row.
const chunkBytes = 1 << 20

// Source is what a backup is made of.
type Source struct {
	DB      *db.DB
	Blobs   blob.Store
	Stages  []string // whose tables there are
	Program string   // its version
	Now     func() time.Time
}

// Write writes everything to w. Rows are those of one committed state; blobs are
// all that are there afterwards, so every blob that a row names is among them,
// as long as nobody deletes any meanwhile: that is for the caller to see to.
//
// Cost: the rows are read within one snapshot, at the pace of w; memory is a few
// MiB. Blobs are checked as they are read.
func Write(ctx context.Context, w io.Writer, s Source) (Manifest, error) {
	packed, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return Manifest{}, err
	}
	out := &writer{tar: tar.NewWriter(packed), roll: newRoll(), at: s.Now(), manifest: Manifest{Format: Format, Tables: map[string]int64{}, Damaged: []string{}}}
	if err := out.all(ctx, s); err != nil {
		return Manifest{}, errors.Join(err, packed.Close())
	}
	if err := out.tar.Close(); err != nil {
		return Manifest{}, errors.Join(err, packed.Close())
	}
	return out.manifest, packed.Close()
}

// writer is a backup that is being written.
type writer struct {
	tar      *tar.Writer
	roll     *roll
	at       time.Time
	manifest Manifest
}

func (w *writer) all(ctx context.Context, s Source) error {
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r db.Reader) error {
		head := Head{Format: Format, MadeUS: w.at.UnixMicro(), Program: s.Program, Stages: map[string]int64{}}
		for _, stage := range s.Stages {
			version, err := s.DB.Version(ctx, stage)
			if err != nil {
				return err
			}
			head.Stages[stage] = version
		}
		if err := w.json(headName, head); err != nil {
			return err
		}
		tables, err := s.DB.Tables(ctx, r)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if err := w.table(ctx, s.DB, r, table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("back up rows: %w", err)
	}
	err = s.Blobs.Walk(ctx, func(h blob.Hash, _ int64) error { return w.blob(ctx, s.Blobs, h) })
	if err != nil {
		return fmt.Errorf("back up blobs: %w", err)
	}
	w.manifest.EntryCount, w.manifest.DigestSHA256 = w.roll.count, w.roll.digest()
	return w.json(manifestName, w.manifest)
}

// table writes the rows of one table, in parts of about chunkBytes, each with its
// columns in the first line.
func (w *writer) table(ctx context.Context, d *db.DB, r db.Reader, table string) error {
	var head []byte
	var chunk bytes.Buffer
	n := 0
	end := func() error {
		n++
		defer chunk.Reset()
		return w.entry(fmt.Sprintf("%s%s/%08d.jsonl", rowsFolder, table, n), int64(chunk.Len()), &chunk)
	}
	err := d.Rows(ctx, r, table, func(columns []db.Column) error {
		heads := make([]columnHead, len(columns))
		for i, c := range columns {
			heads[i] = columnHead{c.Name, c.Kind}
		}
		var err error
		head, err = json.Marshal(heads)
		return err
	}, func(values []any) error {
		if chunk.Len() == 0 {
			chunk.Write(head)
			chunk.WriteByte('\n')
		}
		if err := appendRow(&chunk, values); err != nil {
			return err
		}
		w.manifest.Tables[table]++
		w.manifest.RowCount++
		if chunk.Len() >= chunkBytes {
			return end()
		}
		return nil
	})
	if err == nil && chunk.Len() > 0 {
		err = end()
	}
	if _, any := w.manifest.Tables[table]; !any {
		w.manifest.Tables[table] = 0
	}
	return err
}

// blob writes one blob. One that is damaged is written as it is and noted: the
// rest must be saved all the more.
func (w *writer) blob(ctx context.Context, blobs blob.Store, h blob.Hash) error {
	r, err := blobs.Open(ctx, h)
	switch {
	case errors.Is(err, blob.NotFound):
		return nil // deleted since it was listed
	case errors.Is(err, blob.Damaged):
		w.manifest.Damaged = append(w.manifest.Damaged, string(h))
		return nil
	case err != nil:
		return err
	}
	defer r.Close()
	err = w.entry(blobsFolder+h.Hex(), r.Size(), &upTo{r: r, ctx: ctx, left: r.Size()})
	if errors.Is(err, blob.Damaged) {
		w.manifest.Damaged = append(w.manifest.Damaged, string(h))
		return nil
	}
	if err == nil {
		w.manifest.BlobCount++
		w.manifest.BlobBytes += r.Size()
	}
	return err
}

// upTo reads exactly left bytes, zeros where r has ended early, and then gives
// the error with which r ended: the entry of a damaged blob keeps its length.
type upTo struct {
	r    io.Reader
	ctx  context.Context
	left int64
	bad  error
}

func (u *upTo) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	if u.left == 0 {
		if u.bad == nil {
			_, u.bad = u.r.Read(make([]byte, 1)) // the check speaks after the last byte
		}
		if u.bad == nil {
			u.bad = io.ErrUnexpectedEOF
		}
		return 0, u.bad
	}
	p = p[:min(int64(len(p)), u.left)]
	n := len(p)
	if u.bad == nil {
		n, u.bad = u.r.Read(p)
		if u.bad == io.EOF && int64(n) < u.left {
			u.bad = io.ErrUnexpectedEOF
		}
	} else {
		clear(p)
	}
	u.left -= int64(n)
	return n, nil
}

func (w *writer) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return w.entry(name, int64(len(text)), bytes.NewReader(text))
}

// entry writes one entry and adds it to the roll, also if r ends with Damaged.
func (w *writer) entry(name string, size int64, r io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.at.Truncate(time.Second)}
	if err := w.tar.WriteHeader(header); err != nil {
		return err
	}
	sum := sha256.New()
	_, err := io.CopyBuffer(struct{ io.Writer }{tee{w.tar, sum}}, struct{ io.Reader }{r}, make([]byte, 256<<10))
	w.roll.add(name, size, sum.Sum(nil))
	return err
}

type tee struct {
	w   io.Writer
	sum hash.Hash
}

func (t tee) Write(p []byte) (int, error) {
	_, _ = t.sum.Write(p) // a hash never fails
	return t.w.Write(p)
}
