package app

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/serve"
)

// TestBuiltinVoicePlatformsAnswer talks to the whole program as XiaoAi does: by the
// address that making the channel gave, signed with the secret of the console.
func TestBuiltinVoicePlatformsAnswer(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	product, err := a.Stages.Data.CreateProduct(t.Context(), "音箱")
	if err != nil {
		t.Fatal(err)
	}
	secret := base64.StdEncoding.EncodeToString([]byte("a secret of the console"))
	var made serve.AddedVoice
	ask(t, a, "POST", "/api/v1/products/"+product.ID+"/voices", fmt.Sprintf(`{"name":"小爱","platform":"xiaoai","skill_id":"7","key_id":"k","secret":%q}`, secret), &made)
	if made.Key != "" || made.Address == "" {
		t.Fatalf("made %+v", made)
	}
	send := func(id, with string) (int, string) {
		body := `{"version":"1.0","query":"放首歌","session":{"session_id":"s","application":{"app_id":"7"}},"request":{"type":1,"request_id":"` + id + `"}}`
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1/webhooks/voice/"+made.ID, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum([]byte(body))
		digest, date := base64.StdEncoding.EncodeToString(sum[:]), time.Now().UTC().Format(http.TimeFormat)
		mac := hmac.New(sha256.New, []byte(with))
		fmt.Fprintf(mac, "POST\n/webhooks/voice/%s\n\n%s\n127.0.0.1\napplication/json\n%s\n", made.ID, date, digest)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Xiaomi-Date", date)
		r.Header.Set("Content-MD5", digest)
		r.Header.Set("Authorization", "MIAI-HmacSHA256-V1 k::"+hex.EncodeToString(mac.Sum(nil)))
		answer, err := a.Server.Local(api.Actor{}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	if status, text := send("r1", "a secret of the console"); status != 200 || !strings.Contains(text, `"is_session_end":true`) || !strings.Contains(text, "还没准备好") {
		t.Errorf("a product without a release: %d %s", status, text)
	}
	if status, text := send("r1", "a secret of the console"); status != 409 || !strings.Contains(text, "serve.replayed_voice") {
		t.Errorf("again: %d %s", status, text)
	}
	if status, text := send("r2", "another secret"); status != 403 || !strings.Contains(text, "serve.voice_refused") {
		t.Errorf("another secret: %d %s", status, text)
	}
	var all struct{ Items []map[string]any }
	ask(t, a, "GET", "/api/v1/products/"+product.ID+"/voices", "", &all)
	if text := fmt.Sprint(all.Items); len(all.Items) != 1 || strings.Contains(text, secret) || all.Items[0]["keeps_secret"] != true {
		t.Errorf("the list tells %s", text)
	}
}
