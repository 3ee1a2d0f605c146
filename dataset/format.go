package dataset

import (
	"context"
	"io"

	"zhuomo/internal/spec"
)

// File is a file to read, of any size: a blob, or a member of an archive.
type File interface {
	io.ReaderAt
	Size() int64
}

// Format reads one kind of file. Implementations live in dataset/format, are
// listed in internal/builtin, and must pass formattest. A Format has no state:
// one value serves several goroutines.
type Format interface {
	// Spec tells everything about the format. It is constant.
	Spec() FormatSpec
	// Sniff guesses from the first 64 KiB and the file's name.
	Sniff(head []byte, name string) Guess
	// Read gives all records to out, in the file's order. A broken record is no
	// error: it becomes a row, a finding, or both. Faults are for files that
	// cannot be read on; what was read before stands.
	Read(ctx context.Context, in File, o ReadOptions, out Sink) error
}

// Writer is a format that also exports.
type Writer interface {
	Format
	// Write exports rows, an iterator that gives them in order and stops at an
	// error of its callback.
	Write(ctx context.Context, to io.Writer, schema Schema, rows func(each func(Row) error) error, o WriteOptions) error
}

// Container is a format whose file holds other files. Its Read is not called.
type Container interface {
	Format
	// Members gives each file inside; in is valid during the call only. Faults:
	// ArchiveTooBig, PathEscape, Damaged.
	Members(ctx context.Context, in File, o ReadOptions, out Sink, each func(name string, in File) error) error
}

// FormatSpec describes a format.
type FormatSpec struct {
	spec.Spec          // Name is dataset.<id>.vN
	ID        string   `json:"id"`         // short name for settings and export, for example csv
	Endings   []string `json:"endings"`    // file name endings with the dot, lower case
	MediaType string   `json:"media_type"` // of an export
	Exact     bool     `json:"exact"`      // an export read again has the same values (checked by formattest)
}

// Guess is how sure a format is that a file is its kind.
type Guess struct {
	Confidence float64 // 0 no … 1 certain
	Why        spec.Text
}

// ReadOptions are settings with their defaults filled in.
type ReadOptions struct {
	Name     string // file name for faults
	Settings Settings
	Limits   Limits
}

// WriteOptions are the settings of an export.
type WriteOptions struct {
	// Safe makes cells that a spreadsheet would run as formulas (they begin with
	// = + - @ tab or carriage return) begin with an apostrophe.
	Safe bool
	// Masked hides personal data; the service does it, whatever the format.
	Masked bool
}

// Settings are what a person can fix instead of a guess; empty means guess.
type Settings struct {
	Format    string   `json:"format,omitempty" doc:"file format, for example csv; empty: detect"`
	Encoding  string   `json:"encoding,omitempty" doc:"character encoding, for example gb18030; empty: detect"`
	Delimiter string   `json:"delimiter,omitempty" doc:"character between fields; empty: detect"`
	Header    string   `json:"header,omitempty" enum:",yes,no" doc:"whether the first record names the columns: yes, no; empty: detect"`
	Parts     []string `json:"parts,omitempty" doc:"sheets, tables or members to read; empty: all"`
	Columns   []string `json:"columns,omitempty" doc:"columns to keep, in this order; empty: all"`
	// Rename gives columns of the file the names that the dataset uses.
	Rename map[string]string `json:"rename,omitempty" doc:"column of the file → column of the dataset"`
}

// Limits keep a hostile file from taking the machine.
type Limits struct {
	LineBytes     int   // longest line
	RecordBytes   int   // longest record that spans lines
	Columns       int   // most columns of a part
	MemberCount   int   // most members of an archive
	UnpackedBytes int64 // all members together
	UnpackedRatio int64 // unpacked : packed, for members above 1 MiB
	Findings      int   // findings kept with their place; the rest are counted
}

// StandardLimits are the limits of an import.
func StandardLimits() Limits {
	return Limits{LineBytes: 16 << 20, RecordBytes: 16 << 20, Columns: 4096, MemberCount: 10_000,
		UnpackedBytes: 8 << 30, UnpackedRatio: 200, Findings: 1000}
}

// Sink takes what a format reads. Errors it answers must be passed on.
type Sink interface {
	// Part begins a sheet, table or file with its columns. It is called again
	// with a longer list when later records bring new columns.
	Part(name string, columns []string) error
	// Record takes one record. The slice Values may be used again after the
	// call, the strings in it stay.
	Record(r Record) error
	// Detected says what was guessed.
	Detected(d Detected)
	// Finding notes something broken.
	Finding(f Finding)
}

// Record is one record of the current part. Missing values at the end are empty.
type Record struct {
	Number int   // from 1; header lines do not count
	Offset int64 // byte offset in the file, -1 when the format has none
	Length int64
	Values []string
}

// Detected is one thing that was guessed, with what else it could be.
type Detected struct {
	What         string    `json:"what"` // format, encoding, delimiter, header, part
	Part         string    `json:"part,omitempty"`
	Value        string    `json:"value"`
	Confidence   float64   `json:"confidence"`
	Why          spec.Text `json:"why"`
	Alternatives []string  `json:"alternatives,omitempty"`
}

// Finding is one broken place of a file. The bytes stay in the raw blob.
type Finding struct {
	Kind   string    `json:"kind"` // ragged_short, ragged_long, quote, encoding, mixed_encoding, truncated, …
	Part   string    `json:"part,omitempty"`
	Line   int       `json:"line,omitempty"` // from 1, 0 when the format has no lines
	Record int       `json:"record,omitempty"`
	Offset int64     `json:"offset"` // bytes from the start of the part, -1 unknown
	Length int64     `json:"length,omitempty"`
	Why    spec.Text `json:"why"`
}
