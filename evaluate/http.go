package evaluate

import (
	"context"

	"zhuomo/internal/api"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const product = "/api/v1/products/{product}"
	return []api.Route{
		api.Op("POST", product+"/evaluations", "evaluate run", api.Trainer, "评测一个模型", "judge a model", s.run),
		api.Op("GET", product+"/evaluations", "evaluate list", api.Viewer, "列出评测报告", "list reports", s.list),
		api.Op("GET", "/api/v1/evaluations/{report}", "evaluate show", api.Viewer, "查看评测报告", "show a report", s.show),
		api.Op("GET", "/api/v1/evaluations/{report}/flips", "evaluate flips", api.Viewer, "查看翻转：修好和改坏的行", "show the flips: rows that were fixed or broken", s.flips),
		api.Op("GET", product+"/suite", "evaluate suite", api.Viewer, "查看行为测试集", "show the suite of checks", s.showSuite),
		api.Op("PUT", product+"/suite", "evaluate save-suite", api.Trainer, "保存行为测试集", "save the suite of checks", s.putSuite),
		api.Op("GET", product+"/gate", "evaluate gate", api.Viewer, "查看门禁", "show the gate", s.showGate),
		api.Op("PUT", product+"/gate", "evaluate save-gate", api.Lead, "保存门禁", "save the gate", s.putGate),
	}
}

// ProductIn names the product in the path. It is exported because embedded inputs must be.
type ProductIn struct {
	Product string `path:"product" doc:"产品的编号|id of the product"`
}

type out[T any] struct{ Body T }

type runIn struct {
	ProductIn
	Body struct {
		Model string `json:"model,omitempty" doc:"模型编号，不填则最新|id of the model, the newest when absent"`
	}
}

func (s *Service) run(ctx context.Context, in *runIn) (*out[api.Started], error) {
	id, err := s.enqueue(ctx, jobArgs{Product: in.Product, Model: in.Body.Model}, api.Who(ctx).ID)
	return &out[api.Started]{api.Started{JobID: id}}, err
}

type listIn struct {
	ProductIn
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) list(ctx context.Context, in *listIn) (*out[api.Page[ReportHead]], error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.reports(ctx, in.Product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[ReportHead]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[ReportHead]]{page}, nil
}

type reportIn struct {
	Report string `path:"report" doc:"报告编号|id of the report"`
}

func (s *Service) show(ctx context.Context, in *reportIn) (*out[Report], error) {
	r, err := s.Report(ctx, in.Report)
	return &out[Report]{r}, err
}

func (s *Service) flips(ctx context.Context, in *reportIn) (*out[api.Page[Flip]], error) {
	r, err := s.Report(ctx, in.Report)
	if err != nil {
		return nil, err
	}
	page := api.Page[Flip]{}
	if r.Flips != nil {
		page.Items = r.Flips.List
	}
	return &out[api.Page[Flip]]{page}, nil
}

type textIn struct {
	ProductIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000000" doc:"YAML 文本|the YAML text"`
	}
}

func (s *Service) showSuite(ctx context.Context, in *ProductIn) (*out[Saved], error) {
	saved, err := s.text(ctx, in.Product, kindSuite)
	if err == nil && saved.Version == 0 {
		err = NoSuchSuite.With()
	}
	return &out[Saved]{saved}, err
}

func (s *Service) putSuite(ctx context.Context, in *textIn) (*out[Saved], error) {
	saved, err := s.SaveSuite(ctx, in.Product, api.Who(ctx).ID, in.Body.Text)
	return &out[Saved]{saved}, err
}

func (s *Service) showGate(ctx context.Context, in *ProductIn) (*out[Saved], error) {
	saved, err := s.text(ctx, in.Product, kindGate)
	if saved.Version == 0 {
		saved.Text = standardGate
	}
	return &out[Saved]{saved}, err
}

func (s *Service) putGate(ctx context.Context, in *textIn) (*out[Saved], error) {
	saved, err := s.SaveGate(ctx, in.Product, api.Who(ctx).ID, in.Body.Text)
	return &out[Saved]{saved}, err
}
