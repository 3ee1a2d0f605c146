package learn

import "context"

// Source gives the examples of a product. The stage that settles gold
// implements it; internal/app joins both.
type Source interface {
	// Examples gives what is to be learnt from a version of the product's data;
	// "" is the newest.
	Examples(ctx context.Context, product, version string) (Lesson, error)
}

// Lesson is a product's data with where it came from.
type Lesson struct {
	Data             Data
	Dev              *Data  // nil: the learner holds a part back
	VersionID        string // of the dataset
	GuidelineVersion string
	Simulated        bool // some labels come from simulated people
}

// Ledger writes down how models came to be. It may be nil.
type Ledger interface {
	ModelMade(ctx context.Context, made Made) error
}

// Texts tells what training rows say, for people who look at witnesses.
type Texts interface {
	// Texts gives the text of each row that has gold, by row id.
	Texts(ctx context.Context, product string, rowIDs []string) (map[string]string, error)
}
