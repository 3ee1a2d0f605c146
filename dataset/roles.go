package dataset

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/spec"
)

// Role is what a column of a chat log is for.
type Role string

const (
	RoleSession Role = "session" // 会话
	RoleSpeaker Role = "speaker" // 谁说的
	RoleText    Role = "text"    // 说了什么
	RoleTime    Role = "time"    // 何时
	RoleChannel Role = "channel" // 从哪里来
	RoleLabel   Role = "label"   // 有人标过什么
)

// RoleGuess says which column plays a role, and why.
type RoleGuess struct {
	Role       Role      `json:"role"`
	Column     string    `json:"column"`
	Confidence float64   `json:"confidence"` // 0–1
	Why        spec.Text `json:"why"`
}

// headers are the names that people give to the columns of a chat log, folded
// to lower case without spaces and underscores.
var headers = map[Role][]string{
	RoleSession: {"会话id", "会话编号", "会话", "对话id", "对话编号", "对话", "sessionid", "session", "conversationid", "conversation", "dialogid", "dialogueid", "dialog", "chatid", "工单号"},
	RoleSpeaker: {"角色", "发言人", "说话人", "发送者", "发送方", "身份", "role", "sender", "speaker", "from", "author", "fromtype"},
	RoleText:    {"内容", "消息", "文本", "话术", "对话内容", "消息内容", "text", "body", "content", "message", "utterance", "msg", "问题", "客户问题", "用户问题", "问句", "句子", "原文", "question", "query", "sentence"},
	RoleTime:    {"时间", "发送时间", "消息时间", "日期", "time", "sentat", "createdat", "timestamp", "date", "sendtime"},
	RoleChannel: {"渠道", "来源", "平台", "channel", "source", "platform"},
	RoleLabel: {"意图", "意图标签", "意图名称", "标签", "标注", "类别", "分类", "类目", "问题类型", "问题分类", "咨询类型", "业务类型",
		"intent", "intents", "label", "labels", "category", "categories", "class", "tag", "tags", "topic"},
}

// agents are the names by which a speaker column calls the product's side, and
// customers those of the other.
var (
	agents    = []string{"坐席", "客服", "服务", "服务员", "人工", "机器人", "服", "agent", "staff", "system", "sys", "bot", "assistant", "operator", "service"}
	customers = []string{"客户", "顾客", "用户", "买家", "访客", "客", "user", "usr", "customer", "client", "visitor", "guest"}
)

// GuessRoles finds the columns of a chat log by their names and, where a name
// says nothing, by their values. Roles that no column plays are left out.
func GuessRoles(columns []string, sample []Row) []RoleGuess {
	var out []RoleGuess
	taken := map[string]bool{}
	take := func(g RoleGuess) {
		out = append(out, g)
		taken[g.Column] = true
	}
	roles := []Role{RoleSession, RoleSpeaker, RoleText, RoleTime, RoleChannel, RoleLabel}
	for _, role := range roles {
		for _, name := range headers[role] {
			i := slices.IndexFunc(columns, func(c string) bool { return foldHeader(c) == name && !taken[c] })
			if i < 0 {
				continue
			}
			take(RoleGuess{Role: role, Column: columns[i], Confidence: .95, Why: spec.Text{
				ZH: "列名「" + columns[i] + "」", EN: "the column is called " + columns[i]}})
			break
		}
	}
	have := func(r Role) bool { return slices.ContainsFunc(out, func(g RoleGuess) bool { return g.Role == r }) }
	if !have(RoleSpeaker) {
		for i, c := range columns {
			if _, _, ok := Sides(column(sample, i)); ok && !taken[c] {
				take(RoleGuess{Role: RoleSpeaker, Column: c, Confidence: .8, Why: spec.Text{
					ZH: "只有几种值，且像客户与客服", EN: "it holds few values, which read like customer and agent"}})
				break
			}
		}
	}
	if !have(RoleText) {
		best, length := -1, 0
		for i, c := range columns {
			runes := 0
			for _, v := range column(sample, i) {
				runes += utf8.RuneCountInString(v)
			}
			if !taken[c] && runes > length {
				best, length = i, runes
			}
		}
		if best >= 0 {
			take(RoleGuess{Role: RoleText, Column: columns[best], Confidence: .6, Why: spec.Text{
				ZH: "文字最长的一列", EN: "it holds the longest texts"}})
		}
	}
	return out
}

// Sides parts the values of a speaker column into customers and agents; ok is
// false when the values do not read like that.
func Sides(values []string) (customer, agent []string, ok bool) {
	seen := map[string]bool{}
	for _, v := range values {
		v = strings.TrimSpace(v)
		if v == "" || seen[v] {
			continue
		}
		seen[v] = true
		if len(seen) > 8 {
			return nil, nil, false
		}
		switch folded := foldHeader(v); {
		case slices.Contains(agents, folded):
			agent = append(agent, v)
		case slices.Contains(customers, folded):
			customer = append(customer, v)
		}
	}
	return customer, agent, len(customer) > 0 && len(agent) > 0
}

func column(rows []Row, i int) []string {
	var out []string
	for _, r := range rows {
		if i < len(r.Values) {
			out = append(out, r.Values[i])
		}
	}
	return out
}

func foldHeader(s string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", "\u3000", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}
