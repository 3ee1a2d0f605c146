package api

import (
	"context"

	"zhuomo/internal/db"
)

// Credential is what a request shows to say who is asking: the value of the
// session cookie or of a bearer token.
type Credential struct {
	Session string
	Token   string
}

// Accounts knows people by their credentials; the stage people implements it.
type Accounts interface {
	// Recognise answers who holds the credential. Faults: NotSignedIn when it
	// is unknown, expired or revoked.
	Recognise(ctx context.Context, c Credential) (Actor, error)
}

// Products knows the products that paths name; the stage dataset implements it.
type Products interface {
	// ProductID answers the id of a product by its id or name. Fault: the stage's
	// own when there is none.
	ProductID(ctx context.Context, idOrName string) (string, error)
	// ProductOf answers the id of the product that has a thing; collection is the
	// first word of its address: queues, tasks, jobs. "" when there is no such thing.
	ProductOf(ctx context.Context, collection, id string) (string, error)
}

// Auditor keeps what was done and by whom; the stage people implements it.
type Auditor interface {
	// Note keeps the act together with what tx writes.
	Note(ctx context.Context, tx db.Tx, a Act) error
	// Chain puts what was noted at the end of the audit log.
	Chain(ctx context.Context) error
}
