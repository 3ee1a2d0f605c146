package api

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// stall is how long a streamed body may pause before its sender is given up.
const stall = 2 * time.Minute

// streamed is a request body that may take as long as it likes, as long as
// bytes keep coming.
type streamed struct {
	io.ReadCloser
	conn  *http.ResponseController
	stall time.Duration
}

func (b *streamed) Read(p []byte) (int, error) {
	// In-process bodies have no connection and need no deadline.
	_ = b.conn.SetReadDeadline(time.Now().Add(b.stall))
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		// Left standing it would cancel the request while the handler still works.
		_ = b.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}
