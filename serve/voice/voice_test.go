package voice

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"zhuomo/serve"
	"zhuomo/serve/voicetest"
)

func payload(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func without(t testing.TB, body, piece string) string {
	t.Helper()
	if !strings.Contains(body, piece) {
		t.Fatalf("%s is not in %s", piece, body)
	}
	return strings.Replace(body, piece, "", 1)
}

func readSkill(t testing.TB, answer []byte) (said string, listen, end bool) {
	var a skillAnswer
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatal(err)
	}
	if a.Response.OutputSpeech == nil || a.Response.OutputSpeech.Type != "PlainText" {
		t.Fatalf("no plain speech in %.200s", answer)
	}
	if a.Response.ExpectSpeech != (a.Response.Reprompt != nil) {
		t.Error("a question is said again, and nothing else")
	}
	return a.Response.OutputSpeech.Text, a.Response.ExpectSpeech, a.Response.ShouldEndSession
}

const theKey = "THISISAKEYOFOURSTHISISAKEYOFOURS"

func TestAliGenieKeepsTheContract(t *testing.T) {
	c := voicetest.Case{
		Voice: AliGenie(), Channel: serve.NewVoice{SkillID: "31082"}.Channel(theKey), Other: serve.NewVoice{SkillID: "31083"}.Channel(theKey),
		Open: payload(t, "aligenie/open"), Say: payload(t, "aligenie/say"), NoID: without(t, payload(t, "aligenie/say"), `"requestId":"gr-2",`), Text: "放一首安静的歌", Person: "uo-1",
		Sign: func(_ testing.TB, r *serve.VoiceRequest) { r.Header.Set(KeyHeader, theKey) },
		Forged: map[string]func(*serve.VoiceRequest){
			"another key":       func(r *serve.VoiceRequest) { r.Header.Set(KeyHeader, theKey+"x") },
			"part of the key":   func(r *serve.VoiceRequest) { r.Header.Set(KeyHeader, theKey[:31]) },
			"the key of nobody": func(r *serve.VoiceRequest) { r.Header.Del(KeyHeader); r.Query.Set("key", "") },
		},
		Read: func(t testing.TB, answer []byte) (said string, listen, end bool) {
			var a taskAnswer
			if err := json.Unmarshal(answer, &a); err != nil || a.ReturnCode != "0" || a.ReturnValue.ExecuteCode != "SUCCESS" {
				t.Fatalf("%.200s: %v", answer, err)
			}
			speak := a.ReturnValue.GwCommands[0]
			exit := len(a.ReturnValue.GwCommands) == 2 && a.ReturnValue.GwCommands[1].Domain == "AliGenie.System.Control" && a.ReturnValue.GwCommands[1].Name == "Exit"
			if exit != a.ReturnValue.Dialog.End || speak.Domain != "AliGenie.Speaker" || speak.Name != "Speak" {
				t.Errorf("%.300s", answer)
			}
			return speak.Payload["text"].(string), speak.Payload["expectSpeech"].(bool), exit
		},
	}
	voicetest.Run(t, c)
	r := c.Request(t, payload(t, "aligenie/online-test"))
	r.Header.Del(KeyHeader)
	r.Query.Set("key", theKey)
	if m, err := c.Voice.Hear(t.Context(), r, c.Channel); err != nil || m.Kind != serve.Said {
		t.Errorf("the online test, with the key in the address: %+v, %v", m, err)
	}
	if _, err := c.Voice.Hear(t.Context(), c.Request(t, payload(t, "aligenie/encrypted")), c.Channel); !errors.Is(err, serve.BadVoiceRequest) || !strings.Contains(err.Error(), "WebHook") {
		t.Errorf("an encrypted request: %v", err)
	}
}

var miKey = []byte("sixteen bytes or more of a secret")

func miSign(keyID string) func(testing.TB, *serve.VoiceRequest) {
	return func(_ testing.TB, r *serve.VoiceRequest) {
		r.Header.Set("X-Xiaomi-Date", voicetest.At.Format(http.TimeFormat))
		r.Header.Set("X-Original-Host", "skill.example.com")
		sum := md5.Sum(r.Body)
		r.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
		mac := hmac.New(sha256.New, miKey)
		mac.Write([]byte("POST\n" + r.Path + "\n\n" + r.Header.Get("X-Xiaomi-Date") + "\nskill.example.com\n" + r.Header.Get("Content-Type") + "\n" + r.Header.Get("Content-MD5") + "\n"))
		r.Header.Set("Authorization", "MIAI-HmacSHA256-V1 "+keyID+"::"+hex.EncodeToString(mac.Sum(nil)))
	}
}

func TestXiaoAiKeepsTheContract(t *testing.T) {
	filled := serve.NewVoice{SkillID: "373105", KeyID: "abcde", Secret: base64.StdEncoding.EncodeToString(miKey)}
	other := filled
	other.Secret = base64.StdEncoding.EncodeToString([]byte("another secret of some length"))
	c := voicetest.Case{
		Voice: XiaoAi(), Channel: filled.Channel(""), Other: other.Channel(""), Dated: true,
		Open: payload(t, "xiaoai/open"), Say: payload(t, "xiaoai/say"), Close: payload(t, "xiaoai/close"), Note: payload(t, "xiaoai/note"),
		NoID: without(t, payload(t, "xiaoai/say"), `"request_id":"xr-2",`), Text: "放一首安静的歌", Person: "xu-1", Sign: miSign("abcde"),
		Forged: map[string]func(*serve.VoiceRequest){
			"another body":                func(r *serve.VoiceRequest) { r.Body[20] ^= 1 },
			"another body without an MD5": func(r *serve.VoiceRequest) { r.Body[20] ^= 1; r.Header.Del("Content-MD5") },
			"another body with its MD5": func(r *serve.VoiceRequest) {
				r.Body[20] ^= 1
				sum := md5.Sum(r.Body)
				r.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
			},
			"another path":  func(r *serve.VoiceRequest) { r.Path += "x" },
			"another query": func(r *serve.VoiceRequest) { r.Query.Set("a", "b") },
			"another host":  func(r *serve.VoiceRequest) { r.Header.Set("X-Original-Host", "evil.example.com") },
			"another date": func(r *serve.VoiceRequest) {
				r.Header.Set("X-Xiaomi-Date", voicetest.At.Add(1e9).Format(http.TimeFormat))
			},
			"another key's id": func(r *serve.VoiceRequest) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "abcde", "abcdf", 1))
			},
			"half a signature": func(r *serve.VoiceRequest) {
				a := r.Header.Get("Authorization")
				r.Header.Set("Authorization", a[:len(a)-32])
			},
			"no scheme": func(r *serve.VoiceRequest) {
				r.Header.Set("Authorization", strings.TrimPrefix(r.Header.Get("Authorization"), miScheme))
			},
			"a skill of the same": func(r *serve.VoiceRequest) {
				r.Body = []byte(strings.Replace(string(r.Body), "373105", "373106", 1))
				miSign("abcde")(nil, r)
			},
		},
		Read: func(t testing.TB, answer []byte) (said string, listen, end bool) {
			var a miAnswer
			if err := json.Unmarshal(answer, &a); err != nil || a.Version != "1.0" || a.Response.ToSpeak == nil {
				t.Fatalf("%.200s: %v", answer, err)
			}
			return a.Response.ToSpeak.Text, a.Response.OpenMic, a.IsSessionEnd
		},
	}
	voicetest.Run(t, c)
	if m, err := c.Voice.Hear(t.Context(), c.Request(t, payload(t, "xiaoai/quiet")), c.Channel); err != nil || m.Kind != serve.Quiet {
		t.Errorf("nobody answered: %+v, %v", m, err)
	}
}

func publicPEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestIFLYOSKeepsTheContract(t *testing.T) {
	key := rsaKey(t)
	filled := serve.NewVoice{SkillID: "OS-77", PublicKey: publicPEM(t, key)}
	other := serve.NewVoice{SkillID: "OS-77", PublicKey: publicPEM(t, rsaKey(t))}
	sign := func(t testing.TB, r *serve.VoiceRequest) {
		body := sha1.Sum(r.Body)
		sum := sha256.Sum256([]byte(hex.EncodeToString(body[:])))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Signature", base64.StdEncoding.EncodeToString(signature))
	}
	c := voicetest.Case{
		Voice: IFLYOS(), Channel: filled.Channel(""), Other: other.Channel(""), Dated: true,
		Open: payload(t, "iflyos/open"), Say: payload(t, "iflyos/say"), Close: payload(t, "iflyos/close"),
		NoID: without(t, payload(t, "iflyos/say"), `"requestId":"fr-2",`), Text: "放一首安静的歌", Person: "fu-1", Sign: sign,
		Forged: map[string]func(*serve.VoiceRequest){
			"another body": func(r *serve.VoiceRequest) { r.Body[20] ^= 1 },
			"no Base64":    func(r *serve.VoiceRequest) { r.Header.Set("Signature", "???") },
			"a skill of the same": func(r *serve.VoiceRequest) {
				r.Body = []byte(strings.Replace(string(r.Body), "OS-77", "OS-78", 1))
				sign(t, r)
			},
		},
		Read: readSkill,
	}
	voicetest.Run(t, c)
}

// The worked example of iFLYOS's page “技能请求校验”.
func TestTheSignatureOfTheDocumentsIsTrue(t *testing.T) {
	v := serve.NewVoice{PublicKey: `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlN9BU3eBo9YbR/KaH42W
mgkE3j/Sm+WkXHDOeP5IDmehq0yTlWQtfUpoAj6T0/KIQgnhQm6MULXlRtvYIam4
W5I4gRSx1Yk4dpBTpJ8z6/QJG6DqywjuATfZgyEiEr9Nc6sjW2bXILHOLlCvMT+5
8aX9+QNB+WRqMSNkHN06Fa9aIfE7fbrjASlfZB4oYlr+ldTM1Q6pUOhLDJtZw906
VNqfgdZUPOBU7D9bYonBZrMCZN//YMr7jxSo9p6H4a0v9HNAvKPWFgPs7SmM/mC2
dWsF+A2TaA+znshWbmYPzNMphrBul+oDbYtOi6zP7Co00Xgg+ivNf3PdEhMuiJ6E
bQIDAQAB
-----END PUBLIC KEY-----`}.Channel("")
	r := serve.VoiceRequest{Body: []byte(`{"message":"ok"}`), Header: http.Header{"Signature": {
		"LG9565Z7KF92BKXWUdihbJ10oSelQg0YeR6QGYF4n4dd1QtP+2Gig8nWFkQaev06fJ2t30+Jh7ZmEdlZaoKJFEXxjXaG00mcVlc2VI0C7HJ/XXahBRcGt9guVrkDAfS0" +
			"BEihN2hnsPev4QZ2WHVX/RLG+JnkA2j+eUKJnnMNIEjkgWJ8U17yWd9Etdn2Zj/8l/4TMqhvtG/5qB8ILkB7633agOj7z1ShD6eb9+blMYwx209pXPZomQ6E8QA0vYw8" +
			"AcK7BFbcw7ikU1Ii2LLKxDg6aYRg82nFGfNQZftNmb4AR60g55ZsFPo9aSfWYADDR1YczUI5hPeLZkDoL9BaLw=="}}}
	if err := flySigned(r, v); err != nil {
		t.Error(err)
	}
	r.Body = []byte(`{"message":"OK"}`)
	if err := flySigned(r, v); !errors.Is(err, serve.VoiceRefused) {
		t.Errorf("another body: %v", err)
	}
}

func FuzzHear(f *testing.F) {
	for _, name := range []string{"dueros/open", "dueros/say", "dueros/note", "aligenie/say", "aligenie/encrypted", "xiaoai/say", "xiaoai/note", "iflyos/open"} {
		f.Add(payload(f, name), "https://duer.bdstatic.com/saiya/flow/a.txt", "MIAI-HmacSHA256-V1 a::b", theKey)
	}
	trust := Baidu()
	trust.Fetch = nil // a forged request must be refused before anything is fetched, or panic here
	trust.Host = "nowhere.invalid"
	all := []serve.Voice{DuerOS(trust), AliGenie(), XiaoAi(), IFLYOS()}
	channel := serve.NewVoice{SkillID: "31082", KeyID: "a", Secret: "c2VjcmV0IHNlY3JldA=="}.Channel(theKey)
	f.Fuzz(func(t *testing.T, body, certificate, authorization, key string) {
		for _, v := range all {
			r := serve.VoiceRequest{Path: "/webhooks/voice/x", Host: "a", Header: http.Header{}, Body: []byte(body), At: voicetest.At}
			r.Header.Set("signature", "AAAA")
			r.Header.Set("signaturecerturl", certificate)
			r.Header.Set("Authorization", authorization)
			r.Header.Set("X-Xiaomi-Date", voicetest.At.Format(http.TimeFormat))
			r.Header.Set(KeyHeader, key)
			m, err := v.Hear(t.Context(), r, channel)
			if err != nil {
				continue
			}
			if name := v.Spec().Name; name != "aligenie" {
				t.Errorf("%s heard %+v of nobody", name, m)
			}
			if _, err := v.Answer(m, serve.Spoken{Say: body, Show: body, Listen: true}); err != nil {
				t.Error(err)
			}
		}
	})
}
