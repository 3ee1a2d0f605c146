package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

var (
	Usage = fault.Define("command.usage", fault.Invalid, fault.Text{
		ZH: "命令写法不对：{problem}", FixZH: "看用法：{command} --help",
		EN: "the command line is wrong: {problem}", FixEN: "see {command} --help",
	})
	UnknownCommand = fault.Define("command.unknown", fault.Invalid, fault.Text{
		ZH: "没有命令「{word}」", FixZH: "{near}全部命令：{command} --help",
		EN: "there is no command {word}", FixEN: "{near}all commands: {command} --help",
	})
	NoFile = fault.Define("command.no_file", fault.NotFound, fault.Text{
		ZH: "打不开文件「{path}」：{reason}", FixZH: "核对路径和读取权限；从标准输入读取请写 -",
		EN: "cannot open the file {path}: {reason}", FixEN: "check the path and the permission; - reads standard input",
	})
	FileExists = fault.Define("command.file_exists", fault.Conflict, fault.Text{
		ZH: "文件「{path}」已经存在", FixZH: "换一个文件名，或加 --force 覆盖",
		EN: "the file {path} exists already", FixEN: "choose another name, or overwrite with --force",
	})
	BadJSON = fault.Define("command.bad_json", fault.Invalid, fault.Text{
		ZH: "--{flag} 不是合法的 JSON：{reason}", FixZH: "检查引号和括号；较长的内容可放进文件，用 --body 文件",
		EN: "--{flag} is not valid JSON: {reason}", FixEN: "check quotes and brackets; put long input into a file and use --body FILE",
	})
	NoProduct = fault.Define("command.no_product", fault.Invalid, fault.Text{
		ZH: "没有说明是哪个产品；现有：{known}", FixZH: "加 --product 名称，或设环境变量 ZHUOMO_PRODUCT；还没有产品时先用 zhuomo product create 新建",
		EN: "no product was named; there are: {known}", FixEN: "add --product NAME or set ZHUOMO_PRODUCT; create the first with zhuomo product create",
	})
	NoServer = fault.Define("command.no_server", fault.Busy, fault.Text{
		ZH: "连不上琢磨服务 {address}", FixZH: "确认服务在运行（zhuomo serve），地址和令牌正确",
		EN: "cannot reach the Zhuomo server at {address}", FixEN: "check that it runs (zhuomo serve) and that address and token are right",
	})
	NotAnAnswer = fault.Define("command.not_an_answer", fault.Broken, fault.Text{
		ZH: "服务 {address} 的回答看不懂（HTTP {status}）", FixZH: "确认 --server 指向琢磨，且版本相同",
		EN: "the server at {address} gave an answer that makes no sense (HTTP {status})", FixEN: "check that --server is a Zhuomo of the same version",
	})
	JobFailed = fault.Define("command.job_failed", fault.Broken, fault.Text{
		ZH: "作业失败：{message}", FixZH: "{fix}",
		EN: "the job failed: {message}", FixEN: "{fix}",
	})
	JobCancelled = fault.Define("command.job_cancelled", fault.Conflict, fault.Text{
		ZH: "作业 {job} 已取消", FixZH: "需要时重新运行命令，或 zhuomo jobs retry {job}",
		EN: "the job {job} was cancelled", FixEN: "run the command again when you want it, or zhuomo jobs retry {job}",
	})
	Failed = fault.Define("command.failed", fault.Broken, fault.Text{
		ZH: "没有做成：{reason}", FixZH: "按原因处理后重试",
		EN: "it failed: {reason}", FixEN: "mend the cause and try again",
	})
)

var errInterrupted = errors.New("interrupted")

// unknown is the fault of a mistyped command, with the nearest ones.
func unknown(cmd *cobra.Command, word, lang string) error {
	near := ""
	cmd.SuggestionsMinimumDistance = 2
	if found := cmd.SuggestionsFor(word); len(found) > 0 {
		words := cmd.CommandPath() + " " + strings.Join(found, " | ")
		near = spec.Text{ZH: "是不是 " + words + "？", EN: "did you mean " + words + "? "}.In(lang)
	}
	return UnknownCommand.With("word", word, "near", near, "command", cmd.CommandPath())
}

func tooMany(cmd *cobra.Command, word, lang string) error {
	return Usage.With("problem", spec.Text{ZH: "多了「" + word + "」", EN: "one argument too many: " + word}.In(lang), "command", cmd.CommandPath())
}

// flagFault tells pflag's errors in the user's language.
func flagFault(cmd *cobra.Command, err error, lang string) error {
	problem := spec.Text{ZH: err.Error(), EN: err.Error()}
	var absent *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &absent):
		name := absent.GetSpecifiedName()
		dashes := "--"
		if len(name) == 1 {
			dashes = "-"
		}
		problem = spec.Text{ZH: "没有选项 " + dashes + name, EN: "there is no flag " + dashes + name}
		if near := nearestFlag(cmd, name); near != "" {
			problem.ZH += "（是 --" + near + " 吗？）"
			problem.EN += " (did you mean --" + near + "?)"
		}
	case errors.As(err, &valueless):
		name := valueless.GetFlag().Name
		problem = spec.Text{ZH: "选项 --" + name + " 后面要有值", EN: "the flag --" + name + " needs a value"}
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		problem = spec.Text{
			ZH: fmt.Sprintf("选项 --%s 的值「%s」不对，应为%s", f.Name, invalid.GetValue(), shapeInChinese(f.Value.Type())),
			EN: fmt.Sprintf("the value %q of --%s is wrong, it should be %s", invalid.GetValue(), f.Name, f.Value.Type()),
		}
	}
	return Usage.With("problem", problem.In(lang), "command", cmd.CommandPath())
}

func shapeInChinese(shape string) string {
	switch shape {
	case "int":
		return "整数"
	case "number":
		return "数字"
	case "bool":
		return " true 或 false"
	}
	return " " + shape
}

// nearestFlag is the flag within two typing errors of name, or "".
func nearestFlag(cmd *cobra.Command, name string) string {
	best, near := 3, ""
	look := func(f *pflag.Flag) {
		if d := distance(name, f.Name); d < best {
			best, near = d, f.Name
		}
	}
	cmd.Flags().VisitAll(look)
	cmd.InheritedFlags().VisitAll(look)
	return near
}

// distance is the Levenshtein distance in bytes; flag names are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
