package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"zhuomo/internal/api/command"
	"zhuomo/people"
)

const (
	firstPort = 7788
	portTries = 20
	// finishTime is how long running requests get to end when the program stops.
	finishTime = 10 * time.Second
)

// runServe runs the server until it is told to stop.
func runServe(ctx context.Context, e *command.Env, d door, way signing, workers int, brought brought, w watching) error {
	if e.DB == "" && workers < 0 {
		return NobodyWorks.With()
	}
	folder, err := folderOf(e.Globals)
	if err != nil {
		return err
	}
	log, err := w.log(e.Err)
	if err != nil {
		return err
	}
	provider, err := way.provider()
	if err != nil {
		return err
	}
	l, err := d.open()
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := Open(ctx, Options{DataFolder: folder, Database: e.DB, Files: e.Blobs, Log: log, TraceTo: w.traceTo, Workers: workers, Trainers: brought.trainers, Encoder: brought.encoder, door: d, provider: provider})
	if err != nil {
		return err
	}
	if err := a.someoneMayComeIn(ctx, l); err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	return a.serveAt(ctx, d, l, folder, func() error { return a.greet(ctx, e, folder, d.address(l)) })
}

// serveAt serves at l, and at a door of its own for the command line of this
// machine where l leads outside; greet is called once both are known. It closes a.
func (a *App) serveAt(ctx context.Context, d door, l net.Listener, folder string, greet func() error) (err error) {
	own := l // the command line of this machine comes in without TLS or a proxy
	doors := []net.Listener{l}
	if d.outward(l) {
		if own, err = (door{listen: "127.0.0.1:0"}).open(); err != nil {
			return errors.Join(err, a.Close(ctx))
		}
		defer own.Close()
		doors = append(doors, own)
	}
	if err := a.announce(folder, "http://"+own.Addr().String(), d.address(l)); err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	if err := greet(); err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	return a.Serve(ctx, doors, func() {
		if s, err := readServerFile(folder); err == nil && s.PID == os.Getpid() { // another server may have come since
			os.Remove(filepath.Join(folder, serverFileName))
		}
	})
}

// announce tells other processes on this machine where the server is, and which
// address its people use.
func (a *App) announce(folder, address, url string) error {
	a.address.Store(&address)
	if err := a.DB.Announce(address); err != nil {
		return err
	}
	return writeServerFile(folder, serverFile{Address: address, URL: url, Token: a.secret, PID: os.Getpid()})
}

// greet prints where to go; the first time with a link that signs the owner in.
func (a *App) greet(ctx context.Context, e *command.Env, folder, address string) error {
	fmt.Fprintln(e.Out, e.Text("琢磨已启动  ", "Zhuomo is up  ")+address)
	if a.Owner.SignedInUS == 0 {
		secret, _, err := a.Stages.People.NewLink(ctx, a.Owner.ID)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.Out, e.Text("第一次登录（一小时内有效，只能用一次）：", "first sign-in (valid for an hour, once):"))
		fmt.Fprintln(e.Out, "  "+address+people.LinkPath(secret))
	} else {
		fmt.Fprintln(e.Out, e.Text("要新的登录链接：zhuomo people link", "for a new sign-in link: zhuomo people link"))
	}
	fmt.Fprintln(e.Out, e.Text("数据  ", "data  ")+folder)
	fmt.Fprintln(e.Out, e.Text("停止：Ctrl-C", "stop: Ctrl-C"))
	return nil
}

// Serve answers at every door until ctx ends or the process is told to stop, then stops
// in order: no new connections, requests finish, jobs rest, database closes.
func (a *App) Serve(ctx context.Context, doors []net.Listener, gone func()) error {
	ctx, quit := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer quit()
	server := &http.Server{
		Handler:           a,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.options.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, len(doors)) // one result a door
	for _, l := range doors {
		go func() { failed <- server.Serve(l) }()
	}
	var err error
	select {
	case err = <-failed:
		server.Close()
		for range len(doors) - 1 {
			<-failed
		}
	case <-ctx.Done():
		quit() // a second Ctrl-C kills at once
		close(a.closing)
		a.Events.Close() // streams would never finish by themselves
		finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
		if stopErr := server.Shutdown(finish); stopErr != nil {
			a.options.Log.Warn("requests were cut off", "error", stopErr)
			server.Close()
		}
		for range doors {
			<-failed
		}
	}
	gone()
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}
