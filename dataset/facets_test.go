package dataset_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// finder finds rows with a full-width 4 and rows that repeat the values of another.
type finder struct{}

const (
	wide dataset.Found = "clean.width.v1"
	twin dataset.Found = "clean.duplicate_rows.v1"
)

func (finder) Kinds() []dataset.FoundKind {
	return []dataset.FoundKind{{Finding: wide}, {Finding: twin}}
}

func (finder) Inspect(_ context.Context, _ dataset.Schema, each func(func(int, dataset.Row) error) error, found func(int, uint32)) error {
	seen := map[string]bool{}
	return each(func(at int, row dataset.Row) error {
		var kinds uint32
		if strings.Contains(row.Values[1], "４") {
			kinds |= 1
		}
		key := strings.Join(row.Values, "|")
		if seen[key] {
			kinds |= 2
		}
		seen[strings.Clone(key)] = true
		found(at, kinds)
		return nil
	})
}

func (finder) Marker(dataset.Schema, dataset.Found) func(dataset.Row) []dataset.Hit { return nil }

// facetHouse builds a version of 100 rows: three channels, texts of 1 to 10
// characters, one row in ten with full-width digits, the last row a repeat.
func facetHouse(t *testing.T, d *db.DB) (*dataset.Service, dataset.Version, []dataset.Row) {
	t.Helper()
	s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: testkit.TempBlobs(t), Now: time.Now, Inspector: finder{}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.CreateProduct(t.Context(), "客服")
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Create(t.Context(), p.ID, "聊天")
	if err != nil {
		t.Fatal(err)
	}
	var rows []dataset.Row
	for i := range 100 {
		text := []rune("一二三四五六七八九十")[:1+i%10]
		if i%10 == 3 {
			text[0] = '４'
		}
		rows = append(rows, dataset.Row{ID: dataset.NewRowID("x", "", i+1), Values: []string{fmt.Sprint(i / 2), string(text), []string{"微信", "App", "电话"}[i%3]}})
	}
	rows[99].Values = rows[9].Values
	schema := dataset.Schema{Columns: []dataset.Column{{Name: "n", Type: dataset.Int}, {Name: "text", Type: dataset.Text}, {Name: "channel", Type: dataset.Text}}}
	v, err := s.Build(t.Context(), dataset.Draft{DatasetID: set.ID, MadeBy: dataset.MadeBy{Kind: "import", ID: "x"}, Schema: schema}, func(add func(dataset.Row) error) error {
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
	return s, v, rows
}

func TestFacetsAgreeWithTheRowsThatAreFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, v, rows := facetHouse(t, d)
		filters := []dataset.Filter{
			{},
			{Equals: map[string]string{"channel": "微信"}},
			{Not: map[string][]string{"channel": {"微信", "App"}}},
			{Length: map[string][2]int{"text": {3, 5}}},
			{NotLength: map[string][][2]int{"text": {{3, 5}, {7, 7}}}},
			{Found: []dataset.Found{wide}, Equals: map[string]string{"channel": "App"}},
			{Found: []dataset.Found{twin}},
			{NotFound: []dataset.Found{wide}},
		}
		for i, filter := range filters {
			facets, err := s.Facets(t.Context(), v.ID, filter, true)
			if err != nil {
				t.Fatal(err)
			}
			found, _, err := s.Search(t.Context(), v.ID, filter, 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if facets.Matched != len(found) || facets.RowCount != len(rows) {
				t.Errorf("filter %d: %d matched of %d, but %d rows found of %d", i, facets.Matched, facets.RowCount, len(found), len(rows))
			}
			for _, f := range facets.Findings {
				alone, _, err := s.Search(t.Context(), v.ID, dataset.Filter{Found: []dataset.Found{f.Finding}}, 0, 1000)
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 && f.Count != len(alone) {
					t.Errorf("%s: counted %d, found %d", f.Finding, f.Count, len(alone))
				}
			}
		}
		// What a facet counts is what a click on it opens, whatever else is chosen.
		for i, filter := range filters {
			facets, err := s.Facets(t.Context(), v.ID, filter, true)
			if err != nil {
				t.Fatal(err)
			}
			opens := func(what string, count int, change func(f *dataset.Filter)) {
				t.Helper()
				click := filter
				change(&click)
				found, _, err := s.Search(t.Context(), v.ID, click, 0, 1000)
				if err != nil || len(found) != count {
					t.Errorf("filter %d: %s counts %d and opens %d rows, %v", i, what, count, len(found), err)
				}
			}
			for _, f := range facets.Findings {
				opens(string(f.Finding), f.Count, func(c *dataset.Filter) { c.Found, c.NotFound = []dataset.Found{f.Finding}, nil })
			}
			for _, column := range facets.Columns {
				only := func(c *dataset.Filter) {
					c.Equals, c.Not, c.Length, c.NotLength = without(c.Equals, column.Name), without(c.Not, column.Name), without(c.Length, column.Name), without(c.NotLength, column.Name)
				}
				for _, value := range column.Values {
					opens(column.Name+"="+value.Value, value.Count, func(c *dataset.Filter) { only(c); c.Equals[column.Name] = value.Value })
				}
				for _, span := range column.Lengths {
					opens(fmt.Sprintf("%s %d-%d", column.Name, span.From, span.To), span.Count, func(c *dataset.Filter) { only(c); c.Length[column.Name] = [2]int{span.From, span.To} })
				}
			}
		}
		// A facet keeps the counts of its other values when one of them is chosen.
		facets, err := s.Facets(t.Context(), v.ID, filters[1], false)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, value := range facets.Columns[2].Values {
			sum += value.Count
		}
		if len(facets.Columns[2].Values) != 3 || sum != 100 {
			t.Errorf("channels %v: want three that add up to 100", facets.Columns[2].Values)
		}
	})
}

func without[V any](from map[string]V, key string) map[string]V {
	out := map[string]V{}
	for k, v := range from {
		if k != key {
			out[k] = v
		}
	}
	return out
}

func TestCompareAddsUpAndRestoreGoesBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, base *db.DB) {
		s, v, rows := facetHouse(t, base)
		changed := rows[0].With(1, "改了")
		added := dataset.Row{ID: dataset.NewRowID("y", "", 1), Values: []string{"1", "新", "微信"}}
		next, err := s.Edit(t.Context(), v.ID, dataset.MadeBy{Kind: "edit", ID: "1"}, []dataset.Edit{{Row: changed}, {Row: added}, {Row: rows[5], Remove: true}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Compare(t.Context(), v.ID, next.ID, "", 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if d.Changed != 1 || d.Added != 1 || d.Removed != 1 || d.Same+d.Changed+d.Added != next.RowCount || d.Same+d.Changed+d.Removed != v.RowCount {
			t.Fatalf("same %d changed %d added %d removed %d of %d and %d rows", d.Same, d.Changed, d.Added, d.Removed, v.RowCount, next.RowCount)
		}
		for _, item := range d.Items {
			if item.Kind == "changed" && (item.Before[1] != rows[0].Values[1] || item.After[1] != "改了") {
				t.Errorf("changed row reads %v → %v", item.Before, item.After)
			}
		}
		if one, err := s.Compare(t.Context(), v.ID, next.ID, "removed", 0, 100); err != nil || len(one.Items) != 1 || one.Items[0].ID != rows[5].ID {
			t.Errorf("removed: %v %v", one.Items, err)
		}
		back, err := s.Restore(t.Context(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		d, err = s.Compare(t.Context(), v.ID, back.ID, "", 0, 100)
		if err != nil || d.Same != 100 || len(d.Items) != 0 || back.Number != next.Number+1 {
			t.Errorf("restored version %d differs: %+v %v", back.Number, d, err)
		}
	})
}
