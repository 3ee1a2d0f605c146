package mlflow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"zhuomo/internal/db"
)

// The shelf keeps the runs of products that are searched in memory, written as they are
// answered. What is written through this process is read again before the next search;
// where other processes write to the same database there is no shelf, and the database
// is asked (search.go). TestTheShelfAnswersAsTheDatabase holds the two together.

// mostShelved is how many bytes all shelves hold, counted by the runs' own texts; a
// product that does not fit is asked of the database.
const mostShelved = 64 << 20

// shelves are those of all products.
type shelves struct {
	most int

	mu   sync.Mutex
	of   map[string]*shelf
	used []string // products, the one used last at the end
}

// shelf holds the runs of one product.
type shelf struct {
	dirtyMu sync.Mutex // held for a moment only: writers wait for it
	dirty   map[string]bool
	stale   bool // all of it

	mu     sync.Mutex // held while it is read anew
	loaded bool
	large  bool // it did not fit
	size   int
	keys   map[string]int32 // of params, tags and metrics
	byID   map[string]*kept
	list   []*kept // the newest first; never changed, only replaced
}

// kept is a run on a shelf; it never changes.
type kept struct {
	run
	told    []byte // its JSON
	params  []worded
	tags    []worded
	figures []figured
}

type worded struct {
	key   int32
	value string
}

type figured struct {
	key   int32
	nan   bool
	value float64
}

// reread is how many changed runs are read one by one; beyond it all are read.
const reread = 2000

// touched notes that a run is written by tx.
func (s *Service) touched(tx db.Tx, product, id string) {
	if s.shelves != nil {
		db.AfterCommit(tx, func() { s.shelves.touch(product, id) })
	}
}

// touch marks a run as changed, "" for all runs of the product.
func (s *shelves) touch(product, id string) {
	s.mu.Lock()
	f := s.of[product]
	s.mu.Unlock()
	if f == nil {
		return
	}
	f.dirtyMu.Lock()
	defer f.dirtyMu.Unlock()
	if id == "" || len(f.dirty) >= reread {
		f.stale = true
		clear(f.dirty)
	}
	if !f.stale {
		f.dirty[id] = true
	}
}

// drop forgets a product.
func (s *shelves) drop(product string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, product)
	s.used = slices.DeleteFunc(s.used, func(p string) bool { return p == product })
}

func (s *shelves) shelf(product string) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.of[product]
	if f == nil {
		f = &shelf{dirty: map[string]bool{}, stale: true}
		s.of[product] = f
	}
	s.used = append(slices.DeleteFunc(s.used, func(p string) bool { return p == product }), product)
	return f
}

// fit drops the shelves used longest ago until product's has room; it tells whether
// there is enough for it at all.
func (s *shelves) fit(product string, size int) bool {
	if size > s.most {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := 0; at < len(s.used); {
		sum := size
		for p, f := range s.of {
			if p != product {
				sum += f.held()
			}
		}
		if sum <= s.most {
			break
		}
		if p := s.used[at]; p != product {
			delete(s.of, p)
			s.used = slices.Delete(s.used, at, at+1)
		} else {
			at++
		}
	}
	return true
}

// held is what it holds, 0 while it is read.
func (f *shelf) held() int {
	if !f.mu.TryLock() {
		return 0
	}
	defer f.mu.Unlock()
	return f.size
}

// shelved gives the runs of a product, the newest first, with all that was committed
// before; nil when they are not kept. The list may be read without a lock.
func (s *Service) shelved(ctx context.Context, product string) ([]*kept, map[string]int32, error) {
	if s.shelves == nil {
		return nil, nil, nil
	}
	f := s.shelves.shelf(product)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirtyMu.Lock()
	stale, dirty := f.stale, f.dirty
	f.stale, f.dirty = false, map[string]bool{}
	f.dirtyMu.Unlock()
	if stale {
		f.large = false
	}
	if f.large {
		return nil, nil, nil
	}
	if !stale && len(dirty) == 0 {
		return f.list, f.keys, nil
	}
	if err := s.readShelf(ctx, f, product, stale, dirty); err != nil {
		f.dirtyMu.Lock()
		f.stale = true // it is read whole next time
		f.dirtyMu.Unlock()
		return nil, nil, err
	}
	if !s.shelves.fit(product, f.size) {
		f.large, f.list, f.byID, f.keys, f.size = true, nil, nil, nil, 0
		return nil, nil, nil
	}
	return f.list, f.keys, nil
}

func (s *Service) readShelf(ctx context.Context, f *shelf, product string, all bool, dirty map[string]bool) error {
	// Lists that were given out stay as they are, and so do the keys.
	keys, byID := f.keys, f.byID
	if all {
		keys, byID, f.size = map[string]int32{}, map[string]*kept{}, 0
	}
	known := len(keys)
	own := func(key string) int32 {
		at, there := keys[key]
		if !there {
			if len(keys) == known { // the first that is new
				fresh := make(map[string]int32, len(keys)+16)
				for k, v := range keys {
					fresh[k] = v
				}
				keys = fresh
			}
			at = int32(len(keys))
			keys[key] = at
		}
		return at
	}
	put := func(r run) error {
		k, err := keep(r, own)
		if err != nil {
			return err
		}
		if before := byID[r.id]; before != nil {
			f.size -= before.bytes()
		}
		byID[r.id] = k
		if f.size += k.bytes(); f.size > s.shelves.most {
			return errLarge
		}
		return nil
	}
	var err error
	if all {
		q := `SELECT ` + runColumns + ` FROM mlflow_runs r WHERE r.product_id = $1`
		err = s.eachRun(ctx, put, q, product)
	} else {
		ids := make([]string, 0, len(dirty))
		for id := range dirty {
			ids = append(ids, id)
		}
		for part := range slices.Chunk(ids, readTogether) {
			q := &question{args: []any{product}}
			if err == nil {
				err = s.eachRun(ctx, put, `SELECT `+runColumns+` FROM mlflow_runs r WHERE r.product_id = $1 AND r.id IN `+q.listed(part), q.args...)
			}
		}
	}
	if errors.Is(err, errLarge) {
		f.size = s.shelves.most + 1
		return nil
	}
	if err != nil {
		return err
	}
	list := make([]*kept, 0, len(byID))
	for _, k := range byID {
		list = append(list, k)
	}
	slices.SortFunc(list, newestFirst)
	f.keys, f.byID, f.list = keys, byID, list
	return nil
}

// errLarge ends the reading of a product that does not fit.
var errLarge = errors.New("more than a shelf holds")

func newestFirst(a, b *kept) int {
	if a.start != b.start {
		if a.start > b.start {
			return -1
		}
		return 1
	}
	return strings.Compare(a.id, b.id)
}

func (s *Service) eachRun(ctx context.Context, put func(run) error, query string, args ...any) error {
	rows, err := s.db.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return err
		}
		if err := put(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// keep makes of a run what a shelf holds; its lists become parts of its JSON.
func keep(r run, own func(string) int32) (*kept, error) {
	k := &kept{run: r}
	var params, tags []pair
	var metrics []metric
	for _, list := range []struct {
		from json.RawMessage
		into any
	}{{r.params, &params}, {r.tags, &tags}, {r.metrics, &metrics}} {
		if err := json.Unmarshal(list.from, list.into); err != nil {
			return nil, err
		}
	}
	k.told = appendRun(make([]byte, 0, 600+len(r.params)+len(r.tags)+len(r.metrics)+len(r.inputs)+len(r.outputs)), &k.run)
	k.params, k.tags = make([]worded, len(params)), make([]worded, len(tags))
	for i, p := range params {
		k.params[i] = worded{own(p.Key), p.Value}
	}
	for i, t := range tags {
		k.tags[i] = worded{own(t.Key), t.Value}
	}
	k.figures = make([]figured, len(metrics))
	for i, m := range metrics {
		value, nan := m.Value.kept()
		k.figures[i] = figured{own(m.Key), nan, value}
	}
	return k, nil
}

// bytes is about what it takes in memory.
func (k *kept) bytes() int {
	n := 600 + len(k.told) + 24*(len(k.params)+len(k.tags)+len(k.figures))
	for _, list := range [][]worded{k.params, k.tags} {
		for _, w := range list {
			n += len(w.value)
		}
	}
	return n
}

// appendRun writes a run as the protocol does, and makes its lists parts of what is
// written.
func appendRun(b []byte, r *run) []byte {
	info, _ := json.Marshal(r.info()) // plain strings and numbers: cannot fail
	b = append(append(b, `{"info":`...), info...)
	list := func(before string, of *json.RawMessage) {
		b = append(b, before...)
		from := len(b)
		b = append(b, *of...)
		*of = json.RawMessage(b[from:len(b):len(b)])
	}
	list(`,"data":{"metrics":`, &r.metrics)
	list(`,"params":`, &r.params)
	list(`,"tags":`, &r.tags)
	list(`},"inputs":`, &r.inputs)
	list(`,"outputs":`, &r.outputs)
	return append(b, '}')
}
