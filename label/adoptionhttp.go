package label

import (
	"context"
	"time"

	"zhuomo/internal/api"
)

// adoptionRoutes take over labels that stand in a file.
func (h handlers) adoptionRoutes() []api.Route {
	return []api.Route{
		api.Op("POST", "/api/v1/products/{product}/adoptions", "label adopt", api.Trainer, "采用文件里的标签作金标；dry_run 只看会怎样", "take over the labels of a file as gold; dry_run only tells what would happen", h.adopt),
		api.Op("GET", "/api/v1/products/{product}/adoptions", "label adoptions", api.Viewer, "列出采用过的，新的在前", "list what was taken over, newest first", h.adoptions),
		api.Op("DELETE", "/api/v1/adoptions/{adoption}", "label unadopt", api.Trainer, "收回一次采用：只收这些行，之前的金标回来", "take one adoption back: exactly its rows, the gold before returns", h.unadopt, api.Timeout(10*time.Minute)),
	}
}

// AdoptBody is an order that may be a question only. It is exported because the
// decoder does not see embedded types that are not.
type AdoptBody struct {
	AdoptOrder
	DryRun bool `json:"dry_run,omitempty" doc:"只看会怎样，什么也不改|only tell what would happen, change nothing"`
}

type adoptIn struct {
	Product string `path:"product" doc:"产品编号|id of the product"`
	Body    AdoptBody
}

// Adopting is the job that takes labels over, and what it was to do; without a
// job it is only asked.
type Adopting struct {
	JobID string `json:"job_id,omitempty" doc:"作业编号，也是这次采用的编号；dry_run 时没有|id of the job and of the adoption, absent for a dry run"`
	AdoptPreview
}

type adoptOut struct{ Body Adopting }

func (h handlers) adopt(ctx context.Context, in *adoptIn) (*adoptOut, error) {
	v, err := h.s.data.FindVersion(ctx, in.Product, in.Body.VersionID)
	if err != nil {
		return nil, err
	}
	o := in.Body.AdoptOrder
	o.VersionID = v.ID
	out := &adoptOut{}
	if in.Body.DryRun {
		out.Body.AdoptPreview, err = h.s.PreviewAdoption(ctx, in.Product, o)
	} else {
		out.Body.JobID, out.Body.AdoptPreview, err = h.s.StartAdoption(ctx, in.Product, o)
	}
	return out, err
}

type adoptionsOut struct{ Body api.Page[Adoption] }

func (h handlers) adoptions(ctx context.Context, in *productIn) (*adoptionsOut, error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := h.s.Adoptions(ctx, in.Product, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &adoptionsOut{Body: api.Page[Adoption]{Items: found}}
	if len(found) == in.Limit {
		out.Body.Next = api.Cursor(found[len(found)-1].ID)
	}
	return out, nil
}

type adoptionIn struct {
	Adoption string `path:"adoption" doc:"采用的编号|id of the adoption"`
}

func (h handlers) unadopt(ctx context.Context, in *adoptionIn) (*doneOut, error) {
	return &doneOut{}, h.s.UndoAdoption(ctx, in.Adoption, api.Who(ctx).ID)
}
