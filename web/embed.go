// Package web holds the built pages. `make web` builds them from src.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the built pages: index.html, chat.html, assets/…. In a checkout
// that was never built there is only .keep.
func Files() fs.FS {
	files, _ := fs.Sub(dist, "dist") // the folder is embedded above
	return files
}
