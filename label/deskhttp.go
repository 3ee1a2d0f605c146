package label

import (
	"context"
	"time"

	"zhuomo/internal/api"
)

// deskRoutes are what the labelling desk needs beside claims and answers.
func (h handlers) deskRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/products/{product}/queue-drafts/{version}", "label draft", api.Trainer, "为一个数据版本猜一份队列设置", "guess an order for a dataset version", h.draft),
		api.Op("GET", "/api/v1/queues/{queue}/tally", "label tally", api.Labeller, "看自己在队列里做了多少", "show how far one is in a queue", h.tally),
		api.Op("GET", "/api/v1/queues/{queue}/answers", "label mine", api.Labeller, "列出自己的答案，新的在前", "list one's own answers, newest first", h.mine, api.Personal()),
		api.Op("POST", "/api/v1/queues/{queue}/heartbeats", "", api.Labeller, "续领自己手上的全部任务", "renew all leases that one holds in a queue", h.heartbeats, api.Quiet()),
		api.Op("GET", "/api/v1/tasks/{task}/alikes", "label alikes", api.Labeller, "找和任务相近的：已定的行、还没标的任务", "find what reads like a task: settled rows, open tasks", h.alikes, api.Personal()),
		api.Op("POST", "/api/v1/queues/{queue}/picks", "", api.Labeller, "按编号领取任务（相似的一起标）", "claim tasks by their ids (look-alikes at once)", h.pick, api.Quiet(), api.Personal()),
		api.Op("POST", "/api/v1/tasks/{task}/asks", "label ask", api.Labeller, "就一个任务问组长，回复前先放下", "ask the lead about a task and put it aside until the reply", h.ask, api.Quiet()),
		api.Op("DELETE", "/api/v1/tasks/{task}/skips", "label unskip", api.Labeller, "收回自己的跳过或提问", "take one's own skip or question back", h.unskip, api.Quiet()),
		api.Op("GET", "/api/v1/queues/{queue}/skips/mine", "label asked", api.Labeller, "列出自己的跳过和提问", "list one's own skips and questions", h.mySkips, api.Personal()),
		api.Op("GET", "/api/v1/queues/{queue}/skips", "label skips", api.Reviewer, "列出跳过和提问", "list skips and questions", h.skips, api.Personal()),
		api.Op("PUT", "/api/v1/tasks/{task}/replies/{person}", "label reply", api.Reviewer, "回复一个提问，任务回到提问人", "reply to a question; the task returns to who asked", h.reply),
	}
}

type draftIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Version string `path:"version" doc:"数据版本编号|id of the dataset version"`
	Speaker string `query:"speaker" doc:"说话人一列，不填就猜|column of the speaker, guessed when absent"`
}

type draftOut struct{ Body OrderDraft }

func (h handlers) draft(ctx context.Context, in *draftIn) (*draftOut, error) {
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Version)
	if err != nil {
		return nil, err
	}
	d, err := h.s.DraftOrder(ctx, in.Product, v.ID, in.Speaker)
	return &draftOut{d}, err
}

type tallyOut struct{ Body Tally }

func (h handlers) tally(ctx context.Context, in *queueIn) (*tallyOut, error) {
	t, err := h.s.Tally(ctx, in.Queue, api.Who(ctx).ID)
	return &tallyOut{t}, err
}

// pageOfQueueIn is a page of something in a queue.
type pageOfQueueIn struct {
	Queue  string `path:"queue" doc:"队列编号|id of the queue"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type givenOut struct{ Body api.Page[Given] }

func (h handlers) mine(ctx context.Context, in *pageOfQueueIn) (*givenOut, error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := h.s.Mine(ctx, in.Queue, api.Who(ctx).ID, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &givenOut{Body: api.Page[Given]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].ID)
	}
	return out, nil
}

type renewedOut struct {
	Body struct {
		RenewedCount int `json:"renewed_count" doc:"续领了几个|leases renewed"`
	}
}

func (h handlers) heartbeats(ctx context.Context, in *queueIn) (*renewedOut, error) {
	out := &renewedOut{}
	var err error
	out.Body.RenewedCount, err = h.s.RenewAll(ctx, in.Queue, api.Who(ctx).ID)
	return out, err
}

type alikeOut struct{ Body Alike }

func (h handlers) alikes(ctx context.Context, in *taskIn) (*alikeOut, error) {
	found, err := h.s.AlikesOf(ctx, in.Task, api.Who(ctx).ID)
	return &alikeOut{found}, err
}

type pickIn struct {
	Queue string `path:"queue" doc:"队列编号|id of the queue"`
	Body  struct {
		TaskIDs []string `json:"task_ids" minItems:"1" maxItems:"50" doc:"任务编号|ids of the tasks"`
		LeaseS  int      `json:"lease_s,omitempty" minimum:"0" maximum:"86400" doc:"领取多少秒，默认 600|seconds of the lease, default 600"`
	}
}

func (h handlers) pick(ctx context.Context, in *pickIn) (*tasksOut, error) {
	found, err := h.s.ClaimThese(ctx, in.Queue, api.Who(ctx).ID, in.Body.TaskIDs, leaseFor(in.Body.LeaseS))
	return &tasksOut{api.Page[Task]{Items: found}}, err
}

func leaseFor(seconds int) time.Duration {
	if seconds == 0 {
		return defaultLease
	}
	return time.Duration(seconds) * time.Second
}

type askIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
	Body struct {
		Question string `json:"question" doc:"问题|the question"`
	}
}

func (h handlers) ask(ctx context.Context, in *askIn) (*doneOut, error) {
	return &doneOut{}, h.s.Ask(ctx, in.Task, api.Who(ctx).ID, in.Body.Question)
}

func (h handlers) unskip(ctx context.Context, in *taskIn) (*doneOut, error) {
	return &doneOut{}, h.s.Unskip(ctx, in.Task, api.Who(ctx).ID)
}

type skipsOut struct{ Body api.Page[Skipped] }

func (h handlers) mySkips(ctx context.Context, in *pageOfQueueIn) (*skipsOut, error) {
	return h.skipPage(ctx, in, api.Who(ctx).ID)
}

func (h handlers) skips(ctx context.Context, in *pageOfQueueIn) (*skipsOut, error) {
	return h.skipPage(ctx, in, "")
}

func (h handlers) skipPage(ctx context.Context, in *pageOfQueueIn, person string) (*skipsOut, error) {
	offset := 0
	if err := api.ReadCursor(in.Cursor, &offset); err != nil {
		return nil, err
	}
	found, err := h.s.Skips(ctx, in.Queue, person, offset, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &skipsOut{Body: api.Page[Skipped]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(offset + len(found))
	}
	return out, nil
}

type replyIn struct {
	Task   string `path:"task" doc:"任务编号|id of the task"`
	Person string `path:"person" doc:"谁问的|who asked"`
	Body   struct {
		Reply string `json:"reply" doc:"回复|the reply"`
	}
}

func (h handlers) reply(ctx context.Context, in *replyIn) (*doneOut, error) {
	return &doneOut{}, h.s.Reply(ctx, in.Task, in.Person, in.Body.Reply, api.Who(ctx).ID)
}
