package evaluate

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/text"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" // media type of Excel

func (s *Service) batchRoutes() []api.Route {
	const all, one = "/api/v1/products/{product}/batches", "/api/v1/products/{product}/batches/{batch}"
	return []api.Route{
		api.Upload("POST", all, "evaluate batch", api.Trainer, "批量测试：一张问题和期望的表，逐行问一遍", "batch test: ask every line of a sheet of questions and what should come", s.startBatch, api.MaxBytes(mostBatchBytes), api.Personal()),
		api.Op("GET", all, "evaluate batches", api.Viewer, "列出批量测试", "list batch tests", s.listBatches),
		api.Op("GET", one, "evaluate batch-show", api.Viewer, "查看批量测试", "show a batch test", s.showBatch),
		api.Op("POST", one+"/runs", "evaluate batch-run", api.Trainer, "按选好的列再跑一遍", "run a batch test with the columns chosen", s.runBatch),
		api.Op("GET", one+"/rows", "evaluate batch-rows", api.Viewer, "列出批量测试的行", "list the rows of a batch test", s.showBatchRows, api.Personal()),
		api.Download("GET", one+"/export", "evaluate batch-export", api.Viewer, "把批量测试的行存成 Excel；个人信息遮住", "save rows of a batch test as Excel; personal data is masked", s.exportBatch, api.Sends(xlsx), api.Personal(), api.Look()),
		api.Op("POST", one+"/checks", "evaluate batch-checks", api.Trainer, "把批量测试的行收进行为测试集", "keep rows of a batch test as checks of the suite", s.keepBatch),
	}
}

// BatchIn names a batch of a product. Embedded inputs must be exported.
type BatchIn struct {
	ProductIn
	Batch string `path:"batch" doc:"批量测试编号|id of the batch test"`
}

type startBatchIn struct {
	ProductIn
	Ask    string `query:"ask" doc:"问题在哪一列，不填则猜|column of the question, guessed when absent"`
	Expect string `query:"expect" doc:"期望在哪一列，不填则猜|column of what is expected, guessed when absent"`
	Kind   Expect `query:"kind" enum:"label,answer" doc:"期望是标签还是回答里要有的话，不填则猜|labels, or words that the reply must hold; guessed when absent"`
	Of     string `query:"of" doc:"测哪个：latest、m3、live 或 r2；不填则最新的模型|what to test: latest, m3, live or r2; the newest model when absent"`
	Look   bool   `query:"look" doc:"只看表和猜的列，不开始|only look at the sheet and the guess, do not begin"`
}

// BatchStarted is a batch with its job, which is "" when it did not begin.
type BatchStarted struct {
	api.Started
	Batch Batch `json:"batch"`
}

func (s *Service) startBatch(ctx context.Context, in *startBatchIn, file api.Incoming) (*out[BatchStarted], error) {
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	b, err := s.NewBatch(ctx, in.Product, file.Name, content)
	if err != nil || in.Look {
		return &out[BatchStarted]{BatchStarted{Batch: b}}, err
	}
	return s.begin(ctx, b, BatchOrder{Ask: in.Ask, Expect: in.Expect, Kind: in.Kind, Of: in.Of})
}

// begin checks an order and queues its job.
func (s *Service) begin(ctx context.Context, b Batch, o BatchOrder) (*out[BatchStarted], error) {
	b, err := b.ordered(o)
	if err != nil {
		return nil, err
	}
	if _, err := s.needs.Voices.Voice(ctx, b.ProductID, o.Of); err != nil { // tell before anything is queued
		return nil, err
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if b.JobID, err = s.needs.Jobs.Enqueue(ctx, tx, batchKind, batchArgs{b.ID, o}, jobs.ForProduct(b.ProductID), jobs.By(api.Who(ctx).ID)); err != nil {
			return err
		}
		return s.setBatchJob(ctx, tx, b.ID, b.JobID)
	})
	return &out[BatchStarted]{BatchStarted{api.Started{JobID: b.JobID}, b}}, err
}

func (s *Service) listBatches(ctx context.Context, in *listIn) (*out[api.Page[Batch]], error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.batches(ctx, in.Product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[Batch]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[Batch]]{page}, nil
}

func (s *Service) showBatch(ctx context.Context, in *BatchIn) (*out[Batch], error) {
	b, err := s.Batch(ctx, in.Product, in.Batch)
	return &out[Batch]{b}, err
}

type runBatchIn struct {
	BatchIn
	Body BatchOrder
}

func (s *Service) runBatch(ctx context.Context, in *runBatchIn) (*out[BatchStarted], error) {
	b, err := s.Batch(ctx, in.Product, in.Batch)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, b, in.Body)
}

type batchRowsIn struct {
	BatchIn
	State  string `query:"state" enum:"right,wrong,skipped" doc:"只要对的、错的或略过的|only the right, the wrong or the skipped ones"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"每页条数|items a page"`
}

func (s *Service) showBatchRows(ctx context.Context, in *batchRowsIn) (*out[api.Page[BatchRow]], error) {
	after := 0
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	b, err := s.Batch(ctx, in.Product, in.Batch)
	if err != nil {
		return nil, err
	}
	items, err := s.batchRows(ctx, b.ID, in.State, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := api.Page[BatchRow]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].At)
	}
	return &out[api.Page[BatchRow]]{page}, nil
}

type exportBatchIn struct {
	BatchIn
	State string `query:"state" enum:"right,wrong,skipped" doc:"只要对的、错的或略过的|only the right, the wrong or the skipped ones"`
}

func (s *Service) exportBatch(ctx context.Context, in *exportBatchIn) (*api.Outgoing, error) {
	b, err := s.Batch(ctx, in.Product, in.Batch)
	if err != nil {
		return nil, err
	}
	columns := append(append([]string{}, b.Columns...), "结果 result", "得到 got", "概率 probability", "理由 reason")
	name, _, _ := strings.Cut(b.Name, ".")
	if in.State != "" {
		name += "-" + in.State
	}
	return &api.Outgoing{
		Name: name + ".xlsx", Type: xlsx,
		Write: func(to io.Writer) error {
			return s.needs.Sheets.WriteSheet(ctx, to, columns, func(each func([]string) error) error {
				for after := 0; ; {
					rows, err := s.batchRows(ctx, b.ID, in.State, after, 500)
					if err != nil || len(rows) == 0 {
						return err
					}
					for _, r := range rows {
						after = r.At
						got := r.Got
						if b.Kind == ExpectLabel && got == "" && r.first() != "" {
							got = "（" + r.first() + "）" // leaned to it, chose none
						}
						cells := append(append([]string{}, r.Cells...), r.State, got, "", strings.TrimSpace(fmt.Sprintf("%s %s", r.Reason, r.Why)))
						if len(r.Top) > 0 {
							cells[len(cells)-2] = strconv.FormatFloat(float64(r.P), 'f', 3, 32)
						}
						for i := range cells {
							if !api.Unmasked(ctx) {
								cells[i], _ = text.Masked(cells[i])
							}
						}
						if err := each(cells); err != nil {
							return err
						}
					}
				}
			})
		},
	}, nil
}

type keepBatchIn struct {
	BatchIn
	Body struct {
		State string `json:"state,omitempty" enum:"right,wrong" doc:"只收对的或错的，不填则都收|only the right or the wrong ones, both when absent"`
	}
}

// BatchKept tells how many checks came of a batch.
type BatchKept struct {
	Saved Saved `json:"saved"`
	Added int   `json:"added" table:"收进|added"`
}

func (s *Service) keepBatch(ctx context.Context, in *keepBatchIn) (*out[BatchKept], error) {
	checks, err := s.BatchChecks(ctx, in.Product, in.Batch, in.Body.State)
	if err != nil {
		return nil, err
	}
	saved, added, err := s.AddChecks(ctx, in.Product, api.Who(ctx).ID, checks)
	return &out[BatchKept]{BatchKept{saved, added}}, err
}

type batchArgs struct {
	Batch string     `json:"batch"`
	Order BatchOrder `json:"order"`
}

// batchJob asks all questions of a batch; after a crash it begins again.
func (s *Service) batchJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args batchArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	report.Note("逐行提问", "asking line by line")
	b, err := s.RunBatch(ctx, args.Batch, args.Order, report.At)
	if err != nil {
		return nil, err
	}
	return b, nil
}
