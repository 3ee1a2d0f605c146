package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"zhuomo/internal/api"
)

// pageRoutes serve the built pages: a file as it is, and for every address
// that a person opens and that is no file, the first page, which finds its own
// way. An address under /api is never a page.
func pageRoutes(files fs.FS) []api.Route {
	return []api.Route{
		api.Raw("GET", "/", api.Public, "页面", "the pages", pages{files}, api.Hidden()),
	}
}

type pages struct{ files fs.FS }

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	content, err := fs.ReadFile(p.files, name)
	if err != nil && path.Ext(name) == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		name = "index.html"
		content, err = fs.ReadFile(p.files, name)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == "index.html":
		api.WriteFault(w, r, NoPages)
		return
	case err != nil:
		api.WriteFault(w, r, api.NoRoute.With("path", r.URL.Path))
		return
	}
	// Names stay the same from version to version, so the browser asks each
	// time and mostly hears that nothing changed.
	sum := sha256.Sum256(content)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
