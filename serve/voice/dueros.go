package voice

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/serve"
)

// duerBytes is the most that DuerOS takes of an answer.
const duerBytes = 24 << 10

// dueros is DuerOS (小度), protocol 2.0. Source: the pages “处理请求”, “标准请求”,
// “响应” and “签名认证” of dueros.baidu.com.
type dueros struct{ certificates *certificates }

// DuerOS gives the platform 小度. trust says whose certificates sign its requests.
func DuerOS(trust Trust) serve.Voice { return dueros{newCertificates(trust)} }

func (dueros) Spec() serve.VoiceSpec {
	return serve.VoiceSpec{
		Name: "dueros", Title: spec.Text{ZH: "小度（DuerOS）", EN: "DuerOS"}, Needs: []string{"skill_id"},
		Explain: spec.Text{
			ZH: "自定义技能协议 2.0，部署方式选 Web Service。请求用百度的证书签名，除技能编号外不用填密钥。",
			EN: "Custom skills, protocol 2.0, deployed as a web service. Requests are signed by Baidu's certificate, so only the skill's id is needed.",
		},
	}
}

// skillRequest is the form that DuerOS and iFLYOS share.
type skillRequest struct {
	Version string `json:"version"`
	Session struct {
		New       bool   `json:"new"`
		SessionID string `json:"sessionId"`
	} `json:"session"`
	Context struct {
		System struct {
			User struct {
				UserID string `json:"userId"`
			} `json:"user"`
			Application struct {
				ApplicationID string `json:"applicationId"`
			} `json:"application"`
			Device struct {
				DeviceID string `json:"deviceId"`
			} `json:"device"`
		} `json:"System"`
	} `json:"context"`
	Request struct {
		Type      string `json:"type"`
		RequestID string `json:"requestId"`
		Timestamp any    `json:"timestamp"` // text of digits; a number in events
		Query     struct {
			Original string `json:"original"`
		} `json:"query"`
	} `json:"request"`
}

// message tells what a request means.
func (r *skillRequest) message() (serve.VoiceMessage, error) {
	system := &r.Context.System
	m := serve.VoiceMessage{
		Session: first(r.Session.SessionID, system.User.UserID, system.Device.DeviceID), Person: system.User.UserID, RequestID: r.Request.RequestID,
		Text: r.Request.Query.Original, Version: r.Version,
	}
	switch r.Request.Type {
	case "LaunchRequest":
		m.Kind = serve.Opened
	case "IntentRequest", "TextRequest", "TextInputRequest":
		if m.Kind = serve.Said; m.Text == "" {
			m.Kind = serve.Quiet
		}
	case "SessionEndedRequest":
		m.Kind = serve.Closed
	case "":
		return m, unreadable("没有 request.type", "it has no request.type")
	default:
		m.Kind = serve.Noted
	}
	if m.RequestID == "" || m.Session == "" {
		return m, unreadable("没有 requestId 或会话编号", "it has no requestId or no id of a session")
	}
	return m, nil
}

// readRequest reads a request in the form of DuerOS, which others share, for one skill.
func readRequest(r serve.VoiceRequest, v serve.VoiceChannel) (in skillRequest, m serve.VoiceMessage, err error) {
	if err = decode(r.Body, &in); err != nil {
		return in, m, err
	}
	if m, err = in.message(); err == nil && in.Context.System.Application.ApplicationID != v.SkillID {
		err = refused("applicationId 不是这个技能", "its applicationId is that of another skill")
	}
	return in, m, err
}

func (d dueros) Hear(ctx context.Context, r serve.VoiceRequest, v serve.VoiceChannel) (serve.VoiceMessage, error) {
	// What is wrong at first sight costs no certificate to be fetched.
	in, m, err := readRequest(r, v)
	if err != nil {
		return m, err
	}
	sent, err := seconds(in.Request.Timestamp)
	if err != nil {
		return m, err
	}
	if err := r.Recent(sent); err != nil {
		return m, err
	}
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("signature"))
	if err != nil || len(signature) == 0 {
		return m, refused("没有签名", "it is not signed")
	}
	key, err := d.certificates.key(ctx, r.Header.Get("signaturecerturl"), r.At)
	if err != nil {
		return m, err
	}
	sum := sha1.Sum(r.Body) // the protocol's choice; a second preimage is what a forger would need
	if rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], signature) != nil {
		return m, refused("签名不对", "the signature is wrong")
	}
	return m, nil
}

// seconds reads the time of a request.
func seconds(timestamp any) (time.Time, error) {
	switch t := timestamp.(type) {
	case string:
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			return time.Unix(n, 0), nil
		}
	case float64:
		return time.Unix(int64(t), 0), nil
	}
	return time.Time{}, unreadable("timestamp 不是秒数", "its timestamp is no number of seconds")
}

type plainSpeech struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type reprompt struct {
	OutputSpeech plainSpeech `json:"outputSpeech"`
}

type duerCard struct {
	Type    string `json:"type"`
	Content string `json:"content"`
}

type skillResponse struct {
	OutputSpeech     *plainSpeech `json:"outputSpeech,omitempty"`
	Reprompt         *reprompt    `json:"reprompt,omitempty"`
	Card             *duerCard    `json:"card,omitempty"`
	Directives       []any        `json:"directives"`
	ExpectSpeech     bool         `json:"expectSpeech"`
	ShouldEndSession bool         `json:"shouldEndSession"`
}

type skillAnswer struct {
	Version string         `json:"version"`
	Context map[string]any `json:"context"`
	Session struct {
		Attributes map[string]string `json:"attributes"`
	} `json:"session"`
	Response skillResponse `json:"response"`
}

// answerOf makes the form that DuerOS and iFLYOS share. Text is always plain, so
// nothing in it is read as markup.
func answerOf(version, say string, s serve.Spoken) skillAnswer {
	a := skillAnswer{Version: version, Context: map[string]any{}, Response: skillResponse{
		Directives: []any{}, ExpectSpeech: s.Listen && !s.End, ShouldEndSession: s.End,
	}}
	a.Session.Attributes = map[string]string{}
	if say != "" {
		speech := plainSpeech{"PlainText", say}
		a.Response.OutputSpeech = &speech
		if a.Response.ExpectSpeech {
			a.Response.Reprompt = &reprompt{speech}
		}
	}
	return a
}

func (dueros) Answer(_ serve.VoiceMessage, s serve.Spoken) ([]byte, error) {
	return encode(duerBytes, s, func(say, show string) any {
		a := answerOf("2.0", say, s)
		if show != "" {
			a.Response.Card = &duerCard{"txt", show}
		}
		return a
	})
}
