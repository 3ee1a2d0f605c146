package format

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// TXT returns the format of plain text: each line is a row with one column, text.
func TXT() dataset.Format {
	return plain{describe("txt", "纯文本", "Plain text", "每行一条，空行跳过。", "Each line is a row; blank lines are skipped.",
		"text/plain; charset=utf-8", false, ".txt", ".log", ".md")}
}

type plain struct{ spec dataset.FormatSpec }

func (p plain) Spec() dataset.FormatSpec { return p.spec }

func (p plain) Sniff(b []byte, name string) dataset.Guess {
	if _, binary := binaryAt(b, text.Detect(b).Name); binary {
		return dataset.Guess{}
	}
	if named(p.spec, name) {
		return dataset.Guess{Confidence: 0.7, Why: spec.Text{ZH: "文件名像纯文本", EN: "its name is that of a plain text"}}
	}
	return dataset.Guess{Confidence: 0.1, Why: spec.Text{ZH: "是文本，没有更合适的格式", EN: "it is text and no other format fits better"}}
}

func (p plain) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	if err := out.Part("", []string{"text"}); err != nil {
		return err
	}
	record := 0
	return eachLine(ctx, in, o, out, func(line text.Line) error {
		record++
		return out.Record(dataset.Record{Number: record, Offset: line.Offset, Length: line.Length, Values: []string{line.Text}})
	})
}

// eachLine gives the lines that are not blank, and notes damage.
func eachLine(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink, each func(text.Line) error) error {
	f, err := openText(in, o, out)
	if err != nil {
		return err
	}
	lines, err := f.lines()
	if err != nil {
		return err
	}
	for n, record := 0, 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.place(err)
		}
		if strings.TrimSpace(line.Text) == "" {
			continue
		}
		record++
		f.note(line, record, out)
		if err := each(line); err != nil {
			return err
		}
	}
}

func (p plain) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) error {
	clean := strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")
	return rows(func(row dataset.Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells := make([]string, len(row.Values))
		for i, v := range row.Values {
			cells[i] = clean.Replace(v)
		}
		if _, err := io.WriteString(to, strings.Join(cells, "\t")+"\n"); err != nil {
			return fmt.Errorf("write line: %w", err)
		}
		return nil
	})
}
