package dataset

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/outgoing"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Product is the AI product being trained; it owns datasets and all that follows.
type Product struct {
	ID        string `json:"id" table:"编号|id"`
	Name      string `json:"name" table:"名称|name"`
	CreatedUS int64  `json:"created_us" table:"创建时间|created"`
}

// Dataset is a named line of versions.
type Dataset struct {
	ID           string `json:"id" table:"编号|id"`
	ProductID    string `json:"product_id"`
	Name         string `json:"name" table:"名称|name"`
	CreatedUS    int64  `json:"created_us" table:"创建时间|created"`
	VersionCount int    `json:"version_count"`
	Latest       int    `json:"latest" table:"最新版本|latest"`
	RowCount     int    `json:"row_count" table:"行数|rows"` // of the latest version
}

// Needs is what the stage is built from.
type Needs struct {
	DB      *db.DB
	Blobs   blob.Store
	Now     func() time.Time
	Jobs    *jobs.Runner // nil: imports run only through Import
	Formats []Format     // in the order in which pages show them
	Private PersonalData // nil: the profile counts no personal data
	// Inspector is what finds something wrong with rows; nil: nothing is found.
	Inspector Inspector
	Outside   *outgoing.Client // fetches files by their address; nil: no private address is asked
}

// Service is the front door of the stage.
type Service struct {
	db        *db.DB
	blobs     blob.Store
	now       func() time.Time
	jobs      *jobs.Runner
	formats   []Format
	private   PersonalData
	inspector Inspector
	outside   *outgoing.Client

	mu      sync.Mutex
	cache   []opened   // under mu, oldest use first
	foundIn []*foundIn // under mu, oldest first
}

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "dataset", migrations); err != nil {
		return nil, err
	}
	if n.Outside == nil {
		n.Outside = outgoing.New(outgoing.Options{})
	}
	s := &Service{db: n.DB, blobs: n.Blobs, now: n.Now, jobs: n.Jobs, formats: n.Formats, private: n.Private, inspector: n.Inspector, outside: n.Outside}
	if n.Jobs != nil {
		n.Jobs.Handle(importKind, s.importJob)
	}
	return s, nil
}

const nameRunes = 100

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > nameRunes {
		return "", BadName.With("limit", nameRunes).At("name")
	}
	return name, nil
}

// CreateProduct makes a product. Faults: BadName, NameTaken.
func (s *Service) CreateProduct(ctx context.Context, name string) (Product, error) {
	name, err := checkName(name)
	if err != nil {
		return Product{}, err
	}
	now := s.now()
	p := Product{ID: db.NewID(now), Name: name, CreatedUS: now.UnixMicro()}
	return p, s.insertProduct(ctx, p)
}

// Products lists up to limit products, oldest first, after an id.
func (s *Service) Products(ctx context.Context, after string, limit int) ([]Product, error) {
	return s.selectProducts(ctx, after, limit)
}

// Create makes an empty dataset. Faults: BadName, NameTaken, NoSuchProduct.
func (s *Service) Create(ctx context.Context, productID, name string) (Dataset, error) {
	name, err := checkName(name)
	if err != nil {
		return Dataset{}, err
	}
	now := s.now()
	d := Dataset{ID: db.NewID(now), ProductID: productID, Name: name, CreatedUS: now.UnixMicro()}
	return d, s.insertDataset(ctx, d)
}

// Datasets lists up to limit datasets of a product, oldest first, after an id.
func (s *Service) Datasets(ctx context.Context, productID, after string, limit int) ([]Dataset, error) {
	return s.selectDatasets(ctx, productID, after, limit)
}

// Dataset gives one dataset. Fault: NoSuchDataset.
func (s *Service) Dataset(ctx context.Context, id string) (Dataset, error) {
	return s.selectDataset(ctx, id)
}

// SetAside takes a dataset out of the lists; its name is free then. Nothing is lost:
// whoever holds the id of one of its versions still reads it, and Return puts it
// back. Fault: NoSuchDataset.
func (s *Service) SetAside(ctx context.Context, id string) error {
	return s.removeDatasetAt(ctx, id, s.now().UnixMicro())
}

// Return puts a dataset back that was set aside; name is its id or the name that it
// had, of several the one set aside last. Faults: NoSuchDataset, NameTaken.
func (s *Service) Return(ctx context.Context, productID, name string) (Dataset, error) {
	id, err := s.returnDataset(ctx, productID, name)
	if err != nil {
		return Dataset{}, err
	}
	return s.selectDataset(ctx, id)
}

// Versions lists up to limit versions of a dataset by number, after a number.
func (s *Service) Versions(ctx context.Context, datasetID string, after, limit int) ([]Version, error) {
	return s.selectVersions(ctx, datasetID, after, limit)
}

// FindDataset gives a dataset by its id or name, of a product by its id or name.
// Faults: NoSuchProduct, NoSuchDataset.
func (s *Service) FindDataset(ctx context.Context, product, dataset string) (Dataset, error) {
	p, err := s.FindProduct(ctx, product)
	if err != nil {
		return Dataset{}, err
	}
	id, err := s.selectDatasetID(ctx, p.ID, dataset)
	if err != nil {
		return Dataset{}, err
	}
	return s.selectDataset(ctx, id)
}

// FindProduct gives a product by its id or name. Fault: NoSuchProduct.
func (s *Service) FindProduct(ctx context.Context, product string) (Product, error) {
	return s.selectProduct(ctx, product)
}

// Version gives one version by its id. Fault: NoSuchVersion.
func (s *Service) Version(ctx context.Context, id string) (Version, error) {
	return s.selectVersion(ctx, `WHERE id = $1`, id)
}

// FindVersion gives a version of a product by what people type: "聊天/v3" with the
// id or name of its dataset, "聊天/latest" or "聊天", or the id of the version.
// Fault: NoSuchVersion, also for another product's.
func (s *Service) FindVersion(ctx context.Context, productID, name string) (Version, error) {
	v, err := s.Version(ctx, name)
	if err == nil && v.ProductID == productID {
		return v, nil
	}
	if err != nil && !errors.Is(err, NoSuchVersion) {
		return Version{}, err
	}
	set, number := name, "latest"
	if cut := strings.LastIndex(name, "/"); cut >= 0 {
		set, number = name[:cut], name[cut+1:]
	}
	d, err := s.FindDataset(ctx, productID, set)
	if errors.Is(err, NoSuchDataset) {
		return Version{}, NoSuchVersion.With("version", name)
	}
	if err != nil {
		return Version{}, err
	}
	if v, err = s.Find(ctx, d.ID, number); errors.Is(err, NoSuchVersion) {
		return Version{}, NoSuchVersion.With("version", name) // as it was typed
	}
	return v, err
}

// Latest gives a dataset's newest version. Fault: NoSuchVersion when it has none.
func (s *Service) Latest(ctx context.Context, datasetID string) (Version, error) {
	return s.selectVersion(ctx, `WHERE dataset_id = $1 ORDER BY number DESC LIMIT 1`, datasetID)
}

// Find gives a version of a dataset by what people type: "latest" or "", "v3" or
// "3", or the id. Fault: NoSuchVersion.
func (s *Service) Find(ctx context.Context, datasetID, name string) (Version, error) {
	if name == "" || name == "latest" {
		return s.Latest(ctx, datasetID)
	}
	if number, err := strconv.Atoi(strings.TrimPrefix(name, "v")); err == nil {
		return s.selectVersion(ctx, `WHERE number = $1 AND dataset_id = $2`, number, datasetID)
	}
	return s.selectVersion(ctx, `WHERE id = $1 AND dataset_id = $2`, name, datasetID)
}
