package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

const headBytes = 64 << 10

func itoa(n int) string { return strconv.Itoa(n) }

// head reads the first bytes of a file.
func head(in dataset.File, size int) ([]byte, error) {
	b := make([]byte, min(int64(size), in.Size()))
	n, err := in.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b[:n], nil
}

// textFile is a text whose encoding is settled.
type textFile struct {
	in    dataset.File
	o     dataset.ReadOptions
	guess text.Guess
}

// openText checks that the file is text, settles its encoding and tells out.
// Faults: EmptyFile, NotText, UnknownEncoding.
func openText(in dataset.File, o dataset.ReadOptions, out dataset.Sink) (*textFile, error) {
	if in.Size() == 0 {
		return nil, dataset.EmptyFile.With("name", o.Name)
	}
	sample, err := telling(in)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	g := text.Detect(sample)
	if want := o.Settings.Encoding; want != "" {
		name := text.CanonicalEncoding(want)
		if name == "" {
			return nil, dataset.UnknownEncoding.With("encoding", want, "known", strings.Join(text.Encodings(), ", ")).At("encoding")
		}
		if name != g.Name {
			g = text.Guess{Name: name, Confidence: 1, Candidates: []string{g.Name}} // what it looks like stays on offer
		}
		g.Why = spec.Text{ZH: "由你指定", EN: "set by you"}
		g.Confidence = 1
	}
	first, err := head(in, headBytes)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	if at, binary := binaryAt(first, g.Name); binary {
		return nil, dataset.NotText.With("name", o.Name, "byte", at, "looks", looks(first))
	}
	out.Detected(dataset.Detected{What: "encoding", Value: g.Name, Confidence: g.Confidence, Why: g.Why, Alternatives: g.Candidates})
	return &textFile{in, o, g}, nil
}

// telling gives the head of the file, or, when that is pure ASCII, a piece
// around the first other byte: the head of a log often says nothing about it.
func telling(in dataset.File) ([]byte, error) {
	sample, err := head(in, headBytes)
	if err != nil || !isASCII(sample) || in.Size() <= headBytes {
		return sample, err
	}
	block := make([]byte, 1<<20)
	for at := int64(headBytes); at < in.Size(); at += int64(len(block)) {
		n, err := in.ReadAt(block, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if isASCII(block[:n]) {
			continue
		}
		i := bytes.IndexFunc(block[:n], func(r rune) bool { return r >= 0x80 })
		// The ASCII before it ends in a whole character, so the piece begins with one.
		piece := make([]byte, min(headBytes, in.Size()-at-int64(i)))
		n, err = in.ReadAt(piece, at+int64(i))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return piece[:n], nil
	}
	return sample, nil
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// binaryAt finds the first byte that no text has, if there are more of them
// than a stray accident explains (one in 500).
func binaryAt(b []byte, encoding string) (at int, binary bool) {
	if encoding == text.UTF16LE || encoding == text.UTF16BE {
		return 0, false
	}
	at, count := -1, 0
	for i, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b && c != 0x01 && c != 0x1e && c != 0x1f {
			if at < 0 {
				at = i
			}
			count++
		}
	}
	return at, count*500 > len(b)
}

// looks names what binary content seems to be.
func looks(b []byte) spec.Text {
	switch {
	case bytes.HasPrefix(b, []byte("SQLite format 3")):
		return spec.Text{ZH: "SQLite", EN: "SQLite"}
	case bytes.HasPrefix(b, []byte("PAR1")):
		return spec.Text{ZH: "Parquet", EN: "Parquet"}
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		return spec.Text{ZH: "Excel 97–2003 (xls)", EN: "Excel 97–2003 (xls)"}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	family, _, _ := strings.Cut(kind, "/")
	switch family {
	case "image":
		return spec.Text{ZH: "图片（" + kind + "）", EN: "an image (" + kind + ")"}
	case "audio":
		return spec.Text{ZH: "录音（" + kind + "）", EN: "a sound (" + kind + ")"}
	case "video":
		return spec.Text{ZH: "视频（" + kind + "）", EN: "a video (" + kind + ")"}
	}
	if kind == "application/octet-stream" {
		return spec.Text{ZH: "不认识的二进制文件", EN: "an unknown binary file"}
	}
	return spec.Text{ZH: kind, EN: kind}
}

// lines reads the text from its beginning.
func (f *textFile) lines() (*text.Lines, error) {
	return f.upTo(f.in.Size())
}

// upTo reads no further than size bytes.
func (f *textFile) upTo(size int64) (*text.Lines, error) {
	return text.NewLines(io.NewSectionReader(f.in, 0, min(size, f.in.Size())), f.guess.Name, f.guess.BOM, f.o.Limits.LineBytes)
}

// place turns a line that is too long into a fault that names its place.
func (f *textFile) place(err error) error {
	var long *text.LongLine
	if errors.As(err, &long) {
		return dataset.LineTooLong.With("name", f.o.Name, "line", long.Number, "byte", long.Offset, "limit", spec.Size(int64(long.Limit)))
	}
	return err
}

// note tells out about damage and foreign encodings of a line.
func (f *textFile) note(line text.Line, record int, out dataset.Sink) {
	if line.Bad == 0 && line.As == "" {
		return
	}
	finding := dataset.Finding{Kind: "encoding", Line: line.Number, Record: record, Offset: line.Offset, Length: line.Length,
		Why: spec.Text{ZH: fmt.Sprintf("%d 处字节不是 %s，已用 � 占位", line.Bad, f.guess.Name), EN: fmt.Sprintf("%d damaged places are not %s; each is kept as �", line.Bad, f.guess.Name)}}
	if line.As != "" {
		finding.Kind = "mixed_encoding"
		finding.Why = spec.Text{ZH: fmt.Sprintf("这一行不是 %s，已按 %s 解码", f.guess.Name, line.As), EN: fmt.Sprintf("this line is not %s and was decoded as %s", f.guess.Name, line.As)}
	}
	out.Finding(finding)
}
