package app

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/encoder"
)

// encoded is what `zhuomo encode` prints.
type encoded struct {
	Texts   int     `json:"texts" table:"句|texts"`
	Tokens  int     `json:"tokens" table:"词元|tokens"`
	Dim     int     `json:"dim" table:"维|numbers"`
	Encoder string  `json:"encoder" table:"编码器|encoder"`
	Load    float64 `json:"load_seconds" table:"打开（秒）|opened in (s)"`
	Seconds float64 `json:"seconds" table:"编码（秒）|encoded in (s)"`
}

// vectorLine is a line of the file of vectors.
type vectorLine struct {
	Text   string    `json:"text"`
	Tokens []int32   `json:"tokens"`
	Vector []float32 `json:"vector"`
}

// encodeCommand gives vectors for the lines of a file.
func encodeCommand() command.Special {
	var folder, in, out string
	var workers int
	var each bool
	return command.Special{
		Use: "encode", ZH: "用编码器文件夹把每行文字变成向量", EN: "turn each line of a file into a vector by an encoder's folder",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&folder, "encoder", "", say("编码器文件夹（Hugging Face 格式的 BERT 类模型）", "folder of the encoder (a BERT-like model in Hugging Face form)"))
			f.StringVar(&in, "in", "-", say("文字，一行一句，- 为标准输入", "texts, one a line; - for standard input"))
			f.StringVar(&out, "out", "", say("向量写到这个文件（JSONL）；不填则只报用了多久", "write the vectors here (JSONL); without it only the time is told"))
			f.IntVar(&workers, "workers", 0, say("用几个核，0 为全部", "cores to use, 0 for all"))
			f.BoolVar(&each, "each", false, say("一句一句来，而不是一批", "one text after the other instead of all together"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error {
			if folder == "" {
				return command.Usage.With("problem", e.Text("要用 --encoder 指定编码器的文件夹", "name the folder of the encoder with --encoder"), "command", "zhuomo encode")
			}
			texts, err := readLines(in)
			if err != nil {
				return err
			}
			began := time.Now()
			x, err := encoder.Open(os.DirFS(folder))
			if err != nil {
				return err
			}
			r := encoded{Texts: len(texts), Dim: x.Dim(), Encoder: x.Hash(), Load: time.Since(began).Seconds()}
			began = time.Now()
			var vectors [][]float32
			if each {
				for _, text := range texts {
					one, err := x.Encode(ctx, []string{text}, workers)
					if err != nil {
						return err
					}
					vectors = append(vectors, one...)
				}
			} else if vectors, err = x.Encode(ctx, texts, workers); err != nil {
				return err
			}
			r.Seconds = time.Since(began).Seconds()
			tokens := make([][]int32, len(texts))
			for i, text := range texts {
				tokens[i] = x.Tokens(text)
				r.Tokens += len(tokens[i])
			}
			if out != "" {
				err := learn.SaveFile(out, func(w io.Writer) error {
					lines := json.NewEncoder(w)
					for i, text := range texts {
						if err := lines.Encode(vectorLine{text, tokens[i], vectors[i]}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return e.Print(r)
		},
	}
}

// readLines reads a text in UTF-8. Fault: encoder.BadTexts.
func readLines(name string) ([]string, error) {
	bad := func(problem string) error {
		return encoder.BadTexts.With("file", filepath.Base(name), "problem", problem)
	}
	var from io.Reader = os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, bad(err.Error())
		}
		defer f.Close()
		from = f
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return nil, bad(err.Error())
	}
	if !utf8.Valid(body) {
		return nil, bad("not UTF-8 · 不是 UTF-8")
	}
	var texts []string
	for line := range strings.Lines(strings.TrimPrefix(string(body), "\uFEFF")) {
		texts = append(texts, strings.TrimRight(line, "\r\n"))
	}
	return texts, nil
}
