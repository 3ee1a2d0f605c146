package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Release is an immutable set of what answers customers. Its manifest lies in
// the blobs under its own hash; the row adds what changes: its state.
type Release struct {
	ID       string `json:"id"`
	Name     string `json:"name" table:"发布版|release"` // r1, r2 … within the product
	Number   int    `json:"number"`
	Manifest string `json:"manifest" doc:"清单的内容哈希|content hash of the manifest"`
	Contents
	Note      string `json:"note,omitempty" table:"说明|note"`
	State     State  `json:"state" table:"状态|state"`
	CreatedBy string `json:"created_by,omitempty" table:"建立人|by"`
	CreatedUS int64  `json:"created_us" table:"建立时间|created"`
}

// Contents is what a release is made of; the manifest is exactly this as JSON.
type Contents struct {
	ProductID        string             `json:"product_id"`
	ModelID          string             `json:"model_id" table:"模型|model"`
	Knowledge        blob.Hash          `json:"knowledge" doc:"知识快照的内容哈希|content hash of the knowledge snapshot"`
	Flow             blob.Hash          `json:"flow" doc:"流程文件的内容哈希|content hash of the flow file"`
	GuidelineID      string             `json:"guideline_id,omitempty"`
	GuidelineVersion int                `json:"guideline_version,omitempty"`
	ReportID         string             `json:"report_id,omitempty" doc:"评测报告|evaluation report"`
	Thresholds       *dialog.Thresholds `json:"thresholds,omitempty" doc:"没有就用流程里的|absent: those of the flow"`
}

// State is where a release stands.
type State string

const (
	Candidate State = "candidate"
	Live      State = "live"
	Retired   State = "retired"
)

// Ready are the parts of a release that are in memory already, so that a
// release made by the fix loop goes live without being read back. nil parts
// are loaded.
type Ready struct {
	Model     dialog.Understander
	Knowledge dialog.Knowledge
	Flow      *dialog.Flow
}

// Create keeps a new candidate under a new id; see Make.
func (s *Service) Create(ctx context.Context, c Contents, note string, ready Ready) (Release, error) {
	return s.Make(ctx, db.NewID(s.n.Now()), c, note, ready)
}

// Make keeps a new candidate under an id; one that is there under it is given
// as it is, so that work which is done again makes no second one. The blobs it names must be there. Faults:
// BadRelease; DamagedRelease is found when it is loaded.
func (s *Service) Make(ctx context.Context, id string, c Contents, note string, ready Ready) (Release, error) {
	for _, part := range []struct{ name, value string }{
		{"product_id", c.ProductID}, {"model_id", c.ModelID}, {"knowledge", string(c.Knowledge)}, {"flow", string(c.Flow)},
	} {
		if part.value == "" {
			return Release{}, BadRelease.With("part", part.name).At(part.name)
		}
	}
	for _, part := range []struct {
		name string
		hash blob.Hash
	}{{"knowledge", c.Knowledge}, {"flow", c.Flow}} {
		if has, err := s.n.Blobs.Has(ctx, part.hash); err != nil {
			return Release{}, err
		} else if !has {
			return Release{}, BadRelease.With("part", part.name+" "+part.hash.Short()).At(part.name)
		}
	}
	manifest, err := json.Marshal(c)
	if err != nil {
		return Release{}, err
	}
	hash, err := blob.PutBytes(ctx, s.n.Blobs, manifest)
	if err != nil {
		return Release{}, fmt.Errorf("keep the manifest: %w", err)
	}
	now := s.n.Now()
	made := Release{
		ID: id, Manifest: string(hash), Contents: c, Note: note, State: Candidate,
		CreatedBy: api.Who(ctx).Name, CreatedUS: now.UnixMicro(),
	}
	var r Release
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		old, ok, err := readRelease(ctx, tx, c.ProductID, id, -1)
		if r = made; ok {
			r = old
		}
		if err != nil || ok {
			return err
		}
		if r.Number, err = nextNumber(ctx, tx, c.ProductID); err != nil {
			return err
		}
		return insertRelease(ctx, tx, r)
	})
	if err != nil {
		return Release{}, fmt.Errorf("keep release: %w", err)
	}
	r.Name = releaseName(r.Number)
	s.line(c.ProductID).hold(r.ID, ready)
	return r, nil
}

func releaseName(number int) string { return "r" + strconv.Itoa(number) }

// Release finds a release of a product by id, "r3" or "live". Faults:
// NoRelease, NothingLive.
func (s *Service) Release(ctx context.Context, product, idOrName string) (Release, error) {
	if idOrName == "live" {
		id, _, err := liveRow(ctx, s.n.DB.Reader(), product)
		if err != nil {
			return Release{}, err
		}
		if id == "" {
			return Release{}, NothingLive.With("product", product)
		}
		idOrName = id
	}
	number, err := strconv.Atoi(strings.TrimPrefix(idOrName, "r"))
	if err != nil {
		number = -1
	}
	r, ok, err := readRelease(ctx, s.n.DB.Reader(), product, idOrName, number)
	if err != nil {
		return Release{}, err
	}
	if !ok {
		return Release{}, NoRelease.With("release", idOrName)
	}
	return r, nil
}

// Publication is one change of what is live.
type Publication struct {
	ID        string `json:"id"`
	Kind      string `json:"kind" table:"动作|kind"` // publish, takeback
	ReleaseID string `json:"release_id"`
	Release   string `json:"release" table:"发布版|release"`
	BeforeID  string `json:"before_id,omitempty"`
	Actor     string `json:"actor" table:"操作人|actor"`
	Gate      string `json:"gate" table:"门禁|gate"` // passed, overruled, none
	Reason    string `json:"reason,omitempty" table:"理由|reason"`
	AtUS      int64  `json:"at_us" table:"时间|at"`

	productID, actorID string
	from               string // the release that must be live before, "" = any
}

// Publish makes a release live: loads it, asks the gate, moves the durable
// pointer, then the one in memory. overrule is a person's reason for passing
// over the gate; only leads and owners may give one. With judged the caller
// has asked the gate itself.
//
// Faults: NoRelease, GateRefused, DamagedRelease.
func (s *Service) Publish(ctx context.Context, product, idOrName, overrule string, judged bool) (Release, error) {
	r, err := s.Release(ctx, product, idOrName)
	if err != nil {
		return Release{}, err
	}
	gate := "none"
	if judged {
		gate = "passed"
	} else if s.n.Gate != nil {
		passed, why, err := s.n.Gate.Judge(ctx, r)
		switch {
		case err != nil && overrule == "":
			return Release{}, fmt.Errorf("ask the gate about %s: %w", r.Name, err)
		case err == nil && passed:
			gate = "passed"
		case overrule != "" && api.Who(ctx).May(api.Lead):
			gate = "overruled"
			api.Tell(ctx, "gate", gate)
			api.Tell(ctx, "reason", overrule)
		default:
			return Release{}, GateRefused.With("why", strings.Join(why, "; "))
		}
	}
	l := s.line(product)
	loaded, err := l.load(ctx, s, r)
	if err != nil {
		return Release{}, err
	}
	l.moving.Lock()
	defer l.moving.Unlock()
	err = s.move(ctx, Publication{Kind: "publish", ReleaseID: r.ID, Gate: gate, Reason: overrule, productID: product})
	if err != nil {
		return Release{}, err
	}
	l.show(loaded)
	return s.Release(ctx, product, r.ID)
}

// TakeBack makes the release before the live one live again; doing it twice
// ends where it began. Faults: NothingBefore.
func (s *Service) TakeBack(ctx context.Context, product, reason string) (Release, error) {
	return s.TakeBackOf(ctx, product, "", reason)
}

// TakeBackOf is TakeBack if the live release is the one named; "" is any.
// Faults: NothingBefore, NotLive.
func (s *Service) TakeBackOf(ctx context.Context, product, release, reason string) (Release, error) {
	l := s.line(product)
	l.moving.Lock()
	defer l.moving.Unlock()
	live, before, err := liveRow(ctx, s.n.DB.Reader(), product)
	if err != nil {
		return Release{}, err
	}
	if release != "" && live != release {
		return Release{}, NotLive.With("release", release)
	}
	if before == "" {
		return Release{}, NothingBefore.With()
	}
	r, err := s.Release(ctx, product, before)
	if err != nil {
		return Release{}, err
	}
	loaded, err := l.load(ctx, s, r)
	if err != nil {
		return Release{}, err
	}
	if err := s.move(ctx, Publication{Kind: "takeback", ReleaseID: r.ID, Gate: "none", Reason: reason, productID: product, from: live}); err != nil {
		return Release{}, err
	}
	l.show(loaded)
	r.State = Live
	return r, nil
}

// move changes the durable pointer, the states of both releases and the record
// of publications in one write.
func (s *Service) move(ctx context.Context, p Publication) error {
	who := api.Who(ctx)
	p.Actor, p.actorID = who.Name, who.ID
	err := s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		// Its place in the record is that of this try: another process may have
		// been faster, or have a clock that is ahead.
		last, err := lastMoved(ctx, tx, p.productID)
		if err != nil {
			return err
		}
		at := s.n.Now()
		if next := last.Add(time.Millisecond); at.Before(next) {
			at = next
		}
		p.ID, p.AtUS = db.NewID(at), at.UnixMicro()
		s.n.DB.NotifyAfter(tx, newsOfLive, p.productID)
		return movePointer(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("make release live: %w", err)
	}
	return nil
}
