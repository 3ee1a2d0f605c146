package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics measures requests for Prometheus. A nil *Metrics measures nothing.
type Metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
}

// NewMetrics makes a registry with the Go runtime's figures and one histogram
// of request times, per route and class of status.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "zhuomo_http_request_seconds",
			Help:    "time from the first byte of a request to the end of its answer",
			Buckets: []float64{.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"method", "route", "class"}),
	}
	m.registry.MustRegister(m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Registry lets internal/app add the gauges of other parts.
func (m *Metrics) Registry() prometheus.Registerer { return m.registry }

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// route binds the histograms of one route, so that a request pays no lookup:
// each at its first request, since most routes never see most classes, and all
// of them would be twenty thousand series.
func (m *Metrics) route(r Route) func(status int, took time.Duration) {
	if m == nil {
		return func(int, time.Duration) {}
	}
	classes := [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}
	var bound [len(classes)]atomic.Pointer[prometheus.Observer]
	return func(status int, took time.Duration) {
		class := min(max(status/100, 0), len(bound)-1)
		histogram := bound[class].Load()
		if histogram == nil {
			first := m.seconds.WithLabelValues(r.Method, r.Path, classes[class])
			histogram = &first
			bound[class].Store(histogram)
		}
		(*histogram).Observe(took.Seconds())
	}
}
