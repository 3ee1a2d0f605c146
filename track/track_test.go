package track_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
	"zhuomo/track"
)

var missing = fault.Define("test.missing", fault.NotFound, fault.Text{ZH: "没有", FixZH: "没有", EN: "none", FixEN: "none"})

// world is a small product: two rows, one model, two turns, one release gone.
type world struct{ asked int }

func (w *world) turn(id, release string) track.TurnFact {
	return track.TurnFact{ID: id, ProductID: "p", Text: "票怎么退", ReleaseID: release, Labels: []track.ScoredFact{{Label: "refund", Probability: .9}}}
}

func (w *world) Turn(_ context.Context, id string) (track.TurnFact, error) {
	switch id {
	case "t1", "t2":
		return w.turn(id, "rel"), nil
	case "t3":
		return w.turn(id, "gone"), nil
	}
	return track.TurnFact{}, missing
}

func (w *world) TurnsAfter(_ context.Context, _, after string, limit int) ([]track.TurnFact, error) {
	var out []track.TurnFact
	for _, t := range []track.TurnFact{w.turn("t1", "rel"), w.turn("t2", "rel"), w.turn("t3", "gone")} {
		if t.ID > after && len(out) < limit {
			out = append(out, t)
		}
	}
	return out, nil
}

func (w *world) Release(_ context.Context, _, id string) (track.ReleaseFact, error) {
	if id != "rel" {
		return track.ReleaseFact{}, missing
	}
	return track.ReleaseFact{ID: id, ModelID: "m"}, nil
}

func (w *world) Witnesses(context.Context, string, track.TurnFact, int) ([]track.WitnessFact, error) {
	w.asked++
	return []track.WitnessFact{{RowID: "row1", Weight: .7}, {RowID: "lost", Weight: .3}}, nil
}

func (w *world) AnnotationsOf(_ context.Context, _, row string) ([]track.AnnotationFact, error) {
	if row == "row1" {
		return []track.AnnotationFact{{ID: "a1", Person: "sim-1", Simulated: true, Labels: []string{"refund"}, GuidelineVersion: 2}}, nil
	}
	return nil, nil
}

func (w *world) ChangesOf(_ context.Context, _, row string) ([]track.ChangeFact, error) {
	if row == "row1" {
		return []track.ChangeFact{{Step: 3, Operator: "clean.width.v1", Before: "ＳＣ", After: "SC"}}, nil
	}
	return nil, nil
}

func (w *world) Row(_ context.Context, _, id string) (track.RowFact, error) {
	if id != "row1" && id != "row2" {
		return track.RowFact{}, missing
	}
	return track.RowFact{ID: id, ProductID: "p", File: "chats.csv", Record: 48}, nil
}

func (w *world) RowAt(ctx context.Context, _, file, _ string, record int) (track.RowFact, error) {
	if file == "chats.csv" && record == 48 {
		return w.Row(ctx, "", "row1")
	}
	return track.RowFact{}, missing
}

func open(t *testing.T, d *db.DB) (*track.Service, *world) {
	t.Helper()
	w := &world{}
	s, err := track.New(context.Background(), d, func() time.Time { return time.UnixMicro(1) },
		track.Sources{Turns: w, Releases: w, Witnesses: w, Annotations: w, Cleanings: w, Rows: w})
	if err != nil {
		t.Fatal(err)
	}
	return s, w
}

func TestTheThreadOfAnAnswerReachesTheRawLine(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _ := open(t, d)
		thread, err := s.Of(context.Background(), "", "t1")
		if err != nil {
			t.Fatal(err)
		}
		if thread.Release == nil || thread.Release.ModelID != "m" || len(thread.Rows) != 2 {
			t.Fatalf("thread %+v", thread)
		}
		first := thread.Rows[0]
		if first.Row == nil || first.Row.Record != 48 || first.Changes[0].Operator != "clean.width.v1" || first.Annotations[0].GuidelineVersion != 2 {
			t.Errorf("first witness %+v", first)
		}
		if len(thread.Gaps) != 1 || thread.Gaps[0].ID != "lost" {
			t.Errorf("a lost row must be a gap: %+v", thread.Gaps)
		}
	})
}

func TestARawLineLeadsToTheAnswersItShaped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, w := open(t, d)
		ctx := context.Background()
		if _, err := s.Record(ctx, track.Run{ProductID: "p", Kind: "train", Seconds: .8, Metrics: map[string]float64{"exact": .9},
			Inputs: []track.Ref{{Kind: track.KindRow, ID: "row1"}}, Outputs: []track.Ref{{Kind: track.KindModel, ID: "m"}}}); err != nil {
			t.Fatal(err)
		}
		thread, err := s.Of(ctx, "", "chats.csv:48")
		if err != nil {
			t.Fatal(err)
		}
		if len(thread.Shaped) != 2 || thread.Shaped[0].Weight != .7 || len(thread.Rows[0].Models) != 1 {
			t.Fatalf("shaped %+v models %+v", thread.Shaped, thread.Rows[0].Models)
		}
		asked := w.asked
		if _, err := s.Of(ctx, "", "row1"); err != nil {
			t.Fatal(err)
		}
		if w.asked != asked {
			t.Error("the witnesses of old turns were searched again")
		}
	})
}

func TestRunsAreListedWithTheirMetrics(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _ := open(t, d)
		for _, metrics := range []map[string]float64{{"exact": .9, "f1": .8}, nil} {
			if _, err := s.Record(t.Context(), track.Run{ProductID: "p", Kind: "train", Metrics: metrics}); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Runs(t.Context(), "p", "", "", 10)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v %v", list, err)
		}
		if list[0].Metrics == nil || len(list[0].Metrics) != 0 || list[1].Metrics["exact"] != .9 || list[1].Metrics["f1"] != .8 {
			t.Errorf("%+v", list)
		}
	})
}

func TestNothingToTraceIsSaidSo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _ := open(t, d)
		for _, id := range []string{"nobody", "chats.csv:49", "chats.csv:0", ":", "t9"} {
			if _, err := s.Of(context.Background(), "", id); !errors.Is(err, track.NothingToTrace) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}
