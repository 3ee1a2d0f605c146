package clean

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Needs is what the stage is built from.
type Needs struct {
	DB        *db.DB
	Blobs     blob.Store
	Data      *dataset.Service
	Jobs      *jobs.Runner
	Now       func() time.Time
	Operators []Operator // in the order in which pages show them
}

// Service is the front door of the stage.
type Service struct {
	db        *db.DB
	blobs     blob.Store
	data      *dataset.Service
	jobs      *jobs.Runner
	now       func() time.Time
	operators Operators

	mu      sync.Mutex
	samples []sampled // under mu, oldest first
}

// New makes the service, brings its tables up to date and takes the jobs of kind
// clean.run.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "clean", migrations); err != nil {
		return nil, err
	}
	s := &Service{db: n.DB, blobs: n.Blobs, data: n.Data, jobs: n.Jobs, now: n.Now, operators: n.Operators}
	s.jobs.Handle(runKind, s.work)
	return s, nil
}

// SavedRecipe is a recipe as it is kept.
type SavedRecipe struct {
	ID        string `json:"id"`
	ProductID string `json:"product_id"`
	Name      string `json:"name" table:"名称|name"`
	Revision  int    `json:"revision" table:"修订|revision" doc:"保存时要带上|to be given when saving"`
	Source    string `json:"source" doc:"YAML"`
	ActorID   string `json:"actor_id,omitempty"`
	CreatedUS int64  `json:"created_us"`
	UpdatedUS int64  `json:"updated_us" table:"修改时间|changed"`
}

// Save checks a recipe and keeps it under its name. revision is the one that the
// author saw, 0 for a new recipe.
// Faults: those of Resolve, RecipeChanged.
func (s *Service) Save(ctx context.Context, productID, source string, revision int, actorID string) (SavedRecipe, error) {
	r, _, err := Resolve(ctx, []byte(source), s.operators, s.library(productID))
	if err != nil {
		return SavedRecipe{}, err
	}
	now := s.now()
	saved := SavedRecipe{ID: db.NewID(now), ProductID: productID, Name: strings.TrimSpace(r.Name), Revision: revision + 1, Source: source, ActorID: actorID,
		CreatedUS: now.UnixMicro(), UpdatedUS: now.UnixMicro()}
	return saved, s.writeRecipe(ctx, &saved)
}

// library reads the recipes that others include; standard is always there.
func (s *Service) library(productID string) Library {
	return func(ctx context.Context, name string) ([]byte, error) {
		r, err := s.Recipe(ctx, productID, name)
		if err != nil {
			return nil, err
		}
		return []byte(r.Source), nil
	}
}

// Recipe gives a recipe by id or name; standard is built in until a recipe of
// that name is saved. Fault: NoSuchRecipe.
func (s *Service) Recipe(ctx context.Context, productID, name string) (SavedRecipe, error) {
	r, ok, err := s.selectRecipe(ctx, productID, name)
	if err != nil || ok {
		return r, err
	}
	if name == "standard" {
		return SavedRecipe{ProductID: productID, Name: name, Source: string(standard)}, nil
	}
	return r, NoSuchRecipe.With("recipe", name)
}

// Recipes lists the saved recipes of a product by name, after a name.
func (s *Service) Recipes(ctx context.Context, productID, after string, limit int) ([]SavedRecipe, error) {
	return s.selectRecipes(ctx, productID, after, limit)
}

// Delete removes a recipe at the revision that was seen (0: any); its runs keep
// their own copy. Faults: NoSuchRecipe, RecipeChanged.
func (s *Service) Delete(ctx context.Context, productID, name string, revision int) error {
	r, err := s.Recipe(ctx, productID, name)
	if err != nil {
		return err
	}
	if r.ID == "" { // the built-in one cannot be deleted
		return NoSuchRecipe.With("recipe", name)
	}
	if revision == 0 {
		revision = r.Revision
	}
	if r.Revision != revision {
		return RecipeChanged.With("revision", r.Revision).At("If-Match")
	}
	return s.deleteRecipe(ctx, r)
}

// Suggest proposes a recipe for a version from n of its rows.
func (s *Service) Suggest(ctx context.Context, productID, versionID string, n int, seed uint64) (Recipe, []Suggestion, error) {
	rows, schema, err := s.sample(ctx, productID, versionID, n, seed)
	if err != nil {
		return Recipe{}, nil, err
	}
	return Suggest(ctx, s.operators, rows, schema)
}

// version gives a version of the product. Fault: dataset.NoSuchVersion, also for
// another product's.
func (s *Service) version(ctx context.Context, productID, id string) (dataset.Version, error) {
	v, err := s.data.Version(ctx, id)
	if err != nil {
		return v, err
	}
	if v.ProductID != productID {
		return v, dataset.NoSuchVersion.With("version", id)
	}
	return v, nil
}

// clone copies a row out of the memory that it shares with its neighbours.
func clone(row dataset.Row) dataset.Row {
	values := make([]string, len(row.Values))
	for i, v := range row.Values {
		values[i] = strings.Clone(v)
	}
	row.Values = values
	row.ID = dataset.RowID(strings.Clone(string(row.ID)))
	row.Source.Blob, row.Source.Part = strings.Clone(row.Source.Blob), strings.Clone(row.Source.Part)
	return row
}

// flatten writes the resolved steps as one recipe without inclusions, so that a
// run can be repeated when the recipes have changed.
func flatten(name string, steps []Planned) (string, error) {
	r := Recipe{Name: name}
	for _, p := range steps {
		use := StepUse{Use: p.Operator.Spec().Name, Off: p.Off}
		for _, param := range p.Operator.Spec().Params {
			if v := p.Values[param.Name]; !reflect.DeepEqual(v, param.Default) {
				if use.With == nil {
					use.With = map[string]any{}
				}
				use.With[param.Name] = v
			}
		}
		r.Steps = append(r.Steps, use)
	}
	out, err := json.Marshal(r) // JSON is YAML, and keeps every string exactly
	return string(out), err
}
