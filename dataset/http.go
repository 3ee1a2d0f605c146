package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const sets, one = "/api/v1/products/{product}/datasets", "/api/v1/products/{product}/datasets/{dataset}"
	return []api.Route{
		api.Op("GET", "/api/v1/products", "product list", api.Viewer, "列出产品", "list products", s.listProducts, api.Wide()),
		api.Op("POST", "/api/v1/products", "product create", api.Lead, "新建产品", "create a product", s.createProduct),
		api.Op("GET", "/api/v1/product-deletions", "product deletions", api.Lead, "列出删除过的产品：谁在何时删的", "list the products that were deleted: by whom and when", s.listDeletions),
		api.Op("GET", "/api/v1/formats", "dataset formats", api.Viewer, "列出能读写的文件格式", "list the file formats", s.listFormats, api.Wide()),
		api.Op("GET", sets, "dataset list", api.Viewer, "列出数据集", "list datasets", s.listDatasets),
		api.Op("POST", sets, "dataset create", api.Trainer, "新建数据集", "create a dataset", s.createDataset),
		api.Op("GET", one, "dataset show", api.Viewer, "查看数据集", "show a dataset", s.showDataset),
		api.Op("DELETE", one, "dataset delete", api.Lead, "移走数据集；可以放回，版本和来历都还在", "set a dataset aside; it can be put back, its versions stay", s.removeDataset),
		api.Op("POST", one+"/put-backs", "dataset return", api.Lead, "放回移走的数据集", "put a dataset back that was set aside", s.returnIt),
		api.Upload("POST", one+"/imports", "dataset import", api.Trainer, "导入文件，成为新版本", "import a file as a new version", s.upload),
		api.Op("POST", one+"/fetches", "dataset fetch", api.Trainer, "从网址取文件并导入，成为新版本", "fetch a file from its address and import it as a new version", s.fetch, api.Timeout(fetchPatience)),
		api.Upload("POST", one+"/previews", "dataset preview", api.Trainer, "只识别文件并看前 50 行，不导入", "detect a file and show its first 50 rows without importing it", s.preview, api.Quiet(), api.Personal()),
		api.Upload("POST", "/api/v1/products/{product}/previews", "", api.Trainer, "识别文件，还不选数据集", "detect a file before a dataset is chosen for it", s.previewFile, api.Quiet(), api.Personal()),
		api.Op("POST", "/api/v1/products/{product}/fetches", "", api.Trainer, "从网址取文件并识别，还不选数据集", "fetch a file from its address and detect it before a dataset is chosen", s.previewFetched, api.Timeout(fetchPatience), api.Personal()),
		api.Op("POST", "/api/v1/products/{product}/previews/{raw}", "", api.Trainer, "用改过的设置再读一遍已上传的文件", "read an uploaded file again with other settings", s.previewAgain, api.Quiet(), api.Personal()),
		api.Op("POST", one+"/orders", "", api.Trainer, "按改好的设置导入已上传的文件", "import an uploaded file with settings that were mended", s.order),
		api.Op("GET", one+"/versions", "dataset versions", api.Viewer, "列出版本", "list versions", s.listVersions),
		api.Op("GET", one+"/versions/{version}/rows", "dataset rows", api.Viewer, "查看行；个人信息遮住", "show rows; personal data is masked", s.listRows, api.Personal()),
		api.Op("GET", one+"/versions/{version}/facets", "dataset facets", api.Viewer, "按值、长度、发现统计行数", "count rows by value, length and finding", s.showFacets, api.Personal()),
		api.Op("GET", one+"/versions/{version}/diff", "dataset diff", api.Viewer, "与另一个版本比较", "compare with another version", s.compare, api.Personal()),
		api.Op("POST", one+"/versions/{version}/restorations", "dataset restore", api.Trainer, "回到这个版本：最新版重新变成它的行", "go back to this version: the newest becomes its rows", s.restore),
		api.Op("GET", one+"/versions/{version}/profile", "dataset profile", api.Viewer, "数据画像", "profile of the rows", s.showProfile, api.Personal()),
		api.Op("GET", one+"/versions/{version}/report", "dataset report", api.Viewer, "导入报告：识别结果和坏行", "import report: what was detected and what was broken", s.showReport, api.Personal()),
		api.Download("GET", one+"/versions/{version}/export", "dataset export", api.Trainer, "导出；个人信息遮住", "export; personal data is masked", s.export, api.Sends(s.mediaTypes()...), api.Personal(), api.Look()),
	}
}

// PageQuery is where a list begins and how long a page is. The input types are
// exported because the decoder does not see embedded types that are not.
type PageQuery struct {
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"每页条数|items a page"`
}

type (
	// ProductPath names a product in a path.
	ProductPath struct {
		Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
	}
	// DatasetPath names a dataset in a path.
	DatasetPath struct {
		ProductPath
		Dataset string `path:"dataset" doc:"数据集的编号或名称|id or name of the dataset"`
	}
	// VersionPath names a version in a path.
	VersionPath struct {
		DatasetPath
		Version string `path:"version" doc:"版本：latest、v3 或编号|version: latest, v3 or an id"`
	}
	nameIn struct {
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"名称|name"`
	}
	// SettingsQuery is the settings of an import in a query.
	SettingsQuery struct {
		Format    string   `query:"format" doc:"文件格式，不填则自动识别|file format, detected when absent"`
		Encoding  string   `query:"encoding" doc:"编码，不填则自动识别|encoding, detected when absent"`
		Delimiter string   `query:"delimiter" doc:"分隔符，不填则自动识别|delimiter, detected when absent"`
		Header    string   `query:"header" enum:"yes,no" doc:"首行是不是列名，不填则自动判断|whether the first record names the columns, detected when absent"`
		Parts     []string `query:"part,explode" doc:"要读的工作表、表或包内文件，可多次|sheet, table or member to read, may be repeated"`
		Columns   []string `query:"column,explode" doc:"要保留的列，可多次|column to keep, may be repeated"`
		Rename    []string `query:"rename,explode" doc:"文件列=数据集列，可多次|column of the file=column of the dataset, may be repeated"`
	}
)

func (in SettingsQuery) settings() Settings {
	set := Settings{Format: in.Format, Encoding: in.Encoding, Delimiter: in.Delimiter, Header: in.Header, Parts: in.Parts, Columns: in.Columns}
	for _, pair := range in.Rename {
		if from, to, ok := strings.Cut(pair, "="); ok {
			if set.Rename == nil {
				set.Rename = map[string]string{}
			}
			set.Rename[from] = to
		}
	}
	return set
}

type out[T any] struct{ Body T }

// page cuts one item more than asked for into a page and its cursor.
func page[T any](items []T, limit int, place func(T) any) *out[api.Page[T]] {
	p := api.Page[T]{Items: items}
	if len(items) > limit {
		p.Items = items[:limit]
		p.Next = api.Cursor(place(items[limit-1]))
	}
	return &out[api.Page[T]]{p}
}

func (s *Service) listProducts(ctx context.Context, in *PageQuery) (*out[api.Page[Product]], error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	items, err := s.productsFor(ctx, api.Who(ctx), after, in.Limit+1)
	return page(items, in.Limit, func(p Product) any { return p.ID }), err
}

// productsFor lists what the actor may know of: those of a token are few.
func (s *Service) productsFor(ctx context.Context, who api.Actor, after string, limit int) ([]Product, error) {
	if len(who.Products) == 0 {
		return s.Products(ctx, after, limit)
	}
	var items []Product
	for _, id := range slices.Sorted(slices.Values(who.Products)) {
		p, err := s.FindProduct(ctx, id)
		switch {
		case errors.Is(err, NoSuchProduct):
		case err != nil:
			return nil, err
		case id > after:
			items = append(items, p)
		}
	}
	return items, nil
}

func (s *Service) createProduct(ctx context.Context, in *struct{ Body nameIn }) (*out[Product], error) {
	p, err := s.CreateProduct(ctx, in.Body.Name)
	return &out[Product]{p}, err
}

// FormatInfo is one file format as pages list it.
type FormatInfo struct {
	ID      string   `json:"id" table:"格式|format"`
	TitleZH string   `json:"title_zh" table:"名称|中文"`
	TitleEN string   `json:"title_en"`
	HelpZH  string   `json:"help_zh"`
	HelpEN  string   `json:"help_en"`
	Endings []string `json:"endings" table:"文件名|endings"`
	Writes  bool     `json:"writes" table:"可导出|writes"`
}

func (s *Service) listFormats(ctx context.Context, in *struct{}) (*out[api.Page[FormatInfo]], error) {
	var items []FormatInfo
	for _, f := range s.formats {
		x := f.Spec()
		_, writes := f.(Writer)
		items = append(items, FormatInfo{x.ID, x.Title.ZH, x.Title.EN, x.Help.ZH, x.Help.EN, x.Endings, writes})
	}
	return &out[api.Page[FormatInfo]]{api.Page[FormatInfo]{Items: items}}, nil
}

func (s *Service) listDatasets(ctx context.Context, in *struct {
	ProductPath
	PageQuery
}) (*out[api.Page[Dataset]], error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	p, err := s.FindProduct(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	items, err := s.Datasets(ctx, p.ID, after, in.Limit+1)
	return page(items, in.Limit, func(d Dataset) any { return d.ID }), err
}

func (s *Service) createDataset(ctx context.Context, in *struct {
	ProductPath
	Body nameIn
}) (*out[Dataset], error) {
	p, err := s.FindProduct(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	d, err := s.Create(ctx, p.ID, in.Body.Name)
	return &out[Dataset]{d}, err
}

func (s *Service) showDataset(ctx context.Context, in *DatasetPath) (*out[Dataset], error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	return &out[Dataset]{d}, err
}

func (s *Service) removeDataset(ctx context.Context, in *DatasetPath) (*struct{}, error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, s.SetAside(ctx, d.ID)
}

func (s *Service) returnIt(ctx context.Context, in *DatasetPath) (*out[Dataset], error) {
	p, err := s.FindProduct(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	d, err := s.Return(ctx, p.ID, in.Dataset)
	return &out[Dataset]{d}, err
}

type importIn struct {
	DatasetPath
	SettingsQuery
	Mode Mode `query:"mode" enum:"append,replace" default:"append" doc:"追加在后，或替换原有行|append to the rows, or replace them"`
}

func (s *Service) upload(ctx context.Context, in *importIn, file api.Incoming) (*out[api.Started], error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	raw, err := s.keep(ctx, file)
	if err != nil {
		return nil, err
	}
	id, err := s.StartImport(ctx, Order{DatasetID: d.ID, Raw: string(raw), Name: file.Name, Mode: in.Mode, Settings: in.settings()})
	return &out[api.Started]{api.Started{JobID: id}}, err
}

// keep stores the raw file. An empty one is refused here, where the person waits.
func (s *Service) keep(ctx context.Context, file api.Incoming) (blob.Hash, error) {
	raw, size, err := s.blobs.Put(ctx, file)
	if err != nil {
		return "", fmt.Errorf("keep raw file: %w", err)
	}
	if size == 0 {
		return "", EmptyFile.With("name", file.Name)
	}
	return raw, nil
}

// Previewed is a preview with the hash under which the raw file waits for its order.
type Previewed struct {
	Raw  string `json:"raw" doc:"原文件的哈希，用来下单导入|hash of the raw file, for the order"`
	Name string `json:"name"`
	Preview
	Roles []RoleGuess `json:"roles" doc:"像聊天记录的列各是什么|what the columns of a chat log seem to be"`
}

func (s *Service) previewed(ctx context.Context, raw blob.Hash, name string, set Settings) (*out[Previewed], error) {
	p, err := s.Preview(ctx, raw, name, set)
	roles := GuessRoles(p.Report.Schema.Names(), p.Rows)
	if roles == nil {
		roles = []RoleGuess{}
	}
	return &out[Previewed]{Previewed{string(raw), name, p, roles}}, err
}

func (s *Service) preview(ctx context.Context, in *struct {
	DatasetPath
	SettingsQuery
}, file api.Incoming) (*out[Previewed], error) {
	if _, err := s.FindDataset(ctx, in.Product, in.Dataset); err != nil {
		return nil, err
	}
	raw, err := s.keep(ctx, file)
	if err != nil {
		return nil, err
	}
	return s.previewed(ctx, raw, file.Name, in.settings())
}

func (s *Service) previewFile(ctx context.Context, in *struct {
	ProductPath
	SettingsQuery
}, file api.Incoming) (*out[Previewed], error) {
	if _, err := s.FindProduct(ctx, in.Product); err != nil {
		return nil, err
	}
	raw, err := s.keep(ctx, file)
	if err != nil {
		return nil, err
	}
	return s.previewed(ctx, raw, file.Name, in.settings())
}

func (s *Service) previewAgain(ctx context.Context, in *struct {
	ProductPath
	Raw  string `path:"raw" doc:"预览给出的哈希|the hash that the preview gave"`
	Body struct {
		Name     string   `json:"name" doc:"文件名|file name"`
		Settings Settings `json:"settings,omitempty" doc:"导入设置|settings"`
	}
}) (*out[Previewed], error) {
	raw, err := blob.ParseHash(in.Raw)
	if err != nil {
		return nil, err
	}
	return s.previewed(ctx, raw, in.Body.Name, in.Body.Settings)
}

func (s *Service) order(ctx context.Context, in *struct {
	DatasetPath
	Body struct {
		Raw      string   `json:"raw" doc:"预览给出的哈希|the hash that the preview gave"`
		Name     string   `json:"name" doc:"文件名|file name"`
		Mode     Mode     `json:"mode,omitempty" enum:"append,replace" doc:"追加或替换|append or replace"`
		Settings Settings `json:"settings,omitempty" doc:"导入设置|settings"`
	}
}) (*out[api.Started], error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	raw, err := blob.ParseHash(in.Body.Raw)
	if err != nil {
		return nil, err
	}
	if r, err := s.blobs.Open(ctx, raw); err != nil {
		return nil, err
	} else if err := r.Close(); err != nil {
		return nil, fmt.Errorf("close raw file: %w", err)
	}
	id, err := s.StartImport(ctx, Order{DatasetID: d.ID, Raw: in.Body.Raw, Name: in.Body.Name, Mode: in.Body.Mode, Settings: in.Body.Settings})
	return &out[api.Started]{api.Started{JobID: id}}, err
}

func (s *Service) listVersions(ctx context.Context, in *struct {
	DatasetPath
	PageQuery
}) (*out[api.Page[Version]], error) {
	var after int
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	items, err := s.Versions(ctx, d.ID, after, in.Limit+1)
	return page(items, in.Limit, func(v Version) any { return v.Number }), err
}

func (s *Service) version(ctx context.Context, in VersionPath) (Version, error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return Version{}, err
	}
	return s.Find(ctx, d.ID, in.Version)
}

// RowPage is a page of rows with the columns they stand under.
type RowPage struct {
	Columns []string `json:"columns"`
	Items   []Row    `json:"items"`
	// Hits tells where the findings that were asked for show, by row.
	Hits map[RowID][]Hit `json:"hits,omitempty" doc:"所筛发现在各行的哪些字|where the findings that were asked for show, by row"`
	Next string          `json:"next,omitempty"`
}

// FilterQuery is a filter of rows in a query. Conditions add up.
type FilterQuery struct {
	Contains string   `query:"contains" doc:"某个单元格含有这段文字|some cell contains this text"`
	Where    []string `query:"where,explode" doc:"列=值，或列!=值，可多次|column=value or column!=value, may be repeated"`
	Length   []string `query:"length,explode" doc:"列=从-到 或 列!=从-到，按字数，可多次|column=from-to or column!=from-to in characters, may be repeated"`
	Finding  []Found  `query:"finding,explode" doc:"有这个发现，可多次；名字见 facets|has this finding, may be repeated; facets lists them"`
	Without  []Found  `query:"without,explode" doc:"没有这个发现，可多次|has not this finding, may be repeated"`
}

func (s *Service) filter(in FilterQuery) (Filter, error) {
	return s.parseFilter(in.Contains, in.Where, in.Length, in.Finding, in.Without)
}

func (s *Service) listRows(ctx context.Context, in *struct {
	VersionPath
	PageQuery
	FilterQuery
}) (*out[RowPage], error) {
	position := 0
	if err := api.ReadCursor(in.Cursor, &position); err != nil {
		return nil, err
	}
	v, err := s.version(ctx, in.VersionPath)
	if err != nil {
		return nil, err
	}
	filter, err := s.filter(in.FilterQuery)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.Search(ctx, v.ID, filter, max(0, position), in.Limit)
	if err != nil {
		return nil, err
	}
	body := RowPage{Columns: v.Schema.Names(), Items: rows, Hits: s.marked(v.Schema, filter.Found, rows)}
	if next >= 0 {
		body.Next = api.Cursor(next)
	}
	return &out[RowPage]{body}, nil
}

func (s *Service) showFacets(ctx context.Context, in *struct {
	VersionPath
	FilterQuery
	Findings string `query:"findings" enum:"yes,no" default:"yes" doc:"no：先不看有什么问题，第一次快得多|no: do not look for what is wrong, much faster the first time"`
}) (*out[Facets], error) {
	v, err := s.version(ctx, in.VersionPath)
	if err != nil {
		return nil, err
	}
	filter, err := s.filter(in.FilterQuery)
	if err != nil {
		return nil, err
	}
	f, err := s.Facets(ctx, v.ID, filter, in.Findings != "no")
	return &out[Facets]{f.shown(ctx)}, err
}

func (s *Service) compare(ctx context.Context, in *struct {
	VersionPath
	PageQuery
	Base string `query:"base" required:"true" doc:"与哪个版本比：v1 或编号|the version to compare with: v1 or an id"`
	Kind string `query:"kind" enum:"changed,added,removed" doc:"只看这一种|of this kind only"`
}) (*out[Difference], error) {
	skip := 0
	if err := api.ReadCursor(in.Cursor, &skip); err != nil {
		return nil, err
	}
	v, err := s.version(ctx, in.VersionPath)
	if err != nil {
		return nil, err
	}
	base, err := s.Find(ctx, v.DatasetID, in.Base)
	if err != nil {
		return nil, err
	}
	skip = max(0, skip)
	d, err := s.Compare(ctx, base.ID, v.ID, in.Kind, skip, in.Limit+1)
	if err == nil && len(d.Items) > in.Limit {
		d.Items, d.Next = d.Items[:in.Limit], api.Cursor(skip+in.Limit)
	}
	return &out[Difference]{d}, err
}

func (s *Service) restore(ctx context.Context, in *VersionPath) (*out[Version], error) {
	v, err := s.version(ctx, *in)
	if err != nil {
		return nil, err
	}
	v, err = s.Restore(ctx, v.ID)
	return &out[Version]{v}, err
}

func (s *Service) showProfile(ctx context.Context, in *VersionPath) (*out[Profile], error) {
	v, err := s.version(ctx, *in)
	if err != nil {
		return nil, err
	}
	p, err := s.Profile(ctx, v.ID)
	return &out[Profile]{p}, err
}

func (s *Service) showReport(ctx context.Context, in *VersionPath) (*out[Report], error) {
	v, err := s.version(ctx, *in)
	if err != nil {
		return nil, err
	}
	r, err := s.Report(ctx, v.ID)
	return &out[Report]{r}, err
}

func (s *Service) export(ctx context.Context, in *struct {
	VersionPath
	Format string `query:"format" default:"csv" doc:"csv、tsv、xlsx、json、jsonl、parquet、txt|csv, tsv, xlsx, json, jsonl, parquet, txt"`
	Safe   string `query:"safe" enum:"yes,no" doc:"防止表格软件把单元格当公式运行，csv 和 xlsx 默认 yes|keep spreadsheets from running cells as formulas; yes by default for csv and xlsx"`
}) (*api.Outgoing, error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	v, err := s.Find(ctx, d.ID, in.Version)
	if err != nil {
		return nil, err
	}
	w, err := s.writer(in.Format)
	if err != nil {
		return nil, err
	}
	spreadsheet := in.Format == "csv" || in.Format == "tsv" || in.Format == "xlsx"
	o := WriteOptions{Safe: in.Safe == "yes" || in.Safe == "" && spreadsheet, Masked: !api.Unmasked(ctx)}
	return &api.Outgoing{Name: fmt.Sprintf("%s-v%d%s", d.Name, v.Number, w.Spec().Endings[0]), Type: w.Spec().MediaType,
		Write: func(to io.Writer) error { return s.Export(ctx, to, v.ID, in.Format, o) }}, nil
}
