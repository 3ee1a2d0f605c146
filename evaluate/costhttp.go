package evaluate

import (
	"context"

	"zhuomo/internal/api"
)

// costRoutes are those of costs and the bands that they choose.
func (s *Service) costRoutes() []api.Route {
	const product = "/api/v1/products/{product}"
	return []api.Route{
		api.Op("GET", product+"/costs", "evaluate costs", api.Viewer, "查看费用表：答错、转人工各花多少", "show the table of costs: a wrong answer, a hand-over", s.showCosts, api.Plain()),
		api.Op("PUT", product+"/costs", "evaluate save-costs", api.Trainer, "保存费用表", "save the table of costs", s.putCosts, api.Plain()),
		api.Op("POST", product+"/models/{model}/costs", "evaluate weigh", api.Trainer, "按费用选阈值，算出能省多少", "choose thresholds by cost and tell what they save", s.startWeighing),
		api.Op("GET", product+"/models/{model}/costs", "evaluate weighed", api.Viewer, "按现在的费用表再看一次选出的阈值", "show the thresholds by the costs of now, once weighed", s.showWeighed, api.Plain()),
	}
}

func (s *Service) showCosts(ctx context.Context, in *ProductIn) (*out[SavedCosts], error) {
	c, err := s.Costs(ctx, in.Product)
	return &out[SavedCosts]{c}, err
}

type costsIn struct {
	ProductIn
	Body Costs
}

func (s *Service) putCosts(ctx context.Context, in *costsIn) (*out[SavedCosts], error) {
	c, err := s.SaveCosts(ctx, in.Product, api.Who(ctx).ID, in.Body)
	return &out[SavedCosts]{c}, err
}

func (s *Service) startWeighing(ctx context.Context, in *ModelIn) (*out[api.Started], error) {
	school, err := s.needs.Bench.School(ctx, in.Product, in.Model) // tell before anything is queued
	if err != nil {
		return nil, err
	}
	id, err := s.enqueue(ctx, weighKind, in.Product, jobArgs{Product: in.Product, Model: school.ModelID}, api.Who(ctx).ID)
	return &out[api.Started]{api.Started{JobID: id}}, err
}

type weighedIn struct {
	ModelIn
	Answer float64 `query:"answer" minimum:"-1" maximum:"1" default:"-1" doc:"现在答的界，不填则取流程里的|answer border of now; that of the flow when absent"`
	Offer  float64 `query:"offer" minimum:"0" maximum:"1" doc:"现在给选项的界，和 answer 一起填|offer border of now, told together with answer"`
}

func (s *Service) showWeighed(ctx context.Context, in *weighedIn) (*out[Weighed], error) {
	var now *Bands
	if in.Answer >= 0 {
		if in.Offer > in.Answer {
			return nil, BadBands.With().At("offer")
		}
		now = &Bands{in.Answer, in.Offer}
	}
	w, err := s.Weigh(ctx, in.Product, in.Model, now)
	return &out[Weighed]{w}, err
}
