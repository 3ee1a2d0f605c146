package dataset

import (
	"context"

	"zhuomo/internal/spec"
)

// PersonalData finds personal data in a text and calls found with its kind
// (phone, id_card, …) once for each. It must be safe for several goroutines.
type PersonalData func(text string, found func(kind string))

// Inspector finds what is wrong with rows. It must be safe for several goroutines.
type Inspector interface {
	// Kinds lists what it looks for, at most 32, in the order of pages.
	Kinds() []FoundKind
	// Inspect calls found once for each row with what is wrong with it, bit i for
	// the i-th kind. each walks all rows of a version with their places, as often
	// as it is called; a row must not be kept.
	Inspect(ctx context.Context, schema Schema, each func(func(at int, row Row) error) error, found func(at int, kinds uint32)) error
	// Marker gives what tells where in a row a kind shows; nil when it shows nowhere
	// in particular.
	Marker(schema Schema, kind Found) func(row Row) []Hit
}

// Found is a kind of finding: the name of the cleaning step that mends it.
type Found string

// FoundKind is a kind of finding with what people call it.
type FoundKind struct {
	Finding Found
	Title   spec.Text
}

// Hit is a stretch of a value that is part of a finding: characters [From, To).
type Hit struct {
	Column int `json:"column"`
	From   int `json:"from"`
	To     int `json:"to"`
}
