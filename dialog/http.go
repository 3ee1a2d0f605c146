package dialog

import (
	"context"
	"io"

	"zhuomo/internal/api"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const all, one = "/api/v1/products/{product}/flows", "/api/v1/products/{product}/flows/{flow}"
	limit := api.MaxBytes(maxFlowBytes + 1024)
	return []api.Route{
		api.Op("GET", all, "dialog list", api.Viewer, "列出流程", "list flows", s.list, api.Plain()),
		api.Upload("POST", all, "dialog save", api.Trainer, "保存流程文件（新流程，或 --flow 的新版次），并告诉检查结果", "save a flow file (a new flow, or a new revision of --flow) and tell what the checks found", s.save, limit, api.Plain()),
		api.Upload("POST", "/api/v1/products/{product}/flow-checks", "dialog check", api.Viewer, "检查流程文件，不保存", "check a flow file without keeping it", s.check, limit, api.Quiet(), api.Plain()),
		api.Upload("POST", "/api/v1/products/{product}/flow-drawings", "dialog draw", api.Viewer, "把流程文件画成节点与连线并检查，不保存", "draw a flow file as nodes and ways and check it, without keeping it", s.draw, limit, api.Quiet(), api.Plain()),
		api.Op("GET", one, "dialog show", api.Viewer, "看一个流程：原文、节点、连线、问题", "show a flow: text, nodes, ways, problems", s.show, api.Plain()),
		api.Upload("POST", one+"/stories", "dialog stories-save", api.Trainer, "保存流程的故事文件", "save the stories of a flow", s.saveStories, limit, api.Plain()),
		api.Op("GET", one+"/stories", "dialog stories-show", api.Viewer, "看一个流程的故事", "show the stories of a flow", s.showStories, api.Plain()),
		api.Op("POST", one+"/story-runs", "dialog stories", api.Viewer, "跑故事，看通过与覆盖", "play the stories: what passes, what they cover", s.runStories, api.Quiet(), api.Plain()),
		api.Op("POST", one+"/simulations", "dialog simulate", api.Viewer, "模拟对话，看每一步的决定", "simulate a conversation and see every decision", s.simulate, api.Quiet(), api.Plain()),
		api.Op("PUT", one+"/thresholds", "dialog thresholds", api.Trainer, "改流程的阈值，存成新版次", "change the thresholds of a flow, as a new revision", s.putThresholds, api.Plain()),
	}
}

// ProductIn names a product. Inputs embed it, so it must be exported.
type ProductIn struct {
	Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
}

// FlowIn names a flow of a product.
type FlowIn struct {
	ProductIn
	Flow string `path:"flow" doc:"流程的编号或名称|id or name of the flow"`
}

func (s *Service) product(ctx context.Context, in ProductIn) (string, error) {
	id, _, err := s.n.Products.Product(ctx, in.Product)
	return id, err
}

type listIn struct {
	ProductIn
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type listOut struct{ Body api.Page[Saved] }

func (s *Service) list(ctx context.Context, in *listIn) (*listOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := savedFlows(ctx, s.n.DB.Reader(), product, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	if out.Body.Items = found; len(found) > in.Limit {
		out.Body.Items, out.Body.Next = found[:in.Limit], api.Cursor(found[in.Limit-1].ID)
	}
	return out, nil
}

type saveIn struct {
	ProductIn
	Flow     string `query:"flow" doc:"流程的编号或名称，没有就新建|id or name of the flow, a new one without it"`
	Revision int64  `query:"revision" minimum:"0" doc:"看到的版次，防止覆盖别人的修改|the revision you saw, so that nobody's change is overwritten"`
}

type saveOut struct {
	Body struct {
		Saved
		Problems []Problem `json:"problems"`
	}
}

func (s *Service) save(ctx context.Context, in *saveIn, file api.Incoming) (*saveOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	out := &saveOut{}
	out.Body.Saved, out.Body.Problems, err = s.Save(ctx, product, in.Flow, in.Revision, text)
	if out.Body.Problems == nil {
		out.Body.Problems = []Problem{}
	}
	return out, err
}

type checkOut struct{ Body api.Page[Problem] }

func (s *Service) check(ctx context.Context, in *ProductIn, file api.Incoming) (*checkOut, error) {
	d, err := s.drawn(ctx, *in, file)
	if err != nil {
		return nil, err
	}
	out := &checkOut{}
	out.Body.Items = d.Problems
	return out, nil
}

// drawn takes a flow file apart that is not kept.
func (s *Service) drawn(ctx context.Context, in ProductIn, file api.Incoming) (Drawing, error) {
	product, err := s.product(ctx, in)
	if err != nil {
		return Drawing{}, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return Drawing{}, err
	}
	flow, err := ReadFlow(text)
	if err != nil {
		return Drawing{}, err
	}
	world, _, _, err := s.bench(ctx, product)
	if err != nil {
		return Drawing{}, err
	}
	return drawing(flow, world), nil
}

// Drawing is a flow file taken apart: what a canvas draws.
type Drawing struct {
	Flow     *Flow     `json:"flow"`
	Edges    []Edge    `json:"edges"`
	Problems []Problem `json:"problems"`
}

func drawing(f *Flow, world World) Drawing {
	d := Drawing{Flow: f, Edges: []Edge{}, Problems: Check(f, world)}
	for i := range f.Nodes {
		d.Edges = append(d.Edges, f.Nodes[i].Edges()...)
	}
	if d.Problems == nil {
		d.Problems = []Problem{}
	}
	return d
}

type drawOut struct{ Body Drawing }

func (s *Service) draw(ctx context.Context, in *ProductIn, file api.Incoming) (*drawOut, error) {
	d, err := s.drawn(ctx, *in, file)
	if err != nil {
		return nil, err
	}
	return &drawOut{d}, nil
}

type showIn struct {
	FlowIn
	Revision int64 `query:"revision" minimum:"0" doc:"版次，0 = 最新|revision, 0 = the newest"`
}

type showOut struct {
	api.Tag
	Body struct {
		Saved
		Text string `json:"text"`
		Drawing
	}
}

func (s *Service) show(ctx context.Context, in *showIn) (*showOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	saved, text, err := s.Find(ctx, product, in.Flow, in.Revision)
	if err != nil {
		return nil, err
	}
	flow, err := ReadFlow(text)
	if err != nil {
		return nil, err
	}
	world, _, _, err := s.bench(ctx, product)
	if err != nil {
		return nil, err
	}
	out := &showOut{Tag: api.TagOf(saved.Revision)}
	out.Body.Saved, out.Body.Text, out.Body.Drawing = saved, string(text), drawing(flow, world)
	return out, nil
}

type storiesShownOut struct {
	Body struct {
		Revision int64   `json:"revision" doc:"流程的版次，保存故事时带上|revision of the flow, to be sent when stories are saved"`
		Text     string  `json:"text" doc:"故事文件的原文，没有就是空|the stories file, empty without one"`
		Stories  []Story `json:"stories"`
	}
}

func (s *Service) showStories(ctx context.Context, in *FlowIn) (*storiesShownOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	out := &storiesShownOut{}
	saved, text, stories, err := s.StoriesOf(ctx, product, in.Flow)
	if out.Body.Revision, out.Body.Text, out.Body.Stories = saved.Revision, string(text), stories; stories == nil {
		out.Body.Stories = []Story{}
	}
	return out, err
}

type storiesIn struct {
	FlowIn
	Revision int64 `query:"revision" minimum:"0" doc:"看到的版次|the revision you saw"`
}

type savedOut struct{ Body Saved }

func (s *Service) saveStories(ctx context.Context, in *storiesIn, file api.Incoming) (*savedOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	saved, err := s.SaveStories(ctx, product, in.Flow, in.Revision, text)
	return &savedOut{saved}, err
}

type runIn struct {
	FlowIn
	Body struct {
		Given bool   `json:"given,omitempty" doc:"不用模型，按故事里写的意图|without a model, intents as the stories give them"`
		Text  string `json:"text,omitempty" doc:"还没保存的流程原文，没有就用已保存的|text of the flow that is not kept yet; without it the kept one"`
	}
}

type runOut struct{ Body StoryReport }

func (s *Service) runStories(ctx context.Context, in *runIn) (*runOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	report, err := s.StoriesWith(ctx, product, in.Flow, []byte(in.Body.Text), in.Body.Given)
	return &runOut{report}, err
}

type simulateIn struct {
	FlowIn
	Body struct {
		Messages []Try  `json:"messages" maxItems:"100" doc:"客户依次说的话，没有就只有问候|what the customer says, in order; none gives the greeting"`
		Channel  string `json:"channel,omitempty" maxLength:"32"`
		Revision int64  `json:"revision,omitempty" minimum:"0" doc:"版次，0 = 最新|revision, 0 = the newest"`
		Text     string `json:"text,omitempty" doc:"还没保存的流程原文，没有就用已保存的|text of the flow that is not kept yet; without it the kept one"`
	}
}

type simulateOut struct {
	Body struct {
		Turns []Tried `json:"turns" doc:"第一项是问候|the first is the greeting"`
	}
}

func (s *Service) simulate(ctx context.Context, in *simulateIn) (*simulateOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	out := &simulateOut{}
	out.Body.Turns, err = s.Simulate(ctx, product, in.Flow, Draft{in.Body.Revision, []byte(in.Body.Text)}, in.Body.Channel, in.Body.Messages)
	return out, err
}

type thresholdsIn struct {
	FlowIn
	Body struct {
		Thresholds
		Revision int64 `json:"revision,omitempty" minimum:"0" doc:"看到的版次，防止覆盖别人的修改|the revision you saw, so that nobody's change is overwritten"`
	}
}

type thresholdsOut struct{ Body Saved }

func (s *Service) putThresholds(ctx context.Context, in *thresholdsIn) (*thresholdsOut, error) {
	product, err := s.product(ctx, in.ProductIn)
	if err != nil {
		return nil, err
	}
	saved, err := s.SaveThresholds(ctx, product, in.Flow, in.Body.Revision, in.Body.Thresholds)
	return &thresholdsOut{saved}, err
}
