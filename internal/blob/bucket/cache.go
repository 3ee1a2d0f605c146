package bucket

import (
	"context"
	"errors"
	"io"
	"sync"

	"zhuomo/internal/blob"
)

// cache is the part of the blobs that lies on this machine, those used longest
// ago leaving first. Its bytes are checked as those of every folder are.
type cache struct {
	folder *blob.Folder
	limit  int64 // bytes

	mu    sync.Mutex // guards what follows
	total int64
	clock int64
	held  map[blob.Hash]*entry
}

type entry struct {
	size int64
	used int64 // by clock
	pins int   // who needs it to stay
}

func openCache(ctx context.Context, path string, limit int64) (*cache, error) {
	folder, err := blob.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	c := &cache{folder: folder, limit: limit, held: map[blob.Hash]*entry{}}
	err = folder.Walk(ctx, func(h blob.Hash, size int64) error { c.note(h, size, 0); return nil })
	if err == nil {
		c.trim(ctx)
	}
	return c, err
}

// note counts a blob that is there, as used just now, and pins it so often more.
func (c *cache) note(h blob.Hash, size int64, pins int) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	e := c.held[h]
	if e == nil {
		e = &entry{}
		c.held[h] = e
	}
	c.total += size - e.size
	e.size, e.used = size, c.clock
	e.pins += pins
	return e
}

// put keeps the bytes of r, which stay until unpin is called; that makes room too.
func (c *cache) put(ctx context.Context, r io.Reader) (h blob.Hash, size int64, unpin func(), err error) {
	if h, size, err = c.folder.Put(ctx, r); err != nil {
		return "", 0, nil, err
	}
	pinned := c.note(h, size, 1)
	unpin = func() {
		c.mu.Lock()
		pinned.pins--
		c.mu.Unlock()
		c.trim(ctx)
	}
	// The same bytes may have been here before, and have left between the two steps.
	if has, err := c.folder.Has(ctx, h); err != nil || !has {
		unpin()
		return "", 0, nil, errors.Join(err, Unreachable.With())
	}
	return h, size, unpin, nil
}

// open gives a blob that is here; one that is damaged here is fetched anew.
func (c *cache) open(ctx context.Context, h blob.Hash) (blob.Reader, error) {
	r, err := c.folder.Open(ctx, h)
	switch {
	case err == nil:
		c.note(h, r.Size(), 0)
	case errors.Is(err, blob.Damaged):
		c.drop(ctx, h)
	}
	return r, err
}

// drop forgets a blob. Readers that are open may go on.
func (c *cache) drop(ctx context.Context, h blob.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(ctx, h)
}

func (c *cache) remove(ctx context.Context, h blob.Hash) {
	_ = c.folder.Delete(context.WithoutCancel(ctx), h) // a name that stays is only room
	if e := c.held[h]; e != nil {
		c.total -= e.size
		delete(c.held, h)
	}
}

// trim makes room until the limit is kept, or until what is left has to stay.
func (c *cache) trim(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.total > c.limit {
		var oldest blob.Hash
		for h, e := range c.held {
			if e.pins == 0 && (oldest == "" || e.used < c.held[oldest].used) {
				oldest = h
			}
		}
		if oldest == "" {
			return
		}
		c.remove(ctx, oldest)
	}
}
