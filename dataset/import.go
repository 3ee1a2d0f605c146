package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"zhuomo/internal/blob"
	"zhuomo/internal/spec"
)

// Report says what an import did: what it guessed, what it found broken, how
// many rows came out. It is kept with the version.
type Report struct {
	Blob         string     `json:"blob"`
	Name         string     `json:"name"`
	SizeBytes    int64      `json:"size_bytes"`
	Format       string     `json:"format"`
	Detected     []Detected `json:"detected"`
	Findings     []Finding  `json:"findings"` // the first of them, see Limits
	FindingCount int        `json:"finding_count"`
	// FindingCounts counts all findings by kind, shown or not.
	FindingCounts map[string]int `json:"finding_counts"`
	Parts         []PartReport   `json:"parts"`
	Schema        Schema         `json:"schema"`
	RowCount      int            `json:"row_count"`
}

// PartReport is one sheet, table or member of a file.
type PartReport struct {
	Name     string   `json:"name"`
	Columns  []string `json:"columns"`
	RowCount int      `json:"row_count"`
}

// readFile reads a raw file into rows of one schema, the union of all parts'
// columns in the order in which they turn up. Rows come in the order of the
// file; their values are as many as the schema had columns by then.
//
// grow is called whenever the schema has become longer, before the next row.
func readFile(ctx context.Context, formats []Format, in File, blobHash, name string, set Settings, limits Limits,
	grow func(Schema), each func(Row) error) (Report, error) {
	c := &collector{report: Report{Blob: blobHash, Name: name, SizeBytes: in.Size(), FindingCounts: map[string]int{}, Detected: []Detected{}, Findings: []Finding{}},
		keep: set.Columns, rename: set.Rename, limits: limits, grow: grow, each: each, at: map[string]int{}, parts: map[string]int{}}
	o := ReadOptions{Name: name, Settings: set, Limits: limits}
	err := c.file(ctx, formats, in, o, false)
	if err == nil && c.report.RowCount == 0 {
		if c.report.FindingCount == 0 {
			err = NoRecords.With("name", name)
		} else {
			err = NoRecords.With("name", name).Because(errors.New(c.report.Findings[0].Why.EN))
		}
	}
	if err == nil {
		for _, want := range set.Columns {
			if _, known := c.at[want]; !known {
				err = NoSuchColumn.With("column", want, "known", strings.Join(c.seen, ", ")).At("columns")
			}
		}
	}
	return c.report, err
}

// collector is the sink of an import.
type collector struct {
	report  Report
	limits  Limits
	keep    []string // columns chosen by the person; empty: all
	rename  map[string]string
	grow    func(Schema)
	each    func(Row) error
	at      map[string]int // column name → place in the schema
	seen    []string       // every column name of the file
	member  string         // file inside an archive
	part    int            // index in report.Parts
	parts   map[string]int // part name → index
	columns []int          // of the current part → place in the schema, -1 left out
	arena   []string       // values of coming rows, cut from one piece
}

// file reads one file, or the members of an archive one level deep.
func (c *collector) file(ctx context.Context, formats []Format, in File, o ReadOptions, inside bool) error {
	if in.Size() == 0 {
		if inside {
			c.Finding(Finding{Kind: "empty_member", Part: c.member, Offset: -1, Why: spec.Text{ZH: "包内文件是空的", EN: "the file in the archive is empty"}})
			return nil
		}
		return EmptyFile.With("name", o.Name)
	}
	f, err := c.choose(formats, in, &o, inside)
	if err != nil {
		return err
	}
	box, isBox := f.(Container)
	switch {
	case isBox && inside:
		c.Finding(Finding{Kind: "nested_archive", Part: c.member, Offset: -1, Why: spec.Text{
			ZH: "压缩包里的压缩包不再展开，请单独导入", EN: "an archive inside the archive is not opened; import it on its own"}})
		return nil
	case isBox:
		members := o.Settings
		o.Settings.Parts = nil
		return box.Members(ctx, in, o, c, func(name string, in File) error {
			if len(members.Parts) > 0 && !slices.ContainsFunc(members.Parts, func(p string) bool { return p == name || strings.HasPrefix(p, name+"/") }) {
				return nil
			}
			c.member = name
			mo := ReadOptions{Name: name, Settings: Settings{Encoding: members.Encoding, Delimiter: members.Delimiter, Header: members.Header}, Limits: o.Limits}
			for _, p := range members.Parts {
				if rest, ok := strings.CutPrefix(p, name+"/"); ok {
					mo.Settings.Parts = append(mo.Settings.Parts, rest)
				}
			}
			return c.memberFault(c.file(ctx, formats, in, mo, true))
		})
	}
	if !inside {
		c.report.Format = f.Spec().ID
	}
	return f.Read(ctx, in, o, c)
}

// memberFault lets the other members of an archive be read when one is no data.
func (c *collector) memberFault(err error) error {
	for _, soft := range []error{UnknownFormat, NotText, Damaged, NoRecords} {
		if errors.Is(err, soft) {
			c.Finding(Finding{Kind: "unreadable_member", Part: c.member, Offset: -1, Why: spec.Text{
				ZH: "包内文件读不了：" + faultText(err, "zh"), EN: "a file in the archive cannot be read: " + faultText(err, "en")}})
			return nil
		}
	}
	return err
}

// choose takes the format that was set, or the one that is surest.
func (c *collector) choose(formats []Format, in File, o *ReadOptions, inside bool) (Format, error) {
	var known []string
	for _, f := range formats {
		known = append(known, f.Spec().ID)
	}
	if want := o.Settings.Format; want != "" {
		i := slices.Index(known, want)
		if i < 0 {
			return nil, NoSuchFormat.With("format", want, "known", strings.Join(known, ", ")).At("format")
		}
		c.Detected(Detected{What: "format", Value: want, Confidence: 1, Why: spec.Text{ZH: "由你指定", EN: "set by you"}})
		return formats[i], nil
	}
	head := make([]byte, min(64<<10, in.Size()))
	if _, err := in.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read head: %w", err)
	}
	best, guess := -1, Guess{}
	var others []string
	for i, f := range formats {
		g := f.Sniff(head, o.Name)
		if g.Confidence > guess.Confidence {
			if best >= 0 {
				others = append(others, known[best])
			}
			best, guess = i, g
		} else if g.Confidence > 0 {
			others = append(others, known[i])
		}
	}
	if best < 0 {
		// Say what is wrong with a file whose name promises text.
		for i, f := range formats {
			if slices.Contains(f.Spec().Endings, strings.ToLower(path.Ext(o.Name))) {
				return formats[i], nil
			}
		}
		return nil, UnknownFormat.With("name", o.Name, "known", strings.Join(known, ", "))
	}
	c.Detected(Detected{What: "format", Value: known[best], Confidence: guess.Confidence, Why: guess.Why, Alternatives: others})
	return formats[best], nil
}

// Part begins a part, or tells that the current one has more columns.
func (c *collector) Part(name string, columns []string) error {
	full := name
	if c.member != "" {
		full = strings.TrimSuffix(c.member+"/"+name, "/")
	}
	i, known := c.parts[full]
	if !known {
		i = len(c.report.Parts)
		c.parts[full] = i
		c.report.Parts = append(c.report.Parts, PartReport{Name: full})
	}
	c.part = i
	c.report.Parts[i].Columns = columns
	c.columns = c.columns[:0]
	grown := false
	if len(c.keep) > 0 && len(c.report.Schema.Columns) == 0 {
		for _, want := range c.keep { // in the order the person gave
			c.report.Schema.Columns = append(c.report.Schema.Columns, Column{Name: want, Type: Text})
		}
		grown = true
	}
	for _, column := range columns {
		if name := c.rename[column]; name != "" {
			column = name
		}
		place := c.report.Schema.Index(column)
		if !slices.Contains(c.seen, column) {
			c.seen = append(c.seen, column)
		}
		if place >= 0 {
			c.at[column] = place
		} else if len(c.keep) == 0 {
			place = len(c.report.Schema.Columns)
			c.at[column] = place
			c.report.Schema.Columns = append(c.report.Schema.Columns, Column{Name: column, Type: Text})
			grown = true
		}
		c.columns = append(c.columns, place)
	}
	if len(c.report.Schema.Columns) > c.limits.Columns {
		return TooManyColumns.With("name", c.report.Name, "limit", c.limits.Columns)
	}
	if grown && c.grow != nil {
		c.grow(Schema{Columns: slices.Clone(c.report.Schema.Columns)})
	}
	return nil
}

// Record makes a row of a record.
func (c *collector) Record(r Record) error {
	width := len(c.report.Schema.Columns)
	if len(c.arena) < width {
		c.arena = make([]string, 1024*max(1, width))
	}
	values := c.arena[:width:width]
	c.arena = c.arena[width:]
	for i, v := range r.Values {
		if place := c.columns[i]; place >= 0 {
			values[place] = v
		}
	}
	part := &c.report.Parts[c.part]
	part.RowCount++
	c.report.RowCount++
	return c.each(Row{
		ID:     NewRowID(c.report.Blob, part.Name, r.Number),
		Source: Source{Blob: c.report.Blob, Part: part.Name, Record: r.Number, Offset: r.Offset, Length: r.Length},
		Values: values,
	})
}

// Detected keeps what was guessed.
func (c *collector) Detected(d Detected) {
	if c.member != "" {
		d.Part = strings.TrimSuffix(c.member+"/"+d.Part, "/")
	}
	if len(c.report.Detected) < c.limits.Findings {
		c.report.Detected = append(c.report.Detected, d)
	}
}

// Finding keeps the first findings and counts all.
func (c *collector) Finding(f Finding) {
	if c.member != "" && f.Part != c.member {
		f.Part = strings.TrimSuffix(c.member+"/"+f.Part, "/")
	}
	if len(c.report.Findings) >= c.limits.Findings {
		c.report.FindingCount++
		c.report.FindingCounts[f.Kind]++
		return
	}
	c.report.note(f)
}

// note counts a finding and keeps it.
func (r *Report) note(f Finding) {
	r.FindingCount++
	r.FindingCounts[f.Kind]++
	r.Findings = append(r.Findings, f)
}

// Preview is what an import would do, with the first rows.
type Preview struct {
	Report Report `json:"report"`
	Rows   []Row  `json:"rows"`
}

const previewRows = 50

// Preview reads the beginning of a raw file without keeping anything.
func (s *Service) Preview(ctx context.Context, raw blob.Hash, name string, set Settings) (Preview, error) {
	in, err := s.blobs.Open(ctx, raw)
	if err != nil {
		return Preview{}, fmt.Errorf("open raw file: %w", err)
	}
	defer in.Close()
	rows := []Row{}
	report, err := readFile(ctx, s.formats, in, string(raw), name, set, StandardLimits(), nil, func(r Row) error {
		if len(rows) == previewRows {
			return errEnough
		}
		rows = append(rows, clone(r))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
		report.RowCount = previewRows
	}
	for i := range rows { // columns that later rows brought
		for len(rows[i].Values) < len(report.Schema.Columns) {
			rows[i].Values = append(rows[i].Values, "")
		}
	}
	return Preview{report, rows}, err
}
