package voice

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"zhuomo/internal/testkit"
	"zhuomo/serve"
	"zhuomo/serve/voicetest"
)

// The signed request of testdata is one that DuerOS's own SDK takes for signed, and
// the answer one of the form that it builds: bench/conformance_voice.mjs.
func TestTheRecordedRequestIsHeardAndAnswered(t *testing.T) {
	file := func(name string) string {
		text, err := os.ReadFile("testdata/dueros/signed/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s := newShelf(t, newAuthority(t))
	s.trust.Roots = x509.NewCertPool()
	if !s.trust.Roots.AppendCertsFromPEM([]byte(file("root.pem"))) {
		t.Fatal("no root")
	}
	s.files["/saiya/flow/recorded"] = file("certificate.pem")
	sign := func(_ testing.TB, r *serve.VoiceRequest) {
		r.Header.Set("signature", strings.TrimSpace(file("signature.txt")))
		r.Header.Set("signaturecerturl", s.at("recorded"))
	}
	c := voicetest.Case{Voice: DuerOS(s.trust), Sign: sign}
	v := serve.NewVoice{SkillID: "skill-8c2f"}.Channel("")
	m, err := c.Voice.Hear(t.Context(), c.Request(t, file("body.json")), v)
	if err != nil || m.Text != "放一首安静的歌" {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := c.Voice.Hear(t.Context(), c.Request(t, strings.Replace(file("body.json"), "安静", "吵闹", 1)), v); err == nil {
		t.Error("another body was heard")
	}
	answer, err := c.Voice.Answer(m, serve.Spoken{Say: "您要哪天？您可以说：今天，或者明天。", Show: "您要哪天？", Listen: true})
	if err != nil {
		t.Fatal(err)
	}
	testkit.GoldenFile(t, "testdata/dueros/answer.json.golden", answer)
}
