package app

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
)

// Main is the program: it does one command line and gives the exit code.
func Main(ctx context.Context, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	return command.Run(ctx, command.Options{
		Routes: commandRoutes(), Stages: groups(), Specials: specials(), Dial: dial, Version: Version,
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: command.IsTerminal(os.Stderr), Env: os.Getenv,
	}, args)
}

// commandRoutes is the route table without a data folder.
func commandRoutes() []api.Route { return (&App{}).routes() }

// specials are the commands that are no routes.
func specials() []command.Special {
	var d door
	var way signing
	var workers int
	var own brought
	var w watching
	var health string
	var alone box
	jobsAtATime := func(f *pflag.FlagSet, lang string) {
		f.IntVar(&workers, "workers", 0, spec.Text{ZH: "同时做几个作业，0 = 处理器个数；-1 = 交给 zhuomo worker", EN: "jobs at a time, 0 = number of processors; -1 = leave them to zhuomo worker"}.In(lang))
	}
	return append([]command.Special{
		{
			Use: "serve [FILE.zhuomo]", Args: 1, Own: isFile,
			ZH: "启动服务，在浏览器里工作；给出发布包就只运行它，不要数据库、页面和网络", EN: "start the server, work in the browser; with a bundle run that alone, without a database server, pages or a network",
			Flags: func(f *pflag.FlagSet, lang string) {
				alone.flags(f, lang)
				d.flags(f, lang)
				way.flags(f, lang)
				jobsAtATime(f, lang)
				own.flags(f, lang)
				w.flags(f, lang)
			},
			Run: func(ctx context.Context, e *command.Env, args []string) error {
				if len(args) > 0 {
					return alone.run(ctx, e, args[0], d, w)
				}
				return runServe(ctx, e, d, way, workers, own, w)
			},
		},
		{
			Use: "worker", ZH: "只做作业，不开服务（与其他进程共用 --db）", EN: "do jobs and serve nothing (shares --db with other processes)",
			Flags: func(f *pflag.FlagSet, lang string) {
				f.StringVar(&health, "listen", "", spec.Text{ZH: "在这个地址答 /healthz、/readyz、/metrics，默认不答；本机以外读 /metrics 要令牌", EN: "answer /healthz, /readyz and /metrics at this address, by default nowhere; from other machines /metrics needs a token"}.In(lang))
				jobsAtATime(f, lang)
				trainersFlag(f, lang, &own.trainers)
				w.flags(f, lang)
			},
			Run: func(ctx context.Context, e *command.Env, _ []string) error {
				return runWorker(ctx, e, health, max(workers, 0), own.trainers, w)
			},
		},
		demoCommand(),
		{
			Use: "trace ID", Args: 1, ZH: "从一句回答追到原始行，或从原始行追到回答", EN: "follow an answer to its raw lines, or a raw line to the answers it shaped",
			Run: trace,
		},
		trainCommand(), predictCommand(), encodeCommand(),
		exportCommand(), packCommand(),
		backupCommand(),
		restoreCommand(),
		doctorCommand(),
		{
			Use: "version", ZH: "版本", EN: "the version",
			Run: func(_ context.Context, e *command.Env, _ []string) error { return e.Print(version()) },
		},
	}, benchCommands()...)
}

// about is what the program knows of itself.
type about struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Commit  string `json:"commit,omitempty"`
}

func version() about {
	v := about{Version: Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	return v
}
