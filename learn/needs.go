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
	// ModelMade tells of a model; loggedRun is where the program that made it logged, "" where none did.
	ModelMade(ctx context.Context, made Made, loggedRun string) error
}

// Logbook gives learners that are programs of their own a place to log to. It may be nil.
type Logbook interface {
	// Begin opens a run for a training; the empty Log where nothing is served.
	Begin(ctx context.Context, product, name string) (Log, error)
}

// Log is a run that a program logs to.
type Log struct {
	Run     string   // its id, "" = there is none
	Environ []string // the variables by which a program finds it
	End     func(ctx context.Context, failed bool) error
}

// Program is a learner that runs as a program of its own, and may log what it does.
type Program interface {
	Learner
	Outside
}

// Outside is what only works beside a program of its own: such a learner, and its models.
type Outside interface {
	// RunsOutside is there to tell it from others.
	RunsOutside()
}

// Texts tells what training rows say, for people who look at witnesses.
type Texts interface {
	// Texts gives the text of each row that has gold, by row id.
	Texts(ctx context.Context, product string, rowIDs []string) (map[string]string, error)
}
