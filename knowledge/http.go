package knowledge

import (
	"context"
	"io"
	"path"
	"strings"

	"zhuomo/internal/api"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	const (
		product  = "/api/v1/products/{product}"
		entries  = product + "/entries"
		entry    = entries + "/{entry}"
		entities = product + "/entities"
	)
	return append([]api.Route{
		api.Op("GET", entries, "knowledge list", api.Viewer, "列出知识条目", "list entries", s.listEntries, api.Plain()),
		api.Op("POST", entries, "knowledge add", api.Trainer, "新建知识条目", "add an entry", s.addEntry, api.Plain()),
		api.Op("GET", entry, "knowledge show", api.Viewer, "查看知识条目", "show an entry", s.showEntry, api.Plain()),
		api.Op("PUT", entry, "knowledge save", api.Trainer, "修改知识条目", "change an entry", s.saveEntry, api.Plain()),
		api.Op("DELETE", entry, "knowledge remove", api.Trainer, "移除知识条目，可恢复", "remove an entry; it can be restored", s.removeEntry),
		api.Op("GET", entry+"/revisions", "knowledge history", api.Viewer, "查看条目的历史", "show the history of an entry", s.listRevisions, api.Plain()),
		api.Op("POST", entry+"/restorations", "knowledge restore", api.Trainer, "恢复条目的一个旧版次", "restore an old revision of an entry", s.restoreEntry, api.Plain()),
		api.Op("POST", product+"/searches", "knowledge search", api.Viewer, "搜索知识，说明为什么", "search entries and say why", s.search, api.Quiet(), api.Plain()),
		api.Op("POST", product+"/mentions", "knowledge link", api.Viewer, "找出一句话里的实体", "find the entities in a sentence", s.link, api.Quiet()),
		api.Op("POST", product+"/lookups", "knowledge lookup", api.Viewer, "按条件查实体表", "find rows of an entity table", s.lookup, api.Quiet(), api.Plain()),
		api.Op("GET", entities, "knowledge entities", api.Viewer, "列出实体表", "list entity tables", s.listTables, api.Plain()),
		api.Upload("POST", entities, "knowledge entities-import", api.Trainer, "导入实体表（CSV），同名的被替换", "import an entity table (CSV) in place of the one with its name", s.importTable, api.MaxBytes(importBytes), api.Plain()),
		api.Op("GET", entities+"/{table}", "knowledge entities-show", api.Viewer, "查看实体表", "show an entity table", s.showTable, api.Plain()),
		api.Op("PUT", entities+"/{table}", "knowledge entities-from", api.Trainer, "用一个数据版本的行作实体表", "make an entity table of the rows of a dataset version", s.tableFrom, api.Plain()),
		api.Op("DELETE", entities+"/{table}", "knowledge entities-remove", api.Trainer, "移除实体表", "remove an entity table", s.removeTable),
	}, append(s.importRoutes(), s.liveRoutes()...)...)
}

// The input types are exported where others embed them: the decoder does not
// see embedded types that are not.
type (
	// ProductPath names a product in a path.
	ProductPath struct {
		Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
	}
	// EntryPath names an entry in a path.
	EntryPath struct {
		ProductPath
		Entry string `path:"entry" doc:"条目的编号|id of the entry"`
	}
	// TablePath names an entity table in a path.
	TablePath struct {
		ProductPath
		Table string `path:"table" doc:"实体表的名称|name of the table"`
	}
)

// EntryBody is what people write of an entry.
type EntryBody struct {
	Category   string     `json:"category,omitempty" maxLength:"100" doc:"分类|category"`
	Question   string     `json:"question" doc:"问题|question"`
	Variants   []string   `json:"variants,omitempty" doc:"相似问|other ways to ask it"`
	Answer     []Part     `json:"answer,omitempty" doc:"答案的各段|parts of the answer"`
	Text       string     `json:"text,omitempty" doc:"纯文字答案，代替 answer|the answer as plain text, instead of answer"`
	Conditions Conditions `json:"conditions,omitzero" doc:"适用条件|conditions"`
	Sources    []Source   `json:"sources,omitempty" doc:"来源|sources"`
	State      State      `json:"state,omitempty" enum:"draft,live" doc:"状态，默认 live|state, live by default"`
}

func (b EntryBody) entry(id string) Entry {
	e := Entry{ID: id, Category: b.Category, Question: b.Question, Variants: b.Variants, Answer: b.Answer, Conditions: b.Conditions, Sources: b.Sources, State: b.State}
	if b.Text != "" {
		e.Answer = append([]Part{{Kind: TextPart, Text: strings.TrimSpace(b.Text)}}, e.Answer...)
	}
	return e
}

// Saved is an entry with what is close to it.
type Saved struct {
	Entry
	Warnings []Warning `json:"warnings"`
}

type out[T any] struct{ Body T }

type taggedOut[T any] struct {
	api.Tag
	Body T
}

func saved(e Entry, w []Warning, err error) (*taggedOut[Saved], error) {
	return &taggedOut[Saved]{api.TagOf(e.Revision), Saved{e, w}}, err
}

// product gives the id of the product that a path names.
func (s *Service) product(ctx context.Context, in ProductPath) (string, error) {
	p, err := s.data.FindProduct(ctx, in.Product)
	return p.ID, err
}

func (s *Service) listEntries(ctx context.Context, in *struct {
	ProductPath
	State    State  `query:"state" enum:"draft,live,removed" doc:"只看这种状态|only this state"`
	Category string `query:"category" doc:"只看这一类|only this category"`
	Cursor   string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"每页条数|items a page"`
}) (*out[api.Page[Entry]], error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	items, err := s.Entries(ctx, product, EntryFilter{in.State, in.Category}, after, in.Limit+1)
	page := api.Page[Entry]{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], api.Cursor(items[in.Limit-1].ID)
	}
	return &out[api.Page[Entry]]{page}, err
}

func (s *Service) addEntry(ctx context.Context, in *struct {
	ProductPath
	Body struct {
		ID string `json:"id,omitempty" maxLength:"100" pattern:"^[A-Za-z0-9_.-]*$" doc:"编号，不填则生成|id, made when absent"`
		EntryBody
	}
}) (*taggedOut[Saved], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	return saved(s.Add(ctx, product, api.Who(ctx).ID, in.Body.entry(in.Body.ID)))
}

func (s *Service) showEntry(ctx context.Context, in *EntryPath) (*taggedOut[Entry], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	e, err := s.Entry(ctx, product, in.Entry)
	return &taggedOut[Entry]{api.TagOf(e.Revision), e}, err
}

func (s *Service) saveEntry(ctx context.Context, in *struct {
	EntryPath
	api.Match
	Body EntryBody
}) (*taggedOut[Saved], error) {
	revision, err := in.Revision()
	if err != nil {
		return nil, err
	}
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	return saved(s.Save(ctx, product, api.Who(ctx).ID, in.Body.entry(in.Entry), revision))
}

func (s *Service) removeEntry(ctx context.Context, in *struct {
	EntryPath
	api.Match
}) (*taggedOut[Entry], error) {
	revision, err := in.Revision()
	if err != nil {
		return nil, err
	}
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	e, err := s.Remove(ctx, product, api.Who(ctx).ID, in.Entry, revision)
	return &taggedOut[Entry]{api.TagOf(e.Revision), e}, err
}

func (s *Service) listRevisions(ctx context.Context, in *EntryPath) (*out[api.Page[Entry]], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	list, err := s.Revisions(ctx, product, in.Entry)
	return &out[api.Page[Entry]]{api.Page[Entry]{Items: list}}, err
}

func (s *Service) restoreEntry(ctx context.Context, in *struct {
	EntryPath
	Body struct {
		Revision int64 `json:"revision,omitempty" minimum:"0" doc:"哪一版，默认移除前的那一版|which revision, by default the last before its removal"`
	}
}) (*taggedOut[Saved], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	return saved(s.Restore(ctx, product, api.Who(ctx).ID, in.Entry, in.Body.Revision))
}

// readAll reads an upload into memory: entries and tables are small.
func readAll(file api.Incoming) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(file, importBytes+1))
	if err == nil && len(body) > importBytes {
		err = TooMuch.With("limit", "32 MiB").At("file")
	}
	return body, err
}

func (s *Service) search(ctx context.Context, in *struct {
	ProductPath
	Body struct {
		Text     string `json:"text" maxLength:"4096" doc:"要搜的话|the sentence"`
		Limit    int    `json:"limit,omitempty" minimum:"0" maximum:"100" doc:"最多几条，默认 10|how many, 10 by default"`
		Category string `json:"category,omitempty" doc:"只看这一类|only this category"`
		Channel  string `json:"channel,omitempty" doc:"按这个渠道的条件|under the conditions of this channel"`
		Drafts   bool   `json:"drafts,omitempty" doc:"包括草稿|drafts too"`
		Explain  bool   `json:"explain,omitempty" doc:"说明哪些字词起了作用|say which words weighed"`
	}
}) (*out[api.Page[Hit]], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	b := in.Body
	hits, err := s.Search(ctx, product, b.Text, SearchOptions{Limit: b.Limit, Category: b.Category, Drafts: b.Drafts, Explain: b.Explain,
		Asker: Asker{Channel: b.Channel, At: s.now()}})
	return &out[api.Page[Hit]]{api.Page[Hit]{Items: hits}}, err
}

func (s *Service) link(ctx context.Context, in *struct {
	ProductPath
	Body struct {
		Text string `json:"text" maxLength:"4096" doc:"要看的话|the sentence"`
	}
}) (*out[api.Page[Mention]], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.Current(ctx, product)
	if err != nil {
		return nil, err
	}
	return &out[api.Page[Mention]]{api.Page[Mention]{Items: snapshot.Link(in.Body.Text)}}, nil
}

// Rows are what a lookup found.
type Rows struct {
	Columns []string `json:"columns"`
	Rows    []Record `json:"rows"`
}

func (s *Service) lookup(ctx context.Context, in *struct {
	ProductPath
	Body Query
}) (*out[Rows], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.Current(ctx, product)
	if err != nil {
		return nil, err
	}
	rows, err := snapshot.Lookup(in.Body)
	if err != nil {
		return nil, err
	}
	t, _ := snapshot.Table(in.Body.Table)
	return &out[Rows]{Rows{t.names(), rows}}, nil
}

func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

func (s *Service) listTables(ctx context.Context, in *ProductPath) (*out[api.Page[TableHead]], error) {
	product, err := s.product(ctx, *in)
	if err != nil {
		return nil, err
	}
	list, err := s.Tables(ctx, product)
	return &out[api.Page[TableHead]]{api.Page[TableHead]{Items: list}}, err
}

func (s *Service) importTable(ctx context.Context, in *struct {
	ProductPath
	Name string `query:"name" maxLength:"100" doc:"表名，默认取文件名|name of the table, the file's by default"`
}, file api.Incoming) (*out[TableHead], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	body, err := readAll(file)
	if err != nil {
		return nil, err
	}
	name := in.Name
	if name == "" {
		name = strings.TrimSuffix(file.Name, path.Ext(file.Name))
	}
	t, err := ReadTable(name, body)
	if err != nil {
		return nil, err
	}
	h, err := s.SaveTable(ctx, product, api.Who(ctx).ID, t)
	return &out[TableHead]{h}, err
}

func (s *Service) showTable(ctx context.Context, in *TablePath) (*out[Table], error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	t, err := s.Table(ctx, product, in.Table)
	return &out[Table]{t}, err
}

func (s *Service) tableFrom(ctx context.Context, in *struct {
	TablePath
	Body struct {
		Dataset string `json:"dataset" doc:"数据集的编号或名称|id or name of the dataset"`
		Version string `json:"version,omitempty" doc:"版本，默认最新|version, the latest by default"`
	}
}) (*out[TableHead], error) {
	d, err := s.data.FindDataset(ctx, in.Product, in.Body.Dataset)
	if err != nil {
		return nil, err
	}
	v, err := s.data.Find(ctx, d.ID, in.Body.Version)
	if err != nil {
		return nil, err
	}
	h, err := s.TableOfVersion(ctx, d.ProductID, api.Who(ctx).ID, in.Table, v.ID)
	return &out[TableHead]{h}, err
}

func (s *Service) removeTable(ctx context.Context, in *TablePath) (*struct{}, error) {
	product, err := s.product(ctx, in.ProductPath)
	if err != nil {
		return nil, err
	}
	return nil, s.RemoveTable(ctx, product, in.Table)
}
