package api

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Local is a transport that calls the server inside this process, as actor.
// The answer streams: the response is there as soon as its header is.
func (s *Server) Local(actor Actor) http.RoundTripper { return local{s, actor} }

type local struct {
	server *Server
	actor  Actor
}

func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(WithActor(r.Context(), l.actor))
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, ready: make(chan struct{})}
	go func() { // ends with the handler, which obeys the request's context
		defer func() {
			if p := recover(); p != nil {
				err, _ := p.(error)
				if !errors.Is(err, http.ErrAbortHandler) {
					panic(p) // the server recovers its own panics: this one is ours
				}
				w.WriteHeader(http.StatusInternalServerError)
				writer.CloseWithError(io.ErrUnexpectedEOF)
				return
			}
			w.WriteHeader(http.StatusOK)
			writer.Close()
		}()
		l.server.ServeHTTP(w, r)
	}()
	select {
	case <-w.ready:
	case <-r.Context().Done():
		reader.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: reader, ContentLength: -1, Request: r,
	}, nil
}

type pipeWriter struct {
	header http.Header
	sent   http.Header
	body   *io.PipeWriter
	status int
	once   sync.Once
	ready  chan struct{} // closed when status and sent are set
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if status < 200 {
		return
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

func (w *pipeWriter) Flush() {}
