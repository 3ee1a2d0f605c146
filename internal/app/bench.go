package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/examples"
	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
)

// benchCommands are `zhuomo bench …`: the bars of the product, measured by the
// program itself on real data. They change no data that was there before.
func benchCommands() []command.Special {
	return []command.Special{benchFix(), benchTurn(), benchStart(), benchLabel(), benchSampler(), benchFit(), benchRace(), benchSoak(), benchBox()}
}

func benchFix() command.Special {
	o := fixBench{}
	return command.Special{
		Use: "bench fix", ZH: "修正环：BANKING77 上改正真实的错答，量到重新上线为止", EN: "the fix loop: correct real wrong answers on BANKING77, timed until live again",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&o.sets, "sets", "", say("外部数据集所在文件夹，默认取 ZHUOMO_SETS", "folder of outside data sets, by default ZHUOMO_SETS"))
			f.IntVar(&o.fixes, "fixes", 20, say("改几个错", "errors to correct"))
			f.IntVar(&o.rows, "rows", 0, say("只用这么多训练行，0 为全部", "training rows that are used, 0 for all"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

func benchTurn() command.Special {
	o := turnBench{}
	return command.Special{
		Use: "bench turn", ZH: "对话：演示数据上经 HTTP 落盘的话轮，先定速后全速", EN: "turns: durable, over HTTP, on the demo's data; at a fixed rate, then as many as go",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.IntVar(&o.rate, "rate", 500, say("每秒几轮", "turns a second"))
			f.IntVar(&o.sessions, "sessions", 64, say("几个会话同时", "sessions at a time"))
			f.DurationVar(&o.lasting, "lasting", 10*time.Second, say("每段量多久", "how long each part lasts"))
			f.IntVar(&o.long, "long", 2000, say("一个长会话说几轮", "turns of the one long session"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

func benchSoak() command.Special {
	o := soakBench{}
	return command.Special{
		Use: "bench soak", ZH: "久跑：定速的话轮，旁边有人标注，看内存、延迟、句柄涨不涨", EN: "for hours: turns at a fixed rate with labelling beside them, to see whether memory, latency or open files grow",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.IntVar(&o.minutes, "minutes", 60, say("跑几分钟", "minutes"))
			f.IntVar(&o.turns, "turns", 300, say("每秒几轮", "turns a second"))
			f.IntVar(&o.answers, "answers", 20, say("每秒标几个", "answers a second of people who label"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

func benchStart() command.Special {
	tries := 5
	return command.Special{
		Use: "bench start", ZH: "启动：从运行到第一个字节，以及占用的内存", EN: "the start: from running to the first byte, and the memory it holds",
		Flags: func(f *pflag.FlagSet, lang string) {
			f.IntVar(&tries, "tries", tries, spec.Text{ZH: "启动几次，取中位", EN: "starts, of which the median is taken"}.In(lang))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return runStartBench(ctx, e, tries) },
	}
}

// demoCopy copies the demo's data folder, so that a bench leaves it as it was.
// Faults: NoDemo, DemoServes.
func demoCopy(g command.Globals) (folder string, err error) {
	from := g.Data
	if from == "" {
		from = filepath.Join(".zhuomo", "demo")
	}
	if _, err := os.Stat(filepath.Join(from, demoMark)); errors.Is(err, fs.ErrNotExist) {
		return "", NoDemo.With("folder", from)
	}
	if s, err := readServerFile(from); err == nil && answers(s) {
		return "", DemoServes.With("address", s.Address, "pid", s.PID)
	}
	if folder, err = os.MkdirTemp("", "zhuomo-bench-"); err != nil {
		return "", err
	}
	if err := os.CopyFS(folder, os.DirFS(from)); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	if err := os.Remove(filepath.Join(folder, serverFileName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// spoken are the sentences that a bench says to the demo's product.
func spoken(example string) ([]string, error) {
	p, err := examples.Find(example)
	if err != nil {
		return nil, err
	}
	m, err := p.Material()
	return sentences(m), err
}
