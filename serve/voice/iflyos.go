package voice

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/serve"
)

// iflyos is iFLYOS and AIUI (讯飞), skill protocol 2.1. Source: the pages “Request
// 协议 v2.1”, “技能标准请求”, “技能请求校验” and “Response” of doc.iflyos.cn and
// aiui.xfyun.cn.
type iflyos struct{}

// IFLYOS gives the platform 讯飞.
func IFLYOS() serve.Voice { return iflyos{} }

func (iflyos) Spec() serve.VoiceSpec {
	return serve.VoiceSpec{
		Name: "iflyos", Title: spec.Text{ZH: "讯飞（iFLYOS、AIUI）", EN: "iFLYOS and AIUI"}, Needs: []string{"skill_id", "public_key"},
		Refuses: http.StatusBadRequest,
		Explain: spec.Text{
			ZH: "技能后处理用 Webhook，协议 2.1。请求用讯飞的私钥签名，公钥在技能后处理页里。",
			EN: "A webhook behind the skill, protocol 2.1. Requests are signed; the public key stands on the skill's page.",
		},
	}
}

func (iflyos) Hear(_ context.Context, r serve.VoiceRequest, v serve.VoiceChannel) (serve.VoiceMessage, error) {
	if err := flySigned(r, v); err != nil {
		return serve.VoiceMessage{}, err
	}
	in, m, err := readRequest(r, v)
	if err != nil {
		return m, err
	}
	text, _ := in.Request.Timestamp.(string)
	sent, err := isoTime(text)
	if err != nil {
		return m, err
	}
	return m, r.Recent(sent)
}

// flySigned checks RSA with SHA-256 over the hex text of the body's SHA-1.
func flySigned(r serve.VoiceRequest, v serve.VoiceChannel) error {
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("Signature"))
	if err != nil || len(signature) == 0 {
		return refused("没有签名", "it is not signed")
	}
	key, err := serve.ReadPublicKey(v.PublicKey)
	if err != nil {
		return refused("渠道里没有公钥", "the channel has no public key")
	}
	body := sha1.Sum(r.Body) // the protocol's choice
	sum := sha256.Sum256([]byte(hex.EncodeToString(body[:])))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return refused("签名不对", "the signature is wrong")
	}
	return nil
}

// isoTime reads a time of ISO 8601; the platform's own examples leave the seconds
// out or put a space behind.
func isoTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, unreadable("timestamp 不是 ISO 8601 时间", "its timestamp is no time of ISO 8601")
}

func (iflyos) Answer(m serve.VoiceMessage, s serve.Spoken) ([]byte, error) {
	return encode(ownBytes, s, func(say, _ string) any { return answerOf(first(m.Version, "2.1"), say, s) })
}
