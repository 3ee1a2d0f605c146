package label

import (
	"context"
	"errors"
	"slices"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

// Routes is the route table of the stage.
func (s *Service) Routes() []api.Route {
	h := handlers{s}
	return slices.Concat(h.guidelineRoutes(), h.queueRoutes(), h.deskRoutes(), h.reviewRoutes(), h.adoptionRoutes())
}

func (h handlers) guidelineRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/products/{product}/guidelines", "label guidelines", api.Viewer, "列出标注规范的版本", "list the versions of the guideline", h.guidelines, api.Plain()),
		api.Op("POST", "/api/v1/products/{product}/guidelines", "label save", api.Trainer, "保存标注规范的新版本，列出可能因此不对的旧标注", "save a new version of the guideline; lists the labels it may have made wrong", h.saveGuideline, api.MaxBytes(maxGuideline+1<<20)),
		api.Op("GET", "/api/v1/products/{product}/guidelines/{version}", "label guideline", api.Viewer, "查看标注规范", "show a version of the guideline", h.guideline, api.Plain()),
		api.Op("GET", "/api/v1/products/{product}/guidelines/{version}/touched", "label touched", api.Viewer, "列出这一版可能改错的旧标注", "list past labels that this version may have made wrong", h.touched, api.Personal()),
		api.Op("GET", "/api/v1/products/{product}/guidelines/{version}/questions", "label questions", api.Labeller, "取规范样例作考题（不带答案）", "get the examples of a guideline as questions", h.questions),
		api.Op("POST", "/api/v1/products/{product}/guidelines/{version}/checks", "label check", api.Labeller, "用规范样例检查自己的答案", "check one's answers against the examples", h.check, api.Quiet()),
	}
}

func (h handlers) queueRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/products/{product}/queues", "label queues", api.Viewer, "列出标注队列", "list labelling queues", h.queues),
		api.Op("POST", "/api/v1/products/{product}/queues", "label open", api.Trainer, "开一个标注队列", "open a labelling queue", h.open),
		api.Op("GET", "/api/v1/queues/{queue}", "label queue", api.Viewer, "查看队列进度", "show how far a queue is", h.queue),
		api.Op("POST", "/api/v1/queues/{queue}/claims", "label next", api.Labeller, "领取下一批任务", "claim the next tasks", h.claim, api.Quiet(), api.Personal()),
		api.Op("GET", "/api/v1/queues/{queue}/claims", "label held", api.Labeller, "列出自己手上的任务", "list the tasks one holds", h.held, api.Personal()),
		api.Op("POST", "/api/v1/queues/{queue}/settlements", "label settle", api.Reviewer, "结算：一致的定为金标，分歧的待裁定", "settle: agreed answers become gold, the rest is disputed", h.settle),
		api.Op("GET", "/api/v1/queues/{queue}/disputes", "label disputes", api.Reviewer, "列出有分歧的任务", "list the tasks on which people disagree", h.disputes, api.Personal()),
		api.Op("GET", "/api/v1/queues/{queue}/agreement", "label agreement", api.Viewer, "算一致性（κ、α）", "measure agreement (κ, α)", h.agreement),
		api.Op("POST", "/api/v1/queues/{queue}/closings", "label close", api.Trainer, "关闭队列，不再发任务", "close a queue: nothing more is handed out", h.closeQueue),
		api.Op("POST", "/api/v1/tasks/{task}/annotations", "label submit", api.Labeller, "提交一个答案", "submit an answer", h.submit, api.Quiet()),
		api.Op("POST", "/api/v1/annotations", "", api.Labeller, "一次提交多个答案（离线补交）", "submit many answers at once (after working offline)", h.submitMany, api.Quiet()),
		api.Op("DELETE", "/api/v1/annotations/{annotation}", "label undo", api.Labeller, "撤销自己的答案", "undo one's own answer", h.undo, api.Quiet()),
		api.Op("POST", "/api/v1/tasks/{task}/heartbeats", "label renew", api.Labeller, "续领任务", "renew the lease of a task", h.heartbeat, api.Quiet()),
		api.Op("POST", "/api/v1/tasks/{task}/releases", "label release", api.Labeller, "退回任务", "give a task back", h.release, api.Quiet()),
		api.Op("POST", "/api/v1/tasks/{task}/skips", "label skip", api.Labeller, "跳过任务并写明原因", "skip a task with a reason", h.skip, api.Quiet()),
		api.Op("POST", "/api/v1/tasks/{task}/adjudications", "label adjudicate", api.Reviewer, "裁定有分歧的任务", "decide a disputed task", h.adjudicate),
		api.Op("GET", "/api/v1/products/{product}/gold", "label gold", api.Viewer, "列出金标", "list the gold", h.gold, api.Personal()),
		api.Op("DELETE", "/api/v1/products/{product}/gold/{row}", "label unset", api.Reviewer, "收回一行的金标，恢复之前的", "take the gold of a row back; the one before returns", h.unset),
		api.Op("GET", "/api/v1/products/{product}/rows/{row}/annotations", "label annotations", api.Reviewer, "列出一行的全部标注", "list the annotations of a row", h.annotations, api.Personal()),
	}
}

type handlers struct{ s *Service }

type productIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Cursor  string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type guidelinesOut struct{ Body api.Page[SavedGuideline] }

func (h handlers) guidelines(ctx context.Context, in *productIn) (*guidelinesOut, error) {
	before := 0
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := h.s.Guidelines(ctx, in.Product, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &guidelinesOut{Body: api.Page[SavedGuideline]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].Version)
	}
	return out, nil
}

type saveIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    struct {
		Source   string `json:"source" doc:"标注规范（YAML）|the guideline as YAML"`
		Revision int    `json:"revision,omitempty" minimum:"0" doc:"看到的版本号，第一版为 0|the version you saw, 0 for the first"`
	}
}

type guidelineOut struct{ Body SavedGuideline }

func (h handlers) saveGuideline(ctx context.Context, in *saveIn) (*guidelineOut, error) {
	g, err := h.s.SaveGuideline(ctx, in.Product, api.Who(ctx).ID, in.Body.Source, in.Body.Revision)
	return &guidelineOut{g}, err
}

type versionIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Version string `path:"version" doc:"latest、v3 或编号|latest, v3, or the id"`
}

func (h handlers) guideline(ctx context.Context, in *versionIn) (*guidelineOut, error) {
	g, err := h.s.Guideline(ctx, in.Product, in.Version)
	return &guidelineOut{g}, err
}

type touchedIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Version string `path:"version" doc:"latest、v3 或编号|latest, v3, or the id"`
	Cursor  string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type touchedOut struct{ Body api.Page[Touched] }

func (h handlers) touched(ctx context.Context, in *touchedIn) (*touchedOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	g, err := h.s.Guideline(ctx, in.Product, in.Version)
	if err != nil {
		return nil, err
	}
	found, _, err := h.s.Touched(ctx, in.Product, g.Version, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &touchedOut{Body: api.Page[Touched]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].ID)
	}
	return out, nil
}

type questionsOut struct{ Body api.Page[Asked] }

func (h handlers) questions(ctx context.Context, in *versionIn) (*questionsOut, error) {
	g, err := h.s.Guideline(ctx, in.Product, in.Version)
	if err != nil {
		return nil, err
	}
	out := &questionsOut{}
	for _, e := range g.Guideline.Examples() {
		out.Body.Items = append(out.Body.Items, e.Asked())
	}
	return out, nil
}

type checkIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Version string `path:"version" doc:"latest、v3 或编号|latest, v3, or the id"`
	Body    struct {
		Answers [][]string `json:"answers" maxItems:"50000" doc:"每题的标签，按考题顺序|the labels of each question, in their order"`
	}
}

type checkOut struct{ Body Checked }

func (h handlers) check(ctx context.Context, in *checkIn) (*checkOut, error) {
	c, err := h.s.CheckPerson(ctx, in.Product, in.Version, api.Who(ctx).ID, in.Body.Answers)
	return &checkOut{c}, err
}

type queuesOut struct{ Body api.Page[Queue] }

func (h handlers) queues(ctx context.Context, in *productIn) (*queuesOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := h.s.Queues(ctx, in.Product, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &queuesOut{Body: api.Page[Queue]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].ID)
	}
	return out, nil
}

type openIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    QueueOrder
}

type startedOut struct{ Body api.Started }

func (h handlers) open(ctx context.Context, in *openIn) (*startedOut, error) {
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Body.VersionID)
	if err != nil {
		return nil, err
	}
	in.Body.VersionID = v.ID
	id, err := h.s.StartOpen(ctx, in.Product, in.Body)
	return &startedOut{api.Started{JobID: id}}, err
}

type queueIn struct {
	Queue string `path:"queue" doc:"队列编号|id of the queue"`
}

type queueOut struct{ Body Queue }

func (h handlers) queue(ctx context.Context, in *queueIn) (*queueOut, error) {
	q, err := h.s.Queue(ctx, in.Queue)
	return &queueOut{q}, err
}

func (h handlers) closeQueue(ctx context.Context, in *queueIn) (*queueOut, error) {
	q, err := h.s.CloseQueue(ctx, in.Queue)
	return &queueOut{q}, err
}

type claimIn struct {
	Queue string `path:"queue" doc:"队列编号|id of the queue"`
	Body  struct {
		Count  int `json:"count,omitempty" minimum:"0" maximum:"500" doc:"几个，默认 1|how many, default 1"`
		LeaseS int `json:"lease_s,omitempty" minimum:"0" maximum:"86400" doc:"领取多少秒，默认 600|seconds of the lease, default 600"`
	}
}

type tasksOut struct{ Body api.Page[Task] }

// defaultLease is how long a claim over HTTP lasts when nobody says.
const defaultLease = 10 * time.Minute

func (h handlers) claim(ctx context.Context, in *claimIn) (*tasksOut, error) {
	found, err := h.s.Claim(ctx, in.Queue, api.Who(ctx).ID, in.Body.Count, leaseFor(in.Body.LeaseS))
	return &tasksOut{api.Page[Task]{Items: found}}, err
}

func (h handlers) held(ctx context.Context, in *queueIn) (*tasksOut, error) {
	found, err := h.s.Held(ctx, in.Queue, api.Who(ctx).ID)
	return &tasksOut{api.Page[Task]{Items: found}}, err
}

type settleOut struct{ Body SettleReport }

func (h handlers) settle(ctx context.Context, in *queueIn) (*settleOut, error) {
	r, err := h.s.Settle(ctx, in.Queue)
	return &settleOut{r}, err
}

type disputesIn struct {
	Queue  string `path:"queue" doc:"队列编号|id of the queue"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type disputesOut struct{ Body api.Page[Dispute] }

func (h handlers) disputes(ctx context.Context, in *disputesIn) (*disputesOut, error) {
	after := -1
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, last, err := h.s.Disputes(ctx, in.Queue, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &disputesOut{Body: api.Page[Dispute]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(last)
	}
	return out, nil
}

type agreementOut struct{ Body Agreement }

func (h handlers) agreement(ctx context.Context, in *queueIn) (*agreementOut, error) {
	a, err := h.s.Agreement(ctx, in.Queue)
	return &agreementOut{a}, err
}

// AnswerBody is an answer as it comes over HTTP; who answers is who is signed in.
// It is exported because the decoder does not see embedded types that are not.
type AnswerBody struct {
	ID              string   `json:"id,omitempty" minLength:"8" maxLength:"64" doc:"客户端生成的编号（UUID），重发不会重复；不填则由服务生成|id made by the client (UUID): sending twice counts once; made by the server when absent"`
	Labels          []string `json:"labels" maxItems:"50" doc:"标签|labels"`
	Seconds         float64  `json:"seconds,omitempty" minimum:"0" maximum:"86400" doc:"用了多少秒|seconds it took"`
	GuidelineID     string   `json:"guideline_id,omitempty" doc:"按哪版规范答的，默认队列的|guideline followed, the queue's by default"`
	SuggestionShown bool     `json:"suggestion_shown,omitempty" doc:"答题时看到了建议|a suggestion was shown"`
}

func (h handlers) submission(ctx context.Context, task string, b AnswerBody) Submission {
	if b.ID == "" {
		b.ID = db.NewID(h.s.now())
	}
	return Submission{ID: b.ID, TaskID: task, Person: api.Who(ctx).ID, Labels: b.Labels, Seconds: b.Seconds, GuidelineID: b.GuidelineID, SuggestionShown: b.SuggestionShown}
}

type submitIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
	Body AnswerBody
}

type annotationOut struct{ Body Annotation }

func (h handlers) submit(ctx context.Context, in *submitIn) (*annotationOut, error) {
	made, err := h.s.Answer(ctx, []Submission{h.submission(ctx, in.Task, in.Body)})
	if err != nil {
		return nil, err
	}
	return &annotationOut{made[0]}, nil
}

type submitManyIn struct {
	Body struct {
		Items []taskAnswer `json:"items" minItems:"1" maxItems:"500" doc:"答案|the answers"`
	}
}

type taskAnswer struct {
	TaskID string `json:"task_id" doc:"任务编号|id of the task"`
	AnswerBody
}

// outcome is what became of one answer of many.
type outcome struct {
	ID         string      `json:"id"`
	Annotation *Annotation `json:"annotation,omitempty"`
	Code       string      `json:"code,omitempty" doc:"没有收下的原因代码|code of the fault, when it was refused"`
	Message    string      `json:"message,omitempty" doc:"发生了什么|what happened"`
	Fix        string      `json:"fix,omitempty" doc:"怎么办|what to do"`
}

type submitManyOut struct{ Body api.Page[outcome] }

func (h handlers) submitMany(ctx context.Context, in *submitManyIn) (*submitManyOut, error) {
	subs := make([]Submission, len(in.Body.Items))
	for i, item := range in.Body.Items {
		subs[i] = h.submission(ctx, item.TaskID, item.AnswerBody)
	}
	made, err := h.s.Answer(ctx, subs)
	var refused Refusals
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	out := &submitManyOut{}
	for i := range subs {
		out.Body.Items = append(out.Body.Items, outcome{ID: subs[i].ID, Annotation: &made[i]})
	}
	for _, r := range refused {
		f := fault.Of(r.Err)
		lang := api.Lang(ctx)
		out.Body.Items[r.Item] = outcome{ID: subs[r.Item].ID, Code: f.Def.Code, Message: f.Message(lang), Fix: f.Fix(lang)}
	}
	return out, nil
}

type annotationIn struct {
	Annotation string `path:"annotation" doc:"标注编号|id of the annotation"`
}

type doneOut struct{ Body struct{} }

func (h handlers) undo(ctx context.Context, in *annotationIn) (*doneOut, error) {
	return &doneOut{}, h.s.Undo(ctx, in.Annotation, api.Who(ctx).ID)
}

type taskIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
}

func (h handlers) heartbeat(ctx context.Context, in *taskIn) (*doneOut, error) {
	return &doneOut{}, h.s.Heartbeat(ctx, []string{in.Task}, api.Who(ctx).ID)
}

func (h handlers) release(ctx context.Context, in *taskIn) (*doneOut, error) {
	return &doneOut{}, h.s.Release(ctx, []string{in.Task}, api.Who(ctx).ID)
}

type skipIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
	Body struct {
		Reason string `json:"reason" doc:"为什么答不了|why it cannot be answered"`
	}
}

func (h handlers) skip(ctx context.Context, in *skipIn) (*doneOut, error) {
	return &doneOut{}, h.s.Skip(ctx, in.Task, api.Who(ctx).ID, in.Body.Reason)
}

type adjudicateIn struct {
	Task string `path:"task" doc:"任务编号|id of the task"`
	Body struct {
		Labels []string `json:"labels" maxItems:"50" doc:"标签|labels"`
	}
}

type goldOut struct{ Body Gold }

func (h handlers) adjudicate(ctx context.Context, in *adjudicateIn) (*goldOut, error) {
	g, err := h.s.Adjudicate(ctx, in.Task, in.Body.Labels, api.Who(ctx).ID)
	return &goldOut{g}, err
}

type goldPageOut struct{ Body api.Page[Gold] }

type goldIn struct {
	Product   string `path:"product" doc:"产品编号|id of the product"`
	Label     string `query:"label" doc:"带这个标签的|with this label"`
	How       string `query:"how" enum:"agreed,majority,judged,decided,imported" doc:"怎样定的|how it was settled"`
	Text      string `query:"text" maxLength:"200" doc:"原文里有的字|what the row holds"`
	Simulated string `query:"simulated" enum:"yes,no" doc:"是否出自模拟人员|whether it rests on a simulated person"`
	Guideline int    `query:"guideline_version" minimum:"0" doc:"按哪版规范|under which version of the guideline"`
	Row       string `query:"row" doc:"行号|id of the row"`
	Cursor    string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (h handlers) gold(ctx context.Context, in *goldIn) (*goldPageOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	f := GoldFilter{Label: in.Label, How: in.How, Text: in.Text, Simulated: in.Simulated, Version: in.Guideline, Row: in.Row}
	found, last, more, err := h.s.FindGold(ctx, in.Product, f, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &goldPageOut{Body: api.Page[Gold]{Items: found}}
	if more {
		out.Body.Next = api.Cursor(last)
	}
	return out, nil
}

type rowIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Row     string `path:"row" doc:"行号|id of the row"`
}

func (h handlers) unset(ctx context.Context, in *rowIn) (*doneOut, error) {
	return &doneOut{}, h.s.UnsetGold(ctx, in.Product, in.Row, api.Who(ctx).ID)
}

type annotationsOut struct{ Body api.Page[Annotation] }

func (h handlers) annotations(ctx context.Context, in *rowIn) (*annotationsOut, error) {
	found, err := h.s.AnnotationsOf(ctx, in.Product, in.Row)
	return &annotationsOut{api.Page[Annotation]{Items: found}}, err
}
