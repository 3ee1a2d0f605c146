package voice

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhuomo/internal/spec"
	"zhuomo/serve"
)

// xiaoai is XiaoAi (小爱). Source: the pages on custom skills and on the signature
// MIAI-HmacSHA256-V1 of developers.xiaoai.mi.com.
type xiaoai struct{}

// XiaoAi gives the platform 小爱.
func XiaoAi() serve.Voice { return xiaoai{} }

func (xiaoai) Spec() serve.VoiceSpec {
	return serve.VoiceSpec{
		Name: "xiaoai", Title: spec.Text{ZH: "小爱（XiaoAi）", EN: "XiaoAi"}, Needs: []string{"skill_id", "key_id", "secret"},
		Explain: spec.Text{
			ZH: "自定义技能，HTTPS 服务。请求用后台给的密钥签名（MIAI-HmacSHA256-V1）。",
			EN: "Custom skills as an HTTPS service. Requests are signed with the secret of the console (MIAI-HmacSHA256-V1).",
		},
	}
}

const miScheme = "MIAI-HmacSHA256-V1 "

type miRequest struct {
	Query   string `json:"query"`
	Session struct {
		SessionID   string `json:"session_id"`
		Application struct {
			AppID any `json:"app_id"`
		} `json:"application"`
		User struct {
			UserID string `json:"user_id"`
		} `json:"user"`
	} `json:"session"`
	Request struct {
		Type       *int   `json:"type"`
		RequestID  string `json:"request_id"`
		NoResponse bool   `json:"no_response"`
		EventType  string `json:"event_type"`
	} `json:"request"`
}

func (xiaoai) Hear(_ context.Context, r serve.VoiceRequest, v serve.VoiceChannel) (serve.VoiceMessage, error) {
	if err := miSigned(r, v); err != nil {
		return serve.VoiceMessage{}, err
	}
	var in miRequest
	if err := decode(r.Body, &in); err != nil {
		return serve.VoiceMessage{}, err
	}
	if app := idText(in.Session.Application.AppID); app != v.SkillID {
		return serve.VoiceMessage{}, refused("app_id 不是这个技能", "its app_id is that of another skill")
	}
	m := serve.VoiceMessage{Text: in.Query, RequestID: in.Request.RequestID, Session: first(in.Session.SessionID, in.Session.User.UserID), Person: in.Session.User.UserID}
	if in.Request.Type == nil || m.RequestID == "" || m.Session == "" {
		return m, unreadable("没有 request.type、request_id 或 session_id", "it has no request.type, request_id or session_id")
	}
	switch kind := *in.Request.Type; {
	case kind == 2:
		m.Kind = serve.Closed
	case in.Request.NoResponse:
		m.Kind = serve.Quiet
	case in.Request.EventType != "":
		m.Kind = serve.Noted
	case kind == 0:
		m.Kind = serve.Opened
	case kind == 1 && m.Text == "":
		m.Kind = serve.Quiet
	case kind == 1:
		m.Kind = serve.Said
	default:
		m.Kind = serve.Noted
	}
	return m, nil
}

// miSigned checks the signature over method, path, query, date, host, type and the
// MD5 of the body, each with a line feed behind it; key and result are Base64 and
// hex. The date is part of it, so it need not be trusted otherwise.
func miSigned(r serve.VoiceRequest, v serve.VoiceChannel) error {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), miScheme)
	parts := strings.Split(given, ":")
	if !ok || len(parts) != 3 {
		return refused("没有签名", "it is not signed")
	}
	if parts[0] != v.KeyID {
		return refused("密钥编号不对", "the id of the key is another one")
	}
	date := first(r.Header.Get("X-Xiaomi-Date"), r.Header.Get("Date"))
	sent, err := http.ParseTime(date)
	if err != nil {
		return unreadable("没有 X-Xiaomi-Date", "it has no X-Xiaomi-Date")
	}
	if err := r.Recent(sent); err != nil {
		return err
	}
	sum := md5.Sum(r.Body) // the protocol's choice; the HMAC is what vouches
	digest := base64.StdEncoding.EncodeToString(sum[:])
	if told := r.Header.Get("Content-MD5"); told != "" && told != digest {
		return refused("正文和 Content-MD5 不符", "the body is not that of Content-MD5")
	}
	key, err := base64.StdEncoding.DecodeString(v.Secret())
	if err != nil || len(key) == 0 {
		return refused("渠道里没有密钥", "the channel has no secret")
	}
	mac := hmac.New(sha256.New, key)
	for _, line := range []string{
		http.MethodPost, r.Path, sortedQuery(r.Query), date, first(r.Header.Get("X-Original-Host"), r.Host), r.Header.Get("Content-Type"), digest,
	} {
		mac.Write([]byte(line + "\n"))
	}
	if want := hex.EncodeToString(mac.Sum(nil)); subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(parts[2]))) != 1 {
		return refused("签名不对", "the signature is wrong")
	}
	return nil
}

// sortedQuery is a query by name, then value, as it was before it was escaped.
func sortedQuery(q url.Values) string {
	var all []string
	for name, values := range q {
		for _, value := range values {
			all = append(all, name+"="+value)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "&")
}

type miAnswer struct {
	Version      string `json:"version"`
	IsSessionEnd bool   `json:"is_session_end"`
	Response     struct {
		OpenMic bool     `json:"open_mic"`
		ToSpeak *miSpeak `json:"to_speak,omitempty"`
	} `json:"response"`
}

type miSpeak struct {
	Type int    `json:"type"` // 0: text
	Text string `json:"text"`
}

// Answer keeps the microphone open until the session ends: the device leaves the
// skill when it closes.
func (xiaoai) Answer(m serve.VoiceMessage, s serve.Spoken) ([]byte, error) {
	return encode(ownBytes, s, func(say, _ string) any {
		a := miAnswer{Version: "1.0", IsSessionEnd: s.End}
		a.Response.OpenMic = !s.End && m.Kind != serve.Noted
		a.Response.ToSpeak = &miSpeak{Text: first(say, "好的。")} // without words the platform takes the answer for none
		return a
	})
}
