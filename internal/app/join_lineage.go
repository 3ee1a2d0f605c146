package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhuomo/internal/fault"
	"zhuomo/serve"
	"zhuomo/track"
)

// things tells the ledger what the stages know of what it only names.
type things struct{ a *App }

// Find takes m3, r2, 聊天/v3 and ids.
func (t things) Find(ctx context.Context, product string, of track.Ref) (track.Ref, string, error) {
	s := &t.a.Stages
	name := ""
	var err error
	switch of.Kind {
	case track.KindModel:
		m, e := s.Learn.Find(ctx, product, of.ID)
		if err = e; e == nil {
			of.ID, name = m.ID, fmt.Sprintf("m%d", m.Number)
		}
	case track.KindRelease:
		r, e := s.Serve.Release(ctx, product, of.ID)
		if err = e; e == nil {
			of.ID, name = r.ID, r.Name
		}
	case track.KindVersion:
		v, e := s.Data.FindVersion(ctx, product, of.ID)
		if err = e; e == nil {
			d, e := s.Data.FindDataset(ctx, product, v.DatasetID)
			of.ID, name, err = v.ID, fmt.Sprintf("%s/v%d", d.Name, v.Number), e
		}
	case track.KindGuideline:
		name = strings.TrimPrefix(of.ID, product+"/")
	case track.KindLoggedRun:
		r, e := s.MLflow.LoggedRun(ctx, product, of.ID)
		name, err = r.Name, e
	}
	if err != nil && fault.Of(err).Def.Kind == fault.NotFound { // deleted, but still known
		err = nil
	}
	return of, name, err
}

// From tells what a release holds, what a model learnt from, and from which version and
// by what a version was made.
func (t things) From(ctx context.Context, product string, of track.Ref) (from []track.Ref, err error) {
	s := &t.a.Stages
	switch of.Kind {
	case track.KindRelease:
		var r serve.Release
		if r, err = s.Serve.Release(ctx, product, of.ID); err == nil {
			from = partsOf(r)
		}
	case track.KindModel:
		m, e := s.Learn.Find(ctx, product, of.ID)
		if err = e; e == nil && m.DataVersion != "" {
			from = append(from, track.Ref{Kind: track.KindVersion, ID: m.DataVersion})
		}
		if e == nil && m.GuidelineVersion != "" {
			from = append(from, guidelineRef(product, m.GuidelineVersion))
		}
	case track.KindVersion:
		v, e := s.Data.FindVersion(ctx, product, of.ID)
		if err = e; e == nil && v.MadeBy.Kind == "recipe" {
			from = append(from, track.Ref{Kind: track.KindRecipeRun, ID: v.MadeBy.ID})
		}
		if e == nil && v.Parent != "" {
			from = append(from, track.Ref{Kind: track.KindVersion, ID: v.Parent})
		}
	}
	if err != nil && fault.Of(err).Def.Kind == fault.NotFound {
		err = nil
	}
	return from, err
}

// releasesSeen bounds how many releases are looked through for those that hold a thing.
const releasesSeen = 500

// Into lists the releases that hold a thing, the newest first.
func (t things) Into(ctx context.Context, product string, of track.Ref) (into []track.Ref, err error) {
	switch of.Kind {
	case track.KindModel, track.KindKnowledge, track.KindFlow, track.KindGuideline, track.KindReport:
	default:
		return nil, nil
	}
	releases, err := t.a.Stages.Serve.Newest(ctx, product, releasesSeen)
	for _, r := range releases {
		for _, part := range partsOf(r) {
			if part == of {
				into = append(into, track.Ref{Kind: track.KindRelease, ID: r.ID})
			}
		}
	}
	return into, err
}

// partsOf is what a release is made of.
func partsOf(r serve.Release) (parts []track.Ref) {
	for _, p := range []track.Ref{
		{Kind: track.KindModel, ID: r.ModelID}, {Kind: track.KindKnowledge, ID: string(r.Knowledge)}, {Kind: track.KindFlow, ID: string(r.Flow)}, {Kind: track.KindReport, ID: r.ReportID},
	} {
		if p.ID != "" {
			parts = append(parts, p)
		}
	}
	if r.GuidelineVersion > 0 {
		parts = append(parts, guidelineRef(r.ProductID, strconv.Itoa(r.GuidelineVersion)))
	}
	return parts
}

func guidelineRef(product, version string) track.Ref {
	return track.Ref{Kind: track.KindGuideline, ID: product + "/v" + version}
}
