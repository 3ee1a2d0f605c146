package mlflow

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// RegisteredModel is a name with its versions.
type RegisteredModel struct {
	Name         string         `json:"name" table:"名称|name"`
	Description  string         `json:"description"`
	Tags         []Text         `json:"tags" nullable:"false"`
	VersionCount int            `json:"version_count" table:"版本数|versions"`
	AskedCount   int            `json:"asked_count" table:"待批|waiting"`
	Latest       []ModelVersion `json:"latest" nullable:"false" doc:"每个阶段最新的版本|the newest version at each stage"`
	ChangedUS    int64          `json:"changed_us" table:"改动|changed"`
}

// ModelVersion is one version of it.
type ModelVersion struct {
	Model       string   `json:"model"`
	Version     string   `json:"version"`
	Stage       string   `json:"stage" enum:"None,Staging,Production,Archived"`
	Description string   `json:"description"`
	RunID       string   `json:"run_id"`
	Source      string   `json:"source"`
	Aliases     []string `json:"aliases" nullable:"false"`
	Tags        []Text   `json:"tags" nullable:"false"`
	CreatedUS   int64    `json:"created_us"`
}

// ModelShown is a registered model with all versions and requests, the newest first.
type ModelShown struct {
	RegisteredModel
	Versions []ModelVersion `json:"versions" nullable:"false"`
	Requests []StageRequest `json:"requests" nullable:"false"`
}

// StageRequest is one wish that a version go to a stage, and what became of it. What a
// client moved by itself is one with state direct.
type StageRequest struct {
	ID        string `json:"id"`
	ProductID string `json:"product_id"`
	Model     string `json:"model"`
	Version   string `json:"version"`
	From      string `json:"from"`
	To        string `json:"to"`
	Archive   bool   `json:"archive"`
	State     string `json:"state" enum:"asked,approved,refused,direct"`
	Asker     string `json:"asker"`
	Note      string `json:"note"`
	AskedUS   int64  `json:"asked_us"`
	Decider   string `json:"decider"`
	Reason    string `json:"reason"`
	DecidedUS int64  `json:"decided_us"`
}

func textsOf(tags map[string]string) []Text {
	list := []Text{}
	for _, p := range pairsOf(tags) {
		list = append(list, Text(p))
	}
	return list
}

func (v modelVersion) shown(aliases []alias) ModelVersion {
	out := ModelVersion{
		Model: v.Name, Version: v.Version, Stage: v.Stage, Description: v.Description, RunID: v.RunID, Source: v.Source,
		Aliases: []string{}, Tags: textsOf(v.TagMap), CreatedUS: 1000 * v.Made,
	}
	for _, a := range aliases {
		if a.Version == v.Version {
			out.Aliases = append(out.Aliases, a.Alias)
		}
	}
	return out
}

// RegisteredModels lists the models of a product by name. Prompts that clients keep in
// the registry are not among them.
func (s *Service) RegisteredModels(ctx context.Context, product string) ([]RegisteredModel, error) {
	all, err := documents[registered](ctx, s.db.Reader(), `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'model' ORDER BY id`, product)
	if err != nil {
		return nil, err
	}
	list := []RegisteredModel{}
	for _, m := range all {
		if m.TagMap[promptTag] == "true" {
			continue
		}
		shown, err := s.model(ctx, product, m)
		if err != nil {
			return nil, err
		}
		list = append(list, shown.RegisteredModel)
	}
	return list, nil
}

// RegisteredModel is one of them. Fault: NoModel.
func (s *Service) RegisteredModel(ctx context.Context, product, name string) (ModelShown, error) {
	m, err := document[registered](ctx, s.db.Reader(), product, "model", name)
	if err != nil {
		return ModelShown{}, err
	}
	return s.model(ctx, product, m)
}

func (s *Service) model(ctx context.Context, product string, m registered) (ModelShown, error) {
	out := ModelShown{
		RegisteredModel: RegisteredModel{Name: m.Name, Description: m.Description, Tags: textsOf(m.TagMap), Latest: []ModelVersion{}, ChangedUS: 1000 * m.Changed},
		Versions:        []ModelVersion{},
	}
	versions, err := s.versionsOf(ctx, s.db.Reader(), product, m.Name)
	if err != nil {
		return out, err
	}
	slices.Reverse(versions)
	for _, v := range versions {
		shown := v.shown(m.Aliases)
		out.Versions = append(out.Versions, shown)
		if !slices.ContainsFunc(out.Latest, func(l ModelVersion) bool { return l.Stage == v.Stage }) {
			out.Latest = append(out.Latest, shown)
		}
	}
	out.VersionCount = len(versions)
	if out.Requests, err = s.requests(ctx, product, m.Name); err != nil {
		return out, err
	}
	for _, r := range out.Requests {
		if r.State == "asked" {
			out.AskedCount++
		}
	}
	return out, nil
}

const requestColumns = `id, product_id, model, version, from_stage, to_stage, archive, state, asker, note, asked_us, decider, reason, decided_us`

func (r *StageRequest) places() []any {
	return []any{&r.ID, &r.ProductID, &r.Model, &r.Version, &r.From, &r.To, &r.Archive, &r.State, &r.Asker, &r.Note, &r.AskedUS, &r.Decider, &r.Reason, &r.DecidedUS}
}

func (s *Service) requests(ctx context.Context, product, model string) ([]StageRequest, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+requestColumns+` FROM mlflow_requests WHERE product_id = $1 AND model = $2 ORDER BY id DESC`, product, model)
	return db.All(rows, err, (*StageRequest).places)
}

func insertRequest(ctx context.Context, tx db.Tx, r StageRequest) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO mlflow_requests (`+requestColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.ID, r.ProductID, r.Model, r.Version, r.From, r.To, r.Archive, r.State, r.Asker, r.Note, r.AskedUS, r.Decider, r.Reason, r.DecidedUS)
	return err
}

// AskStage keeps a request; a lead decides it. Faults: NoModel; StageThere when the
// version is there already; StageAsked while another request for it waits.
func (s *Service) AskStage(ctx context.Context, r StageRequest) (StageRequest, error) {
	now := s.now()
	r.ID, r.State, r.AskedUS = db.NewID(now), "asked", now.UnixMicro()
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		v, err := document[modelVersion](ctx, tx, r.ProductID, "version", r.Model+"/"+r.Version)
		if err != nil {
			return err
		}
		if r.From = v.Stage; r.From == r.To {
			return StageThere.With("version", r.Model+" "+r.Version, "stage", r.To).At("stage")
		}
		var waiting int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM mlflow_requests WHERE product_id = $1 AND model = $2 AND version = $3 AND state = 'asked'`, r.ProductID, r.Model, r.Version).Scan(&waiting); err != nil {
			return err
		}
		if waiting > 0 {
			return StageAsked.With("version", r.Model+" "+r.Version)
		}
		return insertRequest(ctx, tx, r)
	})
	return r, err
}

// DecideStage approves or refuses a request; an approved one moves the version in the
// same transaction. Faults: NoRequest, RequestDecided, NoModel.
func (s *Service) DecideStage(ctx context.Context, product, id string, approve bool, reason, decider string) (r StageRequest, err error) {
	now := s.now()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT `+requestColumns+` FROM mlflow_requests WHERE product_id = $1 AND id = $2`, product, id).Scan(r.places()...)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return NoRequest.With("request", id)
		case err != nil:
			return err
		case r.State != "asked":
			return RequestDecided.With("request", r.Model+" "+r.Version+" → "+r.To, "decider", r.Decider)
		}
		r.State, r.Decider, r.Reason, r.DecidedUS = "refused", decider, reason, now.UnixMicro()
		if approve {
			r.State = "approved"
			v, err := document[modelVersion](ctx, tx, product, "version", r.Model+"/"+r.Version)
			if err != nil {
				return err
			}
			if err := s.moveVersion(ctx, tx, product, &v, r.To, r.Archive); err != nil {
				return err
			}
			if err := saveVersion(ctx, tx, product, v); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE mlflow_requests SET state = $1, decider = $2, reason = $3, decided_us = $4 WHERE id = $5 AND state = 'asked'`, r.State, r.Decider, r.Reason, r.DecidedUS, r.ID)
		return err
	})
	return r, err
}

// moved notes that a client moved a version by itself.
func (s *Service) moved(ctx context.Context, tx db.Tx, product string, v modelVersion, from string) error {
	if from == v.Stage {
		return nil
	}
	now, who := s.now(), api.Who(ctx).Name
	return insertRequest(ctx, tx, StageRequest{
		ID: db.NewID(now), ProductID: product, Model: v.Name, Version: v.Version, From: from, To: v.Stage, State: "direct",
		Asker: who, AskedUS: now.UnixMicro(), Decider: who, DecidedUS: now.UnixMicro(),
	})
}
