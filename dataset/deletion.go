package dataset

import (
	"context"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// Deletion is the end of a product. It stays when everything else has gone.
type Deletion struct {
	ID        string `json:"id"`
	ProductID string `json:"product_id" table:"产品编号|product id"`
	Name      string `json:"name" table:"名称|name"`
	ActorID   string `json:"actor_id"`
	Actor     string `json:"actor" table:"操作人|by"`
	RowCount  int    `json:"row_count" table:"行|rows" doc:"删掉的数据库行数|rows that went from the database"`
	FileCount int    `json:"file_count" table:"文件|files" doc:"删掉的文件数；几分钟内写过的稍后再删|files that went; those written within minutes go later"`
	AskedUS   int64  `json:"asked_us" table:"要求于|asked" doc:"UTC 微秒|UTC microseconds"`
	EndedUS   int64  `json:"ended_us,omitempty" table:"完成于|ended" doc:"UTC 微秒，0 = 还在删|UTC microseconds, 0 = not ended yet"`
}

// BeginDeletion lets a product be seen no more and frees its name. also runs in
// the same transaction. name is that of the product, said once more. Faults:
// NoSuchProduct, OtherName.
func (s *Service) BeginDeletion(ctx context.Context, productID, name string, also func(ctx context.Context, tx db.Tx, d Deletion) error) (Deletion, error) {
	p, err := s.FindProduct(ctx, productID)
	if err != nil {
		return Deletion{}, err
	}
	if name != p.Name {
		return Deletion{}, OtherName.With("name", p.Name).At("name")
	}
	now, who := s.now(), api.Who(ctx)
	d := Deletion{ID: db.NewID(now), ProductID: p.ID, Name: p.Name, ActorID: who.ID, Actor: who.Name, AskedUS: now.UnixMicro()}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := hideProduct(ctx, tx, d); err != nil {
			return err
		}
		return also(ctx, tx, d)
	})
	return d, err
}

// EndDeletion removes the product itself, which must be empty, and notes what went.
func (s *Service) EndDeletion(ctx context.Context, id string, rows, files int) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return removeProduct(ctx, tx, id, rows, files, s.now().UnixMicro())
	})
}

// Deletions lists up to limit deletions, newest first, before an id.
func (s *Service) Deletions(ctx context.Context, before string, limit int) ([]Deletion, error) {
	return s.selectDeletions(ctx, before, limit)
}

func (s *Service) listDeletions(ctx context.Context, in *PageQuery) (*out[api.Page[Deletion]], error) {
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	items, err := s.Deletions(ctx, before, in.Limit+1)
	return page(items, in.Limit, func(d Deletion) any { return d.ID }), err
}
