package label

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"zhuomo/internal/db"
)

// Gold is the settled answer of a row. It is bound to the text that was seen
// (TextHash): when the row's text changes, it is no longer the row's answer.
type Gold struct {
	ID               string   `json:"id"`
	ProductID        string   `json:"product_id"`
	RowID            string   `json:"row_id" table:"行|row"`
	TextHash         string   `json:"text_hash"`
	VersionID        string   `json:"version_id"`
	Session          string   `json:"session,omitempty"`
	Text             string   `json:"text" table:"原文|text"`
	Context          []Line   `json:"context"`
	Labels           []string `json:"labels" table:"标签|labels"`
	Annotators       []string `json:"annotators"`
	Witnesses        []string `json:"witnesses"` // ids of the annotations that it rests on
	How              string   `json:"how" enum:"agreed,majority,judged,decided,imported" table:"方式|how"`
	Simulated        bool     `json:"simulated" table:"模拟|simulated"` // rests on a simulated person
	GuidelineID      string   `json:"guideline_id"`
	GuidelineVersion int      `json:"guideline_version" table:"规范|guideline"`
	TaskID           string   `json:"task_id,omitempty"`
	SettledUS        int64    `json:"settled_us" table:"时间|settled"`
	AdoptionID       string   `json:"adoption_id,omitempty"` // of the adoption that took it over from a file
}

// How gold was settled.
const (
	howAgreed   = "agreed"   // all said the same
	howMajority = "majority" // more than half said so, label by label
	howJudged   = "judged"   // a reviewer decided a task
	howDecided  = "decided"  // one person decided a row, without a task
	howImported = "imported" // one person took over what a file says
)

// Gold gives the gold of a product that is in force, at most one a row, in the
// order of row ids; it stops when each answers an error and answers it.
func (s *Service) Gold(ctx context.Context, product string, each func(Gold) error) error {
	for after := ""; ; {
		page, err := s.GoldPage(ctx, product, after, goldPage)
		if err != nil {
			return err
		}
		for _, g := range page {
			if err := each(g); err != nil {
				return err
			}
			after = g.RowID
		}
		if len(page) < goldPage {
			return nil
		}
	}
}

const goldPage = 1000

// GoldPage gives up to limit gold answers in the order of row ids, after one.
func (s *Service) GoldPage(ctx context.Context, product, after string, limit int) ([]Gold, error) {
	return selectGold(ctx, s.db.Reader(), product, after, limit)
}

// GoldOf gives the gold of a row. Fault: NoGold.
func (s *Service) GoldOf(ctx context.Context, product, rowID string) (Gold, error) {
	found, err := goldOfRows(ctx, s.db.Reader(), product, []string{rowID})
	if err != nil {
		return Gold{}, err
	}
	g, ok := found[rowID]
	if !ok {
		return Gold{}, NoGold.With("row", rowID)
	}
	return g, nil
}

// GoldRow is a row whose answer one person decides.
type GoldRow struct {
	Product, VersionID, RowID string
	Text                      string
	Context                   []Line
	Session                   string
	Labels                    []string
	Person                    string
	Simulated                 bool   // the person must then be a sim- one
	GuidelineID               string // "" is the newest; without any guideline labels are not checked

	adoption string // that takes the labels over from a file
}

// SetGold settles a row by one person's decision: a fix. The gold
// before comes back when this one is unset. Errors as SetGolds.
func (s *Service) SetGold(ctx context.Context, row GoldRow) (annotationID string, err error) {
	ids, err := s.SetGolds(ctx, []GoldRow{row})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// decideBatch is how many rows one transaction settles: others wait meanwhile.
const decideBatch = 500

// SetGolds settles rows by one person's decision each, and gives the ids of the
// annotations in their order. A row that is decided so already keeps its gold,
// so that an interrupted call can be made again.
// Errors: BadGold, BadSubmission, NoGuideline, those of Guideline.Allows, each
// before anything is written; a crash leaves whole transactions of 500 rows.
func (s *Service) SetGolds(ctx context.Context, rows []GoldRow) ([]string, error) {
	versions := map[versionKey]SavedGuideline{}
	prepared := make([]decision, len(rows))
	for i, r := range rows {
		var err error
		if prepared[i], err = s.decision(ctx, r, versions); err != nil {
			return nil, err
		}
	}
	ids := make([]string, len(rows))
	for from := 0; from < len(rows); {
		to := sameProduct(rows, from, min(from+decideBatch, len(rows)))
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			return decide(ctx, tx, prepared[from:to], ids[from:to])
		})
		if err != nil {
			return nil, err
		}
		from = to
	}
	return ids, nil
}

// sameProduct shortens [from,to) so that it holds one product and no row twice.
func sameProduct(rows []GoldRow, from, to int) int {
	seen := map[string]bool{}
	for i := from; i < to; i++ {
		if rows[i].Product != rows[from].Product || seen[rows[i].RowID] {
			return i
		}
		seen[rows[i].RowID] = true
	}
	return to
}

// decision is a checked GoldRow: the annotation and the gold that it makes.
type decision struct {
	annotation Annotation
	gold       Gold
}

func (s *Service) decision(ctx context.Context, r GoldRow, versions map[versionKey]SavedGuideline) (decision, error) {
	for what, value := range map[string]string{"product": r.Product, "row_id": r.RowID, "text": strings.TrimSpace(r.Text), "person": r.Person} {
		if value == "" {
			return decision{}, BadGold.With("what", what).At(what)
		}
	}
	if r.Simulated && !IsSimulated(r.Person) {
		return decision{}, BadSubmission.With("what", "person").At("person")
	}
	key := versionKey{r.Product + "\x00" + r.GuidelineID, 0}
	g, ok := versions[key]
	if !ok {
		var err error
		g, err = s.Guideline(ctx, r.Product, r.GuidelineID)
		if err != nil && (r.GuidelineID != "" || !isNoGuideline(err)) {
			return decision{}, err
		}
		versions[key] = g
	}
	if g.Version > 0 {
		if err := g.Guideline.Allows(r.Labels); err != nil {
			return decision{}, err
		}
	}
	now := s.now()
	origin, how := fromDecision, howDecided
	if r.adoption != "" {
		origin, how = fromImport, howImported
	}
	a := Annotation{ID: db.NewID(now), RowID: r.RowID, TextHash: TextHash(r.Text), Person: r.Person, Simulated: IsSimulated(r.Person),
		Origin: origin, AdoptionID: r.adoption, Labels: distinct(r.Labels), GuidelineID: g.ID, GuidelineVersion: g.Version, AtUS: now.UnixMicro(), product: r.Product}
	return decision{a, Gold{ID: db.NewID(now), ProductID: r.Product, RowID: r.RowID, TextHash: a.TextHash, VersionID: r.VersionID, Session: r.Session,
		Text: r.Text, Context: r.Context, Labels: a.Labels, Annotators: []string{r.Person}, Witnesses: []string{a.ID}, How: how, AdoptionID: r.adoption,
		Simulated: a.Simulated, GuidelineID: g.ID, GuidelineVersion: g.Version, SettledUS: a.AtUS}}, nil
}

// decide writes decisions on distinct rows of one product.
func decide(ctx context.Context, tx db.Tx, all []decision, ids []string) error {
	return decideWhere(ctx, tx, all, func(i int, now map[string]Gold) bool {
		d := all[i]
		if old, ok := now[d.gold.RowID]; ok && old.How == howDecided && len(old.Witnesses) == 1 && old.Annotators[0] == d.annotation.Person &&
			old.TextHash == d.gold.TextHash && old.VersionID == d.gold.VersionID && old.GuidelineID == d.gold.GuidelineID && setKey(old.Labels) == setKey(d.gold.Labels) {
			ids[i] = old.Witnesses[0]
			return false
		}
		ids[i] = d.annotation.ID
		return true
	})
}

// decideWhere writes the decisions on distinct rows of one product that wanted
// picks, given the gold that stands now.
func decideWhere(ctx context.Context, tx db.Tx, all []decision, wanted func(i int, now map[string]Gold) bool) error {
	rows := make([]string, len(all))
	for i, d := range all {
		rows[i] = d.gold.RowID
	}
	now, err := goldOfRows(ctx, tx, all[0].gold.ProductID, rows)
	if err != nil {
		return err
	}
	var annotations []Annotation
	var gold []Gold
	for i, d := range all {
		if wanted(i, now) {
			annotations = append(annotations, d.annotation)
			gold = append(gold, d.gold)
		}
	}
	if err := insertAnnotations(ctx, tx, annotations); err != nil {
		return err
	}
	return putGold(ctx, tx, gold)
}

// UnsetDecision is UnsetGold if the gold in force rests on the annotation;
// otherwise it changes nothing, so that it can be asked twice.
func (s *Service) UnsetDecision(ctx context.Context, product, rowID, annotationID, actor string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now, err := goldOfRows(ctx, tx, product, []string{rowID})
		if err != nil || !slices.Contains(now[rowID].Witnesses, annotationID) {
			return err
		}
		_, err = endGold(ctx, tx, product, rowID, s.now().UnixMicro(), actor)
		return err
	})
}

// UnsetGold takes the gold of a row back; the gold that it replaced comes back
// into force. Fault: NoGold.
func (s *Service) UnsetGold(ctx context.Context, product, rowID, actor string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := endGold(ctx, tx, product, rowID, s.now().UnixMicro(), actor)
		if err == nil && !ok {
			err = NoGold.With("row", rowID)
		}
		return err
	})
}

func timeOf(us int64) time.Time { return time.UnixMicro(us) }

func isNoGuideline(err error) bool { return errors.Is(err, NoGuideline) }
