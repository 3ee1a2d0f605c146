package api_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

type kept struct {
	Text  string            `json:"text"`
	ID    string            `json:"id"`
	List  []string          `json:"list"`
	Names map[string]string `json:"names"`
	Deep  *kept             `json:"deep,omitempty"`
	Any   any               `json:"any"`
	Raw   json.RawMessage   `json:"raw"`
	Pair  [2]string         `json:"pair"`
	Count int               `json:"count"`
}

type keptOut struct{ Body *kept }

// TestMaskingCopiesWhatAStageKeeps masks every kind of value, and leaves what the
// stage gave as it is: it may be kept in memory.
func TestMaskingCopiesWhatAStageKeeps(t *testing.T) {
	t.Parallel()
	const secret = "打 555"
	mine := func() *kept {
		return &kept{
			Text: secret, ID: "5555555555555555555555555555aaaa", List: []string{"a", secret}, Names: map[string]string{"x": secret, "y": "b"},
			Deep: &kept{Text: secret}, Any: []any{secret, 5, map[string]any{"k": secret}}, Raw: json.RawMessage(`{"n":12345678901234567890,"t":["打 555"]}`),
			Pair: [2]string{"c", secret}, Count: 555,
		}
	}
	memory := mine()
	give := func(context.Context, *struct{}) (*keptOut, error) { return &keptOut{memory}, nil }
	h := open(t,
		api.Op("GET", "/api/v1/masked", "", api.Viewer, "遮", "masked", give, api.Personal()),
		api.Op("GET", "/api/v1/plain", "", api.Viewer, "不遮", "plain", give, api.Plain()),
		api.Op("GET", "/api/v1/public", "", api.Public, "公开", "public", give),
	)
	for path, want := range map[string]int{
		"lead /api/v1/masked": 0, "lead /api/v1/masked?unmasked=false": 0, "lead /api/v1/masked?unmasked=true": 8,
		"viewer /api/v1/plain": 8, "viewer /api/v1/public": 8, "viewer /api/v1/masked": 0,
	} {
		role, address, _ := strings.Cut(path, " ")
		a := h.do(t, "GET", address, "", "Authorization", "Bearer "+role)
		if got := strings.Count(a.body, secret); a.StatusCode != 200 || got != want {
			t.Errorf("%s: %d, %d secrets, want %d: %s", path, a.StatusCode, got, want, a.body)
		}
		if !strings.Contains(a.body, "5555555555555555555555555555aaaa") || !strings.Contains(a.body, "12345678901234567890") || !strings.Contains(a.body, `"count":555`) {
			t.Errorf("%s: an id or a number has changed: %s", path, a.body)
		}
	}
	if !reflect.DeepEqual(memory, mine()) {
		t.Errorf("what the stage keeps has changed: %+v", memory)
	}
	for header, status := range map[string]int{"lead": 200, "trainer": 403} {
		if a := h.do(t, "GET", "/api/v1/masked", "", "Authorization", "Bearer "+header, "X-Unmasked", "true"); a.StatusCode != status {
			t.Errorf("%s asks by the header: %d", header, a.StatusCode)
		}
	}
	if a := h.do(t, "GET", "/api/v1/plain?unmasked=true", "", "Authorization", "Bearer lead"); a.StatusCode != 422 {
		t.Errorf("a route that has nothing to unmask: %d", a.StatusCode)
	}
}

func TestAnAnswerThatTellsASecretIsKeptNowhere(t *testing.T) {
	t.Parallel()
	var d *db.DB
	give := func(ctx context.Context, in *textIn) (*textOut, error) {
		out := &textOut{}
		out.Body.Text = in.Body.Text
		return out, d.Write(ctx, func(context.Context, db.Tx) error { return nil })
	}
	h := open(t,
		api.Op("POST", "/api/v1/secrets", "", api.Owner, "口令", "a secret", give, api.Secret(), api.Plain()),
		api.Op("POST", "/api/v1/others", "", api.Owner, "别的", "another", give),
	)
	d = h.db
	const secret = "zm_something-secret"
	for path, again := range map[string]int{"/api/v1/secrets": 409, "/api/v1/others": 200} {
		for i, want := range []int{200, again} {
			a := h.do(t, "POST", path, `{"text":"`+secret+`"}`, "Authorization", "Bearer owner", "Idempotency-Key", "key-of-"+path)
			if a.StatusCode != want || want == 200 && !strings.Contains(a.body, secret) || want == 409 && a.problem(t).Code != "api.answer_lost" {
				t.Errorf("%s, time %d: %d %s", path, i+1, a.StatusCode, a.body)
			}
		}
	}
	var kept int
	if err := h.db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM api_answers WHERE body LIKE '%secret%'`).Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d answers with the secret are kept, want that of the other route, %v", kept, err)
	}
}
