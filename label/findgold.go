package label

import (
	"context"
	"slices"
	"strings"

	"zhuomo/text"
)

// GoldFilter says which gold to list; its zero value lists all.
type GoldFilter struct {
	Label     string // that it has
	How       string // agreed, majority, judged, decided, imported
	Text      string // that the row holds, whatever script, width and case
	Simulated string // "yes" or "no"
	Version   int    // of the guideline
	Row       string // id of the row
}

// FindGold lists up to limit gold answers that pass a filter, in the order of
// row ids, after one, and the id of the last one read; more is false at the end.
func (s *Service) FindGold(ctx context.Context, product string, f GoldFilter, after string, limit int) (list []Gold, last string, more bool, err error) {
	list = []Gold{}
	wanted := text.CompareKey(f.Text)
	for {
		page, err := s.GoldPage(ctx, product, after, goldPage)
		if err != nil {
			return nil, after, false, err
		}
		for _, g := range page {
			if f.passes(g, wanted) {
				if len(list) == limit {
					return list, after, true, nil
				}
				list = append(list, g)
			}
			after = g.RowID
		}
		if len(page) < goldPage {
			return list, after, false, nil
		}
	}
}

func (f GoldFilter) passes(g Gold, wanted string) bool {
	return (f.Label == "" || slices.Contains(g.Labels, f.Label)) && (f.How == "" || g.How == f.How) &&
		(f.Simulated == "" || g.Simulated == (f.Simulated == "yes")) && (f.Version == 0 || g.GuidelineVersion == f.Version) &&
		(f.Row == "" || g.RowID == f.Row) && (wanted == "" || strings.Contains(text.CompareKey(g.Text), wanted))
}
