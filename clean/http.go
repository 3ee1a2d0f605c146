package clean

import (
	"context"

	"zhuomo/dataset"
	"zhuomo/internal/api"
)

// Routes is the route table of the stage.
func (s *Service) Routes() []api.Route {
	h := handlers{s}
	return []api.Route{
		api.Op("GET", "/api/v1/operators", "clean operators", api.Viewer, "列出清洗算子", "list the cleaning operators", h.operators, api.Plain(), api.Wide()),
		api.Op("GET", "/api/v1/products/{product}/recipes", "clean list", api.Viewer, "列出清洗方案", "list the recipes", h.list, api.Plain()),
		api.Op("PUT", "/api/v1/products/{product}/recipes", "clean save", api.Trainer, "保存清洗方案", "save a recipe", h.save, api.Plain()),
		api.Op("GET", "/api/v1/products/{product}/recipes/{recipe}", "clean show", api.Viewer, "查看清洗方案", "show a recipe", h.show, api.Plain()),
		api.Op("DELETE", "/api/v1/products/{product}/recipes/{recipe}", "clean delete", api.Trainer, "删除清洗方案", "delete a recipe", h.delete),
		api.Op("POST", "/api/v1/products/{product}/recipes/{recipe}/previews", "clean preview", api.Trainer, "在样本上预览清洗效果；个人信息已遮住", "show what a recipe does to a sample; personal data is masked", h.preview, api.Quiet()),
		api.Op("POST", "/api/v1/products/{product}/recipes/{recipe}/runs", "clean run", api.Trainer, "用方案清洗一个版本", "clean a version by a recipe", h.run),
		api.Op("POST", "/api/v1/products/{product}/recipe-suggestions", "clean suggest", api.Trainer, "按样本建议清洗步骤", "suggest steps from a sample", h.suggest, api.Quiet(), api.Plain()),
		api.Op("GET", "/api/v1/products/{product}/clean-runs", "clean runs", api.Viewer, "列出清洗运行", "list the cleaning runs", h.runs),
		api.Op("GET", "/api/v1/clean-runs/{run}", "clean result", api.Viewer, "查看一次清洗的结果", "show the result of a cleaning run", h.result),
		api.Op("GET", "/api/v1/clean-runs/{run}/quarantine", "clean quarantine", api.Viewer, "查看隔离区；个人信息已遮住", "list the rows that a run set aside; personal data is masked", h.quarantine, api.Personal()),
		api.Op("GET", "/api/v1/clean-runs/{run}/reasons", "clean reasons", api.Viewer, "按原因统计隔离区", "count the rows set aside by reason", h.reasons),
		api.Op("POST", "/api/v1/clean-runs/{run}/put-backs", "clean putback", api.Trainer, "把隔离的行放回去", "put rows back from quarantine", h.putBack),
		api.Op("POST", "/api/v1/clean-runs/{run}/set-asides", "clean setaside", api.Trainer, "把放回的行重新隔离", "set rows aside again that were put back", h.setAside),
		api.Op("GET", "/api/v1/clean-runs/{run}/rows/{row}/findings", "clean findings", api.Viewer, "查看一行经过了哪些清洗；个人信息已遮住", "show what a run did to a row; personal data is masked", h.findings, api.Personal()),
	}
}

type handlers struct{ s *Service }

type none struct{}

type operatorsOut struct{ Body api.Page[Spec] }

func (h handlers) operators(context.Context, *none) (*operatorsOut, error) {
	out := &operatorsOut{}
	for _, op := range h.s.operators {
		out.Body.Items = append(out.Body.Items, op.Spec())
	}
	return out, nil
}

type listIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Cursor  string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type recipesOut struct{ Body api.Page[SavedRecipe] }

func (h handlers) list(ctx context.Context, in *listIn) (*recipesOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := h.s.Recipes(ctx, in.Product, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &recipesOut{Body: api.Page[SavedRecipe]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].Name)
	}
	return out, nil
}

type saveIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    struct {
		Source   string `json:"source" doc:"清洗方案（YAML）|the recipe as YAML"`
		Revision int    `json:"revision,omitempty" minimum:"0" doc:"看到的修订号，新方案为 0|the revision you saw, 0 for a new recipe"`
	}
}

type recipeOut struct{ Body SavedRecipe }

func (h handlers) save(ctx context.Context, in *saveIn) (*recipeOut, error) {
	saved, err := h.s.Save(ctx, in.Product, in.Body.Source, in.Body.Revision, api.Who(ctx).ID)
	return &recipeOut{saved}, err
}

type recipeIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Recipe  string `path:"recipe" doc:"方案的名称或编号|name or id of the recipe"`
}

func (h handlers) show(ctx context.Context, in *recipeIn) (*recipeOut, error) {
	found, err := h.s.Recipe(ctx, in.Product, in.Recipe)
	return &recipeOut{found}, err
}

type deleteIn struct {
	api.Match
	Product string `path:"product" doc:"产品编号|id of the product"`
	Recipe  string `path:"recipe" doc:"方案的名称或编号|name or id of the recipe"`
}

type doneOut struct{ Body struct{} }

func (h handlers) delete(ctx context.Context, in *deleteIn) (*doneOut, error) {
	revision, err := in.Match.Revision()
	if err != nil {
		return nil, err
	}
	return &doneOut{}, h.s.Delete(ctx, in.Product, in.Recipe, int(revision))
}

type previewIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Recipe  string `path:"recipe" doc:"方案的名称或编号|name or id of the recipe"`
	Body    struct {
		Version string `json:"version" doc:"数据集版本：数据集/v3、数据集/latest 或编号|dataset version: DATASET/v3, DATASET/latest or an id"`
		Rows    int    `json:"rows,omitempty" minimum:"1" maximum:"20000" default:"1000" doc:"样本行数|rows in the sample"`
		Seed    uint64 `json:"seed,omitempty" doc:"随机种子|seed of the sample"`
		Source  string `json:"source,omitempty" doc:"还没保存的方案内容；不填则用已保存的|unsaved text of the recipe; empty takes the saved one"`
		Step    int    `json:"step,omitempty" minimum:"0" doc:"只列这一步改动的文字，0 为全部|list only texts that this step changed, 0 for all"`
	}
}

type previewOut struct{ Body Preview }

func (h handlers) preview(ctx context.Context, in *previewIn) (*previewOut, error) {
	source := in.Body.Source
	if source == "" {
		saved, err := h.s.Recipe(ctx, in.Product, in.Recipe)
		if err != nil {
			return nil, err
		}
		source = saved.Source
	}
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Body.Version)
	if err != nil {
		return nil, err
	}
	found, err := h.s.Preview(ctx, in.Product, source, v.ID, sampleRows(in.Body.Rows), in.Body.Seed, in.Body.Step)
	return &previewOut{found}, err
}

// sampleRows is the size of a sample when none was asked for.
func sampleRows(asked int) int {
	if asked <= 0 {
		return 1000
	}
	return asked
}

type runIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Recipe  string `path:"recipe" doc:"方案的名称或编号|name or id of the recipe"`
	Body    struct {
		Version string `json:"version" doc:"数据集版本：数据集/v3、数据集/latest 或编号|dataset version: DATASET/v3, DATASET/latest or an id"`
	}
}

// startedRun is the answer to a run that was queued.
type startedRun struct {
	api.Started
	RunID string `json:"run_id" doc:"清洗运行编号|id of the cleaning run"`
}

type startedOut struct{ Body startedRun }

func (h handlers) run(ctx context.Context, in *runIn) (*startedOut, error) {
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Body.Version)
	if err != nil {
		return nil, err
	}
	run, err := h.s.Start(ctx, in.Product, in.Recipe, v.ID, api.Who(ctx).ID)
	return &startedOut{startedRun{api.Started{JobID: run.JobID}, run.ID}}, err
}

type suggestIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    struct {
		Version string `json:"version" doc:"数据集版本：数据集/v3、数据集/latest 或编号|dataset version: DATASET/v3, DATASET/latest or an id"`
		Rows    int    `json:"rows,omitempty" minimum:"1" maximum:"20000" default:"1000" doc:"样本行数|rows in the sample"`
		Seed    uint64 `json:"seed,omitempty" doc:"随机种子|seed of the sample"`
	}
}

type suggestOut struct {
	Body struct {
		Items  []Suggestion `json:"items"`
		Source string       `json:"source" doc:"由这些步骤组成的方案（YAML）|a recipe of these steps, as YAML"`
	}
}

func (h handlers) suggest(ctx context.Context, in *suggestIn) (*suggestOut, error) {
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Body.Version)
	if err != nil {
		return nil, err
	}
	recipe, found, err := h.s.Suggest(ctx, in.Product, v.ID, sampleRows(in.Body.Rows), in.Body.Seed)
	if err != nil {
		return nil, err
	}
	source, err := recipe.YAML()
	out := &suggestOut{}
	out.Body.Items, out.Body.Source = found, string(source)
	return out, err
}

type runsOut struct{ Body api.Page[Run] }

func (h handlers) runs(ctx context.Context, in *listIn) (*runsOut, error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := h.s.Runs(ctx, in.Product, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &runsOut{Body: api.Page[Run]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].ID)
	}
	return out, nil
}

type oneRunIn struct {
	Run string `path:"run" doc:"清洗运行编号|id of the cleaning run"`
}

type oneRunOut struct{ Body Run }

func (h handlers) result(ctx context.Context, in *oneRunIn) (*oneRunOut, error) {
	run, err := h.s.Get(ctx, in.Run)
	return &oneRunOut{run}, err
}

type quarantineIn struct {
	Run    string `path:"run" doc:"清洗运行编号|id of the cleaning run"`
	Reason string `query:"reason" doc:"只看这个原因|of this reason only"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

type quarantineOut struct{ Body api.Page[Quarantined] }

func (h handlers) quarantine(ctx context.Context, in *quarantineIn) (*quarantineOut, error) {
	after := 0
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := h.s.Quarantine(ctx, in.Run, in.Reason, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &quarantineOut{Body: api.Page[Quarantined]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].Position)
	}
	return out, nil
}

type reasonsOut struct{ Body api.Page[ReasonCount] }

func (h handlers) reasons(ctx context.Context, in *oneRunIn) (*reasonsOut, error) {
	found, err := h.s.Reasons(ctx, in.Run)
	return &reasonsOut{api.Page[ReasonCount]{Items: found}}, err
}

type putBackIn struct {
	Run  string `path:"run" doc:"清洗运行编号|id of the cleaning run"`
	Body struct {
		Rows   []dataset.RowID `json:"rows" maxItems:"1000" doc:"要放回的行|the rows to put back"`
		Reason string          `json:"reason,omitempty" maxLength:"200" doc:"为什么放回，可不填|why, may be left out"`
	}
}

type versionOut struct{ Body dataset.Version }

func (h handlers) putBack(ctx context.Context, in *putBackIn) (*versionOut, error) {
	v, err := h.s.PutBack(ctx, in.Run, in.Body.Rows, in.Body.Reason)
	return &versionOut{v}, err
}

type setAsideIn struct {
	Run  string `path:"run" doc:"清洗运行编号|id of the cleaning run"`
	Body struct {
		Rows []dataset.RowID `json:"rows" maxItems:"1000" doc:"要重新隔离的行|the rows to set aside again"`
	}
}

func (h handlers) setAside(ctx context.Context, in *setAsideIn) (*versionOut, error) {
	v, err := h.s.SetAside(ctx, in.Run, in.Body.Rows)
	return &versionOut{v}, err
}

type findingsIn struct {
	Run string        `path:"run" doc:"清洗运行编号|id of the cleaning run"`
	Row dataset.RowID `path:"row" doc:"行号|id of the row"`
}

type findingsOut struct{ Body api.Page[Trace] }

func (h handlers) findings(ctx context.Context, in *findingsIn) (*findingsOut, error) {
	found, err := h.s.Findings(ctx, in.Run, in.Row)
	for i := range found {
		if !api.Unmasked(ctx) {
			h.s.maskTrace(&found[i])
		}
	}
	return &findingsOut{api.Page[Trace]{Items: found}}, err
}
