package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/testkit"
)

type everyone struct{}

func (everyone) Recognise(context.Context, Credential) (Actor, error) {
	return Actor{ID: "x", Roles: []Role{Viewer}}, nil
}

func TestAnUploadMayBeSlowButNotStop(t *testing.T) {
	t.Parallel()
	got := make(chan int64, 1)
	s, err := NewServer(Options{Accounts: everyone{}, DB: testkit.OpenDB(t), Log: slog.New(slog.DiscardHandler), Now: time.Now, Routes: []Route{
		Upload("POST", "/api/v1/imports", "", Public, "导入", "import", func(ctx context.Context, _ *struct{}, f Incoming) (*struct{}, error) {
			n, err := io.Copy(io.Discard, f)
			if err != nil {
				return nil, fmt.Errorf("read the upload: %w", err)
			}
			// Work on after the last byte, longer than a pause may last.
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(2 * s0):
			}
			got <- n
			return nil, nil
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.stall = s0
	server := httptest.NewServer(s)
	defer server.Close()
	send := func(pieces int) string {
		c, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\n")
		for range pieces {
			time.Sleep(s0 / 2)
			io.WriteString(c, "x")
		}
		answer, _ := io.ReadAll(c) // the server cuts a stopped upload's connection
		return string(answer)
	}
	if a := send(6); !strings.HasPrefix(a, "HTTP/1.1 204") || <-got != 6 {
		t.Errorf("a slow upload: %s", a)
	}
	if a := send(3); !strings.HasPrefix(a, "HTTP/1.1 408") || !strings.Contains(a, "api.body_too_slow") {
		t.Errorf("an upload that stopped: %s", a)
	}
}

// s0 is the pause that the test allows; a busy machine must not exceed half of it.
const s0 = 400 * time.Millisecond
