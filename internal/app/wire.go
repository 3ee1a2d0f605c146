package app

import (
	"context"
	"path/filepath"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/feedback"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/outgoing"
	"zhuomo/knowledge"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/people"
	"zhuomo/serve"
	"zhuomo/text"
	"zhuomo/track"
	"zhuomo/track/mlflow"
	"zhuomo/tune"
	"zhuomo/web"
)

// Stages are the services of the stages, joined. One line each.
type Stages struct {
	Data      *dataset.Service
	Clean     *clean.Service
	Knowledge *knowledge.Service
	Label     *label.Service
	Learn     *learn.Service
	Tune      *tune.Service
	Evaluate  *evaluate.Service
	Track     *track.Service
	MLflow    *mlflow.Service
	Dialog    *dialog.Service
	Serve     *serve.Service
	Feedback  *feedback.Service
	People    *people.Service
}

// join makes the stages, ground floor first, and gives each what it needs of
// the others.
func (a *App) join(ctx context.Context) (s Stages, err error) {
	now := a.options.Now
	outside, err := networks(a.options.door.outside)
	if err != nil {
		return s, err
	}
	s.Data, err = dataset.New(ctx, dataset.Needs{
		DB: a.DB, Blobs: a.Blobs, Now: now, Jobs: a.Jobs, Formats: builtin.Formats(), Private: personal(text.NewPersonal(nil, nil)),
		Inspector: clean.NewInspector(builtin.Operators()), Outside: outgoing.New(outgoing.Options{Allow: outside}),
	})
	if err != nil {
		return s, err
	}
	s.Clean, err = clean.New(ctx, clean.Needs{
		DB: a.DB, Blobs: a.Blobs, Data: s.Data, Jobs: a.Jobs, Now: now, Operators: builtin.Operators(),
	})
	if err != nil {
		return s, err
	}
	hears := customers{live: func() *serve.Service { return a.Stages.Serve }, now: now}
	if s.Knowledge, err = knowledge.New(ctx, knowledge.Needs{DB: a.DB, Blobs: a.Blobs, Data: s.Data, Now: now, Served: hears}); err != nil {
		return s, err
	}
	if s.Label, err = label.New(ctx, label.Needs{DB: a.DB, Data: s.Data, Jobs: a.Jobs, Now: now, Suggest: suggestions{a}, Answer: suggestions{a}, Counted: a.meters.label}); err != nil {
		return s, err
	}
	settled := gold{s.Label}
	s.Learn, err = learn.New(ctx, learn.Needs{
		DB: a.DB, Blobs: a.Blobs, Now: now, Jobs: a.Jobs, Learners: a.learners(), Source: settled, Ledger: ledger{a}, Texts: settled, Logbook: logbook{a},
	})
	if err != nil {
		return s, err
	}
	if s.Tune, err = tune.New(ctx, tune.Needs{DB: a.DB, Now: now, Jobs: a.Jobs, Samplers: builtin.Samplers(), Bench: tuning{settled, a.learners(), s.Clean, s.Data}, Forecast: builtin.Forecast()}); err != nil {
		return s, err
	}
	bench := workbench{
		blobs: a.Blobs, gold: settled, learn: s.Learn, knowledge: s.Knowledge,
		live: func() *serve.Service { return a.Stages.Serve }, dialog: func() *dialog.Service { return a.Stages.Dialog },
	}
	if s.Evaluate, err = evaluate.New(ctx, evaluate.Needs{
		DB: a.DB, Jobs: a.Jobs, Now: now, Bench: bench, Models: s.Learn, Signer: bench, Sheets: sheets{}, Voices: bench,
	}); err != nil {
		return s, err
	}
	if s.Dialog, err = dialog.New(ctx, dialog.Needs{DB: a.DB, Blobs: a.Blobs, Now: now, Products: products{s.Data}, Benches: bench}); err != nil {
		return s, err
	}
	vectors, err := embedderOf(a.options.Encoder)
	if err != nil {
		return s, err
	}
	s.Serve, err = serve.New(ctx, serve.Needs{
		Voices: builtin.Voices(),

		DB: a.DB, Blobs: a.Blobs, Now: now, Products: products{s.Data}, Models: models{s.Learn}, Newest: newest{a}, Gate: verdicts{s.Evaluate}, Pages: web.Files(),
		Measured: a.meters.turn, Embedder: vectors, SigningKey: filepath.Join(a.options.DataFolder, signingKeyName),
	})
	if err != nil {
		return s, err
	}
	facts := s.Serve.Facts()
	s.Track, err = track.New(ctx, a.DB, now, track.Sources{
		Turns: facts, Releases: facts, Witnesses: witnesses{s.Learn, s.Label, facts}, Annotations: annotations{s.Label},
		Cleanings: cleanings{s.Clean}, Rows: rows{s.Data, a.Blobs}, Things: things{a},
	})
	if err != nil {
		return s, err
	}
	if s.MLflow, err = mlflow.New(ctx, a.DB, a.Blobs, now, s.Track); err != nil {
		return s, err
	}
	fixing := repair{a: a, s: &a.Stages, bench: bench}
	s.Feedback, err = feedback.New(ctx, a.DB, a.Jobs, now, s.Evaluate, feedback.Needs{
		Turns: fixing, Shops: fixing, Relabeller: fixing, Keeper: fixing, Releaser: fixing, Ledger: fixing, Home: fixing, Ended: a.meters.fix,
	})
	if err != nil {
		return s, err
	}
	s.People, err = people.New(ctx, a.DB, now, products{s.Data})
	return s, err
}

// personal lets the profile count personal data: each kind once a text.
func personal(finder *text.Personal) dataset.PersonalData {
	return func(line string, found func(kind string)) {
		for kind := range finder.Count(line) {
			found(kind)
		}
	}
}

// routes is the whole route table. The command line asks for it without
// opening anything: on the zero Stages every Routes method still names its
// routes, because it must not touch its service.
func (s Stages) routes() []api.Route {
	var all []api.Route
	for _, stage := range []interface{ Routes() []api.Route }{
		s.Data, s.Clean, s.Knowledge, s.Label, s.Learn, s.Tune, s.Evaluate, s.Track, s.MLflow, s.Dialog, s.Serve, s.Feedback, s.People,
	} {
		all = append(all, stage.Routes()...)
	}
	return all
}

// routes adds to the stages' routes those of the frame.
func (a *App) routes() []api.Route {
	all := a.Stages.routes()
	all = append(all, api.JobRoutes(a.Jobs)...)
	all = append(all, api.EventRoutes(a.Events)...)
	all = append(all, a.overviewRoutes()...)
	all = append(all, a.eraseRoutes()...)
	all = append(all, a.exampleRoutes()...)
	all = append(all, a.backupRoutes()...)
	all = append(all, a.doctorRoutes()...)
	all = append(all, a.healthRoutes()...)
	return append(all, pageRoutes(web.Files())...)
}

// groups are the stages in the order of the loop, for the overview and help.
func groups() []command.Stage {
	return []command.Stage{
		{Name: "product", ZH: "产品：正在训练的 AI 产品", EN: "products: the AI products being trained"},
		{Name: "dataset", ZH: "数据：导入、版本、画像、导出", EN: "data: import, versions, profile, export"},
		{Name: "clean", ZH: "清洗：方案、预览、隔离区", EN: "cleaning: recipes, preview, quarantine"},
		{Name: "knowledge", ZH: "知识：条目、相似问、实体、搜索", EN: "knowledge: entries, variants, entities, search"},
		{Name: "label", ZH: "标注：规范、队列、领取、质量", EN: "labelling: guidelines, queues, leases, quality"},
		{Name: "learn", ZH: "训练：学习器与模型", EN: "learning: learners and models"},
		{Name: "tune", ZH: "调参：实验与试验", EN: "tuning: studies and trials"},
		{Name: "evaluate", ZH: "评测：测试集、检查、门禁、翻转", EN: "evaluation: suites, checks, gates, flips"},
		{Name: "runs", ZH: "外部运行：MLflow 客户端记的", EN: "logged runs: what MLflow clients log"},
		{Name: "models", ZH: "模型登记：版本、阶段、批准", EN: "the model registry: versions, stages, approvals"},
		{Name: "track", ZH: "记录：运行与来龙去脉", EN: "tracking: runs and lineage"},
		{Name: "dialog", ZH: "交互：流程、故事、模拟", EN: "dialogue: flows, stories, simulation"},
		{Name: "serve", ZH: "上线：发布版、上线与撤回、话轮（不带命令即启动服务，带发布包即只运行它）", EN: "serving: releases, publishing, taking back, turns (alone it starts the server, with a bundle it runs that)"},
		{Name: "feedback", ZH: "反馈：收件箱与修正环", EN: "feedback: inbox and fix loop"},
		{Name: "people", ZH: "人员：账号、角色、登录", EN: "people: accounts, roles, sign-in"},
		{Name: "tokens", ZH: "令牌：让程序来调用", EN: "tokens: let programs in"},
		{Name: "audit", ZH: "审计：谁在什么时候做了什么", EN: "audit: who did what and when"},
		{Name: "bench", ZH: "测速：修正环、话轮、启动", EN: "benches: the fix loop, turns, the start"},
		{Name: "jobs", ZH: "作业：后台任务的进度与取消", EN: "jobs: background work, progress, cancelling"},
	}
}
