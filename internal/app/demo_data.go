package app

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"zhuomo/dataset"
	"zhuomo/examples/spoil"
	"zhuomo/internal/jobs"
)

// importFiles takes the files in as a stranger's: format, encoding and header
// are found, not told.
func (d *demo) importFiles(ctx context.Context) (string, error) {
	data := d.a.Stages.Data
	var err error
	if d.product.ID == "" {
		if d.product, err = data.CreateProduct(ctx, d.say(d.example.Title.ZH, d.example.Title.EN)); err != nil {
			return "", err
		}
	}
	d.figures.Product = d.product.ID
	if d.chats, err = data.Create(ctx, d.product.ID, d.say("会话", "chats")); err != nil {
		return "", err
	}
	var said []string
	for _, file := range d.truth.Files {
		raw, err := os.Open(filepath.Join(d.incoming, file.Name))
		if err != nil {
			return "", err
		}
		hash, _, err := d.a.Blobs.Put(ctx, raw)
		if err := firstError(err, raw.Close()); err != nil {
			return "", err
		}
		preview, err := data.Preview(ctx, hash, file.Name, dataset.Settings{})
		if err != nil {
			return "", fmt.Errorf("preview %s: %w", file.Name, err)
		}
		id, err := data.StartImport(ctx, dataset.Order{DatasetID: d.chats.ID, Raw: string(hash), Name: file.Name})
		if err != nil {
			return "", err
		}
		if err := d.wait(ctx, id); err != nil {
			return "", fmt.Errorf("import %s: %w", file.Name, err)
		}
		said = append(said, fmt.Sprintf("%s %s", file.Name, detectedEncoding(preview.Report)))
	}
	if d.raw, err = data.Latest(ctx, d.chats.ID); err != nil {
		return "", err
	}
	d.figures.RowsRaw = d.raw.RowCount
	return fmt.Sprintf(d.say("%d 行 ← %v", "%d rows ← %v"), d.raw.RowCount, said), nil
}

func detectedEncoding(r dataset.Report) string {
	for _, found := range r.Detected {
		if found.What == "encoding" {
			return found.Value
		}
	}
	return r.Format
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// wait follows a job to its end.
func (d *demo) wait(ctx context.Context, id string) error {
	job, err := d.a.Jobs.Wait(ctx, id)
	if err != nil {
		if ctx.Err() != nil { // nobody waits for it any more
			_ = d.a.Jobs.Cancel(context.WithoutCancel(ctx), id)
		}
		return err
	}
	if job.State != jobs.Done {
		return DemoFailed.With("step", job.Kind, "why", failure(job), "log", filepath.Join(d.a.options.DataFolder, "zhuomo.log"))
	}
	return nil
}

func failure(j jobs.Job) string {
	if j.Failure == nil {
		return string(j.State)
	}
	return j.Failure.Code + ": " + j.Failure.MessageZH + " · " + j.Failure.MessageEN
}

// cleanRows runs the recipe, then measures it against the truth that the run
// could not see.
func (d *demo) cleanRows(ctx context.Context) (string, error) {
	recipe, err := d.example.Recipe(d.material)
	if err != nil {
		return "", err
	}
	saved, err := d.a.Stages.Clean.Save(ctx, d.product.ID, string(recipe), 0, d.by.ID)
	if err != nil {
		return "", err
	}
	if d.run, err = d.a.Stages.Clean.Start(ctx, d.product.ID, saved.Name, d.raw.ID, d.by.ID); err != nil {
		return "", err
	}
	if err := d.wait(ctx, d.run.JobID); err != nil {
		return "", err
	}
	if d.run, err = d.a.Stages.Clean.Get(ctx, d.run.ID); err != nil {
		return "", err
	}
	if d.clean, err = d.a.Stages.Data.Version(ctx, d.run.ResultVersion); err != nil {
		return "", err
	}
	if err := d.findRoles(ctx); err != nil {
		return "", err
	}
	score, err := d.measure(ctx)
	if err != nil {
		return "", err
	}
	f := &d.figures
	f.RowsClean, f.RowsSetAside = d.clean.RowCount, d.run.Aside
	f.CleaningRecall, f.CleaningPrecision, f.CleaningByKind = round(score.Recall), round(score.Precision), score.ByKind
	if f.RowsRaw+d.run.Split != f.RowsClean+f.RowsSetAside {
		return "", fmt.Errorf("rows do not add up: %d raw + %d split, %d clean + %d aside", f.RowsRaw, d.run.Split, f.RowsClean, f.RowsSetAside)
	}
	return fmt.Sprintf(d.say("%d → %d + 隔离 %d · 召回 %.4f 精度 %.4f · %d 个算子", "%d → %d + %d set aside · recall %.4f precision %.4f · %d operators"),
		f.RowsRaw, f.RowsClean, f.RowsSetAside, f.CleaningRecall, f.CleaningPrecision, len(d.run.Steps)), nil
}

// findRoles finds which columns of the cleaned chats say what, and which values
// of the speaker's column are customers.
func (d *demo) findRoles(ctx context.Context) error {
	sample, _, err := d.a.Stages.Data.Page(ctx, d.clean.ID, 0, 200)
	if err != nil {
		return err
	}
	d.roles = map[dataset.Role]string{}
	for _, g := range dataset.GuessRoles(d.clean.Schema.Names(), sample) {
		d.roles[g.Role] = g.Column
	}
	at := d.clean.Schema.Index(d.roles[dataset.RoleSpeaker])
	seen := map[string]bool{}
	err = d.a.Stages.Data.Rows(ctx, d.clean.ID, func(r dataset.Row) error {
		if at >= 0 {
			seen[string([]byte(r.Values[at]))] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.customers, _, _ = dataset.Sides(slices.Sorted(maps.Keys(seen)))
	return nil
}

// measure compares what stayed and what was set aside with the truth.
func (d *demo) measure(ctx context.Context) (spoil.Score, error) {
	at := d.clean.Schema.Index(d.roles[dataset.RoleText])
	var rows []spoil.Cleaned
	err := d.a.Stages.Data.Rows(ctx, d.clean.ID, func(r dataset.Row) error {
		rows = append(rows, spoil.Cleaned{Source: cloneSource(r.Source), Text: string([]byte(r.Values[at]))})
		return nil
	})
	if err != nil {
		return spoil.Score{}, err
	}
	source := map[dataset.RowID]dataset.Source{}
	err = d.a.Stages.Data.Rows(ctx, d.raw.ID, func(r dataset.Row) error {
		source[dataset.RowID(string([]byte(r.ID)))] = cloneSource(r.Source)
		return nil
	})
	if err != nil {
		return spoil.Score{}, err
	}
	var aside []dataset.Source
	for after := 0; ; {
		page, err := d.a.Stages.Clean.Quarantine(ctx, d.run.ID, "", after, 1000)
		if err != nil {
			return spoil.Score{}, err
		}
		if len(page) == 0 {
			break
		}
		for _, q := range page {
			aside = append(aside, source[q.Row])
		}
		after = page[len(page)-1].Position
	}
	return spoil.Measure(d.truth, rows, aside), nil
}

// cloneSource keeps a source beyond the row that it came with.
func cloneSource(s dataset.Source) dataset.Source {
	s.Blob, s.Part = string([]byte(s.Blob)), string([]byte(s.Part))
	return s
}
