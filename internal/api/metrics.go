package api

import (
	"net/http"
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

// route binds the histograms of one route now, so that a request pays no lookup.
func (m *Metrics) route(r Route) func(status int, took time.Duration) {
	if m == nil {
		return func(int, time.Duration) {}
	}
	classes := [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}
	var bound [len(classes)]prometheus.Observer
	for i, class := range classes {
		bound[i] = m.seconds.WithLabelValues(r.Method, r.Path, class)
	}
	return func(status int, took time.Duration) {
		bound[min(max(status/100, 0), len(bound)-1)].Observe(took.Seconds())
	}
}
