package track_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/track"
)

// things knows that release r holds model m, which people call m1.
type things struct{}

func (things) Find(_ context.Context, _ string, of track.Ref) (track.Ref, string, error) {
	if of.Kind == track.KindModel && (of.ID == "m1" || of.ID == "m") {
		return track.Ref{Kind: track.KindModel, ID: "m"}, "m1", nil
	}
	return of, "", nil
}

func (things) From(_ context.Context, _ string, of track.Ref) ([]track.Ref, error) {
	if of.Kind == track.KindRelease {
		return []track.Ref{{Kind: track.KindModel, ID: "m"}}, nil
	}
	return nil, nil
}

func (things) Into(_ context.Context, _ string, of track.Ref) ([]track.Ref, error) {
	if of.ID == "m" {
		return []track.Ref{{Kind: track.KindRelease, ID: "r"}}, nil
	}
	return nil, nil
}

func told(steps []track.Step) (list []string) {
	for _, s := range steps {
		list = append(list, string(s.Kind)+" "+s.ID+" after "+s.Nearer.ID)
	}
	return list
}

func TestLineageGoesAllTheWayBothWays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, err := track.New(t.Context(), d, func() time.Time { return time.UnixMicro(1) }, track.Sources{Things: things{}})
		if err != nil {
			t.Fatal(err)
		}
		model, run, data := track.Ref{Kind: track.KindModel, ID: "m"}, track.Ref{Kind: track.KindLoggedRun, ID: "run"}, track.Ref{Kind: track.KindOutsideData, ID: "chats@1"}
		loop := track.Edge{From: data, Relation: track.MadeFrom, To: model} // nobody should, but it must end
		if err := s.Link(t.Context(), "p", track.Edge{From: model, Relation: track.MadeFrom, To: run}, track.Edge{From: run, Relation: track.MadeFrom, To: data}, loop); err != nil {
			t.Fatal(err)
		}
		l, err := s.Lineage(t.Context(), "p", track.Ref{Kind: track.KindModel, ID: "m1"})
		if err != nil || l.Of.Name != "m1" || l.Of.ID != "m" || l.Cut {
			t.Fatalf("%+v, %v", l, err)
		}
		if got := told(l.Below); !slices.Equal(got, []string{"logged_run run after m", "outside_data chats@1 after run"}) || l.Below[1].Steps != 2 {
			t.Errorf("below: %v", got)
		}
		if got := told(l.Above); !slices.Equal(got, []string{"outside_data chats@1 after m", "release r after m", "logged_run run after chats@1"}) {
			t.Errorf("above: %v", got)
		}
		if err := s.Link(t.Context(), "p", track.Edge{From: track.Ref{Kind: track.KindRegistered, ID: "old/1"}, Relation: track.MadeFrom, To: run}); err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return s.RenameIn(ctx, tx, "p", track.Ref{Kind: track.KindRegistered, ID: "old/1"}, track.Ref{Kind: track.KindRegistered, ID: "new/1"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if l, err := s.Lineage(t.Context(), "p", track.Ref{Kind: track.KindRegistered, ID: "new/1"}); err != nil || len(l.Below) != 3 {
			t.Errorf("%v, %v", told(l.Below), err)
		}
		for _, of := range []track.Ref{{Kind: track.KindRegistered, ID: "old/1"}, {Kind: track.KindModel, ID: "m9"}} {
			if _, err := s.Lineage(t.Context(), "p", of); !errors.Is(err, track.NothingMade) {
				t.Errorf("%v: %v", of, err)
			}
		}
		if _, err := s.Lineage(t.Context(), "q", model); err != nil {
			t.Error("things of another product:", err)
		}
	})
}
