package label

import (
	"context"

	"zhuomo/internal/api"
)

// reviewRoutes are what the pages of quality and of the guideline need beside
// settling.
func (h handlers) reviewRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/queues/{queue}/quality", "label quality", api.Viewer, "看标注质量：每人、每天、易混", "show the quality of labels: people, days, confusions", h.quality),
		api.Op("GET", "/api/v1/queues/{queue}/tasks", "label review", api.Reviewer, "列出任务和每个人的答案，可筛选", "list tasks with everybody's answers, filtered", h.review, api.Personal()),
		api.Op("GET", "/api/v1/queues/{queue}/samples", "label sample", api.Reviewer, "随机抽取已定的任务复查", "draw settled tasks by chance for inspection", h.samples, api.Personal()),
		api.Op("POST", "/api/v1/tasks/{task}/returns", "label return", api.Reviewer, "退回任务的答案重新标注", "send the answers of a task back to be given anew", h.sendBack),
		api.Op("POST", "/api/v1/products/{product}/guideline-previews", "label preview", api.Trainer, "不保存，先看规范改动会影响哪些旧标注", "see which past labels a change of the guideline would touch, without saving", h.preview, api.MaxBytes(maxGuideline+1<<20), api.Quiet(), api.Personal()),
		api.Op("GET", "/api/v1/products/{product}/guidelines/{version}/checks", "label checks", api.Viewer, "看人和模型对规范样例答得怎样", "show how people and models stand to the examples", h.checks),
		api.Op("POST", "/api/v1/products/{product}/guidelines/{version}/model-checks", "label check-model", api.Trainer, "用规范样例检查最新的模型", "check the newest model against the examples", h.checkModel, api.Quiet()),
	}
}

type qualityOut struct{ Body Quality }

func (h handlers) quality(ctx context.Context, in *queueIn) (*qualityOut, error) {
	q, err := h.s.QualityOf(ctx, in.Queue)
	return &qualityOut{q}, err
}

type reviewIn struct {
	Queue  string `path:"queue" doc:"队列编号|id of the queue"`
	State  string `query:"state" enum:"waiting,settled,disputed" doc:"状态|state"`
	Person string `query:"person" doc:"谁答过|who answered"`
	Label  string `query:"label" doc:"答案里有的标签|label that an answer has"`
	Other  string `query:"other" doc:"别人答成的标签|label that another answer has instead"`
	Differ bool   `query:"differ" doc:"只看答得不一样的|only those on which answers differ"`
	Wrong  bool   `query:"wrong" doc:"只看和金标不同的答案|only answers that are not the gold"`
	Sent   bool   `query:"sent_back" doc:"只看被退回过的|only those that were sent back"`
	Twice  bool   `query:"twice" doc:"只看多人答过的|only those that several people answered"`
	From   int64  `query:"from_us" minimum:"0" doc:"答案不早于（微秒）|answers not before, microseconds"`
	To     int64  `query:"to_us" minimum:"0" doc:"答案早于（微秒）|answers before, microseconds"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type reviewOut struct{ Body api.Page[Reviewed] }

func (h handlers) review(ctx context.Context, in *reviewIn) (*reviewOut, error) {
	after := -1
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	f := ReviewFilter{State: in.State, Person: in.Person, Label: in.Label, Other: in.Other, Differ: in.Differ, Wrong: in.Wrong, Sent: in.Sent, Twice: in.Twice,
		FromUS: in.From, ToUS: in.To}
	found, last, more, err := h.s.Review(ctx, in.Queue, f, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &reviewOut{Body: api.Page[Reviewed]{Items: found}}
	if more {
		out.Body.Next = api.Cursor(last)
	}
	return out, nil
}

type samplesIn struct {
	Queue string `path:"queue" doc:"队列编号|id of the queue"`
	Count int    `query:"count" minimum:"1" maximum:"200" default:"20" doc:"抽多少个|how many"`
	Seed  uint64 `query:"seed" doc:"随机种子|seed"`
}

func (h handlers) samples(ctx context.Context, in *samplesIn) (*reviewOut, error) {
	found, err := h.s.Samples(ctx, in.Queue, in.Count, in.Seed)
	return &reviewOut{api.Page[Reviewed]{Items: found}}, err
}

type sendBackIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
	Body struct {
		Reason string `json:"reason" doc:"为什么退回|why it is sent back"`
	}
}

func (h handlers) sendBack(ctx context.Context, in *sendBackIn) (*doneOut, error) {
	return &doneOut{}, h.s.SendBack(ctx, in.Task, in.Body.Reason, api.Who(ctx).ID)
}

type previewIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    struct {
		Source string `json:"source" doc:"标注规范（YAML）|the guideline as YAML"`
	}
}

func (h handlers) preview(ctx context.Context, in *previewIn) (*guidelineOut, error) {
	g, err := h.s.PreviewGuideline(ctx, in.Product, in.Body.Source)
	return &guidelineOut{g}, err
}

type checksOut struct{ Body api.Page[Checked] }

func (h handlers) checks(ctx context.Context, in *versionIn) (*checksOut, error) {
	found, err := h.s.Checks(ctx, in.Product, in.Version)
	return &checksOut{api.Page[Checked]{Items: found}}, err
}

func (h handlers) checkModel(ctx context.Context, in *versionIn) (*checkOut, error) {
	c, err := h.s.CheckModel(ctx, in.Product, in.Version)
	return &checkOut{c}, err
}
