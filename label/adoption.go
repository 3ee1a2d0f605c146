package label

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/db"
)

// AdoptOrder says which labels of a file to take over as gold. What is left out
// is guessed as DraftOrder guesses it.
type AdoptOrder struct {
	VersionID     string        `json:"version_id" doc:"数据版本：数据集/v3、数据集/latest 或编号|dataset version: DATASET/v3, DATASET/latest or an id"`
	LabelColumn   string        `json:"label_column,omitempty" doc:"写着标签的列，不填就猜|column that holds the labels, guessed when absent"`
	TextColumn    string        `json:"text_column,omitempty" doc:"标签说的是哪一列，不填就猜|column that the labels are about, guessed when absent"`
	SessionColumn string        `json:"session_column,omitempty" doc:"会话一列，同值的行互为上下文|column of the conversation"`
	SpeakerColumn string        `json:"speaker_column,omitempty" doc:"说话人一列|column that says who speaks"`
	Speakers      []string      `json:"speakers,omitempty" maxItems:"50" doc:"只要这些人说的行，即客户|only rows of these speakers, the customers"`
	ContextTurns  int           `json:"context_turns,omitempty" minimum:"0" maximum:"50" doc:"带几行上文|lines of context"`
	Separator     string        `json:"separator,omitempty" maxLength:"5" doc:"一格里几个标签之间的符号，规范可多选时才用；不填就猜，none 为一格一个|what stands between several labels in a cell, where the guideline takes several; guessed when absent, none: one label a cell"`
	Unknown       string        `json:"unknown,omitempty" enum:"leave,suggested,new" doc:"不认得的值：leave 不采用，suggested 算作读着像的标签，new 作新标签；不填：有规范不采用，没有规范作新标签（疑似错字的不采用）|values that are no labels: leave them out, take the suggested label, or make new labels; by default left out, and new where there is no guideline yet, but for likely misspellings"`
	Choices       []AdoptChoice `json:"choices,omitempty" maxItems:"1000" doc:"逐个值的决定|what is decided on single values"`
	Replace       bool          `json:"replace,omitempty" doc:"已有不同金标的行也换成文件里的|rows that have other gold get the label of the file too"`
	GuidelineName string        `json:"guideline_name,omitempty" maxLength:"100" doc:"还没有规范时，新规范的名称|name of the first guideline"`
}

// AdoptPreview is what an adoption would do.
type AdoptPreview struct {
	Order        AdoptOrder    `json:"order" table:"-"` // with what was guessed
	Columns      []string      `json:"columns" nullable:"false" table:"-"`
	LabelColumns []LabelColumn `json:"label_columns" nullable:"false" table:"-"`
	LabelColumn  string        `json:"label_column" table:"标签列|label column"`
	RowCount     int           `json:"row_count" table:"可标的行|rows to label"`
	FilledCount  int           `json:"filled_count" table:"有值|with a value"`
	TakenCount   int           `json:"taken_count" table:"会采用|taken over"`
	SameCount    int           `json:"same_count" table:"已有同样金标|same gold already"`
	DifferCount  int           `json:"differ_count" table:"已有不同金标|other gold"`
	LeftCount    int           `json:"left_count" table:"值不是标签|value no label"`
	ClashCount   int           `json:"clash_count" table:"标签不能并用|labels that clash"`
	Clash        string        `json:"clash,omitempty" table:"-"` // the first cell of them
	// GuidelineVersion is that of the guideline now, 0 for none; Added are the
	// labels that its next version gets.
	GuidelineVersion int          `json:"guideline_version" table:"规范|guideline"`
	Multi            bool         `json:"multi" table:"-"`
	Added            []Label      `json:"added" nullable:"false" table:"-"`
	Values           []AdoptValue `json:"values" nullable:"false"`
}

// Adoption is one act of taking labels over from a file.
type Adoption struct {
	ID               string `json:"id" table:"编号|id"`
	ProductID        string `json:"product_id"`
	VersionID        string `json:"version_id"`
	Column           string `json:"column" table:"列|column"`
	GuidelineVersion int    `json:"guideline_version" table:"规范|guideline"`
	TakenCount       int    `json:"taken_count" table:"采用|taken over"` // rows
	ActorID          string `json:"actor_id,omitempty" table:"人员|person"`
	CreatedUS        int64  `json:"created_us" table:"时间|time"`
	UndoneUS         int64  `json:"undone_us,omitempty" table:"收回|taken back"`
}

// adoptPlan is a checked order: what each cell of the column means.
type adoptPlan struct {
	preview AdoptPreview
	version dataset.Version
	saved   SavedGuideline // Version 0: there is none yet
	reading reading
}

// PreviewAdoption tells what an adoption would do, and changes nothing. Without
// a column that looks like labels only the columns are told.
// Faults: WrongProduct, NoColumn, NotLabels, TooManyValues, NoValue,
// UnknownLabel, those of the dataset stage.
// Cost: three walks over the version.
func (s *Service) PreviewAdoption(ctx context.Context, product string, o AdoptOrder) (AdoptPreview, error) {
	p, err := s.planAdoption(ctx, product, o)
	return p.preview, err
}

func (s *Service) planAdoption(ctx context.Context, product string, o AdoptOrder) (p adoptPlan, err error) {
	if o, err = s.guessOrder(ctx, product, o, &p); err != nil {
		return p, err
	}
	if p.saved, err = s.LatestGuideline(ctx, product); err != nil && !isNoGuideline(err) {
		return p, err
	}
	p.preview.Order, p.preview.LabelColumn = o, o.LabelColumn
	p.preview.GuidelineVersion, p.preview.Multi = p.saved.Version, p.saved.Guideline.Multi
	p.preview.Values, p.preview.Added = []AdoptValue{}, []Label{}
	if o.LabelColumn == "" {
		return p, nil
	}
	cells := map[string]int{}
	err = s.eachCell(ctx, p.version, o, func(_ taskRow, cell string) error {
		p.preview.RowCount++
		if cell == "" {
			return nil
		}
		p.preview.FilledCount++
		if cells[cell]++; len(cells) > maxCells {
			return TooManyValues.With("column", o.LabelColumn, "values", "> "+maxCellsShown, "limit", maxAdoptValues).At("label_column")
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	if p.reading, err = readColumn(o.LabelColumn, cells, p.saved.Guideline, o); err != nil {
		return p, err
	}
	p.preview.Values = append(p.preview.Values, p.reading.values...)
	p.preview.Added = append(p.preview.Added, p.reading.added...)
	p.preview.Multi = p.reading.guideline.Multi
	if p.preview.Order.Separator = p.reading.separator; p.reading.separator == "" {
		p.preview.Order.Separator = wholeCell
	}
	return p, s.countAdoption(ctx, product, &p)
}

const (
	maxCells      = 20_000 // different cells that are kept in memory
	maxCellsShown = "20,000"
)

// guessOrder fills in what an order leaves out, and checks its columns.
func (s *Service) guessOrder(ctx context.Context, product string, o AdoptOrder, p *adoptPlan) (AdoptOrder, error) {
	draft, err := s.DraftOrder(ctx, product, o.VersionID, o.SpeakerColumn)
	if err != nil {
		return o, err
	}
	p.preview.Columns, p.preview.LabelColumns = draft.Columns, draft.LabelColumns
	if p.version, err = s.data.Version(ctx, o.VersionID); err != nil {
		return o, err
	}
	if o.LabelColumn == "" && len(draft.LabelColumns) > 0 {
		o.LabelColumn = draft.LabelColumns[0].Column
	}
	if o.TextColumn == "" {
		d := draft.Order
		o.TextColumn, o.SessionColumn, o.SpeakerColumn = d.TextColumn, cmp.Or(o.SessionColumn, d.SessionColumn), cmp.Or(o.SpeakerColumn, d.SpeakerColumn)
		o.ContextTurns = cmp.Or(o.ContextTurns, d.ContextTurns)
	}
	if o.SpeakerColumn != "" && len(o.Speakers) == 0 {
		o.Speakers = draft.Order.Speakers
	}
	for _, c := range []struct{ name, field string }{{o.LabelColumn, "label_column"}, {o.TextColumn, "text_column"}} {
		if c.name != "" && !slices.Contains(draft.Columns, c.name) {
			return o, NoColumn.With("column", c.name, "columns", strings.Join(draft.Columns, ", ")).At(c.field)
		}
	}
	return o, nil
}

// eachCell walks over the rows that could be labelled with what their column of
// labels says, trimmed.
func (s *Service) eachCell(ctx context.Context, version dataset.Version, o AdoptOrder, each func(t taskRow, cell string) error) error {
	pick, err := newPicker(version.Schema, QueueOrder{TextColumn: o.TextColumn, SessionColumn: o.SessionColumn, SpeakerColumn: o.SpeakerColumn,
		Speakers: o.Speakers, ContextTurns: o.ContextTurns})
	if err != nil {
		return err
	}
	at := version.Schema.Index(o.LabelColumn)
	return s.data.Rows(ctx, version.ID, func(row dataset.Row) error {
		t, ok := pick.row(row)
		if !ok {
			return nil
		}
		return each(t, strings.Clone(strings.TrimSpace(row.Values[at])))
	})
}

// countAdoption counts what becomes of the rows that have a value.
func (s *Service) countAdoption(ctx context.Context, product string, p *adoptPlan) error {
	count := &p.preview
	var batch []decision
	flush := func() error {
		rows := make([]string, len(batch))
		for i, d := range batch {
			rows[i] = d.gold.RowID
		}
		now, err := goldOfRows(ctx, s.db.Reader(), product, rows)
		for _, d := range batch {
			switch standing(now, d) {
			case sameGold:
				count.SameCount++
			case otherGold:
				count.DifferCount++
				if p.preview.Order.Replace {
					count.TakenCount++
				}
			default:
				count.TakenCount++
			}
		}
		batch = batch[:0]
		return err
	}
	err := s.eachCell(ctx, p.version, p.preview.Order, func(t taskRow, cell string) error {
		labels, ok := p.reading.cells[cell]
		switch {
		case cell == "":
			return nil
		case !ok && p.reading.clash[cell] != nil:
			count.Clash = cmp.Or(count.Clash, cell)
			count.ClashCount++
			return nil
		case !ok:
			count.LeftCount++
			return nil
		}
		batch = append(batch, decision{gold: Gold{RowID: t.row, TextHash: t.hash, Labels: labels}})
		if len(batch) < decideBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return err
}

// How the gold of a row stands to what the file says.
type goldStanding int

const (
	noGold goldStanding = iota // none, or of another text
	sameGold
	otherGold
)

func standing(now map[string]Gold, d decision) goldStanding {
	old, ok := now[d.gold.RowID]
	switch {
	case !ok || old.TextHash != d.gold.TextHash:
		return noGold
	case setKey(old.Labels) == setKey(d.gold.Labels):
		return sameGold
	}
	return otherGold
}

// takeOver settles rows as the file says; a row that has the same gold keeps it,
// one with other gold gets the file's only when that is to be replaced.
func takeOver(ctx context.Context, tx db.Tx, all []decision, replace bool) error {
	return decideWhere(ctx, tx, all, func(i int, now map[string]Gold) bool {
		is := standing(now, all[i])
		return is == noGold || is == otherGold && replace
	})
}

// AdoptionOf gives an adoption. Fault: NoAdoption.
func (s *Service) AdoptionOf(ctx context.Context, id string) (Adoption, error) {
	a, ok, err := selectAdoption(ctx, s.db.Reader(), id)
	if err == nil && !ok {
		err = NoAdoption.With("adoption", id)
	}
	return a, err
}

// Adoptions lists up to limit adoptions of a product, the newest first, before
// an id ("": from the newest); those that took nothing over are left out.
func (s *Service) Adoptions(ctx context.Context, product, before string, limit int) ([]Adoption, error) {
	return selectAdoptions(ctx, s.db.Reader(), product, before, limit)
}

// UndoAdoption takes exactly the rows of an adoption back: the gold that each
// replaced returns, what was decided on a row since then stays. Taking back
// again goes on where it ended. Faults: NoAdoption, AdoptionRuns.
func (s *Service) UndoAdoption(ctx context.Context, id, actor string) error {
	if _, err := s.AdoptionOf(ctx, id); err != nil {
		return err
	}
	if s.jobs != nil {
		job, err := s.jobs.Get(ctx, id)
		if err == nil && !job.State.Finished() {
			return AdoptionRuns.With("adoption", id)
		}
	}
	return s.takeBack(ctx, id, actor)
}

// takeBack ends the gold of an adoption, some rows a transaction.
func (s *Service) takeBack(ctx context.Context, id, actor string) error {
	now := s.now().UnixMicro()
	for after, n := "", 1; n > 0; {
		var upTo string
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if upTo, n, err = adoptedUpTo(ctx, tx, id, after, decideBatch); err != nil || n == 0 {
				return err
			}
			return endAdopted(ctx, tx, id, after, upTo, now, actor)
		})
		if err != nil {
			return err
		}
		after = upTo
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return setUndone(ctx, tx, id, now, actor) })
}
