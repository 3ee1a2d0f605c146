package operator

import (
	"regexp"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// MachineNotices returns the operator that sets aside what no person said.
func MachineNotices() clean.Operator { return notices{} }

type notices struct{}

const noticesName = "clean.machine_notices.v1"

// noticeForms are the forms of notices that chat systems insert.
var noticeForms = regexp.MustCompile(`^\s*(` +
	`[【\[（(]?(系统(消息|提示|通知|自动)?|自动回复|温馨提示|服务提醒)[】\]）)]?\s*[:：】\]].*` +
	`|[【\[](系统消息|系统提示|自动回复|系统通知)[】\]].*` +
	`|(您|你)?(已|正在)?(为您)?(转接|接入|进入)(至|到)?(人工)?(客服|坐席|服务)(中|成功)?.{0,20}` +
	`|(客服|坐席)?.{0,12}(已|正在)?(接入|进入|离开|加入)(了)?(会话|对话|聊天).{0,10}` +
	`|(本次)?(会话|对话|服务|聊天)(已|即将)?(超时)?(自动)?(结束|关闭|断开).{0,30}` +
	`|由于您?长时间(未|没有)(回复|响应|操作).{0,60}` +
	`|(对方|客服|用户|顾客)?撤回了一条消息` +
	`|当前排队(人数|位置)?.{0,30}` +
	`|以上(为|是)历史(消息|记录).{0,10}` +
	`|(消息|对方)已(送达|读)` +
	`)\s*$`)

func (notices) Spec() clean.Spec {
	s := describe(noticesName, clean.Quality, "隔离系统通知", "Set machine notices aside",
		"隔离聊天系统插进来的提示（会话已结束、客服已接入、撤回了一条消息……），这些不是人说的话。",
		"Sets aside what the chat system inserted (session ended, agent joined, message recalled …): nobody said it.",
		clean.Example{Title: spec.Text{ZH: "通知与真话", EN: "notices and real turns"}, Columns: []string{"text"},
			In: [][]string{{"系统提示：会话已超时自动结束"}, {"对方撤回了一条消息"}, {"系统怎么老是提示失败"}}, Out: [][]string{{"系统怎么老是提示失败"}}, Aside: []string{"notice.system", "notice.system"}})
	s.Params = append(roleParams()[:1], spec.Param{Name: "also", Kind: spec.Strings, Default: []string(nil), Title: spec.Text{ZH: "另外的形式", EN: "Further forms"},
		Help: spec.Text{ZH: "自己系统里通知的正则表达式（RE2），整条匹配", EN: "regular expressions (RE2) of your own system's notices, matching the whole text"}})
	return s
}

type noticeStep struct {
	text int
	also []*regexp.Regexp
}

func (notices) Prepare(v spec.Values, schema dataset.Schema) (clean.Step, error) {
	at, err := clean.Role(noticesName, "text", v.String("text"), schema, usualTexts)
	if err != nil {
		return nil, err
	}
	if at < 0 {
		return nil, missing(noticesName, "text", schema)
	}
	s := noticeStep{text: at}
	for _, pattern := range v.Strings("also") {
		re, err := compile(`^(?:` + pattern + `)$`)
		if err != nil {
			return nil, err
		}
		s.also = append(s.also, re)
	}
	return s, nil
}

func (s noticeStep) Clean(row dataset.Row) clean.Outcome {
	hit := noticeForms.MatchString(row.Values[s.text])
	for _, re := range s.also {
		hit = hit || re.MatchString(row.Values[s.text])
	}
	if !hit {
		return clean.Keep(row)
	}
	return clean.SetAside(row, clean.Reason{Code: "notice.system", Text: spec.Text{ZH: "系统通知，不是人说的话", EN: "a notice of the system, nobody said it"}})
}

// compile parses a pattern of the user.
func compile(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, clean.BadPattern.With("pattern", pattern, "problem", err.Error()).At("pattern")
	}
	return re, nil
}
