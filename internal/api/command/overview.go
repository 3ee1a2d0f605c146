package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"zhuomo/internal/spec"
)

// overview is what `zhuomo` alone prints: the stages in the order of the loop.
func overview(root *cobra.Command, o Options, lang string) {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	w := o.Out
	fmt.Fprintln(w, say("琢磨  把原始材料训练成能用的 AI 产品，并让它一直好用", "Zhuomo  trains raw material into an AI product that works, and keeps it working"))
	fmt.Fprintln(w)
	headed := false
	for _, line := range []struct{ command, zh, en string }{
		{"zhuomo demo --once", "一条命令走完整个流程", "the whole loop in one command"},
		{"zhuomo serve", "启动服务，在浏览器里工作", "start the server, work in the browser"},
	} {
		if found, _, err := root.Find(strings.Fields(line.command)[1:2]); err != nil || found == root {
			continue
		}
		if !headed {
			fmt.Fprintln(w, say("先试试", "Try first"))
			headed = true
		}
		fmt.Fprintf(w, "  %s  %s\n", pad(line.command, 20), say(line.zh, line.en))
	}
	if headed {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, say("环节（按流程顺序）", "Stages (in the order of the loop)"))
	for _, s := range o.Stages {
		if found, _, err := root.Find([]string{s.Name}); err != nil || found == root {
			continue // a stage that has no command in this build
		}
		fmt.Fprintf(w, "  %s  %s\n", pad("zhuomo "+s.Name, 20), say(s.ZH, s.EN))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, say("每个命令都有 --help；--json 给程序用；--lang en 换成英文", "every command has --help; --json is for programs; --lang zh switches to Chinese"))
}

// usageTemplate is cobra's, in the user's language.
func usageTemplate(lang string) string {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	return say("用法", "Usage") + `{{if .HasAvailableSubCommands}}{{if .Long}}
  {{.UseLine}} [` + say("选项", "FLAGS") + `]{{end}}
  {{.CommandPath}} ` + say("命令", "COMMAND") + `{{else}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}

` + say("命令", "Commands") + `{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + say("选项", "Flags") + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + say("通用选项", "Global flags") + `
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
}
