package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
)

// plainVoice is a platform whose requests are the message itself and whose answers
// are what is spoken; its word of honour is a header.
type plainVoice struct{}

func (plainVoice) Spec() VoiceSpec {
	return VoiceSpec{Name: "plain", Title: spec.Text{ZH: "朴素", EN: "plain"}, Needs: []string{"skill_id"}, OwnKey: true, Refuses: http.StatusBadRequest}
}

func (plainVoice) Hear(_ context.Context, r VoiceRequest, v VoiceChannel) (m VoiceMessage, err error) {
	if !v.KeyFits(r.Header.Get("Key")) {
		return m, VoiceRefused.With("why", "no key")
	}
	if err := json.Unmarshal(r.Body, &m); err != nil {
		return m, BadVoiceRequest.With("why", "no JSON")
	}
	return m, nil
}

func (plainVoice) Answer(_ VoiceMessage, s Spoken) ([]byte, error) { return json.Marshal(s) }

// device speaks to a site through a channel.
type device struct {
	*site
	channel VoiceChannel
	key     string
	count   int
}

func newDevice(t *testing.T, d *db.DB) *device {
	t.Helper()
	s := newSite(t, d)
	s.n.Voices = []Voice{plainVoice{}}
	v, key, err := s.AddVoice(asLead(t), "p1", NewVoice{Name: "客厅", Platform: "plain", SkillID: "k1"})
	if err != nil || key == "" || !v.Keeps {
		t.Fatalf("%+v, %v", v, err)
	}
	return &device{site: s, channel: v, key: key}
}

func (d *device) post(m VoiceMessage) (int, string) {
	if m.RequestID == "" {
		d.count++
		m.RequestID = fmt.Sprint("r", d.count)
	}
	if m.Session == "" {
		m.Session = "s1"
	}
	body, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return d.call("POST", "/webhooks/voice/"+d.channel.ID, string(body), "Key", d.key)
}

func (d *device) hears(t *testing.T, m VoiceMessage) Spoken {
	t.Helper()
	status, body := d.post(m)
	var s Spoken
	if err := json.Unmarshal([]byte(body), &s); err != nil || status != 200 {
		t.Fatalf("%+v: %d %s", m, status, body)
	}
	return s
}

func TestADeviceHoldsAConversation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		if s := v.hears(t, VoiceMessage{Kind: Opened}); !s.Listen || s.End || s.Say == "" {
			t.Errorf("opened: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "查订单"}); !s.Listen || !strings.Contains(s.Say, "订单号") {
			t.Errorf("a question: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "再说一遍"}); !s.Listen || !strings.Contains(s.Say, "订单号") {
			t.Errorf("again: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "SC20260803117"}); strings.Contains(s.Say, "SC20260803117") || !strings.Contains(s.Say, "SC二零二六") || !strings.Contains(s.Show, "SC20260803117") {
			t.Errorf("an order number is said digit by digit and shown as it is: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "你好", Session: "s2"}); s.Say == "" {
			t.Errorf("another session: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Quiet}); !s.End {
			t.Errorf("nobody there: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Noted}); s.Say != "" || s.End || s.Listen {
			t.Errorf("an event of the device: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "退出"}); !s.End || s.Listen || s.Say == "" {
			t.Errorf("leaving: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Closed}); !s.End {
			t.Errorf("closed: %+v", s)
		}
		session, ok, err := readSessionOf(t.Context(), d.Reader(), "p1", "客厅", "s1")
		if err != nil || !ok || session.TurnCount != 4 {
			t.Errorf("the session has %d turns, %v %v", session.TurnCount, ok, err)
		}
		if all, err := readTurns(t.Context(), d.Reader(), session.ID, 10, 10); err != nil || len(all) != 4 || !all[0].Trace.Left || !all[3].Trace.Waits {
			t.Errorf("turns %+v, %v", all, err)
		}
	})
}

func TestARequestIsTakenOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		v.n.Now = v.clock.Now
		ask := VoiceMessage{Kind: Said, Text: "查订单", RequestID: "once"}
		v.hears(t, ask)
		if status, body := v.post(ask); status != 409 || !strings.Contains(body, "serve.replayed_voice") {
			t.Errorf("again: %d %s", status, body)
		}
		second := v.open(t) // another process over the same database
		if err := second.take(t.Context(), v.channel, "once", time.Hour); !errors.Is(err, ReplayedVoice) {
			t.Errorf("in another process: %v", err)
		}
		var wins, losses int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := v.take(t.Context(), v.channel, "race", time.Hour)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					wins++
				} else if errors.Is(err, ReplayedVoice) {
					losses++
				}
			})
		}
		all.Wait()
		if wins != 1 || losses != 7 {
			t.Errorf("taken %d times, refused %d times", wins, losses)
		}
		v.clock.Add(2 * time.Hour)
		if err := v.take(t.Context(), v.channel, "later", time.Hour); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM serve_heard").Scan(&left); err != nil || left != 1 {
			t.Errorf("%d requests are remembered, %v", left, err)
		}
	})
}

func TestWhoIsNotThePlatformIsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		body := `{"Kind":"said","Text":"你好","Session":"s","RequestID":"r"}`
		for _, c := range []struct {
			name, path, key, body string
			want                  int
		}{
			{"a wrong key has the status that the platform knows", v.channel.ID, v.key + "x", body, 400},
			{"no key", v.channel.ID, "", body, 400},
			{"a channel that is not there", "0198f6a0-0000-7000-8000-00000000dead", v.key, body, 404},
			{"no JSON", v.channel.ID, v.key, "{", 422},
			{"too large", v.channel.ID, v.key, strings.Repeat("x", maxVoiceBytes+1), 413},
		} {
			if status, got := v.call("POST", "/webhooks/voice/"+c.path, c.body, "Key", c.key); status != c.want || !strings.Contains(got, `"fix"`) {
				t.Errorf("%s: %d %s, want %d", c.name, status, got, c.want)
			}
		}
		if err := v.RemoveVoice(asLead(t), "p2", "客厅"); !errors.Is(err, NoVoice) {
			t.Errorf("removed by another product: %v", err)
		}
		if err := v.RemoveVoice(asLead(t), "p1", "客厅"); err != nil {
			t.Fatal(err)
		}
		if status, _ := v.post(VoiceMessage{Kind: Opened}); status != 404 {
			t.Errorf("after it was removed: %d", status)
		}
	})
}

// slowModel understands when it is let.
type slowModel struct {
	dialog.Understander
	let chan struct{}
}

func (m slowModel) Understand(ctx context.Context, text string, before []learn.Said) ([]dialog.Label, error) {
	select {
	case <-m.let:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return m.Understander.Understand(ctx, text, before)
}

func TestAnAnswerThatCameTooLateIsToldNextTime(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		slow := slowModel{v.models.byID["m1"], make(chan struct{})}
		v.models.byID["m1"] = slow
		v.Service.lines = map[string]*line{} // load it anew
		v.hears(t, VoiceMessage{Kind: Opened})
		v.patience = 50 * time.Millisecond
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "查订单"}); s.Say != saidLater || !s.Listen || s.End {
			t.Fatalf("it did not ask for patience: %+v", s)
		}
		close(slow.let)
		if err := v.Rest(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.patience = time.Minute
		s := v.hears(t, VoiceMessage{Kind: Said, Text: "SC20260803117"})
		if !strings.HasPrefix(s.Say, saidEarlier) || !strings.Contains(s.Say, "订单号") || !strings.Contains(s.Say, "SC二零二六") {
			t.Errorf("the late answer is lost: %+v", s)
		}
		if s := v.hears(t, VoiceMessage{Kind: Said, Text: "你好"}); strings.Contains(s.Say, saidEarlier) {
			t.Errorf("it is told twice: %+v", s)
		}
		session, _, err := readSessionOf(t.Context(), d.Reader(), "p1", "客厅", "s1")
		if err != nil || session.TurnCount != 3 {
			t.Errorf("%d turns are kept, %v", session.TurnCount, err)
		}
	})
}

func TestVoiceChannelsOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		const path = "/api/v1/products/p1/voices"
		status, body := v.call("POST", path, `{"name":"卧室","platform":"plain","skill_id":"k2","proof_name":"abc.txt","proof":"file of the console"}`, "Authorization", "Bearer lead")
		var made AddedVoice
		if err := json.Unmarshal([]byte(body), &made); err != nil || status != 200 || made.Key == "" || !strings.HasSuffix(made.Address, "/webhooks/voice/"+made.ID) {
			t.Fatalf("%d %s", status, body)
		}
		status, body = v.call("GET", path, "", "Authorization", "Bearer viewer")
		if status != 200 || !strings.Contains(body, "卧室") || !strings.Contains(body, made.Address) || strings.Contains(body, made.Key) || strings.Contains(body, hashText(made.Key)) {
			t.Errorf("the list: %d %s", status, body)
		}
		if status, body = v.call("GET", "/aligenie/abc.txt", ""); status != 200 || body != "file of the console" {
			t.Errorf("the proof: %d %s", status, body)
		}
		if status, _ = v.call("GET", "/aligenie/other.txt", ""); status != 404 {
			t.Errorf("a proof that is not there: %d", status)
		}
		for name, c := range map[string]struct {
			body, who string
			want      int
		}{
			"a trainer":            {`{"name":"x","platform":"plain","skill_id":"k"}`, "trainer", 403},
			"the name is taken":    {`{"name":"卧室","platform":"plain","skill_id":"k"}`, "lead", 409},
			"no such platform":     {`{"name":"x","platform":"alexa","skill_id":"k"}`, "lead", 422},
			"something is missing": {`{"name":"x","platform":"plain","skill_id":""}`, "lead", 422},
			"something too much":   {`{"name":"x","platform":"plain","skill_id":"k","secret":"c2VjcmV0IHNlY3JldA=="}`, "lead", 422},
			"a proof by half":      {`{"name":"x","platform":"plain","skill_id":"k","proof_name":"a.txt"}`, "lead", 422},
			"a proof elsewhere":    {`{"name":"x","platform":"plain","skill_id":"k","proof_name":"../a.txt","proof":"x"}`, "lead", 422},
		} {
			if status, body := v.call("POST", path, c.body, "Authorization", "Bearer "+c.who); status != c.want || !strings.Contains(body, `"fix"`) {
				t.Errorf("%s: %d %s, want %d", name, status, body, c.want)
			}
		}
		status, body = v.call("POST", path+"/卧室/keys", "", "Authorization", "Bearer lead")
		var anew AddedVoice
		if err := json.Unmarshal([]byte(body), &anew); err != nil || status != 200 || anew.ID != made.ID || anew.Key == "" || anew.Key == made.Key {
			t.Fatalf("a new key: %d %s", status, body)
		}
		for key, want := range map[string]int{made.Key: 400, anew.Key: 200} {
			if status, body := v.call("POST", "/webhooks/voice/"+made.ID, fmt.Sprintf(`{"Kind":"opened","Session":"s","RequestID":"k%d"}`, want), "Key", key); status != want {
				t.Errorf("by a key: %d %s, want %d", status, body, want)
			}
		}
		if status, _ := v.call("POST", path+"/卧室/keys", "", "Authorization", "Bearer trainer"); status != 403 {
			t.Errorf("a new key by a trainer: %d", status)
		}
		if status, _ := v.call("POST", path+"/厨房/keys", "", "Authorization", "Bearer lead"); status != 404 {
			t.Errorf("a new key of nobody: %d", status)
		}
		if status, body := v.call("DELETE", path+"/卧室", "", "Authorization", "Bearer lead"); status != 204 && status != 200 {
			t.Errorf("remove: %d %s", status, body)
		}
		if status, _ := v.call("DELETE", path+"/卧室", "", "Authorization", "Bearer lead"); status != 404 {
			t.Errorf("remove again: %d", status)
		}
		if status, body := v.call("GET", "/api/v1/voice-platforms", "", "Authorization", "Bearer viewer"); status != 200 || !strings.Contains(body, `"plain"`) {
			t.Errorf("platforms: %d %s", status, body)
		}
	})
}

// signingVoice is a platform that signs by a key of its own.
type signingVoice struct{ plainVoice }

func (signingVoice) Spec() VoiceSpec {
	return VoiceSpec{Name: "signing", Title: spec.Text{ZH: "签名", EN: "signing"}, Needs: []string{"skill_id"}}
}

func TestAPlatformThatSignsGetsNoKeyOfOurs(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.n.Voices = []Voice{signingVoice{}}
		v, key, err := s.AddVoice(asLead(t), "p1", NewVoice{Name: "客厅", Platform: "signing", SkillID: "k1"})
		if err != nil || key != "" || v.Keeps {
			t.Fatalf("%+v with the key %q, %v", v, key, err)
		}
		if _, _, err := s.RekeyVoice(asLead(t), "p1", "客厅"); !errors.Is(err, BadVoice) {
			t.Errorf("a key of ours: %v", err)
		}
		if _, _, err := s.RekeyVoice(asLead(t), "p2", "客厅"); !errors.Is(err, NoVoice) {
			t.Errorf("by another product: %v", err)
		}
		kept, ok, err := readVoice(t.Context(), d.Reader(), v.ID)
		if err != nil || !ok || kept.Keeps {
			t.Errorf("kept %+v, %v", kept, err)
		}
	})
}

func TestTheMicrophoneOpensForQuestions(t *testing.T) {
	for _, c := range []struct {
		name string
		a    Answered
		said string
		want bool
	}{
		{"an answer", Answered{}, "好，调大了。", false},
		{"a question of the flow", Answered{Waits: true}, "几点。", true},
		{"a sentence that asks", Answered{}, "现在就拨一个，好吗？", true},
		{"a goodbye that asks", Answered{Left: true}, "下次再聊好吗？", false},
	} {
		if got := listens(c.a, c.said); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
