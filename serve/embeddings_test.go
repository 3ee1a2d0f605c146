package serve

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zhuomo/internal/testkit"
)

// lengths is an encoder whose vectors tell the length of a text.
type lengths struct{}

func (lengths) Name() string   { return "lengths" }
func (lengths) Dim() int       { return 3 }
func (lengths) MaxTokens() int { return 512 }
func (lengths) Tokens(text string) []int32 {
	return make([]int32, len([]rune(text))+2)
}

func (lengths) Encode(_ context.Context, texts []string, _ int) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, text := range texts {
		out[i] = []float32{float32(len([]rune(text))), 4, 0}
	}
	return out, nil
}

func TestEmbeddingsInTheFormOfOpenAI(t *testing.T) {
	s := newSite(t, testkit.OpenDB(t))
	ask := func(body string) (int, string) {
		return s.call("POST", "/v1/embeddings", body, "Authorization", "Bearer customer")
	}
	if status, body := ask(`{"model":"lengths","input":"好"}`); status != 404 || !strings.Contains(body, "serve.no_encoder") {
		t.Errorf("without an encoder: %d %s", status, body)
	}
	s.n.Embedder = lengths{}
	status, body := ask(`{"model":"lengths","input":["好","你好吗"]}`)
	var out embedOut
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if fmt.Sprint(out.Data[1].Embedding) != "[3 4 0]" || out.Data[1].Index != 1 || out.Object != "list" || out.Usage.PromptTokens != 8 || out.Model != "lengths" {
		t.Errorf("%+v", out)
	}
	status, body = ask(`{"model":"lengths","input":"你好吗","encoding_format":"base64","dimensions":2}`)
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	// 3 and 4 made a vector of length 1: .6 and .8 in little endian.
	raw, err := base64.StdEncoding.DecodeString(out.Data[0].Embedding.(string))
	if err != nil || fmt.Sprintf("%x", raw) != "9a99193fcdcc4c3f" {
		t.Errorf("%x, %v", raw, err)
	}
	long := `"` + strings.Repeat("好", 1000) + `",`
	for body, code := range map[string]string{
		`{"model":"gpt","input":"好"}`:                                           "serve.no_such_encoder",
		`{"model":"lengths","input":[]}`:                                        "serve.bad_embedding",
		`{"model":"lengths","input":[1,2]}`:                                     "serve.bad_embedding",
		`{"model":"lengths","input":null}`:                                      "serve.bad_embedding",
		`{"model":"lengths"}`:                                                   "serve.bad_embedding",
		`{"model":"lengths","input":["好"," "]}`:                                 "serve.bad_embedding",
		`{"model":"lengths","input":"好","dimensions":4}`:                        "serve.bad_embedding",
		`{"model":"lengths","input":"好","encoding_format":"int8"}`:              "serve.bad_embedding",
		`{"model":"lengths","input":[` + strings.Repeat(`"a",`, 2048) + `"a"]}`: "serve.bad_embedding",
		`{"model":"lengths","input":[` + strings.Repeat(long, 310) + `"a"]}`:    "serve.bad_embedding",
		`{"model":`: "api.invalid_input",
	} {
		if status, got := ask(body); status < 400 || status >= 500 || !strings.Contains(got, code) {
			t.Errorf("%.80s: %d %.200s, want %s", body, status, got, code)
		}
	}
	if status, _ := s.call("POST", "/v1/embeddings", `{"model":"lengths","input":"好"}`); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}
