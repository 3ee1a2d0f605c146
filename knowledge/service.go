package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Needs is what the stage is built from.
type Needs struct {
	DB     *db.DB
	Blobs  blob.Store
	Data   *dataset.Service
	Now    func() time.Time
	Served Served // nil: nothing is served
}

// Service is the front door of the stage: entries and tables that people change.
type Service struct {
	db     *db.DB
	blobs  blob.Store
	data   *dataset.Service
	now    func() time.Time
	served Served

	mu      sync.Mutex
	working map[string]*working // under mu, by product
}

// working is what a product knows at the moment, drafts too.
type working struct {
	change   int
	snapshot *Snapshot
	index    *Index // of all entries that are not removed

	mu      sync.Mutex
	clashes []Conflict // under mu: nil until asked for
}

// keptWorking bounds how many products are held in memory.
const keptWorking = 8

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "knowledge", migrations); err != nil {
		return nil, err
	}
	return &Service{db: n.DB, blobs: n.Blobs, data: n.Data, now: n.Now, served: n.Served, working: map[string]*working{}}, nil
}

// EntryFilter narrows a list of entries; empty fields narrow nothing, but
// removed entries come only when asked for.
type EntryFilter struct {
	State    State
	Category string
}

// Entry gives one entry, also a removed one. Fault: NoEntry.
func (s *Service) Entry(ctx context.Context, product, id string) (Entry, error) {
	return selectEntry(ctx, s.db.Reader(), product, id)
}

// Entries lists up to limit entries by id, after an id.
func (s *Service) Entries(ctx context.Context, product string, f EntryFilter, after string, limit int) ([]Entry, error) {
	return selectEntries(ctx, s.db.Reader(), product, f, after, limit)
}

// Revisions are all revisions of an entry, the newest first. Fault: NoEntry.
func (s *Service) Revisions(ctx context.Context, product, id string) ([]Entry, error) {
	list, err := selectRevisions(ctx, s.db.Reader(), product, id)
	if err == nil && len(list) == 0 {
		return nil, NoEntry.With("entry", id)
	}
	return list, err
}

// Add keeps a new entry; without an id it gets one. The warnings tell of
// entries that are close to it. Faults: EntryTaken and those of Check.
func (s *Service) Add(ctx context.Context, product, actor string, e Entry) (Entry, []Warning, error) {
	if e.ID == "" {
		e.ID = db.NewID(s.now())
	}
	return s.write(ctx, product, actor, e, func(context.Context, db.Tx) (int64, error) { return 0, nil })
}

// Save replaces an entry that was seen at revision (0: whichever it is at).
// Faults: NoEntry, api.Stale and those of Check.
func (s *Service) Save(ctx context.Context, product, actor string, e Entry, revision int64) (Entry, []Warning, error) {
	return s.write(ctx, product, actor, e, func(ctx context.Context, tx db.Tx) (int64, error) {
		old, err := selectEntry(ctx, tx, product, e.ID)
		if err == nil && revision != 0 && old.Revision != revision {
			err = api.Stale.With("revision", old.Revision)
		}
		return old.Revision, err
	})
}

// Remove takes an entry out of use; it can be restored.
// Faults: NoEntry, api.Stale.
func (s *Service) Remove(ctx context.Context, product, actor, id string, revision int64) (Entry, error) {
	e, err := s.Entry(ctx, product, id)
	if err != nil {
		return e, err
	}
	e.State = Removed
	e, _, err = s.Save(ctx, product, actor, e, revision)
	return e, err
}

// Restore makes an old revision the newest one; 0 is the last that was not
// removed. Faults: NoEntry, NoRevision.
func (s *Service) Restore(ctx context.Context, product, actor, id string, revision int64) (Entry, []Warning, error) {
	if revision == 0 {
		list, err := s.Revisions(ctx, product, id)
		if err != nil {
			return Entry{}, nil, err
		}
		if at := slices.IndexFunc(list, func(e Entry) bool { return e.State != Removed }); at >= 0 {
			revision = list[at].Revision
		}
	}
	e, err := selectRevision(ctx, s.db.Reader(), product, id, revision)
	if err != nil {
		return e, nil, err
	}
	return s.Save(ctx, product, actor, e, 0)
}

// write checks an entry, looks for others close to it, and writes it as the
// revision after the one that seen answers.
func (s *Service) write(ctx context.Context, product, actor string, e Entry, seen func(context.Context, db.Tx) (int64, error)) (Entry, []Warning, error) {
	e, err := Check(e)
	if err != nil {
		return e, nil, err
	}
	warnings := []Warning{}
	if e.State != Removed {
		w, err := s.at(ctx, product)
		if err != nil {
			return e, nil, err
		}
		warnings = Warn(e, w.index)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		last, err := seen(ctx, tx)
		if err != nil {
			return err
		}
		e.ProductID, e.Revision, e.UpdatedUS, e.UpdatedBy = product, last+1, s.now().UnixMicro(), actor
		if err := putEntry(ctx, tx, e, last); err != nil {
			return err
		}
		return countChange(ctx, tx, product)
	})
	if err != nil {
		return e, nil, err
	}
	return e, warnings, nil
}

// at is what a product knows now. It is made anew after a change, which another
// process may have made.
func (s *Service) at(ctx context.Context, product string) (*working, error) {
	change, err := selectChange(ctx, s.db.Reader(), product) // first: what is read below is at least as new
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	w := s.working[product]
	s.mu.Unlock()
	if w != nil && w.change == change {
		return w, nil
	}
	entries, err := selectEntries(ctx, s.db.Reader(), product, EntryFilter{}, "", 1<<30)
	if err != nil {
		return nil, err
	}
	tables, err := s.tables(ctx, product)
	if err != nil {
		return nil, err
	}
	w = &working{change: change, snapshot: NewSnapshot(entries, tables), index: NewIndex(entries)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.working) >= keptWorking && s.working[product] == nil {
		clear(s.working)
	}
	s.working[product] = w
	return w, nil
}

// Search finds entries of a product, as they are now.
func (s *Service) Search(ctx context.Context, product, text string, o SearchOptions) ([]Hit, error) {
	w, err := s.at(ctx, product)
	if err != nil {
		return nil, err
	}
	o.matching = w.snapshot.matching()
	return w.index.Search(text, o), nil
}

// Current is the snapshot that a release made now would hold.
func (s *Service) Current(ctx context.Context, product string) (*Snapshot, error) {
	w, err := s.at(ctx, product)
	if err != nil {
		return nil, err
	}
	return w.snapshot, nil
}

// Freeze keeps what a product knows now as a blob, for a release. The same
// knowledge gives the same hash.
func (s *Service) Freeze(ctx context.Context, product string) (blob.Hash, *Snapshot, error) {
	snapshot, err := s.Current(ctx, product)
	if err != nil {
		return "", nil, err
	}
	body, err := snapshot.Encode()
	if err != nil {
		return "", nil, err
	}
	hash, err := blob.PutBytes(ctx, s.blobs, body)
	if err != nil {
		return "", nil, fmt.Errorf("store knowledge: %w", err)
	}
	return hash, snapshot, nil
}

// Thaw opens a frozen snapshot. Faults: blob.NotFound, blob.Damaged, BadSnapshot.
func (s *Service) Thaw(ctx context.Context, hash blob.Hash) (*Snapshot, error) {
	body, err := blob.ReadAll(ctx, s.blobs, hash)
	if err != nil {
		return nil, fmt.Errorf("read knowledge %s: %w", hash, err)
	}
	return DecodeSnapshot(body)
}

// Tables lists the tables of a product by name.
func (s *Service) Tables(ctx context.Context, product string) ([]TableHead, error) {
	return selectTables(ctx, s.db.Reader(), product)
}

// Table gives a table with its rows. Fault: NoTable.
func (s *Service) Table(ctx context.Context, product, name string) (Table, error) {
	h, err := selectTable(ctx, s.db.Reader(), product, name)
	if err != nil {
		return Table{}, err
	}
	return s.readTable(ctx, h)
}

func (s *Service) tables(ctx context.Context, product string) ([]Table, error) {
	heads, err := s.Tables(ctx, product)
	if err != nil {
		return nil, err
	}
	out := make([]Table, len(heads))
	for i, h := range heads {
		if out[i], err = s.readTable(ctx, h); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) readTable(ctx context.Context, h TableHead) (Table, error) {
	var t Table
	body, err := blob.ReadAll(ctx, s.blobs, blob.Hash(h.blob))
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	if err != nil {
		return t, fmt.Errorf("read table %s: %w", h.Name, err)
	}
	t.ID, t.ProductID, t.Revision, t.UpdatedUS = h.ID, h.ProductID, h.Revision, h.UpdatedUS
	return t, nil
}

// SaveTable keeps a table in place of the one with its name.
// Faults: those of CheckTable.
func (s *Service) SaveTable(ctx context.Context, product, actor string, t Table) (TableHead, error) {
	t, err := CheckTable(t)
	if err != nil {
		return TableHead{}, err
	}
	t.ID, t.ProductID, t.Revision, t.UpdatedUS = "", "", 0, 0
	body, err := json.Marshal(t)
	if err != nil {
		return TableHead{}, fmt.Errorf("encode table: %w", err)
	}
	hash, err := blob.PutBytes(ctx, s.blobs, body)
	if err != nil {
		return TableHead{}, fmt.Errorf("store table: %w", err)
	}
	now := s.now()
	h := TableHead{ID: db.NewID(now), ProductID: product, Name: t.Name, RowCount: len(t.Rows), UpdatedUS: now.UnixMicro(), UpdatedBy: actor, blob: string(hash)}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		if h, err = putTable(ctx, tx, h); err != nil {
			return err
		}
		return countChange(ctx, tx, product)
	})
	return h, err
}

// RemoveTable takes a table out of use; snapshots that hold it stay.
// Fault: NoTable.
func (s *Service) RemoveTable(ctx context.Context, product, name string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := deleteTable(ctx, tx, product, name); err != nil {
			return err
		}
		return countChange(ctx, tx, product)
	})
}

// TableOfVersion makes a table of the rows of a dataset version and keeps it;
// its records name the rows that they come from.
// Faults: those of the dataset stage and of NewTable.
func (s *Service) TableOfVersion(ctx context.Context, product, actor, name, versionID string) (TableHead, error) {
	v, err := s.data.Version(ctx, versionID)
	if err != nil {
		return TableHead{}, err
	}
	if v.ProductID != product {
		return TableHead{}, dataset.NoSuchVersion.With("version", versionID)
	}
	var rows [][]string
	var ids []string
	err = s.data.Rows(ctx, versionID, func(row dataset.Row) error {
		if len(rows) == tableRows {
			return TableTooLarge.With("rows", tableRows, "columns", tableColumns)
		}
		cells := make([]string, len(row.Values))
		for i, c := range row.Values {
			cells[i] = strings.Clone(c) // rows share memory with their segment
		}
		rows, ids = append(rows, cells), append(ids, strings.Clone(string(row.ID)))
		return nil
	})
	if err != nil {
		return TableHead{}, err
	}
	t, err := NewTable(name, v.Schema.Names(), rows, ids)
	if err != nil {
		return TableHead{}, err
	}
	return s.SaveTable(ctx, product, actor, t)
}
