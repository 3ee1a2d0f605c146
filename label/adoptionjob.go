package label

import (
	"context"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const adoptKind = "label.adopt"

type adoptArgs struct {
	ProductID string
	Order     AdoptOrder
	Guideline string              // id of the version that the labels are of
	Cells     map[string][]string // labels of each cell that is taken over
	RowCount  int                 // rows that the walk goes over
	LeftCount int                 // rows with a value that is no label, or that may not stand together
	ActorID   string
}

// StartAdoption saves the guideline with the labels that it gets and queues the
// job that takes the labels over; the adoption has the id of the job.
// Faults: NoLabelColumn, NothingToAdopt, NobodyAsks, those of PreviewAdoption and
// SaveGuideline.
func (s *Service) StartAdoption(ctx context.Context, product string, o AdoptOrder) (jobID string, preview AdoptPreview, err error) {
	p, err := s.planAdoption(ctx, product, o)
	if err != nil {
		return "", p.preview, err
	}
	c := p.preview
	switch {
	case c.LabelColumn == "":
		return "", c, NoLabelColumn.With("columns", strings.Join(c.Columns, ", ")).At("label_column")
	case c.TakenCount == 0:
		return "", c, NothingToAdopt.With("column", c.LabelColumn, "filled", c.FilledCount, "left", c.LeftCount+c.ClashCount, "same", c.SameCount, "differ", c.DifferCount).At("label_column")
	}
	actor := api.Who(ctx).ID
	if actor == "" {
		return "", c, NobodyAsks.With()
	}
	guideline := p.saved.ID
	if len(p.reading.added) > 0 {
		source, err := withLabels(p.saved.Source, p.reading.guideline, p.reading.added)
		if err != nil {
			return "", c, err
		}
		saved, err := s.SaveGuideline(ctx, product, actor, source, p.saved.Version)
		if err != nil {
			return "", c, err
		}
		guideline = saved.ID
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobID, err = s.jobs.Enqueue(ctx, tx, adoptKind, adoptArgs{product, c.Order, guideline, p.reading.cells, c.RowCount, c.LeftCount + c.ClashCount, actor},
			jobs.ForProduct(product), jobs.By(actor), jobs.Dedupe(adoptKind+" "+product+" "+c.Order.VersionID+" "+c.LabelColumn))
		return err
	})
	return jobID, c, err
}

// adoptJob takes the labels over. Run again after a crash it goes on: rows that
// it settled have the same gold already. When it is cancelled, what it took over
// is taken back.
func (s *Service) adoptJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args adoptArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	err := s.adopt(ctx, job.ID, args, report)
	if err != nil && ctx.Err() != nil {
		kept := context.WithoutCancel(ctx)
		if now, getErr := s.jobs.Get(kept, job.ID); getErr == nil && now.Cancelling {
			if backErr := s.takeBack(kept, job.ID, args.ActorID); backErr != nil {
				return nil, backErr
			}
		}
	}
	if err != nil {
		return nil, err
	}
	done, err := s.AdoptionOf(ctx, job.ID)
	return adopted{done, args.LeftCount}, err
}

// adopted is what the job tells at its end.
type adopted struct {
	Adoption
	LeftCount int `json:"left_count"` // rows whose value was not taken over
}

func (s *Service) adopt(ctx context.Context, id string, args adoptArgs, report *jobs.Report) error {
	g, err := s.Guideline(ctx, args.ProductID, args.Guideline)
	if err != nil {
		return err
	}
	version, err := s.data.Version(ctx, args.Order.VersionID)
	if err != nil {
		return err
	}
	begun := Adoption{ID: id, ProductID: args.ProductID, VersionID: version.ID, Column: args.Order.LabelColumn, GuidelineVersion: g.Version,
		ActorID: args.ActorID, CreatedUS: s.now().UnixMicro()}
	if err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return beginAdoption(ctx, tx, begun) }); err != nil {
		return err
	}
	report.Note("采用文件里的标签", "taking over the labels of the file")
	report.Total(int64(args.RowCount))
	versions := map[versionKey]SavedGuideline{}
	var batch []decision
	walked := 0
	flush := func() error {
		if len(batch) > 0 {
			if err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return takeOver(ctx, tx, batch, args.Order.Replace) }); err != nil {
				return err
			}
		}
		report.Add(int64(walked))
		batch, walked = batch[:0], 0
		return ctx.Err()
	}
	err = s.eachCell(ctx, version, args.Order, func(t taskRow, cell string) error {
		walked++
		if labels, ok := args.Cells[cell]; ok {
			d, err := s.decision(ctx, GoldRow{Product: args.ProductID, VersionID: version.ID, RowID: t.row, Text: t.text, Context: t.context,
				Session: t.session, Labels: labels, Person: args.ActorID, GuidelineID: g.ID, adoption: id}, versions)
			if err != nil {
				return err
			}
			batch = append(batch, d)
		}
		if len(batch) < decideBatch && walked < 20*decideBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return countAdopted(ctx, tx, id) })
}

// withLabels writes labels into the source of a guideline; comments and order
// stay where the source allows it. whole is the guideline as it shall read.
func withLabels(source string, whole Guideline, added []Label) (string, error) {
	if merged, ok := appendLabels(source, added); ok {
		if g, err := ParseGuideline([]byte(merged)); err == nil && slices.Equal(g.LabelIDs(), whole.LabelIDs()) {
			return merged, nil
		}
	}
	text, err := yaml.MarshalWithOptions(whole, yaml.IndentSequence(true))
	return string(text), err
}

func appendLabels(source string, added []Label) (string, bool) {
	if source == "" {
		return "", false
	}
	file, err := parser.ParseBytes([]byte(source), parser.ParseComments)
	if err != nil {
		return "", false
	}
	at, err := yaml.PathString("$.labels")
	if err != nil {
		return "", false
	}
	node, err := yaml.ValueToNode(added, yaml.IndentSequence(true))
	if err != nil || at.MergeFromNode(file, node) != nil {
		return "", false
	}
	return file.String(), true
}
