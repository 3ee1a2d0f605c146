package serve

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/knowledge"
)

// Loaded is a release in memory. It never changes.
type Loaded struct {
	Release Release
	Model   dialog.Understander
	Parts   dialog.Parts
}

// line is the releases of one product in memory: which one is live, and a few
// more that may be needed at once.
type line struct {
	live   atomic.Pointer[Loaded]
	moving sync.Mutex // one publication at a time

	mu     sync.Mutex
	loaded []*Loaded        // under mu, newest use last
	ready  map[string]Ready // under mu: parts given by Create, until loaded
	order  []string         // under mu: ids of ready, oldest first
}

// loadedKept is how many releases of a product stay in memory: the live one,
// the one before it, a candidate. Models are memory-mapped, so it is cheap.
const loadedKept = 4

func (s *Service) line(product string) *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[product]
	if l == nil {
		l = &line{ready: map[string]Ready{}}
		s.lines[product] = l
	}
	return l
}

// hold remembers parts that are in memory already.
func (l *line) hold(release string, r Ready) {
	if r.Model == nil && r.Knowledge == nil && r.Flow == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready[release] = r
	if l.order = append(l.order, release); len(l.order) > loadedKept {
		delete(l.ready, l.order[0])
		l.order = l.order[1:]
	}
}

func (l *line) show(r *Loaded) { l.live.Store(r) }

// Live gives the live release of a product, loading it the first time. Faults:
// NothingLive, DamagedRelease.
func (s *Service) Live(ctx context.Context, product string) (*Loaded, error) {
	l := s.line(product)
	if now := l.live.Load(); now != nil {
		return now, nil
	}
	l.moving.Lock()
	defer l.moving.Unlock()
	if now := l.live.Load(); now != nil {
		return now, nil
	}
	r, err := s.Release(ctx, product, "live")
	if err != nil {
		return nil, err
	}
	loaded, err := l.load(ctx, s, r)
	if err != nil {
		return nil, err
	}
	l.show(loaded)
	return loaded, nil
}

// Warm loads the live release of every product, for the background of a start.
func (s *Service) Warm(ctx context.Context) error {
	products, err := liveProducts(ctx, s.n.DB.Reader())
	if err != nil {
		return err
	}
	for _, p := range products {
		if _, err := s.Live(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// Load gives any release of a product in memory, without making it live.
func (s *Service) Load(ctx context.Context, r Release) (*Loaded, error) {
	return s.line(r.ProductID).load(ctx, s, r)
}

func (l *line) load(ctx context.Context, s *Service, r Release) (*Loaded, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(l.loaded, func(x *Loaded) bool { return x.Release.ID == r.ID }); i >= 0 {
		found := l.loaded[i]
		l.loaded = append(slices.Delete(l.loaded, i, i+1), found)
		return found, nil
	}
	loaded, err := s.read(ctx, r, l.ready[r.ID], l.loaded)
	if err != nil {
		return nil, err
	}
	delete(l.ready, r.ID)
	l.order = slices.DeleteFunc(l.order, func(id string) bool { return id == r.ID })
	if l.loaded = append(l.loaded, loaded); len(l.loaded) > loadedKept {
		l.loaded = slices.Clone(l.loaded[1:])
	}
	return loaded, nil
}

// read brings the parts of a release into memory. Parts that a loaded release
// shares are taken from there.
func (s *Service) read(ctx context.Context, r Release, ready Ready, others []*Loaded) (*Loaded, error) {
	out := &Loaded{Release: r, Model: ready.Model, Parts: dialog.Parts{
		Flow: ready.Flow, Knowledge: ready.Knowledge, Thresholds: r.Thresholds, Caller: s.n.Caller,
	}}
	broken := func(part string, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return DamagedRelease.With("number", r.Number, "part", part).Because(err)
	}
	for _, o := range others {
		if out.Model == nil && o.Release.ModelID == r.ModelID {
			out.Model = o.Model
		}
		if out.Parts.Knowledge == nil && o.Release.Knowledge == r.Knowledge {
			out.Parts.Knowledge = o.Parts.Knowledge
		}
	}
	var err error
	if out.Model == nil {
		if out.Model, err = s.n.Models.Understander(ctx, r.ProductID, r.ModelID); err != nil {
			return nil, broken("model", err)
		}
	}
	if out.Parts.Knowledge == nil {
		bytes, err := blob.ReadAll(ctx, s.n.Blobs, r.Knowledge)
		if err != nil {
			return nil, broken("knowledge", err)
		}
		snapshot, err := knowledge.DecodeSnapshot(bytes)
		if err != nil {
			return nil, broken("knowledge", err)
		}
		snapshot.Warm()
		out.Parts.Knowledge = dialog.Known(snapshot)
	}
	if out.Parts.Flow != nil {
		s.keepFlow(r.Flow, out.Parts.Flow)
	} else if out.Parts.Flow, err = s.flow(ctx, r.Flow); err != nil {
		return nil, broken("flow", err)
	}
	// A flow that turns in circles or leads nowhere never meets a customer.
	if err := dialog.Refuse(dialog.Check(out.Parts.Flow, dialog.World{Tables: out.Parts.Knowledge.Tables()})); err != nil {
		return nil, err
	}
	return out, nil
}

// flowsKept bounds the flows in memory; a pinned one that fell out is read again.
const flowsKept = 32

func (s *Service) keepFlow(hash blob.Hash, f *dialog.Flow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.flows) >= flowsKept {
		clear(s.flows)
	}
	s.flows[string(hash)] = f
}

// flow gives the flow of a blob.
func (s *Service) flow(ctx context.Context, hash blob.Hash) (*dialog.Flow, error) {
	s.mu.Lock()
	f := s.flows[string(hash)]
	s.mu.Unlock()
	if f != nil {
		return f, nil
	}
	text, err := blob.ReadAll(ctx, s.n.Blobs, hash)
	if err != nil {
		return nil, fmt.Errorf("read flow: %w", err)
	}
	if f, err = dialog.ReadFlow(text); err != nil {
		return nil, fmt.Errorf("read flow: %w", err)
	}
	s.keepFlow(hash, f)
	return f, nil
}
