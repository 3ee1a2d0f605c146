package dataset

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const importKind = "dataset.import"

// Imported is the result of an import job.
type Imported struct {
	VersionID    string `json:"version_id"`
	Number       int    `json:"number"`
	RowCount     int    `json:"row_count"`
	FindingCount int    `json:"finding_count"`
	// Findings are the first few; the report of the version has more.
	Findings []Finding `json:"findings,omitempty"`
}

const fewFindings = 5

// StartImport queues an import of a raw file that is in the blob store.
func (s *Service) StartImport(ctx context.Context, o Order) (jobID string, err error) {
	if o.Mode == "" {
		o.Mode = Append
	}
	if o.Mode != Append && o.Mode != Replace {
		return "", BadSetting.With("setting", "mode", "got", o.Mode, "known", "append, replace").At("mode")
	}
	d, err := s.Dataset(ctx, o.DatasetID)
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobID, err = s.jobs.Enqueue(ctx, tx, importKind, o, jobs.ForProduct(d.ProductID), jobs.By(api.Who(ctx).ID),
			jobs.Dedupe("dataset.import "+o.DatasetID+" "+o.Raw))
		return err
	})
	return jobID, err
}

// importJob runs one import. It bears to be run again from the start: the rows
// get the same ids and the segments are found by their hash. Once the version is
// visible the job's checkpoint, written with it, says so.
func (s *Service) importJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var o Order
	if err := job.Args(&o); err != nil {
		return nil, err
	}
	var made Imported
	if job.Checkpoint(&made) && made.VersionID != "" {
		return made, nil
	}
	if in, err := s.blobs.Open(ctx, blob.Hash(o.Raw)); err == nil {
		report.Total(in.Size())
		if err := in.Close(); err != nil {
			return nil, fmt.Errorf("close raw file: %w", err)
		}
	}
	report.Note("读取、分析、存储各行", "reading, profiling and storing rows")
	pending := int64(0)
	v, r, err := s.importAlso(ctx, o, func(bytes int64) {
		if pending += bytes; pending >= 1<<20 {
			report.Add(pending)
			pending = 0
		}
	}, func(ctx context.Context, tx db.Tx, v Version, r Report) error {
		return report.CheckpointIn(ctx, tx, importedAs(v, r))
	})
	if err != nil {
		return nil, err
	}
	report.Add(pending)
	return importedAs(v, r), nil
}

func importedAs(v Version, r Report) Imported {
	few := slices.Clone(r.Findings)
	slices.SortStableFunc(few, func(a, b Finding) int { // what is true of the whole file comes first
		return cmp.Compare(min(a.Line, 1), min(b.Line, 1))
	})
	few = few[:min(fewFindings, len(few))]
	return Imported{v.ID, v.Number, v.RowCount, r.FindingCount, few}
}
