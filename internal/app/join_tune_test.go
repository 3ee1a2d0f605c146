package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
	"zhuomo/label"
	"zhuomo/tune"
)

// TestARecipeIsTunedByWhatIsLearntFromItsRows gives a recipe a step that throws almost
// all rows away: turned off, or wide, more is learnt.
func TestARecipeIsTunedByWhatIsLearntFromItsRows(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	done := func(id string) {
		t.Helper()
		job, err := a.Jobs.Wait(ctx, id)
		if err != nil || job.State != jobs.Done {
			t.Fatalf("%+v, %v", job, err)
		}
	}
	product, err := a.Stages.Data.CreateProduct(ctx, "酒店")
	must(err)
	recipe := "name: strict\nsteps:\n  # 全角转半角\n  - use: clean.width.v1\n  - use: clean.length.v1\n    with: {text: 内容, min: 12}\n"
	_, err = a.Stages.Clean.Save(ctx, product.ID, recipe, 0, "me")
	must(err)
	_, err = a.Stages.Tune.Create(ctx, tune.Study{ProductID: product.ID, Component: "clean/absent", Trials: 3, Objective: "exact"})
	if fault.Of(err).Def.Code != "clean.no_such_recipe" {
		t.Errorf("an absent recipe: %v", err)
	}

	set, err := a.Stages.Data.Create(ctx, product.ID, "聊天")
	must(err)
	kinds := map[string][]string{"hotel": {"订房", "酒店", "住一晚", "开个房间", "宾馆"}, "metro": {"地铁", "几号线", "末班车", "换乘", "进站"}}
	version, err := a.Stages.Data.Build(ctx, dataset.Draft{DatasetID: set.ID, MadeBy: dataset.MadeBy{Kind: "import", ID: "x"},
		Schema: dataset.Schema{Columns: []dataset.Column{{Name: "会话", Type: dataset.Text}, {Name: "内容", Type: dataset.Text}}}}, func(add func(dataset.Row) error) error {
		for i := range 600 {
			words := kinds[[]string{"hotel", "metro"}[i%2]]
			text := words[i/2%len(words)]
			if i%40 < 2 { // long enough to stay
				text += "的事情想问一问可以吗谢谢你"
			}
			if err := add(dataset.Row{ID: dataset.RowID(fmt.Sprintf("r%03d", i)), Values: []string{fmt.Sprint("c", i/2), text}}); err != nil {
				return err
			}
		}
		return nil
	})
	must(err)
	// What is labelled is what a gentler recipe left.
	_, err = a.Stages.Clean.Save(ctx, product.ID, "name: gentle\nsteps:\n  - use: clean.width.v1\n", 0, "me")
	must(err)
	run, err := a.Stages.Clean.Start(ctx, product.ID, "gentle", version.ID, "me")
	must(err)
	done(run.JobID)
	run, err = a.Stages.Clean.Get(ctx, run.ID)
	must(err)
	_, err = a.Stages.Label.SaveGuideline(ctx, product.ID, "me", "name: n\ntask: classify\nlabels: [{id: hotel, en: hotel}, {id: metro, en: metro}]\n", 0)
	must(err)
	var rows []label.GoldRow
	must(a.Stages.Data.Rows(ctx, run.ResultVersion, func(row dataset.Row) error {
		is := "metro"
		for _, word := range kinds["hotel"] {
			if strings.HasPrefix(row.Values[1], word) {
				is = "hotel"
			}
		}
		rows = append(rows, label.GoldRow{Product: product.ID, VersionID: run.ResultVersion, RowID: string(row.ID), Text: strings.Clone(row.Values[1]), Session: strings.Clone(row.Values[0]), Labels: []string{is}, Person: "me"})
		return nil
	}))
	_, err = a.Stages.Label.SetGolds(ctx, rows)
	must(err)

	_, err = a.Stages.Clean.Save(ctx, product.ID, "name: guard\nsteps:\n  - use: clean.personal_data.v1\n", 0, "me")
	must(err)
	inner, err := a.Stages.Clean.Save(ctx, product.ID, "name: inner\nsteps:\n  - use: clean.nfc.v1\n", 0, "me")
	must(err)
	_, err = a.Stages.Clean.Save(ctx, product.ID, "name: outer\nsteps:\n  - recipe: inner\n", 0, "me")
	must(err)
	must(a.Stages.Clean.Delete(ctx, product.ID, "inner", inner.Revision))
	all, err := a.Stages.Tune.Tunables(ctx, product.ID)
	must(err)
	var left []string
	for _, l := range all.Left {
		left = append(left, l.Name+": "+l.Why.EN)
		if l.Why.ZH == "" || l.Fix.ZH == "" || l.Fix.EN == "" {
			t.Errorf("left out without telling what to do: %+v", l)
		}
	}
	if want := []string{"clean/guard: recipe guard has no step that may be tuned", "clean/outer: there is no recipe inner"}; !slices.Equal(left, want) {
		t.Errorf("left out %q, not %q", left, want)
	}
	_, err = a.Stages.Tune.Create(ctx, tune.Study{ProductID: product.ID, Component: "clean/guard", Trials: 3, Objective: "exact"})
	if fault.Of(err).Def.Code != "clean.nothing_to_turn" {
		t.Errorf("a recipe with nothing to turn: %v", err)
	}
	var names []string
	for _, s := range all.Items {
		names = append(names, s.Name)
	}
	for _, want := range []string{"learn.linear.v1", "clean/gentle", "clean/strict", "clean/standard"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s cannot be tuned: %v", want, names)
		}
	}
	study, err := a.Stages.Tune.Create(ctx, tune.Study{ProductID: product.ID, Component: "clean/strict", Trials: 8, Seed: 1, Objective: "exact"})
	must(err)
	done(study.JobID)
	study, err = a.Stages.Tune.Study(ctx, product.ID, study.ID)
	must(err)
	trials, err := a.Stages.Tune.TrialsOf(ctx, study.ID, -1, 100)
	must(err)
	if study.BestScore <= study.DefaultScore || study.BestScore < .95 {
		t.Errorf("the best is %v, as the recipe stands %v", study.BestScore, study.DefaultScore)
	}
	if few, all := trials[0].Figures[tune.TaughtRows], trials[study.BestNumber].Figures[tune.TaughtRows]; few >= all {
		t.Errorf("learnt from %v rows as the recipe stands, from %v at the best", few, all)
	}
	applied, err := a.Stages.Tune.Apply(ctx, product.ID, "s1", study.BestNumber)
	must(err)
	kept, err := a.Stages.Clean.Recipe(ctx, product.ID, applied.Name)
	if err != nil || !strings.Contains(kept.Source, "# 全角转半角") || !strings.HasPrefix(kept.Source, "name: "+applied.Name+"\n") {
		t.Errorf("kept as %q, %v", kept.Source, err)
	}
	if _, err := a.Stages.Tune.Apply(ctx, product.ID, "s1", 99); fault.Of(err).Def.Code != "tune.not_measured" {
		t.Errorf("a trial that is none: %v", err)
	}
	// A race measures the same by folds.
	race, err := a.Stages.Tune.Create(ctx, tune.Study{ProductID: product.ID, Component: "clean/strict", Trials: 12, Seed: 1, Objective: "exact", Race: tune.Racing{Folds: 4}})
	must(err)
	done(race.JobID)
	if race, err = a.Stages.Tune.Study(ctx, product.ID, race.ID); err != nil || race.BestScore <= race.DefaultScore {
		tried, _ := a.Stages.Tune.TrialsOf(ctx, race.ID, -1, 100)
		t.Errorf("raced: best %v, as it stands %v, %v, %+v", race.BestScore, race.DefaultScore, err, tried)
	}
}
