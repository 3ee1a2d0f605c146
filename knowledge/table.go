package knowledge

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"zhuomo/text"
)

// ColumnKind is what the cells of a column hold.
type ColumnKind string

const (
	TextCell   ColumnKind = "text"
	NumberCell ColumnKind = "number"
	ListCell   ColumnKind = "list" // several values, parted by |
)

// Column is one column of a table.
type Column struct {
	Name string     `json:"name"`
	Kind ColumnKind `json:"kind"`
	// Linked columns have their values found in texts, as keys are.
	Linked bool `json:"linked,omitempty"`
	// Near columns name places close to the row, such as 最近地铁 or 附近.
	Near bool `json:"near,omitempty"`
}

// Table is a named set of entities: hotels, stations.
type Table struct {
	ID        string   `json:"id,omitempty" table:"编号|id"`
	ProductID string   `json:"product_id,omitempty"`
	Name      string   `json:"name" table:"名称|name"`
	Key       string   `json:"key" table:"主列|key column"`               // the column that names the entity
	Synonyms  string   `json:"synonyms,omitempty" table:"别名列|synonyms"` // the column with its other names, parted by |
	Columns   []Column `json:"columns"`
	Rows      []Record `json:"rows"`
	Revision  int64    `json:"revision,omitempty" table:"版次|revision"`
	UpdatedUS int64    `json:"updated_us,omitempty" table:"修改时间|changed"`
}

// Record is one entity. Cells stand in the order of the columns.
type Record struct {
	RowID string   `json:"row_id,omitempty"` // the dataset row it came from
	Cells []string `json:"cells"`
}

// listMark parts the values of a list cell.
const listMark = "|"

// What a table may hold.
const (
	tableRows    = 200_000
	tableColumns = 200
)

// NewTable makes a table of rows and guesses from names and cells which column
// is the key, which holds synonyms, what kinds they are, and which are linked.
// rowIDs may be nil. Faults: EmptyTable, TableTooLarge, WideRow, NoColumn.
func NewTable(name string, header []string, rows [][]string, rowIDs []string) (Table, error) {
	t := Table{Name: strings.TrimSpace(name)}
	for _, h := range header {
		t.Columns = append(t.Columns, Column{Name: strings.TrimSpace(h), Kind: TextCell})
	}
	for i, cells := range rows {
		if len(cells) > len(header) {
			return t, WideRow.With("record", i+1, "got", len(cells), "want", len(header))
		}
		padded := make([]string, len(header))
		for c, v := range cells {
			padded[c] = strings.TrimSpace(v)
		}
		r := Record{Cells: padded}
		if rowIDs != nil {
			r.RowID = rowIDs[i]
		}
		t.Rows = append(t.Rows, r)
	}
	if len(t.Columns) == 0 || len(t.Rows) == 0 {
		return t, EmptyTable.With("table", name)
	}
	for i := range t.Columns {
		t.Columns[i] = guessColumn(t, i)
	}
	t.Key = t.Columns[0].Name
	for _, c := range t.Columns {
		if slices.Contains([]string{"名称", "名字", "name", "title"}, strings.ToLower(c.Name)) {
			t.Key = c.Name
			break
		}
	}
	for _, c := range t.Columns {
		if slices.Contains([]string{"别名", "同义词", "俗称", "简称", "synonyms", "aliases", "alias"}, strings.ToLower(c.Name)) {
			t.Synonyms = c.Name
			break
		}
	}
	for i, c := range t.Columns {
		if c.Name == t.Key || c.Name == t.Synonyms {
			t.Columns[i].Linked = false // linked as the key anyway
		}
	}
	return CheckTable(t)
}

// linkedShare is the most distinct values per row that a column may have to be
// linked: a category, not a description.
const (
	linkedShare = 0.6
	linkedRunes = 8
)

func guessColumn(t Table, at int) Column {
	c := t.Columns[at]
	c.Near = slices.ContainsFunc([]string{"最近", "附近", "周边", "near", "close"}, func(p string) bool { return strings.HasPrefix(strings.ToLower(c.Name), p) })
	filled, numbers, lists, long := 0, 0, 0, 0
	values := map[string]bool{}
	for _, r := range t.Rows {
		cell := r.Cells[at]
		if cell == "" {
			continue
		}
		filled++
		if _, err := strconv.ParseFloat(cell, 64); err == nil {
			numbers++
		}
		if strings.Contains(cell, listMark) {
			lists++
		}
		for v := range strings.SplitSeq(cell, listMark) {
			values[v] = true
			if len([]rune(v)) > linkedRunes {
				long++
			}
		}
	}
	switch {
	case filled == 0:
	case lists > 0:
		c.Kind = ListCell
	case numbers == filled:
		c.Kind = NumberCell
	}
	c.Linked = filled > 0 && c.Kind != NumberCell && !c.Near && long == 0 && float64(len(values)) <= linkedShare*float64(filled)
	for v := range values {
		if len([]rune(v)) < 2 || strings.ContainsAny(v, ":：0123456789") && !strings.HasSuffix(v, "线") {
			c.Linked = false // times, prices and single characters are found everywhere
		}
	}
	return c
}

// CheckTable says what is wrong with a table. Faults: EmptyTable, NoColumn,
// TableTooLarge, WideRow, SameKey.
func CheckTable(t Table) (Table, error) {
	switch {
	case t.Name == "" || len(t.Columns) == 0:
		return t, EmptyTable.With("table", t.Name)
	case len(t.Rows) > tableRows || len(t.Columns) > tableColumns:
		return t, TableTooLarge.With("rows", tableRows, "columns", tableColumns)
	case t.Column(t.Key) < 0:
		return t, NoColumn.With("table", t.Name, "column", t.Key).At("key")
	case t.Synonyms != "" && t.Column(t.Synonyms) < 0:
		return t, NoColumn.With("table", t.Name, "column", t.Synonyms).At("synonyms")
	}
	seen := map[string]bool{}
	for _, c := range t.Columns {
		if c.Name == "" || seen[c.Name] {
			return t, SameColumn.With("table", t.Name, "column", c.Name).At("columns")
		}
		seen[c.Name] = true
	}
	key, keys := t.Column(t.Key), make(map[string]int, len(t.Rows))
	for i, r := range t.Rows {
		if len(r.Cells) != len(t.Columns) {
			return t, WideRow.With("record", i+1, "got", len(r.Cells), "want", len(t.Columns))
		}
		name := fold(r.Cells[key])
		if first, twice := keys[name]; twice || name == "" {
			return t, SameKey.With("table", t.Name, "record", i+1, "key", r.Cells[key], "first", first+1)
		}
		keys[name] = i
	}
	return t, nil
}

// Column is the position of the named column, or -1.
func (t Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// Cell is the cell of a record in the named column, "" where there is none.
func (t Table) Cell(r Record, column string) string {
	if i := t.Column(column); i >= 0 && i < len(r.Cells) {
		return r.Cells[i]
	}
	return ""
}

// List is the values of a list cell.
func List(cell string) []string {
	var out []string
	for v := range strings.SplitSeq(cell, listMark) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// ReadTable reads a CSV file of any encoding with a header line.
// Faults: BrokenFile with the line, and those of NewTable.
func ReadTable(name string, file []byte) (Table, error) {
	rows, err := readCSV(file)
	if err != nil {
		return Table{}, err
	}
	if len(rows) < 2 {
		return Table{}, EmptyTable.With("table", name)
	}
	return NewTable(name, rows[0], rows[1:], nil)
}

// readCSV reads fields parted by comma, tab or semicolon, whichever the first
// line has most of.
func readCSV(file []byte) ([][]string, error) {
	decoded, _, _, err := text.Decode(file, "")
	if err != nil {
		return nil, BrokenFile.With("line", 1, "problem", err.Error()).Because(err)
	}
	decoded = strings.TrimPrefix(decoded, "\ufeff")
	first, _, _ := strings.Cut(decoded, "\n")
	r := csv.NewReader(strings.NewReader(decoded))
	r.FieldsPerRecord = -1
	for _, mark := range "\t;" {
		if strings.Count(first, string(mark)) > strings.Count(first, string(r.Comma)) {
			r.Comma = mark
		}
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, BrokenFile.With("line", wrong.Line, "problem", wrong.Err.Error()).Because(err)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
}
