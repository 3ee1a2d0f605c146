package tune

import (
	"cmp"
	"context"
	"slices"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const all, one = "/api/v1/products/{product}/studies", "/api/v1/products/{product}/studies/{study}"
	return append([]api.Route{
		api.Op("GET", all, "tune list", api.Viewer, "列出调参实验", "list studies", s.list),
		api.Op("POST", all, "tune start", api.Trainer, "开始一个调参实验", "start a study", s.start),
		api.Op("GET", one, "tune show", api.Viewer, "查看调参实验和它的试验", "show a study and its trials", s.show),
		api.Op("POST", one+"/continuations", "tune more", api.Trainer, "结束的实验再试几次", "let a study that has ended go on", s.more),
		api.Op("GET", "/api/v1/products/{product}/tunables", "tune tunables", api.Viewer, "列出能调的：学习器、清洗方案，和它们的参数", "list what can be tuned, learners and recipes, with its parameters", s.listTunables, api.Plain()),
		api.Op("POST", one+"/trials/{number}/application", "tune apply", api.Trainer, "把一次试验的清洗方案存成新方案", "keep the recipe of a trial as a new one", s.apply, api.Plain()),
		api.Op("GET", "/api/v1/samplers", "tune samplers", api.Viewer, "列出采样器", "list the samplers", s.listSamplers, api.Wide()),
	}, s.askRoutes()...)
}

// ProductPath names a product in a path. It is exported because the decoder does
// not see embedded types that are not.
type ProductPath struct {
	Product string `path:"product" doc:"产品的编号|id of the product"`
}

type out[T any] struct{ Body T }

type listIn struct {
	ProductPath
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) list(ctx context.Context, in *listIn) (*out[api.Page[Study]], error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.Studies(ctx, in.Product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[Study]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[Study]]{page}, nil
}

type startIn struct {
	ProductPath
	Body struct {
		Component string             `json:"component,omitempty" doc:"调什么：学习器，或 clean/方案名；不填则默认学习器|what to tune: a learner, or clean/RECIPE; the default learner when absent"`
		Sampler   string             `json:"sampler,omitempty" doc:"采样器，不填则默认|sampler, the default when absent"`
		Objective string             `json:"objective,omitempty" doc:"要提高的指标，不填则 exact|figure to raise, exact when absent"`
		Dials     []string           `json:"dials,omitempty" doc:"要搜索的参数，不填则学习器建议的|parameters to search, those that the learner suggests when absent"`
		Fixed     map[string]any     `json:"fixed,omitempty" doc:"不搜索的参数取什么值|values of parameters that are not searched"`
		Ranges    map[string]Range   `json:"ranges,omitempty" doc:"各参数的搜索范围|ranges to search"`
		Trials    int                `json:"trials,omitempty" minimum:"0" maximum:"100000" doc:"试几次|how many trials"`
		BudgetMS  int64              `json:"budget_ms,omitempty" minimum:"0" doc:"时间上限，毫秒|time limit in milliseconds"`
		Seed      uint64             `json:"seed,omitempty" doc:"随机种子|seed"`
		Fresh     bool               `json:"fresh,omitempty" doc:"不从以前实验的最好取值开始|do not begin with what was best in earlier studies"`
		Goals     []string           `json:"goals,omitempty" doc:"得分之外还要小的：size_bytes 模型大小、row_us 每行微秒|what should be small beside a high score: size_bytes, row_us"`
		Limits    map[string]float64 `json:"limits,omitempty" doc:"它们的上限，超出的不能当最好的|what they may be at most; beyond, a trial cannot be the best"`
		Worth     float64            `json:"worth,omitempty" minimum:"0" maximum:"1" doc:"再试十次预计提高不到这么多就停；不填则不停，只说|end when ten more trials are expected to raise the best by less; when absent it only says so"`
		Folds     int                `json:"folds,omitempty" minimum:"0" maximum:"20" doc:"竞速：分成几折（2–20），逐折比，差的早停；不填则在开发集上量一次|race on so many folds (2–20), bad ones stop early; measured once on the dev part when absent"`
		Alpha     float64            `json:"alpha,omitempty" minimum:"0" maximum:"1" doc:"竞速：其实不差的试验，至多这么大一份被误停；不填为 .05|race: of trials that are not worse at most this share is stopped; .05 when absent"`
		Share     float64            `json:"share,omitempty" minimum:"0" maximum:"1" doc:"竞速：有希望的接着量，直到用掉全量拟合的这么大一份；不填为三分之一|race: promising ones go on until this share of all fits is used; a third when absent"`
	}
}

// StudyStarted is a study that began, with its job.
type StudyStarted struct {
	api.Started
	Study Study `json:"study"`
}

func (s *Service) start(ctx context.Context, in *startIn) (*out[StudyStarted], error) {
	b := in.Body
	if b.Objective == "" {
		b.Objective = "exact"
	}
	study, err := s.Create(ctx, Study{
		Race:      Racing{Folds: b.Folds, Alpha: b.Alpha, Share: b.Share},
		ProductID: in.Product, Component: b.Component, Sampler: b.Sampler, Objective: b.Objective, Dials: b.Dials, Fixed: b.Fixed,
		Ranges: b.Ranges, Trials: b.Trials, BudgetMS: b.BudgetMS, Seed: b.Seed, Worth: b.Worth, Fresh: b.Fresh, Goals: b.Goals, Limits: b.Limits,
	})
	return &out[StudyStarted]{StudyStarted{api.Started{JobID: study.JobID}, study}}, err
}

type moreIn struct {
	ProductPath
	Study string `path:"study" doc:"实验：s3 或编号|study: s3 or an id"`
	Body  struct {
		Trials int `json:"trials" minimum:"1" maximum:"100000" doc:"再试几次|how many more trials"`
	}
}

func (s *Service) more(ctx context.Context, in *moreIn) (*out[StudyStarted], error) {
	study, err := s.More(ctx, in.Product, in.Study, in.Body.Trials)
	return &out[StudyStarted]{StudyStarted{api.Started{JobID: study.JobID}, study}}, err
}

type showIn struct {
	ProductPath
	Study  string `path:"study" doc:"实验：s3 或编号|study: s3 or an id"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"每页几次试验|trials a page"`
}

// StudyShown is a study with a page of its trials.
type StudyShown struct {
	Study Study `json:"study"`
	// Space is what is searched: the dials with the ranges of this study.
	Space      []spec.Param `json:"space"`
	Beats      *Beats       `json:"beats,omitempty" doc:"最好的比默认好，有多大把握；还没有更好的时没有|how sure it is that the best beats the defaults; absent while nothing does"`
	Rest       *Rest        `json:"rest,omitempty" doc:"再试还值不值得；试验太少时没有|whether more trials are worth it; absent while they are few"`
	AllTried   bool         `json:"all_tried,omitempty" doc:"可选的取值全都试过了|every setting that there is has been tried"`
	Front      []int        `json:"front" doc:"得分、大小、速度上没有别的试验全面胜过的|trials that no other beats in score, size and speed alike"`
	Importance []Importance `json:"importance" doc:"别的不变，得分变化有多少跟着每个参数走；试验太少时为空|how much of the scores follows each dial while the others stay; empty while trials are few"`
	Items      []Trial      `json:"items"`
	Next       string       `json:"next,omitempty"`
}

func (s *Service) show(ctx context.Context, in *showIn) (*out[StudyShown], error) {
	after := -1
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	study, err := s.Study(ctx, in.Product, in.Study)
	if err != nil {
		return nil, err
	}
	space, err := s.space(ctx, study)
	if err != nil {
		return nil, err
	}
	all, err := s.TrialsOf(ctx, study.ID, -1, mostTrials)
	if err != nil {
		return nil, err
	}
	first, _ := slices.BinarySearchFunc(all, after+1, func(t Trial, n int) int { return cmp.Compare(t.Number, n) })
	trials := all[first:]
	shown := StudyShown{Study: study, Space: space.Dials, Beats: beats(best(all), study.DoneCount), Rest: rest(all, study.Worth), AllTried: allTried(space, all), Front: frontOf(all), Importance: append([]Importance{}, Importances(space.Dials, all)...), Items: append([]Trial{}, trials[:min(len(trials), in.Limit)]...)}
	if len(trials) > in.Limit {
		shown.Next = api.Cursor(trials[in.Limit-1].Number)
	}
	return &out[StudyShown]{shown}, nil
}

func (s *Service) listSamplers(context.Context, *struct{}) (*out[api.Page[spec.Spec]], error) {
	page := api.Page[spec.Spec]{Items: []spec.Spec{}}
	for _, sampler := range s.needs.Samplers {
		page.Items = append(page.Items, sampler.Spec())
	}
	return &out[api.Page[spec.Spec]]{page}, nil
}
