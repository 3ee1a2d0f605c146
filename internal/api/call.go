package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuomo/internal/spec"
)

// call is what one request carries through its life.
type call struct {
	id      string // request id
	route   string // pattern of the route that took it; "" = none
	actor   string // id of who asks
	trace   string // id of its trace, "" = not followed
	started time.Time
	header  http.Header // of the request
	request *http.Request
	writer  http.ResponseWriter
	end     farEnd
	titles  map[string]spec.Text // what an action of the audit log does
	base    string               // the address that was stated for the program, or ""
	told    map[string]string    // details for the audit log

	unmasked bool // personal data may be seen
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// RequestID is the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return c.id
	}
	return ""
}

// Lang is the language of the request that ctx belongs to: "zh" or "en".
func Lang(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return Language(c.header.Get("Accept-Language"))
	}
	return "zh"
}

// Language chooses "zh" or "en" from an Accept-Language header (RFC 9110); the
// first of the highest weight wins, Chinese when neither is named.
func Language(header string) string {
	best, lang := 0.0, "zh"
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			w, err := strconv.ParseFloat(q, 64)
			if err != nil {
				continue
			}
			weight = w
		}
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if (primary == "zh" || primary == "en") && weight > best {
			best, lang = weight, primary
		}
	}
	return lang
}

// newRequestID takes over a request id that a proxy has given, else makes one.
func newRequestID(given string) string {
	if len(given) >= 8 && len(given) <= 64 && strings.IndexFunc(given, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 {
		return given
	}
	id, err := uuid.NewV7()
	if err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	return id.String()
}

// clearReadDeadline ends the time limit on reading the body: it has been read.
// Left standing it would cancel the request while the handler still works,
// because net/http keeps reading in the background to notice a hang-up.
func clearReadDeadline(ctx context.Context) {
	if c := callOf(ctx); c != nil {
		// Without a connection underneath (in-process calls) there is no deadline.
		_ = http.NewResponseController(c.writer).SetReadDeadline(time.Time{})
	}
}
