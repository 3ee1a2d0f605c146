package mlflow

import (
	"errors"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func stagesOf(t *testing.T, s *Service) map[string]string {
	t.Helper()
	m, err := s.RegisteredModel(t.Context(), "p", "意图")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for _, v := range m.Versions {
		at[v.Version] = v.Stage
	}
	return at
}

func TestALeadDecidesAndTheVersionMoves(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		must(t, s.createModel, `{"name":"意图"}`)
		for range 2 {
			must(t, s.createVersion, `{"name":"意图","source":"runs:/x/model"}`)
		}
		must(t, s.transition, `{"name":"意图","version":"1","stage":"Production"}`)
		wish := StageRequest{ProductID: "p", Model: "意图", Version: "2", To: "Production", Archive: true, Asker: "甲", Note: "更好"}
		asked, err := s.AskStage(t.Context(), wish)
		if err != nil || asked.From != "None" || asked.State != "asked" {
			t.Fatalf("%+v, %v", asked, err)
		}
		if at := stagesOf(t, s); at["2"] != "None" {
			t.Errorf("a wish moved it: %v", at)
		}
		if _, err := s.AskStage(t.Context(), wish); !errors.Is(err, StageAsked) {
			t.Errorf("asked twice: %v", err)
		}
		if _, err := s.AskStage(t.Context(), StageRequest{ProductID: "p", Model: "意图", Version: "1", To: "Production"}); !errors.Is(err, StageThere) {
			t.Errorf("to where it is: %v", err)
		}
		if _, err := s.AskStage(t.Context(), StageRequest{ProductID: "p", Model: "意图", Version: "9", To: "Production"}); !errors.Is(err, NoModel) {
			t.Errorf("a version that is not there: %v", err)
		}
		if _, err := s.DecideStage(t.Context(), "other", asked.ID, true, "", "乙"); !errors.Is(err, NoRequest) {
			t.Errorf("from another product: %v", err)
		}
		done, err := s.DecideStage(t.Context(), "p", asked.ID, true, "测过", "乙")
		if err != nil || done.State != "approved" || done.Decider != "乙" || done.Asker != "甲" || done.DecidedUS == 0 {
			t.Errorf("%+v, %v", done, err)
		}
		if at := stagesOf(t, s); at["2"] != "Production" || at["1"] != "Archived" {
			t.Errorf("approved, and the stages are %v", at)
		}
		if _, err := s.DecideStage(t.Context(), "p", asked.ID, false, "", "丙"); !errors.Is(err, RequestDecided) {
			t.Errorf("decided twice: %v", err)
		}
		back, err := s.AskStage(t.Context(), StageRequest{ProductID: "p", Model: "意图", Version: "2", To: "None"})
		if err != nil {
			t.Fatal(err)
		}
		if refused, err := s.DecideStage(t.Context(), "p", back.ID, false, "留着", "乙"); err != nil || refused.State != "refused" {
			t.Errorf("%+v, %v", refused, err)
		}
		if at := stagesOf(t, s); at["2"] != "Production" {
			t.Errorf("refused, and the stages are %v", at)
		}
		must(t, s.renameModel, `{"name":"意图","new_name":"新"}`)
		m, err := s.RegisteredModel(t.Context(), "p", "新")
		if err != nil || len(m.Requests) != 3 || m.Requests[2].State != "direct" || m.AskedCount != 0 {
			t.Errorf("after a new name: %+v, %v", m.Requests, err)
		}
	})
}
