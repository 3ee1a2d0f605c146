package learn

import (
	"context"
	"math"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const all, one = "/api/v1/products/{product}/models", "/api/v1/products/{product}/models/{model}"
	return []api.Route{
		api.Op("GET", "/api/v1/learners", "learn learners", api.Viewer, "列出学习器和它们的参数", "list the learners and their parameters", s.listLearners, api.Wide()),
		api.Op("POST", all, "learn train", api.Trainer, "训练一个模型", "train a model", s.train),
		api.Op("GET", all, "learn list", api.Viewer, "列出模型", "list models", s.list),
		api.Op("GET", one, "learn show", api.Viewer, "查看模型", "show a model", s.show),
		api.Op("POST", one+"/predictions", "learn predict", api.Labeller, "让模型判断几句话", "let a model judge texts", s.predict, api.Quiet()),
		api.Op("POST", one+"/explanations", "learn explain", api.Labeller, "看模型为什么这样判断：每个字的作用和最有分量的训练行", "see why a model judges so: what each character did, and the training rows that weighed most", s.explain, api.Quiet(), api.Personal()),
	}
}

type (
	// ProductPath names a product in a path. It is exported because the decoder
	// does not see embedded types that are not.
	ProductPath struct {
		Product string `path:"product" doc:"产品的编号|id of the product"`
	}
	// ModelPath names a model in a path.
	ModelPath struct {
		ProductPath
		Model string `path:"model" doc:"模型：latest、m3 或编号|model: latest, m3 or an id"`
	}
)

type out[T any] struct{ Body T }

// LearnerInfo is one learner as pages list it.
type LearnerInfo struct {
	Name   string       `json:"name" table:"名称|name"`
	Title  spec.Text    `json:"title"`
	Help   spec.Text    `json:"help"`
	Tasks  []Task       `json:"tasks" table:"任务|tasks"`
	Params []spec.Param `json:"params"`
}

func (s *Service) listLearners(context.Context, *struct{}) (*out[api.Page[LearnerInfo]], error) {
	var page api.Page[LearnerInfo]
	for _, l := range s.needs.Learners {
		sp := l.Spec()
		page.Items = append(page.Items, LearnerInfo{sp.Name, sp.Title, sp.Help, l.Tasks(), sp.Params})
	}
	return &out[api.Page[LearnerInfo]]{page}, nil
}

type trainIn struct {
	ProductPath
	Body struct {
		Version string         `json:"version,omitempty" doc:"数据版本，不填则最新|version of the data, the newest when absent"`
		Learner string         `json:"learner,omitempty" doc:"学习器，不填则默认|learner, the default when absent"`
		Params  map[string]any `json:"params,omitempty" doc:"参数，不填则默认|parameters, defaults when absent"`
		Seed    uint64         `json:"seed,omitempty" doc:"随机种子|seed"`
	}
}

func (s *Service) train(ctx context.Context, in *trainIn) (*out[api.Started], error) {
	id, err := s.StartTrain(ctx, Order{
		ProductID: in.Product, Version: in.Body.Version, Learner: in.Body.Learner, Params: in.Body.Params, Seed: in.Body.Seed, Actor: api.Who(ctx).ID,
	})
	return &out[api.Started]{Body: api.Started{JobID: id}}, err
}

type listIn struct {
	ProductPath
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) list(ctx context.Context, in *listIn) (*out[api.Page[Made]], error) {
	before := math.MaxInt32
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.List(ctx, in.Product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[Made]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].Number)
	}
	return &out[api.Page[Made]]{page}, nil
}

func (s *Service) show(ctx context.Context, in *ModelPath) (*out[Made], error) {
	made, err := s.Find(ctx, in.Product, in.Model)
	return &out[Made]{made}, err
}

type predictIn struct {
	ModelPath
	Body struct {
		Inputs []Input `json:"inputs" minItems:"1" maxItems:"1000" doc:"要判断的话|texts to judge"`
		Most   int     `json:"most,omitempty" minimum:"0" doc:"每句最多给几个标签，不填则 5|labels given for each, 5 when absent"`
		Best   int     `json:"best,omitempty" minimum:"0" maximum:"50" doc:"每句给几种整句读法（找片段的模型），不填则不给|readings of the whole text given for each (models that find stretches), none when absent"`
	}
}

func (s *Service) predict(ctx context.Context, in *predictIn) (*out[api.Page[Prediction]], error) {
	_, m, err := s.Open(ctx, in.Product, in.Model)
	if err != nil {
		return nil, err
	}
	answers, err := m.Predict(ctx, in.Body.Inputs)
	if err != nil {
		return nil, err
	}
	most := in.Body.Most
	if most == 0 {
		most = 5
	}
	for i, a := range answers {
		answers[i].Scores = a.Scores[:min(max(most, len(a.Chosen())), len(a.Scores))]
		if in.Body.Best > 0 {
			if answers[i].Readings, err = Readings(ctx, m, in.Body.Inputs[i], in.Body.Best); err != nil {
				return nil, err
			}
		}
	}
	return &out[api.Page[Prediction]]{api.Page[Prediction]{Items: answers}}, nil
}

type explainIn struct {
	ModelPath
	Body struct {
		Input
		Label string `json:"label,omitempty" doc:"要解释的标签，不填则模型选的那个|label to explain, the model's choice when absent"`
		Most  int    `json:"most,omitempty" minimum:"0" maximum:"100" doc:"最多给几行依据，不填则 10|rows given at most, 10 when absent"`
	}
}

// Explained is why a model judges as it does.
type Explained struct {
	Prediction  Prediction    `json:"prediction"`
	Explanation Explanation   `json:"explanation"`
	Witnesses   []WitnessText `json:"witnesses"`
	Seconds     float64       `json:"seconds" doc:"判断这一句用了多久|what judging this text took"`
}

// WitnessText is a witness with what its row says.
type WitnessText struct {
	Witness
	Text string `json:"text,omitempty"`
}

func (s *Service) explain(ctx context.Context, in *explainIn) (*out[Explained], error) {
	_, m, err := s.Open(ctx, in.Product, in.Model)
	if err != nil {
		return nil, err
	}
	began := time.Now() // a span is measured, no moment is kept
	answers, err := m.Predict(ctx, []Input{in.Body.Input})
	if err != nil {
		return nil, err
	}
	seconds := time.Since(began).Seconds()
	label, most := in.Body.Label, in.Body.Most
	if label == "" {
		label = answers[0].Top().Label
	}
	if most == 0 {
		most = 10
	}
	e, err := m.Explain(ctx, in.Body.Input, label)
	if err != nil {
		return nil, err
	}
	w, err := m.Witnesses(ctx, in.Body.Input, label, most)
	if err != nil {
		return nil, err
	}
	told, err := s.witnessTexts(ctx, in.Product, w)
	return &out[Explained]{Explained{answers[0], e, told, seconds}}, err
}

func (s *Service) witnessTexts(ctx context.Context, product string, list []Witness) ([]WitnessText, error) {
	out := make([]WitnessText, len(list))
	ids := make([]string, len(list))
	for i, w := range list {
		out[i].Witness, ids[i] = w, w.RowID
	}
	if s.needs.Texts == nil || len(ids) == 0 {
		return out, nil
	}
	texts, err := s.needs.Texts.Texts(ctx, product, ids)
	for i := range out {
		out[i].Text = texts[out[i].RowID]
	}
	return out, err
}
