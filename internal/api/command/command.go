// Package command makes the command line from the route table: the route with
// the verb "dataset list" is `zhuomo dataset list`. Path parameters are
// arguments, query and body fields are flags, uploads take a FILE; answers are
// tables for people and exact JSON with --json.
//
//	in:   []api.Route, a Dial that reaches a server      out: exit code
//	read: command.go → fields.go → request.go → answer.go → follow.go
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Options is what the command line is made from.
type Options struct {
	Routes   []api.Route
	Stages   []Stage // groups, in the order of the loop
	Specials []Special
	Dial     func(ctx context.Context, g Globals) (*Client, error)
	Version  string

	In       io.Reader
	Out, Err io.Writer
	Terminal bool // Err is a terminal: progress bars make sense
	Env      func(name string) string
}

// Stage explains a group of commands, such as "dataset".
type Stage struct {
	Name   string
	ZH, EN string
}

// Special is a command that is not a route.
type Special struct {
	Use    string // "serve", or with a group "bench turn"; arguments after it: "completion SHELL"
	ZH, EN string
	Args   int // how many arguments it takes at most
	// Own tells an argument of this command from a verb of the stage that has the
	// same name; nil: every argument is a verb.
	Own   func(arg string) bool
	Flags func(flags *pflag.FlagSet, lang string)
	Run   func(ctx context.Context, e *Env, args []string) error
}

// Globals are the flags that every command has.
type Globals struct {
	Data   string // data folder, "" = the default one
	DB     string // postgres://…, "" = an SQLite file in the data folder
	Blobs  string // s3://…, "" = the folder blobs in the data folder
	Lang   string // zh or en
	JSON   bool
	Quiet  bool
	Server string
	Token  string
}

// Env is what a running command works with.
type Env struct {
	Globals
	In       io.Reader
	Out, Err io.Writer
	Terminal bool
	Flags    *pflag.FlagSet
	root     *cobra.Command
	product  string // of ZHUOMO_PRODUCT
	dial     func(ctx context.Context, g Globals) (*Client, error)
}

// Text chooses the text of the command's language.
func (e *Env) Text(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(e.Lang) }

// Dial reaches the server that the flags ask for; the caller closes it.
func (e *Env) Dial(ctx context.Context) (*Client, error) { return e.dial(ctx, e.Globals) }

// Print writes a value: JSON with --json, else aligned keys and values.
func (e *Env) Print(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.show(text, reflect.TypeOf(v))
}

// Client reaches one server.
type Client struct {
	Base  string // http://127.0.0.1:7788
	HTTP  http.RoundTripper
	Token string
	Close func() error
}

const usageExit = 64 // EX_USAGE of sysexits.h

// Run does one command line and returns the exit code: 0, the code of the
// fault's kind, 64 when the line itself is wrong, 130 when interrupted.
func Run(ctx context.Context, o Options, args []string) int {
	g := &Globals{Lang: language(args, o.Env)}
	root := build(o, g)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	return report(o, *g, err)
}

// report tells an error on Err and finds the exit code.
func report(o Options, g Globals, err error) int {
	if errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) {
		return 130
	}
	var p *api.Problem
	exit := 0
	if !errors.As(err, &p) {
		f := fault.Of(err)
		if f.Def == fault.Internal {
			// There is no log to look in: this process is the program.
			f = Failed.With("reason", err.Error())
		}
		p = api.NewProblem(f, g.Lang, "")
		exit = f.Def.Kind.ExitCode()
		if f.Def == Usage || f.Def == UnknownCommand {
			exit = usageExit
		}
	} else {
		exit = exitOf(p.Status)
	}
	if g.JSON {
		text, _ := json.Marshal(p)
		fmt.Fprintln(o.Err, string(text))
		return exit
	}
	detail := p.Detail
	if len(p.Errors) > 0 { // the places follow, one a line
		detail, _, _ = strings.Cut(detail, spec.Text{ZH: "：", EN: ":"}.In(g.Lang))
	}
	fmt.Fprintf(o.Err, "%s%s\n", spec.Text{ZH: "错误：", EN: "error: "}.In(g.Lang), clean(detail))
	for _, place := range p.Errors {
		fmt.Fprintf(o.Err, "  %s  %s\n", flagOf(place.Location), clean(place.Message))
	}
	fix := p.Fix
	if p.Code == api.InvalidInput.Code { // its own fix speaks of the OpenAPI document
		fix = spec.Text{ZH: "改正后重试；用法见 --help", EN: "correct it and try again; --help shows how"}.In(g.Lang)
	}
	fmt.Fprintf(o.Err, "%s%s\n", spec.Text{ZH: "办法：", EN: "fix:   "}.In(g.Lang), clean(fix))
	code := p.Code
	if p.RequestID != "" && p.Code == fault.Internal.Code {
		code += "  " + p.RequestID
	}
	fmt.Fprintf(o.Err, "%s%s\n", spec.Text{ZH: "代码：", EN: "code:  "}.In(g.Lang), code)
	return exit
}

// exitOf maps a problem's status back to the exit code of its kind.
func exitOf(status int) int {
	switch status {
	case http.StatusNotFound:
		return fault.NotFound.ExitCode()
	case http.StatusConflict:
		return fault.Conflict.ExitCode()
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMisdirectedRequest:
		return fault.Denied.ExitCode()
	case http.StatusServiceUnavailable:
		return fault.Busy.ExitCode()
	}
	if status < 500 {
		return fault.Invalid.ExitCode()
	}
	return fault.Broken.ExitCode()
}

// flagOf names an input location as the command line does.
func flagOf(location string) string {
	where, name, found := strings.Cut(location, ".")
	if found && (where == "body" || where == "query") {
		return "--" + kebab(name)
	}
	return location
}

// language reads --lang before the command line is built, because help texts
// need it; then ZHUOMO_LANG and the system's settings.
func language(args []string, env func(string) string) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if value, ok := strings.CutPrefix(a, "--lang="); ok {
			return api.Language(value)
		}
		if a == "--lang" && i+1 < len(args) {
			return api.Language(args[i+1])
		}
	}
	for _, name := range []string{"ZHUOMO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := env(name); value != "" {
			return api.Language(strings.ReplaceAll(value, "_", "-"))
		}
	}
	return "zh"
}

// build makes the tree of commands.
func build(o Options, g *Globals) *cobra.Command {
	lang := g.Lang
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	root := &cobra.Command{
		Use: "zhuomo", SilenceErrors: true, SilenceUsage: true,
		Short: say("琢磨：训练 AI 产品的软件", "Zhuomo: the software to train AI products"),
		Args:  cobra.ArbitraryArgs,
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknown(cmd, args[0], lang)
		}
		overview(root, o, lang)
		return nil
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(o.Out)
	root.SetErr(o.Err)
	root.SetIn(o.In)
	root.SetHelpCommand(&cobra.Command{Use: "no-help-command", Hidden: true})
	root.SetUsageTemplate(usageTemplate(lang))
	root.SetHelpTemplate(`{{with (or .Long .Short)}}{{.}}

{{end}}{{.UsageString}}`)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagFault(cmd, err, lang) })
	p := root.PersistentFlags()
	p.StringVar(&g.Data, "data", o.Env("ZHUOMO_DATA"), say("数据文件夹", "data folder"))
	p.StringVar(&g.DB, "db", "", say("PostgreSQL 数据库 postgres://…（默认取 ZHUOMO_DB；都没有就用数据文件夹里的 SQLite）", "PostgreSQL database postgres://… (default: ZHUOMO_DB; without both SQLite in the data folder)"))
	p.StringVar(&g.Blobs, "blobs", o.Env("ZHUOMO_BLOBS"), say("文件放在 s3://桶/前缀?endpoint=…（默认取 ZHUOMO_BLOBS；都没有就放在数据文件夹里）", "keep files in s3://bucket/prefix?endpoint=… (default: ZHUOMO_BLOBS; without both in the data folder)"))
	p.StringVar(&g.Lang, "lang", lang, say("界面语言：zh 或 en", "language: zh or en"))
	p.BoolVar(&g.JSON, "json", false, say("输出 JSON，给程序用", "print JSON, for programs"))
	p.BoolVarP(&g.Quiet, "quiet", "q", false, say("不显示进度", "no progress"))
	p.StringVar(&g.Server, "server", o.Env("ZHUOMO_SERVER"), say("连到这个地址的琢磨服务", "use the Zhuomo server at this address"))
	p.StringVar(&g.Token, "token", "", say("访问令牌（默认取 ZHUOMO_TOKEN）", "access token (default: ZHUOMO_TOKEN)"))
	root.PersistentPreRun = func(*cobra.Command, []string) {
		g.Lang = lang // --lang=xx was already understood; normalise what pflag stored
		if g.Token == "" {
			g.Token = o.Env("ZHUOMO_TOKEN")
		}
		if g.DB == "" { // not as the flag's default: help would show the password
			g.DB = o.Env("ZHUOMO_DB")
		}
	}

	env := func(cmd *cobra.Command) *Env {
		return &Env{Globals: *g, In: o.In, Out: o.Out, Err: o.Err, Terminal: o.Terminal, Flags: cmd.Flags(), root: cmd.Root(), product: o.Env("ZHUOMO_PRODUCT"), dial: o.Dial}
	}
	for _, r := range o.Routes {
		if r.Verb != "" {
			words := strings.Fields(r.Verb)
			parent := group(root, o.Stages, words[:len(words)-1], lang)
			parent.AddCommand(routeCommand(r, words[len(words)-1], lang, o, env))
		}
	}
	for _, s := range append(slices.Clone(o.Specials), completion()) {
		addSpecial(root, o, s, lang, env)
	}
	// "--help" in the user's language, too.
	walk(root, func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = say("显示帮助", "show help")
		}
	})
	return root
}

func addSpecial(root *cobra.Command, o Options, s Special, lang string, env func(*cobra.Command) *Env) {
	words := strings.Fields(s.Use)
	n := 0
	for n < len(words) && words[n] == strings.ToLower(words[n]) && !strings.ContainsAny(words[n], "[|") {
		n++
	}
	cmd := &cobra.Command{
		Use:   strings.Join(words[n-1:], " "),
		Short: spec.Text{ZH: s.ZH, EN: s.EN}.In(lang), DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > s.Args {
				return tooMany(cmd, args[s.Args], lang)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return s.Run(cmd.Context(), env(cmd), args) },
	}
	parent := group(root, o.Stages, words[:n-1], lang)
	for _, stage := range parent.Commands() {
		if stage.Name() == cmd.Name() { // `zhuomo serve` runs, `zhuomo serve releases` is a verb of the stage
			stage.Long, stage.Use, stage.DisableFlagsInUseLine = cmd.Short+"\n"+stage.Short, cmd.Use, true
			verbs := stage.RunE
			stage.RunE = func(c *cobra.Command, args []string) error {
				if len(args) > 0 && (s.Own == nil || !s.Own(args[0])) {
					return verbs(c, args)
				}
				if len(args) > s.Args {
					return tooMany(c, args[s.Args], lang)
				}
				return s.Run(c.Context(), env(c), args)
			}
			cmd = stage
			break
		}
	}
	if s.Flags != nil {
		s.Flags(cmd.Flags(), lang)
	}
	if cmd.Parent() == nil {
		parent.AddCommand(cmd)
	}
}

// group finds or makes the command that holds others, such as "dataset".
func group(root *cobra.Command, stages []Stage, words []string, lang string) *cobra.Command {
	parent := root
	for _, word := range words {
		at := slices.IndexFunc(parent.Commands(), func(c *cobra.Command) bool { return c.Name() == word })
		if at >= 0 {
			parent = parent.Commands()[at]
			continue
		}
		short := word
		if s := slices.IndexFunc(stages, func(s Stage) bool { return s.Name == word }); s >= 0 {
			short = spec.Text{ZH: stages[s].ZH, EN: stages[s].EN}.In(lang)
		}
		child := &cobra.Command{Use: word, Short: short, Args: cobra.ArbitraryArgs}
		child.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0], lang)
			}
			return cmd.Help()
		}
		parent.AddCommand(child)
		parent = child
	}
	return parent
}

func walk(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, child := range c.Commands() {
		walk(child, do)
	}
}

// completion prints the shell's completion script.
func completion() Special {
	return Special{
		Use: "completion bash|zsh|fish|powershell", Args: 1,
		ZH: "输出命令补全脚本", EN: "print the completion script of a shell",
		Run: func(ctx context.Context, e *Env, args []string) error {
			root := e.root
			shell := ""
			if len(args) > 0 {
				shell = args[0]
			}
			switch shell {
			case "bash":
				return root.GenBashCompletionV2(e.Out, true)
			case "zsh":
				return root.GenZshCompletion(e.Out)
			case "fish":
				return root.GenFishCompletion(e.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(e.Out)
			}
			return Usage.With("problem", e.Text("要指明 bash、zsh、fish 或 powershell", "name bash, zsh, fish or powershell"), "command", "zhuomo completion")
		},
	}
}

// IsTerminal tells whether f is a terminal rather than a file or a pipe.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
