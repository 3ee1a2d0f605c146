package feedback

import (
	"context"

	"zhuomo/internal/api"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const product = "/api/v1/products/{product}"
	return []api.Route{
		api.Op("GET", product+"/inbox", "feedback inbox", api.Reviewer, "反馈箱：要人看的话轮，代价大的在前", "the inbox: turns that need a person, the costliest first", s.listInbox, api.Personal()),
		api.Op("GET", product+"/inbox/clusters", "feedback clusters", api.Reviewer, "反馈箱里问同一件事的话轮", "turns of the inbox that ask the same", s.listClusters, api.Personal()),
		api.Op("PUT", "/api/v1/inbox/{turn}/status", "feedback decide", api.Reviewer, "不修正而结案，或重新打开", "close an item without a fix, or open it again", s.decide),
		api.Upload("POST", product+"/feedback-files", "feedback bring", api.Trainer, "把小盒子上的反馈收进来；收两次也只算一次", "take in the feedback of a box; twice is as once", s.bringHome, api.MaxBytes(maxHome)),
		api.Op("POST", product+"/fixes", "feedback fix", api.Trainer, "修正一句答错的话并上线", "correct a wrong answer and put it live", s.startFix),
		api.Op("GET", product+"/fixes", "feedback fixes", api.Viewer, "列出修正", "list fixes", s.listFixes, api.Personal()),
		api.Op("GET", "/api/v1/fixes/{fix}", "feedback show", api.Viewer, "查看一次修正", "show a fix", s.showFix, api.Personal()),
		api.Op("POST", "/api/v1/fixes/{fix}/takeback", "feedback takeback", api.Trainer, "撤回一次修正", "take a fix back", s.takeBack),
	}
}

// ProductIn names the product in the path. It is exported because embedded inputs must be.
type ProductIn struct {
	Product string `path:"product" doc:"产品的编号|id of the product"`
}

type out[T any] struct{ Body T }

type inboxIn struct {
	ProductIn
	Status string `query:"status" enum:"open,fixed,right,dismissed" default:"open" doc:"状态|status"`
	Limit  int    `query:"limit" minimum:"1" maximum:"5000" default:"200" doc:"最多条数|most items"`
}

func (s *Service) listInbox(ctx context.Context, in *inboxIn) (*out[api.Page[Item]], error) {
	items, _, err := s.Inbox(ctx, in.Product, Status(in.Status), in.Limit)
	return &out[api.Page[Item]]{api.Page[Item]{Items: items}}, err
}

func (s *Service) listClusters(ctx context.Context, in *inboxIn) (*out[api.Page[Cluster]], error) {
	_, clusters, err := s.Inbox(ctx, in.Product, Status(in.Status), in.Limit)
	return &out[api.Page[Cluster]]{api.Page[Cluster]{Items: clusters}}, err
}

// maxHome bounds a file of feedback; some 40 turns fill 10 KB.
const maxHome = 128 << 20

func (s *Service) bringHome(ctx context.Context, in *ProductIn, file api.Incoming) (*out[Brought], error) {
	b, err := s.Bring(ctx, in.Product, file)
	return &out[Brought]{b}, err
}

type decideIn struct {
	Turn string `path:"turn" doc:"话轮编号|id of the turn"`
	Body struct {
		Status string `json:"status" enum:"open,right,dismissed" doc:"open 重新打开，right 答得对，dismissed 不处理|open again, right answer, dismissed"`
	}
}

func (s *Service) decide(ctx context.Context, in *decideIn) (*struct{}, error) {
	return nil, s.Decide(ctx, in.Turn, Status(in.Body.Status))
}

type fixIn struct {
	ProductIn
	Body struct {
		TurnID string   `json:"turn_id" doc:"答错的话轮|the turn that was answered wrong"`
		Labels []string `json:"labels" minItems:"1" doc:"正确的标签|the right labels"`
	}
}

func (s *Service) startFix(ctx context.Context, in *fixIn) (*out[api.Started], error) {
	if _, err := s.needs.Turns.Look(ctx, in.Body.TurnID); err != nil {
		return nil, err
	}
	id, err := s.enqueue(ctx, in.Product, jobArgs{Turn: in.Body.TurnID, Labels: in.Body.Labels, Actor: api.Who(ctx).ID})
	return &out[api.Started]{api.Started{JobID: id}}, err
}

type fixesIn struct {
	ProductIn
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) listFixes(ctx context.Context, in *fixesIn) (*out[api.Page[Fix]], error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.fixes(ctx, in.Product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[Fix]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[Fix]]{page}, nil
}

type oneFixIn struct {
	Fix string `path:"fix" doc:"修正编号|id of the fix"`
}

func (s *Service) showFix(ctx context.Context, in *oneFixIn) (*out[Fix], error) {
	f, err := s.fix(ctx, in.Fix)
	return &out[Fix]{f}, err
}

func (s *Service) takeBack(ctx context.Context, in *oneFixIn) (*out[Fix], error) {
	f, err := s.TakeBack(ctx, in.Fix, api.Who(ctx).ID)
	return &out[Fix]{f}, err
}
