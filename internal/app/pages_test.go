package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPagesAndTheirAddresses(t *testing.T) {
	t.Parallel()
	built := pages{fstest.MapFS{
		"index.html":       {Data: []byte("<!doctype html>first")},
		"chat.html":        {Data: []byte("<!doctype html>chat")},
		"assets/index.js":  {Data: []byte("export {}")},
		"assets/index.css": {Data: []byte("a{}")},

		"assets/home-Dx4kXJAl.js":    {Data: []byte("export {}")},
		"assets/home-Dx4kXJAl.js.gz": {Data: []byte("zipped")},
	}}
	get := func(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", "text/html,*/*")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for path, want := range map[string]string{
		"/":                          "<!doctype html>first",
		"/label/queues":              "<!doctype html>first", // a page's own address
		"/p1/release/v37.3":          "<!doctype html>first",
		"/chat.html":                 "<!doctype html>chat",
		"/assets/index.js":           "export {}",
		"/assets/../assets/index.js": "export {}",
	} {
		if w := get(built, path); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	if got := get(built, "/assets/index.css").Header().Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("css is %q", got)
	}
	for _, path := range []string{"/assets/gone.js", "/..%2f..%2fetc/passwd.txt"} {
		if w := get(built, path); w.Code != 404 {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	if w := get(built, "/label", "Accept", "application/json"); w.Code != 404 {
		t.Errorf("a program that asks for a page's address: %d", w.Code)
	}
	zipped := get(built, "/assets/home-Dx4kXJAl.js", "Accept-Encoding", "br, gzip")
	if h := zipped.Header(); zipped.Body.String() != "zipped" || h.Get("Content-Encoding") != "gzip" || h.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("zipped: %q %v", zipped.Body, h)
	}
	if w := get(built, "/assets/home-Dx4kXJAl.js"); w.Body.String() != "export {}" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("a browser without gzip: %q %v", w.Body, w.Header())
	}
	tag := get(built, "/").Header().Get("ETag")
	if w := get(built, "/", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("tag %q: %d", tag, w.Code)
	}
	if w := get(pages{fstest.MapFS{".keep": {}}}, "/"); w.Code != 404 {
		t.Errorf("without pages: %d %s", w.Code, w.Body)
	}
}
