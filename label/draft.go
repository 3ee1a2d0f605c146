package label

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhuomo/dataset"
)

// OrderDraft is an order that Zhuomo guesses for a version, with what the person
// needs to mend it.
type OrderDraft struct {
	Order    QueueOrder          `json:"order"`
	Columns  []string            `json:"columns"`
	Roles    []dataset.RoleGuess `json:"roles"`     // which column is what, and why
	Speakers []SpeakerCount      `json:"speakers"`  // of the speaker's column, the most frequent first
	RowCount int                 `json:"row_count"` // rows of the version
	// LabelColumns are those whose values look like labels, the most likely first.
	LabelColumns []LabelColumn `json:"label_columns" nullable:"false"`
	AdoptedCount int           `json:"adopted_count"` // rows of the version whose labels were taken over already
}

// SpeakerCount is a name in the speaker's column.
type SpeakerCount struct {
	Name     string `json:"name"`
	Count    int    `json:"count"`
	Customer bool   `json:"customer"` // reads like a customer
}

const (
	roleSample    = 200 // rows that the guess looks at
	speakersShown = 50
	queueName     = 100 // characters that an order's name may have
)

// DraftOrder guesses an order for a version; speaker names another column than
// the guessed one when it is not "".
// Faults: WrongProduct, NoColumn, those of the dataset stage.
// Cost: one walk over the version.
func (s *Service) DraftOrder(ctx context.Context, product, versionID, speaker string) (OrderDraft, error) {
	version, err := s.data.Version(ctx, versionID)
	if err != nil {
		return OrderDraft{}, err
	}
	if version.ProductID != product {
		return OrderDraft{}, WrongProduct.With("version", versionID).At("version")
	}
	set, err := s.data.Dataset(ctx, version.DatasetID)
	if err != nil {
		return OrderDraft{}, err
	}
	name := []rune(set.Name)
	d := OrderDraft{Columns: version.Schema.Names(), Roles: []dataset.RoleGuess{}, Speakers: []SpeakerCount{},
		Order: QueueOrder{Name: string(name[:min(queueName, len(name))]), VersionID: versionID, ContextTurns: 4, Annotators: 1, Order: "file"}}
	adopted, err := adoptedRows(ctx, s.db.Reader(), product)
	if err != nil {
		return OrderDraft{}, err
	}
	var sample []dataset.Row
	counts := make([]map[string]int, len(d.Columns))
	for i := range counts {
		counts[i] = map[string]int{}
	}
	err = s.data.Rows(ctx, versionID, func(row dataset.Row) error {
		d.RowCount++
		if _, is := adopted[string(row.ID)]; is {
			d.AdoptedCount++
		}
		if len(sample) < roleSample {
			kept := row
			kept.Values = slices.Clone(row.Values)
			for i, v := range kept.Values {
				kept.Values[i] = strings.Clone(v)
			}
			sample = append(sample, kept)
		}
		for i, v := range row.Values {
			if counts[i] == nil {
				continue
			}
			counts[i][strings.Clone(strings.TrimSpace(v))]++
			if len(counts[i]) > countedValues { // a column of many values is none of speakers or labels
				counts[i] = nil
			}
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	for _, g := range dataset.GuessRoles(d.Columns, sample) {
		d.Roles = append(d.Roles, g)
		switch g.Role {
		case dataset.RoleText:
			d.Order.TextColumn = g.Column
		case dataset.RoleSession:
			d.Order.SessionColumn = g.Column
		case dataset.RoleSpeaker:
			d.Order.SpeakerColumn = g.Column
		}
	}
	g, err := s.LatestGuideline(ctx, product)
	if err != nil && !isNoGuideline(err) {
		return d, err
	}
	d.LabelColumns = labelColumns(d.Columns, d.Roles, counts, g.Guideline)
	if speaker != "" {
		d.Order.SpeakerColumn = speaker
	}
	if d.Order.SpeakerColumn == "" {
		return d, nil
	}
	at := version.Schema.Index(d.Order.SpeakerColumn)
	if at < 0 {
		return d, NoColumn.With("column", d.Order.SpeakerColumn, "columns", strings.Join(d.Columns, ", ")).At("speaker")
	}
	names := make([]string, 0, len(counts[at]))
	for name := range counts[at] {
		names = append(names, name)
	}
	sides, _, _ := dataset.Sides(names)
	for _, name := range names {
		if name != "" {
			d.Speakers = append(d.Speakers, SpeakerCount{name, counts[at][name], slices.Contains(sides, name) || slices.Contains(customers, strings.ToLower(name))})
		}
	}
	slices.SortFunc(d.Speakers, func(a, b SpeakerCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	d.Speakers = d.Speakers[:min(speakersShown, len(d.Speakers))]
	for _, sp := range d.Speakers {
		if sp.Customer {
			d.Order.Speakers = append(d.Order.Speakers, sp.Name)
		}
	}
	return d, nil
}
