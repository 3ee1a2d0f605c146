package evaluate

import (
	"context"

	"zhuomo/internal/api"
	"zhuomo/text"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const product = "/api/v1/products/{product}"
	const model = product + "/models/{model}"
	return append([]api.Route{
		api.Op("GET", model+"/measures", "evaluate measure", api.Viewer, "在一部分金标上量一个模型，可与另一个模型比", "measure a model on a part of the gold, also against another model", s.measure),
		api.Op("GET", model+"/cross-validation", "evaluate cross", api.Viewer, "测试行太少时，用全部金标交叉验证", "cross-validate over all gold where the test rows are few", s.crossed),
		api.Download("GET", model+"/card", "evaluate card", api.Viewer, "下载模型卡：用途、数据、量到的数和区间、弱处、怎样再做一次", "download the model card: use, data, figures with intervals, weaknesses, how to reproduce it", s.card, api.Sends(markdown)),
		api.Op("GET", model+"/judgements", "evaluate rows", api.Viewer, "列出模型在每行金标上的回答", "list what a model says about each row of gold", s.judgements, api.Personal()),
		api.Op("POST", model+"/curves", "evaluate curve", api.Trainer, "用更少的行训几次，画学习曲线", "learn from fewer rows to draw the learning curve", s.startCurve),
		api.Op("GET", model+"/curves", "evaluate curve-show", api.Viewer, "查看学习曲线", "show the learning curve", s.showCurve),
		api.Op("POST", product+"/evaluations", "evaluate run", api.Trainer, "评测一个模型", "judge a model", s.run),
		api.Op("GET", product+"/evaluations", "evaluate list", api.Viewer, "列出评测报告", "list reports", s.list),
		api.Op("GET", "/api/v1/evaluations/{report}", "evaluate show", api.Viewer, "查看评测报告", "show a report", s.show, api.Personal()),
		api.Op("GET", "/api/v1/evaluations/{report}/flips", "evaluate flips", api.Viewer, "查看翻转：修好和改坏的行", "show the flips: rows that were fixed or broken", s.flips, api.Personal()),
		api.Op("GET", product+"/suite", "evaluate suite", api.Viewer, "查看行为测试集", "show the suite of checks", s.showSuite, api.Personal()),
		api.Op("PUT", product+"/suite", "evaluate save-suite", api.Trainer, "保存行为测试集", "save the suite of checks", s.putSuite),
		api.Op("GET", product+"/gate", "evaluate gate", api.Viewer, "查看门禁", "show the gate", s.showGate, api.Plain()),
		api.Op("PUT", product+"/gate", "evaluate save-gate", api.Lead, "保存门禁", "save the gate", s.putGate, api.Plain()),
		api.Op("PUT", "/api/v1/evaluations/{report}/flips/{row}/verdict", "evaluate judge", api.Reviewer, "裁定一处翻转", "say what one thinks of a flip", s.putVerdict),
		api.Op("POST", "/api/v1/evaluations/{report}/signatures", "evaluate sign", api.Trainer, "签发：让报告里的模型成为发布候选", "sign: make the report's model a release candidate", s.signReport),
	}, append(s.costRoutes(), s.batchRoutes()...)...)
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
	id, err := s.enqueue(ctx, jobKind, in.Product, jobArgs{Product: in.Product, Model: in.Body.Model}, api.Who(ctx).ID)
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
	items, err := s.reports(ctx, in.Product, "", before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[ReportHead]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[ReportHead]]{page}, nil
}

// ReportIn names a report. Embedded inputs must be exported.
type ReportIn struct {
	Report string `path:"report" doc:"报告编号|id of the report"`
}

func (s *Service) show(ctx context.Context, in *ReportIn) (*out[Report], error) {
	r, err := s.Report(ctx, in.Report)
	return &out[Report]{r}, err
}

func (s *Service) flips(ctx context.Context, in *ReportIn) (*out[api.Page[Flip]], error) {
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
	kept, err := s.text(ctx, in.Product, kindSuite)
	if err != nil {
		return nil, err
	}
	saved, err := s.SaveSuite(ctx, in.Product, api.Who(ctx).ID, text.Unmasked(in.Body.Text, kept.Text))
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

// ModelIn names a model of a product.
type ModelIn struct {
	ProductIn
	Model string `path:"model" doc:"模型：latest、m3 或编号|model: latest, m3 or an id"`
}

type measureIn struct {
	ModelIn
	With string `query:"with" doc:"比哪个模型：m2 或编号|model to compare with: m2 or an id"`
	Part string `query:"part" enum:"train,dev,test" default:"test" doc:"金标的哪一部分|part of the gold"`
}

func (s *Service) measure(ctx context.Context, in *measureIn) (*out[Measurement], error) {
	m, err := s.MeasureModel(ctx, in.Product, in.Model, in.With, in.Part)
	return &out[Measurement]{m}, err
}

func (s *Service) crossed(ctx context.Context, in *ModelIn) (*out[CrossedModel], error) {
	c, err := s.CrossModel(ctx, in.Product, in.Model)
	return &out[CrossedModel]{c}, err
}

type judgementsIn struct {
	ModelIn
	Part    string  `query:"part" enum:"train,dev,test" default:"test" doc:"金标的哪一部分|part of the gold"`
	Slice   string  `query:"slice" enum:"short,middle,long,opening,follow_up,one_label,more_labels" doc:"只要这一类行|only rows of this kind"`
	Outcome string  `query:"outcome" enum:"right,wrong,missed,asked,in_vain,handover" doc:"只要按费用表落到这种结果的行，和 answer、offer 一起填|only rows that come to this by the table of costs, told with answer and offer"`
	Answer  float64 `query:"answer" minimum:"0" maximum:"1" doc:"答的界|answer border"`
	Offer   float64 `query:"offer" minimum:"0" maximum:"1" doc:"给选项的界|offer border"`
	Cursor  string  `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int     `query:"limit" minimum:"1" maximum:"5000" default:"200" doc:"每页条数|items a page"`
}

func (s *Service) judgements(ctx context.Context, in *judgementsIn) (*out[api.Page[Judgement]], error) {
	from := 0
	if err := api.ReadCursor(in.Cursor, &from); err != nil {
		return nil, err
	}
	all, err := s.JudgeRows(ctx, in.Product, in.Model, in.Part, Chosen{in.Slice, Outcome(in.Outcome), Bands{in.Answer, in.Offer}})
	if err != nil {
		return nil, err
	}
	from = min(max(from, 0), len(all))
	page := api.Page[Judgement]{Items: all[from:min(len(all), from+in.Limit)]}
	if from+in.Limit < len(all) {
		page.Next = api.Cursor(from + in.Limit)
	}
	return &out[api.Page[Judgement]]{page}, nil
}

func (s *Service) startCurve(ctx context.Context, in *ModelIn) (*out[api.Started], error) {
	school, err := s.needs.Bench.School(ctx, in.Product, in.Model) // tell before anything is queued
	if err != nil {
		return nil, err
	}
	id, err := s.enqueue(ctx, curveKind, in.Product, jobArgs{Product: in.Product, Model: school.ModelID}, api.Who(ctx).ID)
	return &out[api.Started]{api.Started{JobID: id}}, err
}

func (s *Service) showCurve(ctx context.Context, in *ModelIn) (*out[Curve], error) {
	school, err := s.needs.Bench.School(ctx, in.Product, in.Model)
	if err != nil {
		return nil, err
	}
	c, err := s.curve(ctx, in.Product, school.ModelID)
	return &out[Curve]{c}, err
}

type verdictIn struct {
	ReportIn
	Row  string `path:"row" doc:"行的编号|id of the row"`
	Body struct {
		Verdict string `json:"verdict" enum:",new_right,old_right,both_wrong,gold_wrong" doc:"裁定，空为收回|the verdict, empty takes it back"`
	}
}

func (s *Service) putVerdict(ctx context.Context, in *verdictIn) (*struct{}, error) {
	return &struct{}{}, s.SetVerdict(ctx, in.Report, in.Row, in.Body.Verdict)
}

type signIn struct {
	ReportIn
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"门禁没过仍签发的理由|why it is signed although the gate refused"`
	}
}

func (s *Service) signReport(ctx context.Context, in *signIn) (*out[Signature], error) {
	signed, err := s.Sign(ctx, in.Report, in.Body.Reason)
	return &out[Signature]{signed}, err
}
