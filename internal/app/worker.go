package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
)

// runWorker does jobs for the servers on a shared database until it is told to
// stop. With listen it tells how it is there, from before the database is open.
func runWorker(ctx context.Context, e *command.Env, listen string, workers int, trainers string, w watching) error {
	folder, err := folderOf(e.Globals)
	if err != nil {
		return err
	}
	if e.DB == "" {
		return NotShared.With()
	}
	log, err := w.log(e.Err)
	if err != nil {
		return err
	}
	var health probes
	if listen != "" {
		l, err := net.Listen("tcp", listen)
		if err != nil {
			return NoPort.With("address", listen).Because(err)
		}
		defer health.serve(l)()
		log.Info("health and figures", "address", l.Addr().String())
	}
	a, err := Open(ctx, Options{DataFolder: folder, Database: e.DB, Files: e.Blobs, Log: log, TraceTo: w.traceTo, Workers: workers, Trainers: trainers})
	if err != nil {
		return err
	}
	health.opened(a)
	fmt.Fprintln(e.Out, e.Text("琢磨正在做作业", "Zhuomo works on jobs"))
	fmt.Fprintln(e.Out, e.Text("数据  ", "data  ")+folder)
	fmt.Fprintln(e.Out, e.Text("停止：Ctrl-C", "stop: Ctrl-C"))
	ctx, quit := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer quit()
	<-ctx.Done()
	quit() // a second Ctrl-C kills at once
	close(a.closing)
	return a.Close(context.WithoutCancel(ctx))
}

// probes tell how a process is that serves nothing else. Before its app is open
// it lives, but is not ready.
type probes struct{ app atomic.Pointer[App] }

func (p *probes) opened(a *App) { p.app.Store(a) }

// serve answers on l until the function it gives is called.
func (p *probes) serve(l net.Listener) (stop func()) {
	server := &http.Server{
		Handler: p, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10,
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // says that it was closed
	}()
	return func() {
		server.Close()
		<-ended
	}
}

// ServeHTTP answers /healthz, /readyz and /metrics, once it can as a server does.
func (p *probes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := p.app.Load()
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		api.WriteFault(w, r, api.WrongMethod.With("path", r.URL.Path, "method", r.Method, "allow", "GET"))
	case r.URL.Path == "/healthz":
		alive(w, r)
	case r.URL.Path != "/readyz" && r.URL.Path != "/metrics":
		api.WriteFault(w, r, api.NoRoute.With("path", r.URL.Path))
	case a == nil:
		api.WriteFault(w, r, Starting.With())
	default:
		a.ServeHTTP(w, r)
	}
}
