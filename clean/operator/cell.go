package operator

import (
	"strings"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// repair gives the new text, a finding code and how often it applied; count 0
// means that the cell stays.
type repair func(text string) (repaired, code string, count int)

// cell is an operator that repairs cells one by one. bind makes the repair from
// the parameters; the parameter columns is added by it.
type cell struct {
	spec clean.Spec
	bind func(v spec.Values) (repair, error)
}

func newCell(s clean.Spec, bind func(v spec.Values) (repair, error)) clean.Operator {
	s.Params = append([]spec.Param{clean.ColumnsParam()}, s.Params...)
	return cell{s, bind}
}

func (c cell) Spec() clean.Spec { return c.spec }

func (c cell) Prepare(values spec.Values, schema dataset.Schema) (clean.Step, error) {
	at, err := clean.Columns(c.spec.Name, values.Strings("columns"), schema)
	if err != nil {
		return nil, err
	}
	do, err := c.bind(values)
	if err != nil {
		return nil, err
	}
	return clean.EachCell{At: at, Repair: do}, nil
}

// always is the bind of a repair without parameters.
func always(do repair) func(spec.Values) (repair, error) {
	return func(spec.Values) (repair, error) { return do, nil }
}

// describe fills the part of a Spec that every operator has.
func describe(name string, family clean.Family, zh, en, helpZH, helpEN string, examples ...clean.Example) clean.Spec {
	return clean.Spec{
		Spec:     spec.Spec{Name: name, Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN}},
		Family:   family,
		Examples: examples,
	}
}

// texts is an example on one column.
func texts(zh, en string, pairs ...string) clean.Example {
	e := clean.Example{Title: spec.Text{ZH: zh, EN: en}, Columns: []string{"text"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.In = append(e.In, []string{pairs[i]})
		e.Out = append(e.Out, []string{pairs[i+1]})
	}
	return e
}

// roles are the columns of a table of conversations; -1 for one that is absent.
type roles struct{ text, session, speaker int }

// Names that columns of conversations usually have.
var (
	usualTexts    = []string{"text", "content", "message", "utterance", "内容", "消息", "消息内容", "文本", "正文", "话术", "聊天内容", "发言"}
	usualSessions = []string{"session", "session_id", "sessionid", "conversation", "conversation_id", "dialog", "dialogue_id", "dialog_id", "会话", "会话ID", "会话id", "会话编号", "会话号", "对话", "对话ID", "对话编号"}
	usualSpeakers = []string{"speaker", "role", "sender", "from", "说话人", "角色", "发送方", "发言人", "发送者", "身份"}
)

// roleParams are the parameters by which an operator on conversations is told
// its columns.
func roleParams() []spec.Param {
	column := func(name, zh, en, usual string) spec.Param {
		return spec.Param{Name: name, Kind: spec.String, Default: "", Title: spec.Text{ZH: zh, EN: en},
			Help: spec.Text{ZH: "列名；不填则按常用名字找（" + usual + " 等）", EN: "column name; empty looks for usual names (" + usual + " …)"}}
	}
	return []spec.Param{
		column("text", "文本列", "Text column", "text"),
		column("session", "会话列", "Session column", "session"),
		column("speaker", "说话人列", "Speaker column", "speaker"),
	}
}

// agentParam lists the values of the speaker column that mean the agent.
func agentParam() spec.Param {
	return spec.Param{Name: "agents", Kind: spec.Strings, Default: []string{"agent", "客服", "坐席", "人工客服", "机器人", "系统", "system", "bot", "staff", "sys", "assistant", "service"},
		Title: spec.Text{ZH: "客服的取值", EN: "Agent values"},
		Help:  spec.Text{ZH: "说话人列里表示客服（不是顾客）的值", EN: "values of the speaker column that mean the agent, not the customer"}}
}

// findRoles finds the columns; the text column falls back on the only text
// column, and every role named in needed must be there.
func findRoles(operator string, v spec.Values, schema dataset.Schema, needed ...string) (roles, error) {
	var r roles
	var err error
	if r.text, err = clean.Role(operator, "text", v.String("text"), schema, usualTexts); err != nil {
		return r, err
	}
	if r.session, err = clean.Role(operator, "session", v.String("session"), schema, usualSessions); err != nil {
		return r, err
	}
	if r.speaker, err = clean.Role(operator, "speaker", v.String("speaker"), schema, usualSpeakers); err != nil {
		return r, err
	}
	if r.text < 0 {
		if all, _ := clean.Columns(operator, nil, schema); len(all) == 1 {
			r.text = all[0]
		}
	}
	for _, name := range needed {
		at := map[string]int{"text": r.text, "session": r.session, "speaker": r.speaker}[name]
		if at < 0 {
			return r, missing(operator, name, schema)
		}
	}
	return r, nil
}

func missing(operator, param string, schema dataset.Schema) error {
	return clean.ColumnNeeded.With("operator", operator, "param", param, "known", strings.Join(schema.Names(), ", ")).At(param)
}
