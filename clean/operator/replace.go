package operator

import (
	"regexp"
	"strings"

	"zhuomo/clean"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// MapValues returns the operator that replaces whole values by a list.
func MapValues() clean.Operator {
	s := describe("clean.map_values.v1", clean.Reshape, "按对照表改值", "Map values",
		"整格的值等于“原值”时换成“新值”，用来统一“客服/坐席/agent”这样的不同叫法。",
		"Replaces a cell that equals the old value by the new one, to unify names such as 客服/坐席/agent.",
		clean.Example{Title: spec.Text{ZH: "统一叫法", EN: "one name"}, Params: map[string]any{"map": []string{"坐席=客服", "agent=客服"}}, Columns: []string{"speaker"}, In: [][]string{{"坐席"}, {"agent"}, {"顾客"}}, Out: [][]string{{"客服"}, {"客服"}, {"顾客"}}})
	s.Repeats = true // a=b, b=c moves on at every pass
	s.Params = []spec.Param{{Name: "map", Kind: spec.Strings, Default: []string(nil), Title: spec.Text{ZH: "对照表", EN: "Map"}, Help: spec.Text{ZH: "每项写“原值=新值”", EN: "each entry is old=new"}}}
	return newCell(s, func(v spec.Values) (repair, error) {
		to := map[string]string{}
		for _, entry := range v.Strings("map") {
			old, now, ok := strings.Cut(entry, "=")
			if !ok {
				return nil, clean.BadMapping.With("entry", entry).At("map")
			}
			to[strings.TrimSpace(old)] = strings.TrimSpace(now)
		}
		return func(s string) (string, string, int) {
			now, ok := to[strings.TrimSpace(s)]
			if !ok || now == s {
				return s, "", 0
			}
			return now, "value.mapped", 1
		}, nil
	})
}

// RegexReplace returns the operator that replaces by a regular expression.
func RegexReplace() clean.Operator {
	s := describe("clean.regex_replace.v1", clean.Reshape, "正则替换", "Replace by pattern",
		"按正则表达式（RE2，用时与文字长度成正比）查找并替换；替换里可写 $1。",
		"Finds and replaces by a regular expression (RE2, in time proportional to the text); the replacement may say $1.",
		clean.Example{Title: spec.Text{ZH: "去掉工号", EN: "drop staff numbers"}, Params: map[string]any{"pattern": `工号\d+`, "to": "工号"}, Columns: []string{"text"}, In: [][]string{{"工号1024为您服务"}}, Out: [][]string{{"工号为您服务"}}})
	s.Repeats = true
	s.Params = []spec.Param{
		{Name: "pattern", Kind: spec.String, Default: "", Title: spec.Text{ZH: "查找", EN: "Find"}, Help: spec.Text{ZH: "正则表达式；空则什么也不做", EN: "regular expression; empty does nothing"}},
		{Name: "to", Kind: spec.String, Default: "", Title: spec.Text{ZH: "换成", EN: "Replace by"}, Help: spec.Text{ZH: "替换的文字", EN: "what to put instead"}}}
	return newCell(s, func(v spec.Values) (repair, error) {
		pattern, to := v.String("pattern"), v.String("to")
		re, err := compile(pattern)
		if err != nil {
			return nil, err
		}
		return func(s string) (string, string, int) {
			if pattern == "" {
				return s, "", 0
			}
			out := re.ReplaceAllString(s, to)
			if out == s {
				return s, "", 0
			}
			return out, "pattern.replaced", max(1, len(re.FindAllStringIndex(s, -1)))
		}, nil
	})
}

var signature = regexp.MustCompile(`(?i)\s*(\n-{2,}\s*\n[\s\S]*|(发自|来自|發自|來自)(我的|于)?\s*[\p{Han}A-Za-z0-9 ]{0,16}(手机|iphone|ipad|客户端|邮箱|app)[。.]?|sent from my [a-z0-9 ]{2,24}\.?|get outlook for (ios|android))\s*$`)

// TrimSignature returns the operator that removes signatures at the end.
func TrimSignature() clean.Operator {
	return newCell(describe("clean.trim_signature.v1", clean.Markup, "去掉落款", "Remove signatures",
		"去掉末尾的“发自我的iPhone”“Sent from my …”和“--”线以下的签名。",
		"Removes “Sent from my …” and its Chinese forms at the end, and what stands under a -- line.",
		texts("手机落款", "a phone's signature", "我要退款 发自我的iPhone", "我要退款", "谢谢\n--\n张三\n某公司", "谢谢", "来自北京的客人", "来自北京的客人")),
		always(func(s string) (string, string, int) {
			count := 0
			for range 8 {
				at := signature.FindStringIndex(s)
				if at == nil || at[0] == 0 {
					break
				}
				s = s[:at[0]]
				count++
			}
			return s, "signature.trailing", count
		}))
}

// Emoji returns the operator that removes emoji, or keeps them.
func Emoji() clean.Operator {
	s := describe("clean.emoji.v1", clean.Unicode, "去掉表情", "Remove emoji",
		"去掉表情符号；也可以连 [微笑] 这样的文字表情一起去掉。只有表情的行变成空，可再用“隔离残缺行”处理。",
		"Removes emoji, and if wanted bracketed ones such as [微笑]. A row of nothing but emoji becomes empty.",
		texts("去掉表情", "emoji go", "好的👍🏻谢谢😀", "好的谢谢", "没有", "没有"))
	s.Params = []spec.Param{{Name: "brackets", Kind: spec.Bool, Default: false, Title: spec.Text{ZH: "文字表情", EN: "Bracketed"}, Help: spec.Text{ZH: "也去掉 [微笑] 这样的文字表情", EN: "also remove [微笑] and the like"}}}
	return newCell(s, func(v spec.Values) (repair, error) {
		brackets := v.Bool("brackets")
		return func(s string) (string, string, int) {
			count := 0
			out := strings.Map(func(r rune) rune {
				if text.IsEmoji(r) {
					count++
					return -1
				}
				return r
			}, s)
			if count > 0 { // what joined them is left over
				out = strings.NewReplacer("\u200d", "", "\ufe0f", "").Replace(out)
			}
			if brackets {
				for {
					next := bracketEmoji.ReplaceAllStringFunc(out, func(string) string { count++; return "" })
					if next == out {
						break
					}
					out = next
				}
			}
			if count == 0 {
				return s, "", 0
			}
			return out, "emoji.removed", count
		}, nil
	})
}

var bracketEmoji = regexp.MustCompile(`[\[［](微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|酷|冷汗|抓狂|吐|偷笑|可爱|白眼|傲慢|饥饿|困|惊恐|流汗|憨笑|大兵|奋斗|咒骂|疑问|嘘|晕|折磨|衰|骷髅|敲打|再见|擦汗|抠鼻|鼓掌|糗大了|坏笑|左哼哼|右哼哼|哈欠|鄙视|委屈|快哭了|阴险|亲亲|吓|可怜|菜刀|西瓜|啤酒|玫瑰|凋谢|爱心|心碎|蛋糕|太阳|月亮|拥抱|强|弱|握手|胜利|抱拳|勾引|拳头|OK|爱情|飞吻|捂脸|笑哭|苦涩|奸笑|机智|皱眉|耶|加油|汗|天啊|社会社会|旺柴|好的|打脸|哇|红包|發|福|赞|心|泪|怒|哈哈)[\]］]`)
