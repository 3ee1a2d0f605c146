package voice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/serve"
)

// aligenie is AliGenie (天猫精灵). Source: the pages “请求数据”, “V3.0 响应数据” and
// “Webhook 接入” of aligenie.com. The platform signs nothing and dates nothing: a
// key of ours stands in the address or in a header that its console lets one set.
type aligenie struct{}

// AliGenie gives the platform 天猫精灵.
func AliGenie() serve.Voice { return aligenie{} }

func (aligenie) Spec() serve.VoiceSpec {
	return serve.VoiceSpec{
		Name: "aligenie", Title: spec.Text{ZH: "天猫精灵（AliGenie）", EN: "AliGenie"}, Needs: []string{"skill_id"}, OwnKey: true,
		Forgets: 24 * time.Hour, // nothing else tells that a request is old
		Explain: spec.Text{
			ZH: "自定义语音技能，Webhook 接入，V3.0 响应。平台不签名，地址里带一个我们给的口令；归属认证文件也由这里给出。",
			EN: "Custom skills by webhook, answers of version 3.0. The platform signs nothing, so the address carries a key of ours; the file that proves ownership is served too.",
		},
	}
}

// KeyHeader is the header that may carry the key of a channel.
const KeyHeader = "X-Zhuomo-Key"

type taskQuery struct {
	SessionID   string            `json:"sessionId"`
	Utterance   string            `json:"utterance"`
	RequestData map[string]string `json:"requestData"`
	SkillID     any               `json:"skillId"` // a number; text in the online test
	IntentName  string            `json:"intentName"`
	RequestID   string            `json:"requestId"`
	Meta        *struct{}         `json:"queryMetaInfo"` // an encrypted request
}

func (aligenie) Hear(_ context.Context, r serve.VoiceRequest, v serve.VoiceChannel) (serve.VoiceMessage, error) {
	if !v.KeyFits(first(r.Header.Get(KeyHeader), r.Query.Get("key"))) {
		return serve.VoiceMessage{}, refused("口令不对", "the key is wrong")
	}
	var in taskQuery
	if err := decode(r.Body, &in); err != nil {
		return serve.VoiceMessage{}, err
	}
	if in.Meta != nil {
		return serve.VoiceMessage{}, unreadable("请求是加密的，请在平台后台关掉 WebHook 鉴权（RSA）", "it is encrypted; turn WebHook authentication (RSA) off in the console")
	}
	if skill := idText(in.SkillID); skill != v.SkillID {
		return serve.VoiceMessage{}, refused("skillId 不是这个技能", "its skillId is that of another skill")
	}
	m := serve.VoiceMessage{
		Kind: serve.Said, Text: in.Utterance, RequestID: in.RequestID, Person: in.RequestData["userOpenId"],
		Session: first(in.SessionID, in.RequestData["userOpenId"], in.RequestData["deviceOpenId"]),
	}
	switch {
	case strings.EqualFold(in.IntentName, "welcome"):
		m.Kind = serve.Opened
	case strings.TrimSpace(in.Utterance) == "":
		m.Kind = serve.Quiet
	}
	if m.RequestID == "" || m.Session == "" {
		return m, unreadable("没有 requestId 或 sessionId", "it has no requestId or no sessionId")
	}
	return m, nil
}

func idText(id any) string {
	switch n := id.(type) {
	case string:
		return n
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return ""
}

type gwCommand struct {
	Domain  string         `json:"commandDomain"`
	Name    string         `json:"commandName"`
	Payload map[string]any `json:"payload,omitempty"`
}

type taskAnswer struct {
	ReturnCode          string `json:"returnCode"`
	ReturnErrorSolution string `json:"returnErrorSolution"`
	ReturnMessage       string `json:"returnMessage"`
	ReturnValue         struct {
		ResultType  string      `json:"resultType"`
		ExecuteCode string      `json:"executeCode"`
		GwCommands  []gwCommand `json:"gwCommands"`
		Dialog      struct {
			End bool `json:"skillEndNluSession"`
		} `json:"skillDialogSession"`
	} `json:"returnValue"`
}

func (aligenie) Answer(_ serve.VoiceMessage, s serve.Spoken) ([]byte, error) {
	return encode(ownBytes, s, func(say, _ string) any {
		a := taskAnswer{ReturnCode: "0"}
		to := &a.ReturnValue
		to.ResultType, to.ExecuteCode, to.Dialog.End = "RESULT", "SUCCESS", s.End
		speak := map[string]any{"type": "text", "text": say, "expectSpeech": s.Listen && !s.End, "needLight": true, "needVoice": true}
		if s.Listen && !s.End {
			speak["wakeupType"] = "continuity"
		}
		to.GwCommands = append(to.GwCommands, gwCommand{Domain: "AliGenie.Speaker", Name: "Speak", Payload: speak})
		if s.End {
			to.GwCommands = append(to.GwCommands, gwCommand{Domain: "AliGenie.System.Control", Name: "Exit"})
		}
		return a
	})
}
