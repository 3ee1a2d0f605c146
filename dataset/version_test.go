package dataset

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func openService(t testing.TB, d *db.DB) (*Service, Dataset) {
	t.Helper()
	ctx := context.Background()
	clock := func() time.Time { return time.UnixMicro(1_700_000_000_000_000) }
	blobs := testkit.TempBlobs(t)
	s, err := New(ctx, Needs{DB: d, Blobs: blobs, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.CreateProduct(ctx, "测试产品")
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Create(ctx, p.ID, "对话")
	if err != nil {
		t.Fatal(err)
	}
	return s, set
}

var twoColumns = Schema{Columns: []Column{{"_id", Text}, {"text", Text}}}

func makeRows(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		text := fmt.Sprintf("第 %d 行：你好", i)
		if i%7 == 0 {
			text = "" // an empty cell
		}
		rows[i] = Row{ID: NewRowID("sha256:x", "", i+1), Values: []string{fmt.Sprint(i), text},
			Source: Source{Blob: "sha256:x", Record: i + 1, Offset: int64(10 * i), Length: 10}}
	}
	return rows
}

func build(t testing.TB, s *Service, set Dataset, rows []Row) Version {
	t.Helper()
	v, err := s.Build(t.Context(), Draft{DatasetID: set.ID, MadeBy: MadeBy{"test", "1"}, Schema: twoColumns}, func(add func(Row) error) error {
		for _, r := range rows {
			if err := add(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func all(t testing.TB, s *Service, id string) (rows []Row) {
	t.Helper()
	if err := s.Rows(t.Context(), id, func(r Row) error { rows = append(rows, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAVersionGivesBackItsRowsInOrder(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, set := openService(t, d)
		rows := makeRows(segmentRows + 5000) // two segments
		v := build(t, s, set, rows)
		if v.Number != 1 || v.RowCount != len(rows) || v.ProductID != set.ProductID {
			t.Fatalf("%+v", v)
		}
		if got := all(t, s, v.ID); !reflect.DeepEqual(got, rows) {
			t.Fatalf("%d rows came back changed, first %+v", len(got), got[0])
		}
		if again := build(t, s, set, rows); again.ID != v.ID || again.Number != 1 {
			t.Errorf("building the same again made %+v", again)
		}
		page, next, err := s.Page(t.Context(), v.ID, segmentRows-3, 6)
		if err != nil || !reflect.DeepEqual(page, rows[segmentRows-3:segmentRows+3]) || next != segmentRows+3 {
			t.Errorf("page over the border: %d rows, next %d, %v", len(page), next, err)
		}
		ids := []RowID{rows[segmentRows+9].ID, rows[3].ID, rows[3].ID, rows[70].ID}
		got, err := s.Get(t.Context(), v.ID, ids)
		if err != nil || !reflect.DeepEqual(got, []Row{rows[segmentRows+9], rows[3], rows[3], rows[70]}) {
			t.Errorf("get: %v %v", got, err)
		}
		if _, err := s.Get(t.Context(), v.ID, []RowID{"nobody"}); !errors.Is(err, NoSuchRow) {
			t.Errorf("unknown row: %v", err)
		}
		found, _, err := s.Search(t.Context(), v.ID, Filter{Contains: "第 4243 行", Equals: map[string]string{"_id": "4243"}}, 0, 10)
		if err != nil || len(found) != 1 || found[0].ID != rows[4243].ID {
			t.Errorf("search: %v %v", found, err)
		}
		if _, _, err := s.Search(t.Context(), v.ID, Filter{Equals: map[string]string{"没有": ""}}, 0, 10); !errors.Is(err, NoSuchColumn) {
			t.Errorf("unknown column: %v", err)
		}
	})
}

// TestEditsEqualTheSameChangesInMemory plays random edits against a plain slice.
func TestEditsEqualTheSameChangesInMemory(t *testing.T) {
	t.Parallel()
	const seed = 7
	rng := rand.New(rand.NewPCG(seed, 0))
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, set := openService(t, d)
		want := makeRows(500)
		v := build(t, s, set, want)
		spare := makeRows(2000)[500:]
		rewritten := false
		for step := range 40 {
			var edits []Edit
			for range 1 + rng.IntN(4) {
				switch i := rng.IntN(len(want)); rng.IntN(3) {
				case 0:
					want[i] = want[i].With(1, fmt.Sprintf("改 %d", rng.IntN(1000)))
					edits = append(edits, Edit{Row: want[i]})
				case 1:
					used := false
					for _, e := range edits {
						used = used || e.Row.ID == want[i].ID
					}
					if !used {
						edits = append(edits, Edit{Row: Row{ID: want[i].ID}, Remove: true})
						want = append(want[:i:i], want[i+1:]...)
					}
				default:
					want = append(want, spare[0])
					edits = append(edits, Edit{Row: spare[0]})
					spare = spare[1:]
				}
			}
			next, err := s.Edit(t.Context(), v.ID, MadeBy{"edit", fmt.Sprint(step)}, edits, nil)
			if err != nil {
				t.Fatalf("seed %d step %d: %v", seed, step, err)
			}
			got := all(t, s, next.ID)
			if !reflect.DeepEqual(got, want) || next.RowCount != len(want) {
				t.Fatalf("seed %d step %d: %d rows (said %d), want %d", seed, step, len(got), next.RowCount, len(want))
			}
			m, err := s.Manifest(t.Context(), next.ID)
			if err != nil {
				t.Fatal(err)
			}
			rewritten = rewritten || step > 0 && len(m.Deltas) == 0
			pick := want[rng.IntN(len(want))]
			if one, err := s.Get(t.Context(), next.ID, []RowID{pick.ID}); err != nil || !reflect.DeepEqual(one[0], pick) {
				t.Fatalf("seed %d step %d: get %v %v", seed, step, one, err)
			}
			v = next
		}
		if !rewritten {
			t.Error("no edit was compacted")
		}
	})
}

func TestEditRefusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, set := openService(t, d)
		v := build(t, s, set, makeRows(3))
		if _, err := s.Edit(t.Context(), v.ID, MadeBy{Kind: "edit"}, []Edit{{Row: Row{ID: "nobody"}, Remove: true}}, nil); !errors.Is(err, NoSuchRow) {
			t.Errorf("remove: %v", err)
		}
		if _, err := s.Edit(t.Context(), v.ID, MadeBy{Kind: "edit"}, []Edit{{Row: Row{ID: "x", Values: []string{"1"}}}}, nil); !errors.Is(err, WrongWidth) {
			t.Errorf("width: %v", err)
		}
		if _, err := s.Edit(t.Context(), "sha256:none", MadeBy{Kind: "edit"}, nil, nil); !errors.Is(err, NoSuchVersion) {
			t.Errorf("version: %v", err)
		}
	})
}

func TestBuildRefusesARowTwiceAndShowsNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, set := openService(t, d)
		rows := makeRows(2)
		_, err := s.Build(t.Context(), Draft{DatasetID: set.ID, Schema: twoColumns}, func(add func(Row) error) error {
			return errors.Join(add(rows[0]), add(rows[0]))
		})
		if !errors.Is(err, DuplicateRow) {
			t.Errorf("%v", err)
		}
		if _, err := s.Latest(t.Context(), set.ID); !errors.Is(err, NoSuchVersion) {
			t.Errorf("a version appeared: %v", err)
		}
	})
}

func TestNamesAreChecked(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, set := openService(t, d)
		if _, err := s.Create(t.Context(), set.ProductID, "对话"); !errors.Is(err, NameTaken) {
			t.Errorf("%v", err)
		}
		if _, err := s.Create(t.Context(), set.ProductID, " "); !errors.Is(err, BadName) {
			t.Errorf("%v", err)
		}
		if _, err := s.Create(t.Context(), "nobody", "x"); !errors.Is(err, NoSuchProduct) {
			t.Errorf("%v", err)
		}
		v := build(t, s, set, makeRows(3))
		for _, name := range []string{"", "latest", "v1", "1", v.ID} {
			if got, err := s.Find(t.Context(), set.ID, name); err != nil || got.ID != v.ID {
				t.Errorf("%q: %v", name, err)
			}
		}
		if err := s.SetAside(t.Context(), set.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.FindVersion(t.Context(), set.ProductID, "对话"); !errors.Is(err, NoSuchVersion) {
			t.Errorf("its name still leads to it: %v", err)
		}
	})
}
