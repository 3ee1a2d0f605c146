package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/testkit"
)

// stream opens the event stream and gives its lines; the channel closes with it.
func stream(t *testing.T, h *house, query, lastID string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/api/v1/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer viewer")
	r.Header.Set("Last-Event-ID", lastID)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("content type %q", kind)
	}
	t.Cleanup(func() { response.Body.Close() })
	lines := make(chan string, 64) // more than any test sends
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(response.Body); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	if first := <-lines; first != "retry: 1000" {
		t.Fatalf("the stream begins with %q", first)
	}
	<-lines
	return lines
}

// next reads one event as "topic data" and its id.
func next(t *testing.T, lines <-chan string) (text, id string) {
	t.Helper()
	for line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "id":
			id = value
		case "event":
			text = value
		case "data":
			text += " " + value
		case "":
			return text, id
		}
	}
	return "closed", ""
}

func TestEventsReachWhoListens(t *testing.T) {
	t.Parallel()
	b := api.NewBroadcaster(testkit.Clock(time.Unix(1_700_000_000, 0)).Now)
	h := open(t, api.EventRoutes(b)...)
	mine, all := stream(t, h, "?product=p1", ""), stream(t, h, "", "")
	b.PublishTo("p2", "job", map[string]int{"n": 1})
	b.PublishTo("p1", "job", map[string]int{"n": 2})
	b.Publish("notice", "两行\n一行")
	got, id := next(t, mine)
	if got != `job {"n":2}` {
		t.Errorf("p1 got %q", got)
	}
	if got, _ := next(t, mine); got != `notice "两行\n一行"` {
		t.Errorf("p1 got %q", got)
	}
	if got, _ := next(t, all); got != `job {"n":1}` {
		t.Errorf("all got %q", got)
	}
	// Who comes back gets what was missed.
	if got, _ := next(t, stream(t, h, "?product=p1", id)); got != `notice "两行\n一行"` {
		t.Errorf("after %s came %q", id, got)
	}
	// Who was away too long is told so.
	if got, _ := next(t, stream(t, h, "", "12")); got != "reset {}" {
		t.Errorf("after a long time came %q", got)
	}
	b.Close()
	next(t, all)
	next(t, all)
	if got, _ := next(t, all); got != "closed" {
		t.Errorf("after Close came %q", got)
	}
}

func TestASlowListenerDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	b := api.NewBroadcaster(time.Now)
	h := open(t, api.EventRoutes(b)...)
	stream(t, h, "", "") // never read further
	done := make(chan struct{})
	go func() {
		for range 20_000 {
			b.Publish("x", strings.Repeat("y", 1000))
		}
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("Publish waited for a listener that reads nothing")
	}
	if got, _ := next(t, stream(t, h, "", "1")); got != "reset {}" {
		t.Errorf("old events were kept without bound: first %q", got)
	}
}
