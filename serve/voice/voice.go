// Package voice speaks the protocols of voice platforms: what a device heard comes
// in, what it is to say goes out. No conversation is held here.
//
//	in:   a serve.VoiceRequest            out: serve.VoiceMessage; the body of an answer
//	read: dueros.go → certificate.go, aligenie.go, xiaoai.go, iflyos.go
package voice

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/spec"
	"zhuomo/serve"
)

// refused is a request that nobody vouches for.
func refused(zh, en string) error {
	return serve.VoiceRefused.With("why", spec.Text{ZH: zh, EN: en})
}

// unreadable is a request in another form than the protocol's.
func unreadable(zh, en string) error {
	return serve.BadVoiceRequest.With("why", spec.Text{ZH: zh, EN: en})
}

// decode reads a JSON body; fields that the platform has added since are let be.
func decode(body []byte, into any) error {
	if !utf8.Valid(body) {
		return unreadable("不是 UTF-8", "it is not UTF-8")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return serve.BadVoiceRequest.With("why", spec.Text{ZH: "不是这个协议的 JSON", EN: "it is not JSON of this protocol"}).Because(err)
	}
	return nil
}

// encode writes an answer of at most limit bytes, given how to make it of what is
// said and shown: what is too long ends after a sentence.
func encode(limit int, s serve.Spoken, shape func(say, show string) any) ([]byte, error) {
	for keep := maxSaid; ; keep /= 2 {
		var b bytes.Buffer
		to := json.NewEncoder(&b)
		to.SetEscapeHTML(false)
		if err := to.Encode(shape(short(s.Say, keep), short(s.Show, keep))); err != nil {
			return nil, err
		}
		if body := bytes.TrimRight(b.Bytes(), "\n"); len(body) <= limit || keep == 0 {
			return body, nil
		}
	}
}

// ownBytes is the most of an answer where the platform states no limit.
const ownBytes = 24 << 10

// maxSaid is how many characters anybody would listen to.
const maxSaid = 2000

// short cuts a text behind the last sentence that fits.
func short(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	text = string(runes[:most])
	if at := strings.LastIndexAny(text, "。！？；\n"); at > 0 {
		_, size := utf8.DecodeRuneInString(text[at:])
		return text[:at+size]
	}
	return text
}

// first gives the first text that is not empty.
func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
