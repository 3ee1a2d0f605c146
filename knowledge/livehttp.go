package knowledge

import (
	"context"
	"slices"

	"zhuomo/internal/api"
)

// liveRoutes are the routes that look at what customers said, and at the
// entries as a whole.
func (s *Service) liveRoutes() []api.Route {
	const product = "/api/v1/products/{product}"
	return []api.Route{
		api.Op("POST", product+"/replays", "knowledge replay", api.Trainer, "保存前回放最近的问题：哪些会答得上，哪些会答不上", "before saving, replay what was asked last: what gets answered, what no longer does", s.replay, api.Quiet(), api.Personal()),
		api.Op("GET", product+"/mined", "knowledge mined", api.Viewer, "从会话里挖到的相似问", "wordings mined from conversations", s.listMined, api.Personal()),
		api.Op("PUT", product+"/entries/{entry}/dismissals", "knowledge dismiss", api.Trainer, "不要一句挖到的问法，或改回来", "dismiss a mined wording, or take that back", s.putDismissal),
		api.Op("GET", product+"/conflicts", "knowledge conflicts", api.Viewer, "争同一句话的条目", "entries that ask nearly the same", s.listConflicts),
	}
}

func (s *Service) replay(ctx context.Context, in *struct {
	ProductPath
	Body struct {
		EntryID string `json:"entry_id,omitempty" maxLength:"100" doc:"改的是哪条，新条目不填|the entry that is changed, empty for a new one"`
		EntryBody
	}
}) (*out[Replay], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	id := in.Body.EntryID
	if id == "" {
		id = "-" // an id that nobody may have
	}
	r, err := s.Replay(ctx, product, in.Body.entry(id))
	return &out[Replay]{r}, err
}

func (s *Service) listMined(ctx context.Context, in *struct {
	ProductPath
	Entry string `query:"entry" doc:"只看这一条的|of this entry only"`
}) (*out[api.Page[Mined]], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	all, err := s.Mined(ctx, product)
	if in.Entry != "" {
		all = slices.DeleteFunc(all, func(m Mined) bool { return m.EntryID != in.Entry })
	}
	return &out[api.Page[Mined]]{api.Page[Mined]{Items: all}}, err
}

func (s *Service) putDismissal(ctx context.Context, in *struct {
	EntryPath
	Body struct {
		Text      string `json:"text" minLength:"1" maxLength:"4096" doc:"挖到的说法|the mined wording"`
		Dismissed bool   `json:"dismissed" doc:"不要它，或改回来|dismiss it, or take that back"`
	}
}) (*struct{}, error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Dismiss(ctx, product, api.Who(ctx).ID, in.Entry, in.Body.Text, in.Body.Dismissed)
}

func (s *Service) listConflicts(ctx context.Context, in *ProductPath) (*out[api.Page[Conflict]], error) {
	product, err := s.product(ctx, *in)
	if err != nil {
		return nil, err
	}
	all, err := s.Conflicts(ctx, product)
	return &out[api.Page[Conflict]]{api.Page[Conflict]{Items: all}}, err
}
