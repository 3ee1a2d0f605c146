package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
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
	// A release in an address may have a dot ("v37.3"), so only what ends like
	// one of our files is taken for a file.
	if err != nil && !isFileName(name) && strings.Contains(r.Header.Get("Accept"), "text/html") {
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
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if name == "assets/chat.js" {
		h.Set("Access-Control-Allow-Origin", "*") // other sites embed it, and a module is read across sites only so
	}
	if hashedName.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	// The build puts a compressed twin beside each text file.
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zipped, err := fs.ReadFile(p.files, name+".gz"); err == nil {
			h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			h.Set("Content-Encoding", "gzip")
			content = zipped
		}
	}
	// Other names stay the same from version to version, so the browser asks
	// each time and mostly hears that nothing changed.
	sum := sha256.Sum256(content)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// hashedName is a file that is named by its content: what it holds never changes.
var hashedName = regexp.MustCompile(`^assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$`)

func isFileName(name string) bool {
	switch path.Ext(name) {
	case ".js", ".css", ".html", ".svg", ".png", ".ico", ".woff2", ".map", ".json", ".txt", ".gz", ".xml":
		return true
	}
	return strings.HasPrefix(name, "assets/")
}
