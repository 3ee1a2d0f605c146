// Package app joins the stages into one program. It is the only place that
// knows everything.
//
//	in:   Options                out: App, one http.Handler over one data folder
//	read: app.go → wire.go → serve.go → main.go → reach.go
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/blob/bucket"
	"zhuomo/internal/builtin"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/tracing"
	"zhuomo/learn"
	"zhuomo/learn/external"
	"zhuomo/people"
	"zhuomo/text"
)

// Version is set by the linker: -X zhuomo/internal/app.Version=v0.1.0
var Version = "dev"

// Options says over which data the program works.
type Options struct {
	DataFolder string // "" = DefaultFolder
	Database   string // postgres://…, "" = an SQLite file in DataFolder
	Files      string // s3://…, "" = a folder in DataFolder
	Sets       string // folder of outside data sets, "" = none
	Now        func() time.Time
	Log        *slog.Logger
	Trainers   string          // folder of outside trainers, "" = none
	Encoder    string          // folder of the encoder that gives vectors, "" = none
	TraceTo    string          // an OTLP receiver or file:path, "" = nothing is traced
	provider   people.Provider // by which people sign in
	door       door            // how the server is reached
	Workers    int             // jobs at a time, 0 = the number of processors, -1 = other processes do them
}

// App is the program over one data folder. On SQLite it holds that alone; on
// PostgreSQL other processes may share folder and database.
type App struct {
	DB         *db.DB
	Blobs      blob.Store
	Jobs       *jobs.Runner
	Events     *api.Broadcaster
	Stages     Stages
	Owner      people.Account // the oldest owner: who acts on the command line
	Server     *api.Server
	options    Options
	secret     string // lets this machine's command line act as the owner
	metrics    *api.Metrics
	meters     *meters
	tracer     *tracing.Tracer // nil = nothing is traced
	trainers   *external.Trainers
	address    atomic.Pointer[string] // where programs on this machine reach us, nil = nowhere
	closing    chan struct{}          // closed when the program is about to stop
	closeBlobs func() error
	stop       func() // ends the goroutine that publishes jobs
	stopped    sync.WaitGroup
}

// What lies in a data folder.
const (
	databaseName = "zhuomo.db"
	blobsName    = "blobs"
	cacheName    = "blobs-cache" // of files that lie in a bucket

	signingKeyName = "bundle-key.pem" // private; in no backup
)

// DefaultFolder is where the data lies when nobody says otherwise.
func DefaultFolder() (string, error) {
	if folder := os.Getenv("XDG_DATA_HOME"); folder != "" {
		return filepath.Join(folder, "zhuomo"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", NoHome.With().Because(err)
	}
	return filepath.Join(home, ".local", "share", "zhuomo"), nil
}

// Open locks the data folder, opens or makes what is in it, and starts the
// background work. Faults: db.in_use when another process has the folder.
func Open(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{closing: make(chan struct{}), secret: newSecret()}
	clock := o.Now
	if o.Now == nil {
		o.Now = a.now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.DataFolder == "" {
		if o.DataFolder, err = DefaultFolder(); err != nil {
			return nil, err
		}
	}
	a.options, a.Events, a.metrics = o, api.NewBroadcaster(o.Now), api.NewMetrics()
	a.meters = newMeters(a, a.metrics.Registry())
	if a.trainers, err = external.Open(o.Trainers, time.Now); err != nil {
		return nil, err
	}
	if o.TraceTo != "" {
		if a.tracer, err = tracing.Open(ctx, o.TraceTo, Version, func(err error) { o.Log.Warn("traces were not sent", "error", err) }); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(ctx))
		}
	}()
	if a.DB, err = db.Open(ctx, db.Options{Path: filepath.Join(o.DataFolder, databaseName), URL: o.Database, Now: clock, Written: a.meters.write}); err != nil {
		return nil, err
	}
	starting, err := a.DB.Lock(ctx, "start") // one at a time: the first makes the owner, finishes what was cut off
	if err != nil {
		return nil, err
	}
	defer starting()
	if a.Blobs, a.closeBlobs, err = o.openBlobs(ctx); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	a.Blobs = blob.Measured(a.Blobs, a.meters.blob)
	if a.Jobs, err = jobs.Open(ctx, a.DB, jobs.Options{Workers: o.Workers, Now: o.Now, Log: o.Log, Alone: !a.DB.Shared(), Ended: a.meters.job, Tracer: a.tracer}); err != nil {
		return nil, fmt.Errorf("open jobs: %w", err)
	}
	if err = a.DB.Migrate(ctx, "api", api.Migrations()); err != nil {
		return nil, err
	}
	if a.Stages, err = a.join(ctx); err != nil {
		return nil, err
	}
	if err = a.Stages.Feedback.Resume(ctx); err != nil {
		return nil, fmt.Errorf("finish what was being taken back: %w", err)
	}
	if a.Owner, err = a.Stages.People.EnsureOwner(ctx, personName()); err != nil {
		return nil, fmt.Errorf("make the owner's account: %w", err)
	}
	if o.provider.Issuer != "" {
		a.Stages.People.UseProvider(o.provider)
	}
	if err = a.Stages.People.Chain(ctx); err != nil { // what was noted when a process was cut off
		return nil, err
	}
	behind, err := a.behindDoor()
	if err != nil {
		return nil, err
	}
	behind.Routes, behind.Accounts, behind.Products, behind.Audit = a.routes(), accounts{a}, holders{products{a.Stages.Data}, a}, a.Stages.People
	behind.Mask, behind.Metrics, behind.Tracer = text.Masked, a.metrics, a.tracer
	a.Server, err = api.NewServer(behind)
	if err != nil {
		return nil, err
	}
	a.Jobs.Lead(deleteKind, a.deleteJob)
	a.Jobs.Lead(exampleKind, a.exampleJob)
	a.Jobs.Handle(sweepKind, a.sweepJob)
	a.Jobs.Lead(doctorKind, a.doctorJob)
	publishing, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	changes := a.Jobs.Watch(publishing)
	a.stopped.Go(func() {
		for j := range changes {
			a.Events.PublishTo(api.JobEvent(j))
		}
	})
	if a.DB.Shared() {
		a.stopped.Go(func() { a.Stages.People.Follow(publishing) })
		a.stopped.Go(func() {
			a.Stages.Serve.Follow(publishing, func(doing string, err error) { o.Log.Error(doing, "error", err) })
		})
	}
	if o.Workers >= 0 {
		if err = a.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
			return nil, fmt.Errorf("start the jobs: %w", err)
		}
	}
	return a, nil
}

// learners are the built-in ones and those of the outside trainers.
func (a *App) learners() []learn.Learner { return append(builtin.Learners(), a.trainers.Learners()...) }

// now is the clock of the database, which all processes that share it have.
func (a *App) now() time.Time {
	if a.DB == nil {
		return time.Now()
	}
	return a.DB.Now()
}

// openBlobs opens the place where files lie; close lets go of what it holds here.
func (o Options) openBlobs(ctx context.Context) (blobs blob.Store, close func() error, err error) {
	if o.Files == "" {
		blobs, err = blob.OpenFolder(filepath.Join(o.DataFolder, blobsName))
		return blobs, func() error { return nil }, err
	}
	options, err := bucket.Parse(o.Files)
	if err != nil {
		return nil, nil, err
	}
	folder, release, err := holdCache(filepath.Join(o.DataFolder, cacheName))
	if err != nil {
		return nil, nil, err
	}
	if blobs, err = bucket.Open(ctx, options, folder); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return blobs, release, nil
}

// mostCaches is how many processes may share a data folder with a bucket.
const mostCaches = 256

// holdCache finds the first folder in which no other process keeps its part of
// the bucket.
func holdCache(root string) (folder string, release func() error, err error) {
	for i := range mostCaches {
		folder = filepath.Join(root, fmt.Sprint(i))
		if release, err = db.HoldFolder(folder); !errors.Is(err, db.InUse) {
			return folder, release, err
		}
	}
	return "", nil, err
}

// Close stops the background work at its next checkpoint and closes what Open
// opened, in reverse order.
func (a *App) Close(ctx context.Context) error {
	var all []error
	a.Events.Close()
	if a.Stages.Serve != nil {
		all = append(all, a.Stages.Serve.Rest(ctx))
	}
	if a.Jobs != nil {
		all = append(all, a.Jobs.Stop(ctx))
	}
	if a.stop != nil {
		a.stop()
		a.stopped.Wait()
	}
	if a.trainers != nil {
		a.trainers.Close()
	}
	if a.DB != nil {
		all = append(all, a.DB.Close())
	}
	if a.closeBlobs != nil {
		all = append(all, a.closeBlobs())
		a.closeBlobs = nil
	}
	all = append(all, a.tracer.Close(ctx))
	return errors.Join(all...)
}

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.Server.ServeHTTP(w, r) }

// accounts knows people by the people stage, and this machine's command line
// by the secret in server.json.
type accounts struct{ a *App }

func (k accounts) Recognise(ctx context.Context, c api.Credential) (api.Actor, error) {
	if c.Token != "" && sameSecret(c.Token, k.a.secret) {
		return k.a.Owner.Actor(), nil
	}
	return k.a.Stages.People.Recognise(ctx, c)
}

// personName is the name of the first owner: that of the system's user.
func personName() string {
	u, err := user.Current()
	switch {
	case err != nil:
		return "owner"
	case u.Name != "":
		return u.Name
	}
	return u.Username
}
