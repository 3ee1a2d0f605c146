package app

import (
	"context"
	"math"
	"strings"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/jobs"
	"zhuomo/knowledge"
	"zhuomo/serve"
)

// Standing is how a stage of a product stands.
type Standing struct {
	Stage   string             `json:"stage" table:"阶段|stage" enum:"data,clean,knowledge,label,model,tune,evaluate,flow,release,feedback"`
	State   string             `json:"state" table:"状态|state" enum:"hollow,jade,amber,cinnabar" doc:"hollow 未开始，jade 正常，amber 在跑或在等，cinnabar 等人处理|hollow: not begun, jade: in order, amber: running or waiting, cinnabar: needs a person"`
	Waiting int                `json:"waiting" table:"待办|waiting" doc:"等人处理的件数|things that wait for a person"`
	Name    string             `json:"name,omitempty" table:"名称|name" doc:"最大的数据集，最近的方案、模型、发布版等|the largest data set, the newest recipe, model, release …"`
	ID      string             `json:"id,omitempty" doc:"它的编号|its id"`
	Figures map[string]float64 `json:"figures" doc:"这一阶段的数字|figures of the stage"`
}

// Score is what a release got on the test rows when it was judged.
type Score struct {
	ReleaseID string  `json:"release_id"`
	Release   string  `json:"release"`
	State     string  `json:"state" enum:"candidate,live,retired"`
	ReportID  string  `json:"report_id"`
	Rows      int     `json:"rows"`
	Exact     float64 `json:"exact" doc:"答对的比例|share of right answers"`
	Low       float64 `json:"low" doc:"95% 区间|95 % interval"`
	High      float64 `json:"high"`
	Passed    bool    `json:"passed" doc:"过了门禁|passed the gate"`
	CreatedUS int64   `json:"created_us" doc:"UTC 微秒|UTC microseconds"`
}

// Overview is a product on one screen.
type Overview struct {
	ProductID string        `json:"product_id"`
	Product   string        `json:"product"`
	Stages    []Standing    `json:"stages" nullable:"false"`
	Scores    []Score       `json:"scores" nullable:"false" doc:"各发布版，旧的在前|releases, the oldest first"`
	Today     serve.Traffic `json:"today" doc:"过去 24 小时|the last 24 hours"`
	Before    serve.Traffic `json:"before" doc:"再之前 24 小时|the 24 hours before"`
}

type overviewIn struct {
	Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
}

type overviewOut struct{ Body Overview }

func (a *App) overviewRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/products/{product}/overview", "product overview", api.Viewer, "一个产品的全貌：十个阶段、得分、线上", "a product on one screen: stages, scores, live figures", a.overview),
	}
}

// shownScores is how many releases the score line of the overview has.
const shownScores = 30

func (a *App) overview(ctx context.Context, in *overviewIn) (*overviewOut, error) {
	product, err := a.Stages.Data.FindProduct(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	out := &overviewOut{Body: Overview{ProductID: product.ID, Product: product.Name, Scores: []Score{}}}
	o := &out.Body
	busy, err := a.busy(ctx, product.ID)
	if err != nil {
		return nil, err
	}
	stages := []func(context.Context, string, *Standing) error{
		a.standingData, a.standingClean, a.standingKnowledge, a.standingLabel, a.standingModel,
		a.standingTune, a.standingEvaluate, a.standingFlow, a.standingRelease, a.standingFeedback,
	}
	names := []string{"data", "clean", "knowledge", "label", "model", "tune", "evaluate", "flow", "release", "feedback"}
	for i, stand := range stages {
		s := Standing{Stage: names[i], State: "hollow", Figures: map[string]float64{}}
		if err := stand(ctx, product.ID, &s); err != nil {
			return nil, err
		}
		if busy[s.Stage] && s.State != "cinnabar" {
			s.State = "amber"
		}
		o.Stages = append(o.Stages, s)
	}
	if o.Scores, err = a.scores(ctx, product.ID); err != nil {
		return nil, err
	}
	now := a.options.Now()
	day := 24 * time.Hour
	if o.Today, err = a.Stages.Serve.Traffic(ctx, product.ID, now.Add(-day), now); err != nil {
		return nil, err
	}
	o.Before, err = a.Stages.Serve.Traffic(ctx, product.ID, now.Add(-2*day), now.Add(-day))
	return out, err
}

// busy tells which stages have a job that has not ended.
func (a *App) busy(ctx context.Context, product string) (map[string]bool, error) {
	running, _, err := a.Jobs.List(ctx, jobs.Filter{ProductID: product, Unfinished: true, Limit: 100})
	stages := map[string]string{"dataset": "data", "learn": "model"} // where the page has another word than the kind of its jobs
	out := map[string]bool{}
	for _, j := range running {
		kind, _, _ := strings.Cut(j.Kind, ".")
		if page := stages[kind]; page != "" {
			kind = page
		}
		out[kind] = true
	}
	return out, err
}

// scores are the judged releases, the oldest first.
func (a *App) scores(ctx context.Context, product string) ([]Score, error) {
	releases, err := a.Stages.Serve.Newest(ctx, product, shownScores)
	if err != nil {
		return nil, err
	}
	out := []Score{}
	for i := len(releases) - 1; i >= 0; i-- {
		r := releases[i]
		if r.ReportID == "" {
			continue
		}
		report, err := a.Stages.Evaluate.Report(ctx, r.ReportID)
		if err != nil {
			return nil, err
		}
		exact := report.Test.Figures["exact"]
		out = append(out, Score{
			ReleaseID: r.ID, Release: r.Name, State: string(r.State), ReportID: r.ReportID, Rows: report.Test.Rows,
			Exact: exact.Value, Low: exact.Low, High: exact.High, Passed: report.Passed, CreatedUS: r.CreatedUS,
		})
	}
	return out, nil
}

func (a *App) standingData(ctx context.Context, product string, s *Standing) error {
	sets, err := a.Stages.Data.Datasets(ctx, product, "", 500)
	largest := -1
	for _, d := range sets {
		s.State = "jade"
		if d.RowCount > largest {
			s.ID, s.Name, largest = d.ID, d.Name, d.RowCount
		}
		s.Figures["datasets"]++
		s.Figures["rows"] += float64(d.RowCount)
	}
	return err
}

func (a *App) standingClean(ctx context.Context, product string, s *Standing) error {
	runs, err := a.Stages.Clean.Runs(ctx, product, "", 1)
	if err != nil || len(runs) == 0 {
		return err
	}
	r := runs[0]
	s.State, s.ID, s.Name = "jade", r.ID, r.Recipe
	s.Figures["kept"], s.Figures["set_aside"] = float64(r.RowsOut), float64(r.Aside)
	if r.State == jobs.Failed {
		s.State, s.Waiting = "cinnabar", 1
	}
	return nil
}

func (a *App) standingKnowledge(ctx context.Context, product string, s *Standing) error {
	live, err := a.Stages.Knowledge.Current(ctx, product)
	if err != nil {
		return err
	}
	drafts, err := a.Stages.Knowledge.Entries(ctx, product, knowledge.EntryFilter{State: knowledge.Draft}, "", 500)
	if err != nil {
		return err
	}
	s.Figures["entries"], s.Figures["drafts"] = float64(len(live.Entries)), float64(len(drafts))
	s.Waiting = len(drafts)
	switch {
	case len(drafts) > 0:
		s.State = "amber"
	case len(live.Entries) > 0:
		s.State = "jade"
	}
	return nil
}

func (a *App) standingLabel(ctx context.Context, product string, s *Standing) error {
	gold, err := a.Stages.Label.CountGold(ctx, product)
	if err != nil {
		return err
	}
	queues, err := a.Stages.Label.Queues(ctx, product, "", 500)
	if err != nil {
		return err
	}
	var open, disputed int
	for _, q := range queues {
		disputed += q.DisputedCount
		if q.State == "open" {
			open += q.TaskCount - q.SettledCount - q.DisputedCount
			s.ID, s.Name = q.ID, q.Name
		}
	}
	s.Figures["gold"], s.Figures["open"], s.Figures["disputed"] = float64(gold), float64(open), float64(disputed)
	s.Waiting = open + disputed
	switch {
	case disputed > 0:
		s.State = "cinnabar"
	case open > 0:
		s.State = "amber"
	case gold > 0:
		s.State = "jade"
	}
	return nil
}

func (a *App) standingModel(ctx context.Context, product string, s *Standing) error {
	made, err := a.Stages.Learn.List(ctx, product, math.MaxInt32, 1)
	if err != nil || len(made) == 0 {
		return err
	}
	s.State, s.ID = "jade", made[0].ID
	s.Figures["number"], s.Figures["seconds"], s.Figures["examples"] = float64(made[0].Number), made[0].Seconds, float64(made[0].ExampleCount)
	return nil
}

func (a *App) standingTune(ctx context.Context, product string, s *Standing) error {
	studies, err := a.Stages.Tune.Studies(ctx, product, "", 1)
	if err != nil || len(studies) == 0 {
		return err
	}
	s.State, s.ID, s.Name = "jade", studies[0].ID, studies[0].Component
	s.Figures["best"], s.Figures["done"], s.Figures["trials"] = studies[0].BestScore, float64(studies[0].DoneCount), float64(studies[0].Trials)
	return nil
}

func (a *App) standingEvaluate(ctx context.Context, product string, s *Standing) error {
	head, ok, err := a.Stages.Evaluate.Latest(ctx, product)
	if err != nil || !ok {
		return err
	}
	report, err := a.Stages.Evaluate.Report(ctx, head.ID)
	if err != nil {
		return err
	}
	s.State, s.ID = "jade", head.ID
	rules := report.Verdict.Count()
	s.Figures["passed"], s.Figures["rules"] = float64(rules.Passed), float64(rules.Total)
	if !report.Passed {
		s.State, s.Waiting = "cinnabar", rules.Total-rules.Passed
	}
	return nil
}

func (a *App) standingFlow(ctx context.Context, product string, s *Standing) error {
	flows, err := a.Stages.Dialog.Flows(ctx, product, "", 500)
	for _, f := range flows {
		s.State, s.ID, s.Name = "jade", f.ID, f.Name
		s.Figures["flows"]++
		s.Figures["revision"] = float64(f.Revision)
	}
	return err
}

func (a *App) standingRelease(ctx context.Context, product string, s *Standing) error {
	releases, err := a.Stages.Serve.Newest(ctx, product, 500)
	if err != nil || len(releases) == 0 {
		return err
	}
	s.State = "amber" // made, and nothing live
	s.Figures["releases"] = float64(len(releases))
	for _, r := range releases {
		if r.State == serve.Live {
			s.State, s.ID, s.Name = "jade", r.ID, r.Name
		}
	}
	if newest := releases[0]; newest.State == serve.Candidate {
		s.Figures["candidate"] = float64(newest.Number)
	}
	return nil
}

func (a *App) standingFeedback(ctx context.Context, product string, s *Standing) error {
	if err := a.Stages.Feedback.Gather(ctx, product); err != nil { // reads only what came since the last time
		return err
	}
	waiting, err := a.Stages.Feedback.Waiting(ctx, product)
	if err != nil {
		return err
	}
	fixed, err := a.Stages.Feedback.Fixed(ctx, product)
	if err != nil {
		return err
	}
	s.Waiting, s.Figures["waiting"], s.Figures["fixes"] = waiting, float64(waiting), float64(fixed)
	if waiting > 0 {
		s.State = "cinnabar"
		return nil
	}
	live, err := a.Stages.Serve.Newest(ctx, product, 1)
	if len(live) > 0 {
		s.State = "jade"
	}
	return err
}
