package tune

import (
	"context"
	"time"

	"zhuomo/internal/api"
)

// askRoutes are how programs outside run a study.
func (s *Service) askRoutes() []api.Route {
	const one = "/api/v1/products/{product}/studies/{study}"
	return []api.Route{
		api.Op("POST", "/api/v1/products/{product}/outside-studies", "tune declare", api.Trainer, "声明一个由外部程序测量的调参实验", "declare a study that programs outside measure", s.declare, api.Plain()),
		api.Op("POST", one+"/asks", "tune ask", api.Trainer, "要下一个试验的参数", "ask for the next trial to measure", s.ask, api.Quiet(), api.Plain()),
		api.Op("POST", one+"/trials/{number}/reports", "tune report", api.Trainer, "报告一个试验测到哪里，或只续领取时间", "report how far a trial is, or only hold its lease", s.report, api.Quiet()),
		api.Op("POST", one+"/trials/{number}/results", "tune tell", api.Trainer, "报告一个试验的结果", "tell the result of a trial", s.tell, api.Quiet()),
		api.Op("GET", one+"/asked", "tune asked", api.Viewer, "列出发出还没有结果的试验", "list the trials given out that have no result yet", s.listAsked, api.Plain()),
		api.Op("POST", one+"/imports", "tune import", api.Trainer, "收下以前的试验，让采样器学", "take in earlier trials, for the sampler to learn from", s.importTrials, api.MaxBytes(64<<20)),
		api.Op("PUT", one+"/space", "tune space", api.Trainer, "改搜索范围，试过的都留着", "change the space; what was tried stays", s.editSpace, api.Plain()),
		api.Op("POST", one+"/pauses", "tune pause", api.Trainer, "暂停实验", "pause a study", s.pause),
		api.Op("POST", one+"/resumptions", "tune resume", api.Trainer, "让实验继续，也可以加次数", "let a study go on, with more trials if asked", s.resume),
		api.Op("GET", "/api/v1/products/{product}/journals/{journal}/lines", "tune journal", api.Trainer, "读外部程序的日志，从某一行起", "read a journal of programs outside, from a line on", s.readJournal, api.Plain()),
		api.Op("POST", "/api/v1/products/{product}/journals/{journal}/lines", "tune journal-append", api.Trainer, "在外部程序的日志末尾加几行", "append lines to a journal of programs outside", s.appendJournal, api.Quiet(), api.MaxBytes(64<<20)),
		api.Op("POST", one+"/ends", "tune end", api.Trainer, "结束由外部程序测量的实验", "end an outside study", s.end),
	}
}

// StudyPath names a study of a product in a path.
type StudyPath struct {
	ProductPath
	Study string `path:"study" doc:"实验：s3、编号或名字|study: s3, an id or a name"`
}

// TrialPath names a trial of a study in a path.
type TrialPath struct {
	StudyPath
	Number int `path:"number" minimum:"0" doc:"试验的序号|number of the trial"`
}

type declareIn struct {
	ProductPath
	Body struct {
		Name      string     `json:"name,omitempty" maxLength:"200" doc:"名字：同名的再声明就是同一个实验|name: declared again it is the same study"`
		Params    []Declared `json:"params" minItems:"1" maxItems:"1000" doc:"要搜索的参数|what to search"`
		Objective string     `json:"objective,omitempty" maxLength:"100" doc:"量的是什么，不填则 value|what is measured, value when absent"`
		Minimise  bool       `json:"minimise,omitempty" doc:"越小越好|less is better"`
		Sampler   string     `json:"sampler,omitempty" doc:"采样器，不填则默认|sampler, the default when absent"`
		Seed      uint64     `json:"seed,omitempty" doc:"随机种子|seed"`
		Trials    int        `json:"trials,omitempty" minimum:"0" maximum:"100000" doc:"一共几次；不填则没有尽头|how many trials in all; without end when absent"`
		Stopping  string     `json:"stopping,omitempty" enum:"median" doc:"提前停：median 在差于同一步的中位数时停|stop early: median stops what is worse than the median at the same step"`
	}
}

// StudyDeclared is an outside study, new or found by its name.
type StudyDeclared struct {
	Study Study `json:"study"`
	Found bool  `json:"found" doc:"这个名字的实验已经有了|a study of this name was there already"`
}

func (s *Service) declare(ctx context.Context, in *declareIn) (*out[StudyDeclared], error) {
	b := in.Body
	study, found, err := s.Declare(ctx, Study{
		ProductID: in.Product, Name: b.Name, Declared: b.Params, Objective: b.Objective, Minimise: b.Minimise, Sampler: b.Sampler,
		Seed: b.Seed, Trials: b.Trials, Stopping: b.Stopping,
	})
	return &out[StudyDeclared]{StudyDeclared{study, found}}, err
}

type askIn struct {
	StudyPath
	Body struct {
		Key    string `json:"key,omitempty" maxLength:"200" doc:"这次要的记号：断线后用同一个再要，还是同一个试验|mark of this ask: asked again with it, the same trial is given"`
		Worker string `json:"worker,omitempty" maxLength:"200" doc:"谁在做|who measures"`
		LeaseS int    `json:"lease_s,omitempty" minimum:"0" maximum:"604800" doc:"多少秒没有消息就发给别人，不填则 600|given to others after so many seconds without news, 600 when absent"`
		Number *int   `json:"number,omitempty" minimum:"0" maximum:"100000" doc:"自己数序号的程序：要这个序号的|for programs that count themselves: the trial of this number"`
	}
}

func (s *Service) ask(ctx context.Context, in *askIn) (*out[Given], error) {
	b := in.Body
	given, err := s.Ask(ctx, in.Product, in.Study, AskOptions{Key: b.Key, Worker: b.Worker, Lease: time.Duration(b.LeaseS) * time.Second, Number: b.Number})
	return &out[Given]{given}, err
}

type reportIn struct {
	TrialPath
	Body struct {
		Step   int      `json:"step,omitempty" minimum:"0" doc:"第几步|which step"`
		Value  *float64 `json:"value,omitempty" doc:"到这一步量到的值；不填则只续领取时间|what was reached at this step; without it only the lease is held"`
		Lease  string   `json:"lease,omitempty" maxLength:"100" doc:"领取凭据|the lease that the ask gave"`
		LeaseS int      `json:"lease_s,omitempty" minimum:"0" maximum:"604800" doc:"再续多少秒，不填则 600|hold it for so many seconds more, 600 when absent"`
	}
}

func (s *Service) report(ctx context.Context, in *reportIn) (*out[Reported], error) {
	b := in.Body
	answer, err := s.Report(ctx, in.Product, in.Study, in.Number, b.Step, b.Value, b.Lease, time.Duration(b.LeaseS)*time.Second)
	return &out[Reported]{answer}, err
}

type tellIn struct {
	TrialPath
	Body struct {
		State   State              `json:"state,omitempty" enum:"done,failed,pruned" default:"done" doc:"结果：量到了、失败、提前停了|how it ended"`
		Value   *float64           `json:"value,omitempty" doc:"量到的值；提前停的不填则取最后报告的|what was measured; of a pruned one its last report when absent"`
		Figures map[string]float64 `json:"figures,omitempty" doc:"其他量到的数|what else was measured"`
		Seconds float64            `json:"seconds,omitempty" minimum:"0" doc:"用时，秒；不填则从发出算起|seconds it took; since it was given out when absent"`
		Problem string             `json:"problem,omitempty" maxLength:"4000" doc:"失败的原因|why it failed"`
		Lease   string             `json:"lease,omitempty" maxLength:"100" doc:"领取凭据|the lease that the ask gave"`
	}
}

func (s *Service) tell(ctx context.Context, in *tellIn) (*out[Trial], error) {
	b := in.Body
	if b.State == "" {
		b.State = Done
	}
	t, err := s.Tell(ctx, in.Product, in.Study, Result{
		Number: in.Number, Lease: b.Lease, State: b.State, Value: b.Value, Figures: b.Figures, Seconds: b.Seconds, Problem: b.Problem,
	})
	return &out[Trial]{t}, err
}

func (s *Service) listAsked(ctx context.Context, in *struct{ StudyPath }) (*out[api.Page[Asked]], error) {
	study, err := s.Study(ctx, in.Product, in.Study)
	if err != nil {
		return nil, err
	}
	items, err := s.AskedOf(ctx, study.ID)
	return &out[api.Page[Asked]]{api.Page[Asked]{Items: items}}, err
}

type importIn struct {
	StudyPath
	Body struct {
		Trials []Old `json:"trials" maxItems:"100000" doc:"以前的试验|the earlier trials"`
	}
}

func (s *Service) importTrials(ctx context.Context, in *importIn) (*out[Brought], error) {
	b, err := s.Import(ctx, in.Product, in.Study, in.Body.Trials)
	return &out[Brought]{b}, err
}

// StudyNow is a study as it stands after a change.
type StudyNow struct {
	Study Study `json:"study"`
}

type spaceIn struct {
	StudyPath
	Body struct {
		Params []Declared       `json:"params,omitempty" maxItems:"1000" doc:"外部程序测量的实验：新的参数表|of an outside study: its parameters from now on"`
		Dials  []string         `json:"dials,omitempty" doc:"要搜索的参数|parameters to search"`
		Fixed  map[string]any   `json:"fixed,omitempty" doc:"不搜索的参数取什么值|values of parameters that are not searched"`
		Ranges map[string]Range `json:"ranges,omitempty" doc:"各参数的搜索范围|ranges to search"`
	}
}

func (s *Service) editSpace(ctx context.Context, in *spaceIn) (*out[StudyNow], error) {
	b := in.Body
	study, err := s.EditSpace(ctx, in.Product, in.Study, Study{Declared: b.Params, Dials: b.Dials, Fixed: b.Fixed, Ranges: b.Ranges})
	return &out[StudyNow]{StudyNow{study}}, err
}

func (s *Service) pause(ctx context.Context, in *struct{ StudyPath }) (*out[StudyNow], error) {
	study, err := s.Pause(ctx, in.Product, in.Study)
	return &out[StudyNow]{StudyNow{study}}, err
}

type resumeIn struct {
	StudyPath
	Body struct {
		Trials int `json:"trials,omitempty" minimum:"0" maximum:"100000" doc:"一共几次，不填则照旧|how many trials in all, as before when absent"`
	}
}

func (s *Service) resume(ctx context.Context, in *resumeIn) (*out[StudyNow], error) {
	study, err := s.Resume(ctx, in.Product, in.Study, in.Body.Trials)
	return &out[StudyNow]{StudyNow{study}}, err
}

func (s *Service) end(ctx context.Context, in *struct{ StudyPath }) (*out[StudyNow], error) {
	study, err := s.End(ctx, in.Product, in.Study)
	return &out[StudyNow]{StudyNow{study}}, err
}
