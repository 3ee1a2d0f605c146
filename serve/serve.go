// Package serve answers customers: releases are immutable sets of model,
// knowledge and flow; sessions are conversations that survive a restart; every
// turn is durable before it is answered.
//
//	in:   a Release, messages over a channel
//	out:  replies, and the record of each turn
//	read: serve.go → release.go → live.go → session.go → turn.go → http.go; a release as one file: export.go → install.go → bundle/
package serve

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Needs is what the stage is built from.
type Needs struct {
	DB       *db.DB
	Blobs    blob.Store
	Now      func() time.Time
	Products Products
	Models   Models
	Newest   Newest         // nil: a release names all its parts
	Gate     Gate           // nil: a person alone decides
	Voices   []Voice        // platforms of devices that are spoken to
	Caller   dialog.Caller  // nil: calls of flows fail
	Pages    fs.FS          // holds chat.html; nil: no chat page
	Told     func(TurnNote) // called after each durable turn and rating; must not wait; nil: nobody
	Measured Measured       // nil: turns are not measured
	Embedder Embedder       // nil: texts get no vectors
	// SigningKey is the file of the private key that signs bundles; see signingKey.
	SigningKey string
}

// Service is the front door of the stage. All methods may be called from many
// goroutines.
type Service struct {
	n        Needs
	encoding chan struct{} // of size 2: so many requests for vectors are worked on at once
	sessions *sessions
	watchers watchers
	thinking sync.WaitGroup // turns of devices, some of which do not wait any longer
	patience time.Duration  // of devices

	mu    sync.Mutex
	lines map[string]*line        // by product id
	flows map[string]*dialog.Flow // by blob hash: those of live releases and pinned sessions
}

// New makes the service and brings its tables up to date. It loads no release:
// the live one is loaded when it is first needed, or by Warm.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "serve", migrations); err != nil {
		return nil, err
	}
	return &Service{
		n: n, encoding: make(chan struct{}, encodings), sessions: newSessions(sessionsKept), lines: map[string]*line{}, flows: map[string]*dialog.Flow{},
		patience: voicePatience, watchers: watchers{open: map[string]map[chan Answered]struct{}{}},
	}, nil
}

// Limits of what customers may send.
const (
	maxText     = 4096 // characters of a message
	maxCustomer = 200  // characters of a channel's name for a customer
	maxComment  = 1000
	sessionIdle = 30 * time.Minute // after it a conversation begins anew, with the live flow
)
