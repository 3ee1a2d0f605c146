package dialog

import (
	"context"
	"fmt"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Needs is what the stage is built from.
type Needs struct {
	DB       *db.DB
	Blobs    blob.Store
	Now      func() time.Time
	Products Products
	Benches  Benches // nil: flows are checked without labels and tables, and simulated with given labels only
	Caller   Caller
}

// Products knows the products; dataset owns them.
type Products interface {
	// Product finds a product by id or name; the fault is that stage's own.
	Product(ctx context.Context, idOrName string) (id, name string, err error)
}

// Benches give what a flow under work is tried with: the product's newest
// model and knowledge, released or not.
type Benches interface {
	// Bench gives labels of the guideline, model and knowledge; each may be nil.
	Bench(ctx context.Context, product string) (labels []string, u Understander, k Knowledge, err error)
}

// Service is the front door of the stage.
type Service struct{ n Needs }

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "dialog", migrations); err != nil {
		return nil, err
	}
	return &Service{n: n}, nil
}

// Saved is a flow as it is kept: every save is a revision of its own.
type Saved struct {
	ID        string    `json:"id" table:"编号|id"`
	ProductID string    `json:"product_id"`
	Name      string    `json:"name" table:"名称|name"`
	Revision  int64     `json:"revision" table:"版次|revision"`
	Hash      blob.Hash `json:"hash" table:"内容哈希|hash" doc:"流程文件的内容哈希，发布版用它|content hash of the flow file, which releases name"`
	Stories   blob.Hash `json:"stories,omitempty" doc:"故事文件的内容哈希|content hash of the stories file"`
	UpdatedBy string    `json:"updated_by" table:"修改人|by"`
	UpdatedUS int64     `json:"updated_us" table:"修改时间|changed"`
}

// Save keeps a flow file as a new revision of flow id, or as a new flow when id
// is "". seen is the revision that the editor saw, 0 for any. What Check finds
// is told, not refused: half-done work may be kept; releasing it is refused.
//
// Faults: BadYAML, TooLarge, NoFlow, Edited.
func (s *Service) Save(ctx context.Context, product, id string, seen int64, text []byte) (Saved, []Problem, error) {
	flow, err := ReadFlow(text)
	if err != nil {
		return Saved{}, nil, err
	}
	world, _, _, err := s.bench(ctx, product)
	if err != nil {
		return Saved{}, nil, err
	}
	saved, err := s.put(ctx, product, id, seen, func(next *Saved) (err error) {
		next.Name = flow.Name
		next.Hash, err = blob.PutBytes(ctx, s.n.Blobs, text)
		return err
	})
	return saved, Check(flow, world), err
}

// SaveStories keeps a stories file beside the flow, as a new revision.
// Faults: BadYAML, TooLarge, NoFlow, Edited.
func (s *Service) SaveStories(ctx context.Context, product, id string, seen int64, text []byte) (Saved, error) {
	if _, err := ReadStories(text); err != nil {
		return Saved{}, err
	}
	if _, err := savedFlow(ctx, s.n.DB.Reader(), product, id); err != nil {
		return Saved{}, err
	}
	return s.put(ctx, product, id, seen, func(next *Saved) (err error) {
		next.Stories, err = blob.PutBytes(ctx, s.n.Blobs, text)
		return err
	})
}

// put writes the next revision after change.
func (s *Service) put(ctx context.Context, product, id string, seen int64, change func(*Saved) error) (Saved, error) {
	now := s.n.Now()
	next := Saved{ID: db.NewID(now), ProductID: product}
	if id != "" {
		var err error
		if next, err = savedFlow(ctx, s.n.DB.Reader(), product, id); err != nil {
			return Saved{}, err
		}
		if seen != 0 && seen != next.Revision {
			return Saved{}, Edited.With("flow", next.Name, "revision", next.Revision)
		}
	}
	if err := change(&next); err != nil {
		return Saved{}, fmt.Errorf("keep flow: %w", err)
	}
	next.Revision++
	next.UpdatedBy, next.UpdatedUS = api.Who(ctx).Name, now.UnixMicro()
	err := s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := putFlow(ctx, tx, next)
		if err == nil && !ok {
			err = Edited.With("flow", next.Name, "revision", next.Revision)
		}
		return err
	})
	return next, err
}

// Flows lists up to limit flows of a product by id, after an id.
func (s *Service) Flows(ctx context.Context, product, after string, limit int) ([]Saved, error) {
	return savedFlows(ctx, s.n.DB.Reader(), product, after, limit)
}

// Find gives a flow by id or name at a revision (0 = the newest), with its text.
// Fault: NoFlow.
func (s *Service) Find(ctx context.Context, product, idOrName string, revision int64) (Saved, []byte, error) {
	saved, err := savedFlow(ctx, s.n.DB.Reader(), product, idOrName)
	if err == nil && revision != 0 && revision != saved.Revision {
		saved, err = revisionOf(ctx, s.n.DB.Reader(), saved, revision)
	}
	if err != nil {
		return saved, nil, err
	}
	text, err := blob.ReadAll(ctx, s.n.Blobs, saved.Hash)
	return saved, text, err
}

func (s *Service) bench(ctx context.Context, product string) (World, Understander, Knowledge, error) {
	if s.n.Benches == nil {
		return World{}, nil, nil, nil
	}
	labels, u, k, err := s.n.Benches.Bench(ctx, product)
	if err != nil {
		return World{}, nil, nil, fmt.Errorf("get model and knowledge of the product: %w", err)
	}
	world := World{Labels: labels}
	if k != nil {
		world.Tables = k.Tables()
	}
	return world, u, k, nil
}

// StoryReport is how all stories of a flow went.
type StoryReport struct {
	Passed   int           `json:"passed"`
	Total    int           `json:"total"`
	Model    bool          `json:"model" doc:"由真实模型理解；false：按故事里写的意图|a real model understood; false: intents as the stories give them"`
	Results  []StoryResult `json:"results"`
	Coverage Coverage      `json:"coverage"`
}

// RunStories plays all stories with parts and, unless u is nil, a real model.
func RunStories(ctx context.Context, p Parts, u Understander, stories []Story) (StoryReport, error) {
	report := StoryReport{Total: len(stories), Model: u != nil, Results: []StoryResult{}}
	for _, story := range stories {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		r, err := RunStory(ctx, p, u, story)
		if err != nil {
			return report, err
		}
		if r.Passed {
			report.Passed++
		}
		report.Results = append(report.Results, r)
	}
	report.Coverage = Cover(p.Flow, report.Results)
	return report, nil
}

// StoriesOf gives the stories kept beside a flow; none is no fault. Fault: NoFlow.
func (s *Service) StoriesOf(ctx context.Context, product, idOrName string) (Saved, []byte, []Story, error) {
	saved, err := savedFlow(ctx, s.n.DB.Reader(), product, idOrName)
	if err != nil || saved.Stories == "" {
		return saved, nil, nil, err
	}
	text, err := blob.ReadAll(ctx, s.n.Blobs, saved.Stories)
	if err != nil {
		return saved, nil, nil, err
	}
	stories, err := ReadStories(text)
	return saved, text, stories, err
}

// Stories plays the stories kept beside a flow. given leaves the model out.
// Faults: NoFlow, NoStories, BadFlow.
func (s *Service) Stories(ctx context.Context, product, idOrName string, given bool) (StoryReport, error) {
	return s.StoriesWith(ctx, product, idOrName, nil, given)
}

// StoriesWith is Stories with a text of the flow that is not kept yet, nil for
// the kept one. Faults: those of Stories, BadYAML.
func (s *Service) StoriesWith(ctx context.Context, product, idOrName string, draft []byte, given bool) (StoryReport, error) {
	saved, _, stories, err := s.StoriesOf(ctx, product, idOrName)
	if err != nil {
		return StoryReport{}, err
	}
	if saved.Stories == "" {
		return StoryReport{}, NoStories.With("flow", saved.Name)
	}
	parts, u, err := s.parts(ctx, product, idOrName, Draft{Text: draft})
	if err != nil {
		return StoryReport{}, err
	}
	if given {
		u = nil
	}
	return RunStories(ctx, parts, u, stories)
}

// Draft says which text of a flow is tried: Text when there is one, else that
// of Revision, 0 = the newest.
type Draft struct {
	Revision int64
	Text     []byte
}

// parts reads a flow and what it is tried with; grave problems are refused.
func (s *Service) parts(ctx context.Context, product, idOrName string, d Draft) (Parts, Understander, error) {
	_, text, err := s.Find(ctx, product, idOrName, d.Revision)
	if err != nil {
		return Parts{}, nil, err
	}
	if len(d.Text) > 0 {
		text = d.Text
	}
	flow, err := ReadFlow(text)
	if err != nil {
		return Parts{}, nil, err
	}
	world, u, k, err := s.bench(ctx, product)
	if err != nil {
		return Parts{}, nil, err
	}
	if err := Refuse(Check(flow, world)); err != nil {
		return Parts{}, nil, err
	}
	return Parts{Flow: flow, Knowledge: k, Caller: s.n.Caller}, u, nil
}

// Try is one message of a simulation.
type Try struct {
	Text   string   `json:"text" doc:"客户说的话|what the customer says"`
	Labels []string `json:"labels,omitempty" doc:"当作听成这些意图；没有就问模型|taken as understood; without them the model is asked"`
}

// Tried is the answer to one message of a simulation, with every decision.
type Tried struct {
	Text  string `json:"text"`
	Parts []Part `json:"parts"`
	Trace Trace  `json:"trace"`
	State State  `json:"state"`
}

// Simulate talks to a flow without keeping anything. The first element is the
// greeting. Faults: NoFlow, BadFlow, NoModel, BadYAML.
func (s *Service) Simulate(ctx context.Context, product, idOrName string, d Draft, channel string, messages []Try) ([]Tried, error) {
	parts, u, err := s.parts(ctx, product, idOrName, d)
	if err != nil {
		return nil, err
	}
	at := s.n.Now()
	state, reply, trace, err := Begin(ctx, parts, Turn{Channel: channel, At: at})
	if err != nil {
		return nil, err
	}
	all := []Tried{{Parts: reply, Trace: trace, State: state}}
	for i, m := range messages {
		if m.Labels == nil && u == nil {
			return nil, NoModel.With()
		}
		labels, err := StoryStep{Text: m.Text, Given: m.Labels}.labels(ctx, u, state)
		if err != nil {
			return nil, err
		}
		if state, reply, trace, err = Step(ctx, parts, state, Turn{Text: m.Text, Channel: channel, At: at, Seed: SeedOf("", i+1)}, labels); err != nil {
			return nil, err
		}
		all = append(all, Tried{Text: m.Text, Parts: reply, Trace: trace, State: state})
	}
	return all, nil
}
