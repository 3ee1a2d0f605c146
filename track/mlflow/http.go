package mlflow

import (
	"context"

	"zhuomo/internal/api"
)

// pages are the routes of our own pages and commands over the same runs and models.
func (s *Service) pages() []api.Route {
	const runs, models = "/api/v1/products/{product}/logged-runs", "/api/v1/products/{product}/registered-models"
	return append(s.tracePages(),
		api.Op("GET", "/api/v1/products/{product}/experiments", "runs experiments", api.Viewer, "列出 MLflow 客户端的实验", "list the experiments of MLflow clients", s.listExperiments),
		api.Op("GET", runs, "runs list", api.Viewer, "按 MLflow 的语法搜索外部运行", "search logged runs in MLflow's syntax", s.listRuns),
		api.Op("GET", runs+"/{run}", "runs show", api.Viewer, "查看一次外部运行", "show a logged run", s.showRun),
		api.Op("GET", runs+"/{run}/points", "runs points", api.Viewer, "一个指标的曲线，抽稀到画得下的点数", "the curve of a metric, thinned to as many points as can be drawn", s.listPoints),
		api.Op("GET", runs+"/{run}/files", "runs files", api.Viewer, "列出外部运行的文件", "list the files of a logged run", s.listFiles),
		api.Op("GET", runs+"/{run}/preview", "runs preview", api.Viewer, "看文件的开头：文字或图片", "the beginning of a file: text or a picture", s.preview),
		api.Op("GET", models, "models list", api.Viewer, "列出登记的模型", "list the registered models", s.listModels),
		api.Op("GET", models+"/{model}", "models show", api.Viewer, "查看登记的模型、它的版本和申请", "show a registered model, its versions and requests", s.showModel),
		api.Op("POST", models+"/{model}/versions/{version}/stage-requests", "models ask", api.Trainer, "申请把一个版本换到某个阶段", "ask that a version go to a stage", s.askStage),
		api.Op("POST", "/api/v1/products/{product}/stage-requests/{request}/decisions", "models decide", api.Lead, "批准或驳回换阶段的申请", "approve or refuse a request for a stage", s.decideStage),
	)
}

// ProductPath names a product in a path. It is exported because the decoder does
// not see embedded types that are not.
type ProductPath struct {
	Product string `path:"product" doc:"产品的编号|id of the product"`
}

// RunPath names a run in a path.
type RunPath struct {
	ProductPath
	Run string `path:"run" doc:"外部运行的编号|id of the logged run"`
}

type out[T any] struct{ Body T }

func (s *Service) listExperiments(ctx context.Context, in *struct{ ProductPath }) (*out[api.Page[Experiment]], error) {
	list, err := s.Experiments(ctx, in.Product)
	return &out[api.Page[Experiment]]{api.Page[Experiment]{Items: list}}, err
}

type listRunsIn struct {
	ProductPath
	Experiment string   `query:"experiment" doc:"只看这个实验，不填则全部|only this experiment, all when absent"`
	Filter     string   `query:"filter" doc:"筛选，如 metrics.acc > 0.9 and params.C = '1'|filter, such as metrics.acc > 0.9 and params.C = '1'"`
	Order      []string `query:"order" doc:"排序，如 metrics.acc DESC；不填则新的在前|order, such as metrics.acc DESC; the newest first when absent"`
	Cursor     string   `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit      int      `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) listRuns(ctx context.Context, in *listRunsIn) (*out[api.Page[LoggedRun]], error) {
	list, next, err := s.LoggedRuns(ctx, in.Product, in.Experiment, in.Filter, in.Order, in.Cursor, in.Limit)
	return &out[api.Page[LoggedRun]]{api.Page[LoggedRun]{Items: list, Next: next}}, err
}

func (s *Service) showRun(ctx context.Context, in *struct{ RunPath }) (*out[RunShown], error) {
	shown, err := s.LoggedRun(ctx, in.Product, in.Run)
	return &out[RunShown]{shown}, err
}

type pointsIn struct {
	RunPath
	Metric string  `query:"metric" required:"true" doc:"指标|metric"`
	Most   int     `query:"most" minimum:"3" maximum:"20000" default:"1500" doc:"最多几个点|points at most"`
	Along  string  `query:"along" enum:"step,time" default:"step" doc:"横轴：步数，或从第一点起的秒数|along the x axis: steps, or seconds since the first point"`
	Smooth float64 `query:"smooth" minimum:"0" maximum:"0.9999" default:"0" doc:"平滑，0 是不平滑|smoothing, 0 is none"`
}

func (s *Service) listPoints(ctx context.Context, in *pointsIn) (*out[Curve], error) {
	curve, err := s.Curve(ctx, in.Product, in.Run, in.Metric, in.Most, in.Along == "time", in.Smooth)
	return &out[Curve]{curve}, err
}

type filesIn struct {
	RunPath
	Path string `query:"path" doc:"文件夹|folder"`
}

func (s *Service) listFiles(ctx context.Context, in *filesIn) (*out[api.Page[LoggedFile]], error) {
	list, err := s.Files(ctx, in.Product, in.Run, in.Path)
	return &out[api.Page[LoggedFile]]{api.Page[LoggedFile]{Items: list}}, err
}

type fileIn struct {
	RunPath
	Path string `query:"path" required:"true" doc:"文件|file"`
}

func (s *Service) preview(ctx context.Context, in *fileIn) (*out[Preview], error) {
	p, err := s.Preview(ctx, in.Product, in.Run, in.Path)
	return &out[Preview]{p}, err
}

func (s *Service) listModels(ctx context.Context, in *struct{ ProductPath }) (*out[api.Page[RegisteredModel]], error) {
	list, err := s.RegisteredModels(ctx, in.Product)
	return &out[api.Page[RegisteredModel]]{api.Page[RegisteredModel]{Items: list}}, err
}

// ModelPath names a registered model in a path.
type ModelPath struct {
	ProductPath
	Model string `path:"model" doc:"登记的名称|registered name"`
}

func (s *Service) showModel(ctx context.Context, in *struct{ ModelPath }) (*out[ModelShown], error) {
	shown, err := s.RegisteredModel(ctx, in.Product, in.Model)
	return &out[ModelShown]{shown}, err
}

type askStageIn struct {
	ModelPath
	Version string `path:"version" doc:"版本号|number of the version"`
	Body    struct {
		Stage   string `json:"stage" enum:"None,Staging,Production,Archived" doc:"换到哪个阶段|stage to go to"`
		Archive bool   `json:"archive,omitempty" doc:"原来在这个阶段的版本归档|archive the versions that are at that stage"`
		Note    string `json:"note,omitempty" maxLength:"500" doc:"为什么|why"`
	}
}

func (s *Service) askStage(ctx context.Context, in *askStageIn) (*out[StageRequest], error) {
	r, err := s.AskStage(ctx, StageRequest{ProductID: in.Product, Model: in.Model, Version: in.Version, To: in.Body.Stage, Archive: in.Body.Archive, Note: in.Body.Note, Asker: api.Who(ctx).Name})
	return &out[StageRequest]{r}, err
}

type decideStageIn struct {
	ProductPath
	Request string `path:"request" doc:"申请的编号|id of the request"`
	Body    struct {
		Approve bool   `json:"approve" doc:"批准，否则驳回|approve, else refuse"`
		Reason  string `json:"reason,omitempty" maxLength:"500" doc:"为什么|why"`
	}
}

func (s *Service) decideStage(ctx context.Context, in *decideStageIn) (*out[StageRequest], error) {
	r, err := s.DecideStage(ctx, in.Product, in.Request, in.Body.Approve, in.Body.Reason, api.Who(ctx).Name)
	return &out[StageRequest]{r}, err
}
