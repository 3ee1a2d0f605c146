package feedback

import (
	"context"
	"sync"

	"zhuomo/learn"
)

// bay is the place of one product: its lock, its warm shop, and what the last
// fix replaced.
type bay struct {
	mu     sync.Mutex // held for the whole of a fix
	shop   *Shop      // nil until the first fix, and after a failure
	before *shopState
}

// shopState is what a fix replaced, for taking it back.
type shopState struct {
	fix     string
	live    learn.Model
	liveID  string
	answers []learn.Prediction
	release string
}

func (s *Service) bay(product string) *bay {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bays[product]
	if b == nil {
		b = &bay{}
		s.bays[product] = b
	}
	return b
}

// enter waits until nobody works at the product's bay, in this process or another.
func (s *Service) enter(ctx context.Context, product string) (*bay, func(), error) {
	b := s.bay(product)
	b.mu.Lock()
	unlock, err := s.db.Lock(ctx, "fix "+product)
	if err != nil {
		b.mu.Unlock()
		return nil, nil, err
	}
	return b, func() { unlock(); b.mu.Unlock() }, nil
}

// warm gives the shop of the live release; a release that went live by another
// way makes it anew. The bay's lock must be held.
func (s *Service) warm(ctx context.Context, b *bay, product string) (*Shop, error) {
	live, err := s.needs.Releaser.LiveRelease(ctx, product)
	if err != nil {
		return nil, err
	}
	if live == "" {
		return nil, NothingLive.With()
	}
	if b.shop != nil && b.shop.Release == live {
		return b.shop, nil
	}
	b.shop, b.before = nil, nil
	shop, err := s.needs.Shops.Shop(ctx, product)
	if err != nil {
		return nil, err
	}
	if shop.Answers == nil {
		inputs := make([]learn.Input, len(shop.Test.Examples))
		for i, e := range shop.Test.Examples {
			inputs[i] = e.Input()
		}
		if shop.Answers, err = shop.Live.Predict(ctx, inputs); err != nil {
			return nil, err
		}
	}
	shop.Release = live
	b.shop = shop
	return shop, nil
}

// Warm prepares the product's workshop, so that the first fix is as fast as the
// next.
func (s *Service) Warm(ctx context.Context, product string) error {
	b := s.bay(product)
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := s.warm(ctx, b, product)
	return err
}
