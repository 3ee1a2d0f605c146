package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
	"zhuomo/label"
)

// labelBench are the settings of `bench label`.
type labelBench struct {
	tasks, people, each int
	lasting             time.Duration
}

// labelFigures are what it measured. A pair is a task taken and answered, both
// through HTTP, the answer on disk before it was acknowledged.
type labelFigures struct {
	PairsPerS   float64 `json:"pairs_per_s" table:"对/秒|pairs/s"`
	ClaimP50MS  float64 `json:"claim_p50_ms" table:"领取 p50 ms|claim p50 ms"`
	ClaimP99MS  float64 `json:"claim_p99_ms" table:"领取 p99 ms|claim p99 ms"`
	SubmitP50MS float64 `json:"submit_p50_ms" table:"提交 p50 ms|submit p50 ms"`
	SubmitP99MS float64 `json:"submit_p99_ms" table:"提交 p99 ms|submit p99 ms"`
	CPUMS       float64 `json:"cpu_ms_per_pair" table:"每对 CPU ms|CPU ms a pair"` // of the server, without its database's
	Pairs       int     `json:"pairs" table:"对|pairs"`
	Tasks       int     `json:"tasks" table:"任务|tasks"`
	People      int     `json:"people" table:"人|people"`
	Each        int     `json:"each" table:"每题几人|people a task"`
}

func benchLabel() command.Special {
	o := labelBench{}
	return command.Special{
		Use: "bench label", ZH: "标注：许多人同时领取和提交，经 HTTP 落盘；量完核对没有多发、没有丢", EN: "labelling: many people take and answer tasks at once, durable, over HTTP; checked for one too many and for lost ones",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.IntVar(&o.tasks, "tasks", 100_000, say("队列里几个任务", "tasks in the queue"))
			f.IntVar(&o.people, "people", 64, say("几个人同时", "people at a time"))
			f.IntVar(&o.each, "each", 2, say("每题几个人", "people a task"))
			f.DurationVar(&o.lasting, "lasting", 10*time.Second, say("量多久", "how long it lasts"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

func (o *labelBench) run(ctx context.Context, e *command.Env) (err error) {
	folder, err := os.MkdirTemp("", "zhuomo-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	var queue string
	var secrets []string
	if err := o.with(ctx, folder, e.DB, func(ctx context.Context, a *App) (err error) {
		queue, secrets, err = o.prepare(ctx, a)
		return err
	}); err != nil {
		return err
	}
	server, err := serveApart(ctx, folder, databaseFlag(e.DB)...)
	if err != nil {
		return err
	}
	_, err = server.firstByte(ctx)
	var f labelFigures
	var answered []string
	if err == nil {
		f, answered, err = o.measure(ctx, server.address, queue, secrets)
	}
	if err := errors.Join(err, server.stop()); err != nil {
		return err
	}
	if f.Pairs > 0 {
		f.CPUMS = round(ms(server.cpu()) / float64(f.Pairs))
	}
	if err := o.with(ctx, folder, e.DB, func(ctx context.Context, a *App) error { return o.check(ctx, a, queue, answered) }); err != nil {
		return err
	}
	return e.Print(f)
}

func databaseFlag(url string) []string {
	if url == "" {
		return nil
	}
	return []string{"--db", url}
}

// with opens the program over the folder, as its owner.
func (o *labelBench) with(ctx context.Context, folder, database string, do func(ctx context.Context, a *App) error) (err error) {
	a, err := Open(ctx, Options{DataFolder: folder, Database: database, Log: fileLog(folder)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	return do(api.WithActor(ctx, a.Owner.Actor()), a)
}

// prepare makes a queue of made-up sentences, and people with tokens.
func (o *labelBench) prepare(ctx context.Context, a *App) (queue string, secrets []string, err error) {
	run := fmt.Sprintf("%x", rand.Uint64()) // a database may have been measured before
	product, err := a.Stages.Data.CreateProduct(ctx, "bench label "+run)
	if err != nil {
		return "", nil, err
	}
	set, err := a.Stages.Data.Create(ctx, product.ID, "questions")
	if err != nil {
		return "", nil, err
	}
	schema := dataset.Schema{Columns: []dataset.Column{{Name: "session"}, {Name: "text"}}}
	version, err := a.Stages.Data.Build(ctx, dataset.Draft{DatasetID: set.ID, Schema: schema}, func(add func(dataset.Row) error) error {
		for n := 1; n <= o.tasks; n++ {
			if err := add(dataset.Row{ID: dataset.NewRowID(run, "", n), Values: []string{fmt.Sprint(n), fmt.Sprintf("我的订单 %d 到哪里了，能不能快一点", n)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	guide, err := a.Stages.Label.SaveGuideline(ctx, product.ID, a.Owner.ID, "task: classify\nname: bench\nlabels:\n  - {id: order, zh: 查订单, en: order}\n  - {id: refund, zh: 退款, en: refund}\n", 0)
	if err != nil {
		return "", nil, err
	}
	q, err := a.Stages.Label.OpenQueue(ctx, product.ID, label.QueueOrder{
		Name: "bench", VersionID: version.ID, GuidelineID: guide.ID, TextColumn: "text", SessionColumn: "session", Annotators: o.each,
	})
	if err != nil {
		return "", nil, err
	}
	for n := range o.people {
		account, err := a.Stages.People.Add(ctx, fmt.Sprintf("bench-%s-%02d", run, n), api.Labeller)
		if err != nil {
			return "", nil, err
		}
		_, secret, err := a.Stages.People.NewToken(ctx, account.Actor(), "bench", api.Labeller, o.lasting+time.Hour, nil)
		if err != nil {
			return "", nil, err
		}
		secrets = append(secrets, secret)
	}
	return q.ID, secrets, nil
}

// measure lets everybody take a task and answer it, over and over, and gives the
// ids of the answers that were acknowledged.
func (o *labelBench) measure(ctx context.Context, address, queue string, secrets []string) (labelFigures, []string, error) {
	client := manyClients(len(secrets))
	type page struct {
		Items []label.Task `json:"items"`
	}
	var mu sync.Mutex
	var claims, submits []time.Duration
	var answered []string
	var failed error
	var stop atomic.Bool
	began := time.Now()
	var all sync.WaitGroup
	for _, secret := range secrets {
		all.Go(func() {
			who := http.Header{"Authorization": {"Bearer " + secret}}
			var took [2][]time.Duration
			var mine []string
			var err error
			for !stop.Load() && time.Since(began) < o.lasting {
				var got page
				start := time.Now()
				if err = post(ctx, client, address+"/api/v1/queues/"+queue+"/claims", who, map[string]int{"count": 1}, &got); err != nil || len(got.Items) == 0 {
					break
				}
				taken := time.Now()
				var made label.Annotation
				if err = post(ctx, client, address+"/api/v1/tasks/"+got.Items[0].ID+"/annotations", who, map[string]any{"labels": []string{"order"}, "seconds": 1}, &made); err != nil {
					break
				}
				took[0], took[1] = append(took[0], taken.Sub(start)), append(took[1], time.Since(taken))
				mine = append(mine, made.ID)
			}
			mu.Lock()
			defer mu.Unlock()
			claims, submits, answered = append(claims, took[0]...), append(submits, took[1]...), append(answered, mine...)
			if err != nil {
				failed = errors.Join(failed, err)
				stop.Store(true)
			}
		})
	}
	all.Wait()
	seconds := time.Since(began).Seconds()
	slices.Sort(claims)
	slices.Sort(submits)
	f := labelFigures{Pairs: len(answered), Tasks: o.tasks, People: len(secrets), Each: o.each, PairsPerS: round(float64(len(answered)) / seconds)}
	if len(answered) > 0 {
		f.ClaimP50MS, f.ClaimP99MS = round(quantile(claims, .5)), round(quantile(claims, .99))
		f.SubmitP50MS, f.SubmitP99MS = round(quantile(submits, .5)), round(quantile(submits, .99))
	}
	return f, answered, failed
}

// check holds what is kept to what was acknowledged: every answer is there, and
// nobody answered a task twice or one too many. Fault: BenchBroken.
func (o *labelBench) check(ctx context.Context, a *App, queue string, answered []string) error {
	rows, err := a.DB.Reader().QueryContext(ctx, `SELECT id, task_id, person FROM label_annotations WHERE queue_id = $1 AND undone_us = 0`, queue)
	if err != nil {
		return err
	}
	defer rows.Close()
	kept := map[string]bool{}
	tasks := map[string][]string{}
	for rows.Next() {
		var id, task, person string
		if err := rows.Scan(&id, &task, &person); err != nil {
			return err
		}
		kept[id] = true
		if slices.Contains(tasks[task], person) || len(tasks[task]) == o.each {
			return BenchBroken.With("what", "task "+task+" was answered once too often")
		}
		tasks[task] = append(tasks[task], person)
	}
	for _, id := range answered {
		if !kept[id] {
			return BenchBroken.With("what", "answer "+id+" is not there")
		}
	}
	return rows.Err()
}
