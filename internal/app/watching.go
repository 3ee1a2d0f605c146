package app

import (
	"io"
	"log/slog"

	"github.com/spf13/pflag"

	"zhuomo/internal/spec"
)

// watching is how a process tells its keeper what it does.
type watching struct {
	logFormat, logLevel string
	traceTo             string
}

func (w *watching) flags(f *pflag.FlagSet, lang string) {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	f.StringVar(&w.logFormat, "log-format", "text", say("日志格式：text 或 json", "format of the log: text or json"))
	f.StringVar(&w.logLevel, "log-level", "info", say("记到哪一级：debug（每个请求一行）、info、warn、error", "least level that is logged: debug (a line per request), info, warn, error"))
	f.StringVar(&w.traceTo, "trace-to", "", say("把每个请求和作业的追踪发到 http://主机:4318（OTLP）或 file:路径，默认不追踪", "send traces of every request and job to http://host:4318 (OTLP) or file:path, by default none are made"))
}

// log is where the process logs. Fault: BadLog.
func (w watching) log(to io.Writer) (*slog.Logger, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, known := levels[w.logLevel]
	if !known {
		return nil, BadLog.With("flag", "--log-level", "value", w.logLevel, "known", "debug info warn error")
	}
	o := &slog.HandlerOptions{Level: level}
	switch w.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(to, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(to, o)), nil
	}
	return nil, BadLog.With("flag", "--log-format", "value", w.logFormat, "known", "text json")
}
