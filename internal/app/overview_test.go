package app

import (
	"testing"

	"zhuomo/knowledge"
)

func TestTheOverviewTellsHowEachStageStands(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	ctx := t.Context()
	p, err := a.Stages.Data.CreateProduct(ctx, "旅行客服")
	if err != nil {
		t.Fatal(err)
	}
	look := func() map[string]Standing {
		t.Helper()
		out, err := a.overview(ctx, &overviewIn{Product: p.Name})
		if err != nil {
			t.Fatal(err)
		}
		if o := out.Body; o.ProductID != p.ID || o.Product != p.Name || len(o.Stages) != 10 || o.Scores == nil || o.Today.Turns != 0 {
			t.Errorf("overview %+v", o)
		}
		byStage := map[string]Standing{}
		for _, s := range out.Body.Stages {
			byStage[s.Stage] = s
		}
		return byStage
	}
	for stage, s := range look() {
		if s.State != "hollow" || s.Waiting != 0 {
			t.Errorf("%s of a new product: %+v", stage, s)
		}
	}
	d, err := a.Stages.Data.Create(ctx, p.ID, "会话")
	if err != nil {
		t.Fatal(err)
	}
	add := func(question string, state knowledge.State) {
		t.Helper()
		e := knowledge.Entry{Question: question, State: state, Answer: []knowledge.Part{{Kind: "text", Text: "可以。"}}}
		if _, _, err := a.Stages.Knowledge.Add(ctx, p.ID, "u1", e); err != nil {
			t.Fatal(err)
		}
	}
	add("可以带宠物吗", knowledge.Live)
	now := look()
	if s := now["data"]; s.State != "jade" || s.ID != d.ID || s.Figures["datasets"] != 1 {
		t.Errorf("data %+v", s)
	}
	if s := now["knowledge"]; s.State != "jade" || s.Figures["entries"] != 1 {
		t.Errorf("knowledge %+v", s)
	}
	add("几点退房", knowledge.Draft)
	if s := look()["knowledge"]; s.State != "amber" || s.Waiting != 1 || s.Figures["drafts"] != 1 {
		t.Errorf("with a draft: %+v", s)
	}
}
