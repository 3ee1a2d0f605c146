package knowledge

import (
	"context"

	"zhuomo/internal/api"
	"zhuomo/internal/fault"
)

// importRoutes are the routes that bring entries in from files.
func (s *Service) importRoutes() []api.Route {
	const imports = "/api/v1/products/{product}/entries/imports"
	return []api.Route{
		api.Upload("POST", imports, "knowledge import", api.Trainer, "导入问答（YAML、CSV、Excel），可先预览", "import entries (YAML, CSV, Excel); a preview first if wanted", s.importEntries, api.MaxBytes(importBytes), api.Plain()),
		api.Op("POST", imports+"/{import}/takeback", "knowledge import-undo", api.Trainer, "撤销一次导入", "take an import back", s.undoImport),
	}
}

func (s *Service) importEntries(ctx context.Context, in *struct {
	ProductPath
	Preview bool `query:"preview" doc:"只看会怎样，不写入|only tell what would happen"`
	Skip    bool `query:"skip" doc:"略过不收的行，其余照常导入|leave refused rows out and import the others"`
}, file api.Incoming) (*out[ImportReport], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	body, err := readAll(file)
	if err != nil {
		return nil, err
	}
	sheet, err := ReadSheet(file.Name, body)
	if err != nil {
		return nil, err
	}
	var r ImportReport
	if in.Preview {
		r, err = s.Preview(ctx, product, sheet)
	} else {
		r, err = s.Import(ctx, product, api.Who(ctx).ID, sheet, in.Skip)
	}
	if err != nil {
		return nil, err
	}
	for i, row := range r.Rows {
		if row.err != nil {
			f := fault.Of(row.err)
			r.Rows[i].Reason, r.Rows[i].Fix = f.Message(api.Lang(ctx)), f.Fix(api.Lang(ctx))
		}
	}
	return &out[ImportReport]{r}, nil
}

func (s *Service) undoImport(ctx context.Context, in *struct {
	ProductPath
	Import string `path:"import" doc:"导入的编号|id of the import"`
}) (*out[ImportUndone], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	u, err := s.UndoImport(ctx, product, api.Who(ctx).ID, in.Import)
	return &out[ImportUndone]{u}, err
}
