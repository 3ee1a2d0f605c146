package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

// RowID names a row for life. It is made from the raw file's hash and the
// record number, so that importing the same file again gives the same ids;
// the n-th part of a split row is "<id>.<n>", n ≥ 1.
type RowID string

// Row is one record of a dataset version. Values stand in the order of the
// version's schema and are exactly the text that was read: an empty string is
// an empty cell. A Row is passed by value; whoever changes Values copies it
// first (see With).
type Row struct {
	ID     RowID    `json:"id"`
	Source Source   `json:"source"`
	Values []string `json:"values"`
}

// Source is the place a row was read from.
type Source struct {
	Blob   string `json:"blob"`           // hash of the raw file, "sha256:<64 hex>"
	Part   string `json:"part,omitempty"` // file in an archive, sheet, or table; "" for a plain file
	Record int    `json:"record"`         // record number in the part, from 1; header lines do not count
	Offset int64  `json:"offset"`         // byte offset of the record in the part, -1 when the format has none
	Length int64  `json:"length"`         // bytes of the record in the part, 0 when the format has none
}

// NewRowID derives the id of record (from 1) in part of the raw file blob:
// the first 16 bytes of a SHA-256, in hex.
func NewRowID(blob, part string, record int) RowID {
	h := sha256.New()
	h.Write([]byte(blob))
	h.Write([]byte{0})
	h.Write([]byte(part))
	h.Write([]byte{0})
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(record))
	h.Write(n[:])
	return RowID(hex.EncodeToString(h.Sum(nil)[:16]))
}

// SplitPart is the id of the n-th part (from 1) of the row.
func (id RowID) SplitPart(n int) RowID { return id + RowID("."+strconv.Itoa(n)) }

// Root is the id of the record the row was split from, or the id itself.
func (id RowID) Root() RowID {
	root, _, _ := strings.Cut(string(id), ".")
	return RowID(root)
}

// With is a copy of the row whose value at column is text.
func (r Row) With(column int, text string) Row {
	values := append([]string(nil), r.Values...)
	values[column] = text
	r.Values = values
	return r
}

// Schema is the ordered list of a version's columns.
type Schema struct {
	Columns []Column `json:"columns"`
}

// Column is one column: its name as read, and the type its values look like.
// The type guides pages and export; the stored value is always the text.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Type is what a column's values look like.
type Type string

const (
	Text   Type = "text"
	Int    Type = "int"
	Float  Type = "float"
	Bool   Type = "bool"
	Time   Type = "time"
	JSON   Type = "json"
	Nested Type = "nested"
)

// Index is the position of the named column, or -1.
func (s Schema) Index(name string) int {
	for i, c := range s.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// Names lists the column names in order.
func (s Schema) Names() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}
