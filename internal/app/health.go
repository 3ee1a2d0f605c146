package app

import (
	"io"
	"net/http"

	"zhuomo/internal/api"
)

// healthRoutes tell machines how the program is.
func (a *App) healthRoutes() []api.Route {
	var metrics http.Handler
	if a.metrics != nil {
		metrics = a.metrics.Handler()
	}
	return []api.Route{
		api.Raw("GET", "/healthz", api.Public, "进程活着", "the process lives", http.HandlerFunc(alive), api.Hidden(), api.Probe()),
		api.Raw("GET", "/readyz", api.Public, "可以接请求", "ready for requests", http.HandlerFunc(a.ready), api.Hidden(), api.Probe()),
		api.Raw("GET", "/metrics", api.Public, "Prometheus 指标", "figures for Prometheus", insiders(metrics), api.Hidden(), api.Probe()),
	}
}

// insiders lets this machine and who has signed in read the figures: they tell
// how much a house works.
func insiders(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !api.FromHere(r.Context()) && !api.Who(r.Context()).May(api.Viewer) {
			api.WriteFault(w, r, api.NotSignedIn.With())
			return
		}
		h.ServeHTTP(w, r)
	})
}

func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n")
}

// ready asks the database one question.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	select {
	case <-a.closing:
		api.WriteFault(w, r, Stopping)
		return
	default:
	}
	var one int
	if err := a.DB.Reader().QueryRowContext(r.Context(), "SELECT 1").Scan(&one); err != nil {
		a.options.Log.Error("not ready", "error", err)
		api.WriteFault(w, r, err)
		return
	}
	alive(w, r)
}
