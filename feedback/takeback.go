package feedback

import (
	"context"
	"fmt"
)

// TakeBack undoes a fix whose release is live: the release before goes live
// again, the label is removed, the turn is open again.
//
// Order:  the wish is durable first, so that a crash in the middle is finished
// by Resume at the next start.
// Errors: NoSuchFix, NotLiveAnyMore.
func (s *Service) TakeBack(ctx context.Context, fixID, actor string) (Fix, error) {
	f, err := s.fix(ctx, fixID)
	if err != nil {
		return f, err
	}
	bay, leave, err := s.enter(ctx, f.ProductID)
	if err != nil {
		return f, err
	}
	defer leave()
	if f, err = s.fix(ctx, fixID); err != nil { // as it is now that the bay is ours
		return f, err
	}
	live, err := s.needs.Releaser.LiveRelease(ctx, f.ProductID)
	if err != nil {
		return f, err
	}
	if f.State != Live || live != f.ReleaseID {
		return f, NotLiveAnyMore.With("fix", fixID)
	}
	f.State, f.TakenBackBy = TakingBack, actor
	if err := s.saveFix(ctx, f); err != nil {
		return f, err
	}
	was, err := s.needs.Releaser.Back(ctx, f.ProductID, f.ReleaseID)
	if err == nil && !was { // somebody has made another release live meanwhile
		f.State, f.TakenBackBy = Live, ""
		if err := s.saveFix(ctx, f); err != nil {
			return f, err
		}
		return f, NotLiveAnyMore.With("fix", fixID)
	}
	if err != nil {
		return f, fmt.Errorf("take back release %s: %w", f.ReleaseID, err)
	}
	if shop := bay.shop; shop != nil {
		if was := bay.before; was != nil && was.fix == f.ID {
			shop.Trainer.Drop(f.RowID)
			shop.Live, shop.LiveID, shop.Answers, shop.Release = was.live, was.liveID, was.answers, was.release
		} else {
			bay.shop = nil
		}
		bay.before = nil
	}
	return s.backTaken(ctx, f)
}

// backTaken removes the label of a fix whose release is not live any more, and
// opens its turn again. Doing it twice does no harm.
func (s *Service) backTaken(ctx context.Context, f Fix) (Fix, error) {
	if err := s.needs.Relabeller.Unlabel(ctx, f.ProductID, f.RowID, f.LabelID, f.TakenBackBy); err != nil {
		return f, fmt.Errorf("remove the label of fix %s: %w", f.ID, err)
	}
	f.State = TakenBack
	return f, s.saveFix(ctx, f)
}

// Resume finishes what a crash cut off in the middle of TakeBack. It is called
// once, before anybody is served.
func (s *Service) Resume(ctx context.Context) error {
	cut, err := s.fixesIn(ctx, TakingBack)
	if err != nil {
		return err
	}
	for _, f := range cut {
		if err := s.resume(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) resume(ctx context.Context, f Fix) error {
	_, leave, err := s.enter(ctx, f.ProductID)
	if err != nil {
		return err
	}
	defer leave()
	if f, err = s.fix(ctx, f.ID); err != nil || f.State != TakingBack { // another process was at it, and lives
		return err
	}
	if _, err := s.needs.Releaser.Back(ctx, f.ProductID, f.ReleaseID); err != nil {
		return fmt.Errorf("take back release %s: %w", f.ReleaseID, err)
	}
	_, err = s.backTaken(ctx, f)
	return err
}
