package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
)

// boxBench are the settings of `bench box`.
type boxBench struct {
	product  string // of the examples, whose sentences are said
	turns    int
	sessions int
}

// boxFigures are what it measured. Every turn was on disk before its answer.
type boxFigures struct {
	P50MS          float64 `json:"p50_ms" table:"p50 ms"`
	P99MS          float64 `json:"p99_ms" table:"p99 ms"`
	StartMB        float64 `json:"start_mb" table:"启动后 MB|MB after the start"`
	ResidentMB     float64 `json:"resident_mb" table:"说完后 MB|MB after the turns"`
	BundleBytes    int64   `json:"bundle_bytes" table:"发布包字节|bytes of the bundle"`
	DatabaseBytes  int64   `json:"database_bytes" table:"数据库字节|bytes of the database"`
	Turns          int     `json:"turns" table:"轮|turns"`
	Sessions       int     `json:"sessions" table:"会话|sessions"`
	FirstAnswerSec float64 `json:"first_answer_s" table:"首次应答 秒|seconds to the first answer"`
}

func benchBox() command.Special {
	o := boxBench{}
	return command.Special{
		Use: "bench box FILE.zhuomo", Args: 1, ZH: "小盒子：单独运行发布包，一轮接一轮地说，量用时和内存", EN: "a box: run a bundle alone, say one turn after the other, measure time and memory",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&o.product, "product", "speaker", say("说哪个内置产品的句子："+exampleNames(), "whose sentences are said, of the embedded products: "+exampleNames()))
			f.IntVar(&o.turns, "turns", 1000, say("说几轮", "turns"))
			f.IntVar(&o.sessions, "sessions", 8, say("几个会话", "sessions"))
		},
		Run: func(ctx context.Context, e *command.Env, args []string) error {
			if len(args) == 0 {
				return command.Usage.With("problem", e.Text("要写明发布包", "name the bundle"), "command", "zhuomo bench box")
			}
			return o.run(ctx, e, args[0])
		},
	}
}

func (o boxBench) run(ctx context.Context, e *command.Env, file string) (err error) {
	p, size, err := readBundle(file, "")
	if err != nil {
		return err
	}
	said, err := spoken(o.product)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "zhuomo-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	server, err := boxApart(ctx, folder, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	first, err := server.firstByte(ctx)
	if err != nil {
		return err
	}
	f := boxFigures{BundleBytes: size, Turns: o.turns, Sessions: o.sessions, FirstAnswerSec: round(first.Seconds())}
	time.Sleep(500 * time.Millisecond) // what the start leaves running has settled
	if f.StartMB, err = server.residentMB(); err != nil {
		return err
	}
	customers := newLoad(server.address, p.Product.ID, said, o.sessions)
	sessions, err := customers.sessions(ctx, o.sessions)
	if err != nil {
		return err
	}
	took := make([]time.Duration, o.turns)
	for i := range took {
		began := time.Now()
		if err := customers.turn(ctx, sessions[i%len(sessions)], said[i%len(said)]); err != nil {
			return err
		}
		took[i] = time.Since(began)
	}
	if f.ResidentMB, err = server.residentMB(); err != nil {
		return err
	}
	slices.Sort(took)
	f.P50MS, f.P99MS = round(quantile(took, .5)), round(quantile(took, .99))
	f.StartMB, f.ResidentMB = round(f.StartMB), round(f.ResidentMB)
	if info, err := os.Stat(filepath.Join(folder, boxDatabase)); err == nil {
		f.DatabaseBytes = info.Size()
	}
	return e.Print(f)
}

// boxApart starts a box in a process of its own, from a copy of the program: the
// pages of one that a linker has just written come into memory in larger pieces
// than those of a file that was copied or read from the disk, as on a box.
func boxApart(ctx context.Context, folder, file string) (*benchServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	program := filepath.Join(folder, "program")
	if err := copyProgram(self, program); err != nil {
		return nil, err
	}
	return startApart(ctx, program, file, "--data", folder)
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
