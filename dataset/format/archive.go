package format

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// ZIP returns the format of zip archives: each member is read by its own format.
func ZIP() dataset.Format {
	return archive{describe("zip", "ZIP 压缩包", "ZIP archive", "逐个读取包内文件；限制展开大小和数量，拒绝指向包外的路径。",
		"Reads each file inside; unpacked size and count are limited and paths that leave the archive refused.", "", false, ".zip"), true}
}

// GZ returns the format of a gzip file: one member.
func GZ() dataset.Format {
	return archive{describe("gz", "GZIP 压缩文件", "GZIP file", "读取压缩在里面的一个文件，限制展开大小。", "Reads the one file inside; its unpacked size is limited.", "", false, ".gz"), false}
}

type archive struct {
	spec dataset.FormatSpec
	zip  bool
}

func (a archive) Spec() dataset.FormatSpec { return a.spec }

func (a archive) Sniff(b []byte, name string) dataset.Guess {
	if a.zip {
		g := sure(bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06")), "以 ZIP 的文件头开始", "it begins with the header of a zip")
		g.Confidence *= 0.9 // a workbook is a zip too and knows better
		return g
	}
	return sure(bytes.HasPrefix(b, []byte("\x1f\x8b\x08")), "以 GZIP 的文件头开始", "it begins with the header of gzip")
}

// Read is not called: Members is.
func (a archive) Read(context.Context, dataset.File, dataset.ReadOptions, dataset.Sink) error {
	return errors.New("an archive is read by its members")
}

func (a archive) Members(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink, each func(name string, in dataset.File) error) error {
	if a.zip {
		return zipMembers(ctx, in, o, each)
	}
	z, err := gzip.NewReader(io.NewSectionReader(in, 0, in.Size()))
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "GZIP", "where", spec.Text{ZH: "文件头", EN: "header"}).Because(err)
	}
	name := path.Base(strings.ReplaceAll(z.Name, `\`, "/"))
	if z.Name == "" {
		name = strings.TrimSuffix(path.Base(o.Name), path.Ext(o.Name))
	}
	left := o.Limits.UnpackedBytes
	return unpack(ctx, z, name, in.Size(), &left, o, "GZIP", each)
}

// checkArchive holds a zip to the limits by what its directory says.
func checkArchive(in dataset.File, o dataset.ReadOptions) error {
	z, err := zip.NewReader(in, in.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return dataset.Damaged.With("name", o.Name, "format", "ZIP", "where", directory).Because(err)
	}
	if len(z.File) > o.Limits.MemberCount {
		return tooBig(o, "*", spec.Text{ZH: fmt.Sprintf("%d 个文件", o.Limits.MemberCount), EN: fmt.Sprintf("%d files", o.Limits.MemberCount)})
	}
	var total uint64
	for _, f := range z.File {
		name := memberName(f)
		if escapes(name) {
			return dataset.PathEscape.With("name", o.Name, "member", name)
		}
		total += f.UncompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64 > uint64(o.Limits.UnpackedRatio)*max(1, f.CompressedSize64) {
			return tooBig(o, name, spec.Text{ZH: fmt.Sprintf("压缩前大小的 %d 倍", o.Limits.UnpackedRatio), EN: fmt.Sprintf("%d times its packed size", o.Limits.UnpackedRatio)})
		}
		if f.UncompressedSize64 > uint64(o.Limits.UnpackedBytes) || total > uint64(o.Limits.UnpackedBytes) {
			return tooBig(o, name, spec.Size(o.Limits.UnpackedBytes))
		}
	}
	return nil
}

// Places in a file, for the fault Damaged.
var (
	directory = spec.Text{ZH: "文件目录", EN: "directory"}
	anywhere  = spec.Text{ZH: "整个文件", EN: "the whole file"}
)

func tooBig(o dataset.ReadOptions, member string, limit any) error {
	return dataset.ArchiveTooBig.With("name", o.Name, "member", member, "limit", limit)
}

// memberName is the name in UTF-8; Chinese systems write GBK without saying so.
func memberName(f *zip.File) string {
	if utf8.ValidString(f.Name) && !f.NonUTF8 {
		return f.Name
	}
	if name, _, bad, err := text.Decode([]byte(f.Name), ""); err == nil && bad == 0 {
		return name
	}
	return strings.ToValidUTF8(f.Name, "\uFFFD")
}

func escapes(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	clean := path.Clean(name)
	return strings.HasPrefix(name, "/") || clean == ".." || strings.HasPrefix(clean, "../") ||
		len(name) > 1 && name[1] == ':' || strings.ContainsRune(name, 0)
}

func zipMembers(ctx context.Context, in dataset.File, o dataset.ReadOptions, each func(name string, in dataset.File) error) error {
	if err := checkArchive(in, o); err != nil {
		return err
	}
	z, err := zip.NewReader(in, in.Size())
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "ZIP", "where", directory).Because(err)
	}
	left := o.Limits.UnpackedBytes
	for _, f := range z.File {
		name := memberName(f)
		base := path.Base(name)
		if f.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/") || !wanted(o, name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return dataset.Damaged.With("name", o.Name, "format", "ZIP", "where", name).Because(err)
		}
		err = unpack(ctx, r, name, int64(f.CompressedSize64), &left, o, "ZIP", each)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// unpack writes a member to a temporary file, counting what comes out: the
// directory of an archive may lie.
func unpack(ctx context.Context, r io.Reader, name string, packed int64, left *int64, o dataset.ReadOptions, format string, each func(name string, in dataset.File) error) error {
	f, err := os.CreateTemp("", "zhuomo-member-*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	limit := min(*left, max(1<<20, o.Limits.UnpackedRatio*max(1, packed)))
	var size int64
	buffer := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buffer)
		size += int64(n)
		if size > limit {
			return tooBig(o, name, spec.Size(limit))
		}
		if _, werr := f.Write(buffer[:n]); werr != nil {
			return fmt.Errorf("unpack %s: %w", name, werr)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return dataset.Damaged.With("name", o.Name, "format", format, "where", name).Because(err)
		}
	}
	*left -= size
	return each(name, memberFile{f, size})
}

type memberFile struct {
	io.ReaderAt
	size int64
}

func (m memberFile) Size() int64 { return m.size }
