package track

import (
	"context"

	"zhuomo/internal/api"
)

// Routes of the ledger.
func (s *Service) Routes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/products/{product}/runs", "track runs", api.Viewer, "列出运行记录", "list runs", s.listRuns),
		api.Op("GET", "/api/v1/runs/{id}", "track show", api.Viewer, "查看一次运行", "show a run", s.showRun),
		api.Op("GET", "/api/v1/products/{product}/lineage", "track lineage", api.Viewer, "一样东西由什么来、又生出了什么", "what a thing was made of and what was made of it", s.showLineage),
		api.Op("GET", "/api/v1/threads/{id}", "track thread", api.Viewer,
			"从一句回答追到原始行，或从原始行追到回答；个人信息已遮住", "follow an answer to its raw lines, or a raw line to the answers it shaped; personal data is masked", s.showThread, api.Personal()),
		api.Op("POST", "/api/v1/threads/{id}/reveals", "track reveal", api.UnmaskNeed, "写明原因，看没遮住个人信息的线索；看过会记下", "see a thread with personal data in plain view, for a reason; the look is kept", s.reveal, api.Plain()),
	}
}

type listRunsIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Kind    string `query:"kind" doc:"只看这一类|only this kind"`
	Cursor  string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"每页条数|items a page"`
}

type listRunsOut struct{ Body api.Page[Run] }

func (s *Service) listRuns(ctx context.Context, in *listRunsIn) (*listRunsOut, error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	runs, err := s.Runs(ctx, in.Product, in.Kind, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listRunsOut{Body: api.Page[Run]{Items: runs}}
	if len(runs) > in.Limit {
		out.Body.Items = runs[:in.Limit]
		out.Body.Next = api.Cursor(runs[in.Limit-1].ID)
	}
	return out, nil
}

type showRunIn struct {
	ID string `path:"id" doc:"运行编号|id of the run"`
}

type showRunOut struct{ Body Run }

func (s *Service) showRun(ctx context.Context, in *showRunIn) (*showRunOut, error) {
	run, err := s.store.run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &showRunOut{Body: run}, nil
}

type showLineageIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Kind    Kind   `query:"kind" required:"true" enum:"row,version,recipe_run,guideline,model,study,report,knowledge,flow,release,turn,fix,logged_run,logged_model,registered,outside_data" doc:"哪一类|its kind"`
	ID      string `query:"id" required:"true" maxLength:"500" doc:"编号，或人们叫它的名字：m3、r2、聊天/v3|its id, or what people call it: m3, r2, chat/v3"`
}

type showLineageOut struct{ Body Lineage }

func (s *Service) showLineage(ctx context.Context, in *showLineageIn) (*showLineageOut, error) {
	l, err := s.Lineage(ctx, in.Product, Ref{in.Kind, in.ID})
	if err != nil {
		return nil, err
	}
	return &showLineageOut{Body: l}, nil
}

type showThreadIn struct {
	ID      string `path:"id" doc:"话轮编号、行编号，或 文件名:记录号|turn id, row id, or file:record"`
	Product string `query:"product" doc:"几个产品读过同一个文件时，看哪个产品的行|whose row, where several products read the same file"`
}

type showThreadOut struct{ Body Thread }

func (s *Service) showThread(ctx context.Context, in *showThreadIn) (*showThreadOut, error) {
	thread, err := s.Shown(ctx, in.Product, in.ID, api.Unmasked(ctx))
	if err != nil {
		return nil, err
	}
	return &showThreadOut{Body: thread}, nil
}

type revealIn struct {
	ID      string `path:"id" doc:"话轮编号、行编号，或 文件名:记录号|turn id, row id, or file:record"`
	Product string `query:"product" doc:"几个产品读过同一个文件时，看哪个产品的行|whose row, where several products read the same file"`
	Body    struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么要看|why it must be seen"`
	}
}

func (s *Service) reveal(ctx context.Context, in *revealIn) (*showThreadOut, error) {
	api.Tell(ctx, api.UnmaskedName, "true")
	api.Tell(ctx, "reason", in.Body.Reason)
	thread, err := s.Reveal(ctx, in.Product, in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &showThreadOut{Body: thread}, nil
}
