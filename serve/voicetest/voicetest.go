// Package voicetest is the conformance suite of serve.Voice.
//
//	in:   a Case                          out: a failed test where a promise is broken
//	read: voicetest.go
package voicetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/serve"
)

// At is the time of every request of a Case.
var At = time.Date(2026, 8, 2, 2, 0, 0, 0, time.UTC)

// Case is a platform with requests that it would send, signed at At for Channel.
type Case struct {
	Voice   serve.Voice
	Channel serve.VoiceChannel
	Other   serve.VoiceChannel // of another skill or key
	Dated   bool               // requests carry their time

	Open, Say, Close, Note, NoID string // bodies; Close and Note are "" where there is no such thing
	Text                         string // what Say says
	Person                       string // whose Open and Say are
	Sign                         func(t testing.TB, r *serve.VoiceRequest)
	// Forged are requests made of a signed one that must be refused.
	Forged map[string]func(r *serve.VoiceRequest)
	// Read gives what an answer says, and what it tells of microphone and session.
	Read func(t testing.TB, answer []byte) (said string, listen, end bool)
}

// Request is a signed one with a body.
func (c Case) Request(t testing.TB, body string) serve.VoiceRequest {
	r := serve.VoiceRequest{
		Path: "/webhooks/voice/0198f6a0-0000-7000-8000-000000000001", Query: url.Values{}, Host: "trainer.example.com",
		Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, Body: []byte(body), At: At,
	}
	c.Sign(t, &r)
	return r
}

// Run holds a platform to its contract.
func Run(t *testing.T, c Case) {
	Strangers(t, c.Voice)
	hear := func(t *testing.T, r serve.VoiceRequest, v serve.VoiceChannel) (serve.VoiceMessage, error) {
		t.Helper()
		return c.Voice.Hear(t.Context(), r, v)
	}
	t.Run("what is signed is heard", func(t *testing.T) {
		for _, x := range []struct {
			body string
			want serve.VoiceKind
		}{{c.Open, serve.Opened}, {c.Say, serve.Said}, {c.Close, serve.Closed}, {c.Note, serve.Noted}} {
			if x.body == "" {
				continue
			}
			m, err := hear(t, c.Request(t, x.body), c.Channel)
			if err != nil || m.Kind != x.want || m.RequestID == "" || m.Session == "" {
				t.Errorf("%s: %+v, %v", x.want, m, err)
			}
			if (x.want == serve.Said || x.want == serve.Opened) && m.Person != c.Person {
				t.Errorf("%s: heard %q, want %q", x.want, m.Person, c.Person)
			}
			if x.want == serve.Said && m.Text != c.Text {
				t.Errorf("heard %q, want %q", m.Text, c.Text)
			}
		}
	})
	t.Run("what is not the platform's is refused", func(t *testing.T) {
		for name, forge := range c.Forged {
			r := c.Request(t, c.Say)
			forge(&r)
			if _, err := hear(t, r, c.Channel); !errors.Is(err, serve.VoiceRefused) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := hear(t, c.Request(t, c.Say), c.Other); !errors.Is(err, serve.VoiceRefused) {
			t.Errorf("another channel: %v", err)
		}
		r := c.Request(t, c.Say)
		r.Header, r.Query = http.Header{}, url.Values{}
		if _, err := hear(t, r, c.Channel); !errors.Is(err, serve.VoiceRefused) {
			t.Errorf("nothing signed: %v", err)
		}
	})
	t.Run("what is old or from the future is refused", func(t *testing.T) {
		if !c.Dated {
			t.Skip("the platform dates nothing")
		}
		for _, off := range []time.Duration{serve.VoiceWindow, -serve.VoiceWindow, 24 * time.Hour} {
			r := c.Request(t, c.Say)
			r.At = At.Add(off)
			if _, err := hear(t, r, c.Channel); !errors.Is(err, serve.StaleVoice) {
				t.Errorf("%v away: %v", off, err)
			}
		}
		r := c.Request(t, c.Say)
		r.At = At.Add(serve.VoiceWindow - time.Second)
		if _, err := hear(t, r, c.Channel); err != nil {
			t.Errorf("a second inside: %v", err)
		}
	})
	t.Run("what has no id is not taken", func(t *testing.T) {
		if _, err := hear(t, c.Request(t, c.NoID), c.Channel); !errors.Is(err, serve.BadVoiceRequest) {
			t.Errorf("%v", err)
		}
	})
	t.Run("answers have the platform's form", func(t *testing.T) { c.answers(t) })
}

func (c Case) answers(t *testing.T) {
	for _, s := range []serve.Spoken{
		{Say: "您要哪天？", Show: "您要哪天？", Listen: true}, {Say: "好的，再见。", End: true}, {Say: `引号"和\反斜杠`, Show: "显示"},
		{Say: strings.Repeat("很长的一句话。", 20000), Show: strings.Repeat("显示。", 20000), Listen: true},
	} {
		m, err := c.Voice.Hear(t.Context(), c.Request(t, c.Say), c.Channel)
		if err != nil {
			t.Fatal(err)
		}
		body, err := c.Voice.Answer(m, s)
		if err != nil || !json.Valid(body) || len(body) > 24<<10 {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		said, listen, end := c.Read(t, body)
		if !strings.HasPrefix(s.Say, said) || said == "" || end != s.End || s.Listen && !listen || s.End && listen {
			t.Errorf("%.40q became %.40q, listens %v, ends %v", s.Say, said, listen, end)
		}
		if len(said) < len(s.Say) && !strings.HasSuffix(said, "。") {
			t.Error("it was cut inside a sentence")
		}
	}
	if c.Close == "" {
		return
	}
	m, err := c.Voice.Hear(t.Context(), c.Request(t, c.Close), c.Channel)
	if err == nil {
		var body []byte
		if body, err = c.Voice.Answer(m, serve.Spoken{End: true}); err == nil && !json.Valid(body) {
			err = errors.New("no JSON")
		}
	}
	if err != nil {
		t.Errorf("the end of a session: %v", err)
	}
}

// Strangers holds a platform to what it owes requests that are nobody's: a fault,
// never a panic, and nothing fetched.
func Strangers(t *testing.T, v serve.Voice) {
	spec := v.Spec()
	if spec.Name == "" || spec.Title.ZH == "" || spec.Title.EN == "" || spec.Explain.ZH == "" || spec.Explain.EN == "" || len(spec.Needs) == 0 {
		t.Errorf("it does not tell what it is: %+v", spec)
	}
	for _, body := range []string{"", "null", "[]", "{}", "0", `{"request":null}`, `{"session":{"sessionId":7}}`, "{", "\xff\xfe", strings.Repeat("[", 20000)} {
		_, err := v.Hear(t.Context(), serve.VoiceRequest{Path: "/", Query: url.Values{}, Header: http.Header{}, Body: []byte(body), At: At}, serve.VoiceChannel{})
		var told *fault.Fault
		if !errors.As(err, &told) || told.Def.Kind != fault.Denied && told.Def.Kind != fault.Invalid {
			t.Errorf("%.20q: %v", body, err)
		}
		if bytes.Contains([]byte(body), []byte("\xff")) && err == nil {
			t.Error("it is no text, yet it was heard")
		}
	}
}
