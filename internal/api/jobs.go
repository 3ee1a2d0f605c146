package api

import (
	"context"
	"encoding/json"
	"time"

	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

// Jobs is what the job routes need of a jobs.Runner.
type Jobs interface {
	Get(ctx context.Context, id string) (jobs.Job, error)
	List(ctx context.Context, f jobs.Filter) ([]jobs.Job, string, error)
	Cancel(ctx context.Context, id string) error
	Retry(ctx context.Context, id string) error
}

// JobView is a job as people see it: plain members first, for the tables.
type JobView struct {
	ID         string          `json:"id" table:"编号|id"`
	Kind       string          `json:"kind" table:"作业|job" doc:"做什么，如 dataset.import|what is done, such as dataset.import"`
	State      jobs.State      `json:"state" table:"状态|state" enum:"queued,running,done,failed,cancelled"`
	Done       int64           `json:"done" table:"完成|done"`
	Total      int64           `json:"total" table:"总数|total" doc:"0 表示还不知道|0 when unknown"`
	LeftS      float64         `json:"left_s,omitempty" doc:"预计还需几秒，0 表示还不知道|seconds left as measured, 0 when unknown"`
	Note       spec.Text       `json:"note" doc:"此刻在做什么|what it does right now"`
	ProductID  string          `json:"product_id,omitempty"`
	ActorID    string          `json:"actor_id,omitempty" doc:"谁发起的|who asked for it"`
	Attempt    int             `json:"attempt" doc:"第几次尝试|how often it was begun"`
	Cancelling bool            `json:"cancelling,omitempty" doc:"已要求取消，还没停下|asked to end, not ended yet"`
	Failure    *JobFailure     `json:"failure,omitempty"`
	Result     json.RawMessage `json:"result,omitempty" doc:"完成后的结果|what it produced, once done"`
	CreatedUS  int64           `json:"created_us" table:"创建时间|created" doc:"UTC 微秒|UTC microseconds"`
	StartedUS  int64           `json:"started_us,omitempty" doc:"UTC 微秒|UTC microseconds"`
	FinishedUS int64           `json:"finished_us,omitempty" doc:"UTC 微秒|UTC microseconds"`
}

// JobFailure says why a job failed, in the asker's language.
type JobFailure struct {
	Code    string `json:"code"`
	Kind    string `json:"kind" doc:"invalid、not_found、conflict、denied、busy 或 broken|invalid, not_found, conflict, denied, busy or broken"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

func viewJob(j jobs.Job, lang string) JobView {
	v := JobView{
		ID: j.ID, Kind: j.Kind, State: j.State, Done: j.Done, Total: j.Total,
		LeftS: (time.Duration(j.LeftUS) * time.Microsecond).Seconds(), Note: spec.Text{ZH: j.NoteZH, EN: j.NoteEN},
		ProductID: j.ProductID, ActorID: j.ActorID, Attempt: j.Attempt, Cancelling: j.Cancelling, Result: j.Result,
		CreatedUS: j.CreatedUS, StartedUS: j.StartedUS, FinishedUS: j.FinishedUS,
	}
	if f := j.Failure; f != nil {
		v.Failure = &JobFailure{
			Code: f.Code, Kind: f.Kind,
			Message: spec.Text{ZH: f.MessageZH, EN: f.MessageEN}.In(lang), Fix: spec.Text{ZH: f.FixZH, EN: f.FixEN}.In(lang),
		}
	}
	return v
}

// JobEvent is a job in the event stream: without its result, in both languages.
func JobEvent(j jobs.Job) (product, topic string, data any) {
	v := viewJob(j, "zh")
	v.Result = nil
	return j.ProductID, "job", v
}

type jobRoutes struct{ runner Jobs }

// JobRoutes are the routes of background work.
func JobRoutes(runner Jobs) []Route {
	r := jobRoutes{runner}
	return []Route{
		Op("GET", "/api/v1/jobs", "jobs list", Viewer, "列出后台作业，新的在前", "list background jobs, newest first", r.list, Wide()),
		Op("GET", "/api/v1/jobs/{job}", "jobs show", Viewer, "查看一个作业", "show one job", r.show),
		Op("POST", "/api/v1/jobs/{job}/cancellation", "jobs cancel", Trainer, "取消作业", "cancel a job", r.cancel),
		Op("POST", "/api/v1/jobs/{job}/retry", "jobs retry", Trainer, "重试失败或已取消的作业", "run a failed or cancelled job again", r.retry),
	}
}

type listJobsIn struct {
	Product    string `query:"product" doc:"只看这个产品的|of this product only"`
	Kind       string `query:"kind" doc:"只看这一种|of this kind only"`
	Stage      string `query:"stage" pattern:"^[a-z]*$" doc:"只看这一阶段的，如 learn|of this stage only, such as learn"`
	Actor      string `query:"actor" doc:"只看这个账号发起的|only those that this account asked for"`
	State      string `query:"state" enum:"queued,running,done,failed,cancelled" doc:"只看这个状态|in this state only"`
	Unfinished bool   `query:"unfinished" doc:"只看未结束的|unfinished ones only"`
	Cursor     string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit      int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type listJobsOut struct{ Body Page[JobView] }

func (r jobRoutes) list(ctx context.Context, in *listJobsIn) (*listJobsOut, error) {
	var after string
	if err := ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, next, err := r.runner.List(ctx, jobs.Filter{
		ProductID: in.Product, Kind: in.Kind, Stage: in.Stage, ActorID: in.Actor, State: jobs.State(in.State), Unfinished: in.Unfinished, After: after, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := &listJobsOut{}
	for _, j := range found {
		if !Who(ctx).Sees(j.ProductID) {
			continue
		}
		out.Body.Items = append(out.Body.Items, viewJob(j, Lang(ctx)))
	}
	if next != "" {
		out.Body.Next = Cursor(next)
	}
	return out, nil
}

type jobIn struct {
	Job string `path:"job" doc:"作业编号|id of the job"`
}

type jobOut struct{ Body JobView }

func (r jobRoutes) show(ctx context.Context, in *jobIn) (*jobOut, error) {
	j, err := r.runner.Get(ctx, in.Job)
	if err != nil {
		return nil, err
	}
	return &jobOut{Body: viewJob(j, Lang(ctx))}, nil
}

func (r jobRoutes) cancel(ctx context.Context, in *jobIn) (*jobOut, error) {
	if err := r.runner.Cancel(ctx, in.Job); err != nil {
		return nil, err
	}
	return r.show(ctx, in)
}

func (r jobRoutes) retry(ctx context.Context, in *jobIn) (*jobOut, error) {
	if err := r.runner.Retry(ctx, in.Job); err != nil {
		return nil, err
	}
	return r.show(ctx, in)
}
