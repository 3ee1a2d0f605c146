package mlflow

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// maxArtifact bounds one file.
const maxArtifact = 8 << 30

type file struct {
	Path  string `json:"path"`
	IsDir bool   `json:"is_dir"`
	Bytes int64  `json:"file_size,omitempty"`
}

// under gives what lies directly in a folder, paths in full.
func (s *Service) under(ctx context.Context, product, folder string) ([]file, error) {
	prefix := strings.Trim(folder, "/")
	if prefix != "" {
		prefix += "/"
	}
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT path, bytes FROM mlflow_artifacts WHERE product_id = $1 AND path >= $2 AND path < $3 ORDER BY path`, product, prefix, prefix+"\U0010ffff")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []file{}
	for rows.Next() {
		var f file
		if err := rows.Scan(&f.Path, &f.Bytes); err != nil {
			return nil, err
		}
		if first, _, deeper := strings.Cut(f.Path[len(prefix):], "/"); deeper {
			f = file{Path: prefix + first, IsDir: true}
			if n := len(list); n > 0 && list[n-1].Path == f.Path {
				continue
			}
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// within gives files in a folder with paths from root.
func (s *Service) within(c *call, root, folder string) ([]file, error) {
	if strings.Contains(folder, "..") {
		return nil, BadValue.With("field", "path", "got", folder, "want", "a path inside the artifacts").At("path")
	}
	list, err := s.under(c.ctx, c.product, path.Join(root, folder))
	for i := range list {
		list[i].Path = strings.TrimPrefix(list[i].Path, root+"/")
	}
	return list, err
}

func (s *Service) listRunArtifacts(c *call) (any, error) {
	r, err := s.runOf(c, c.ctx, s.db.Reader())
	if err != nil {
		return nil, err
	}
	files, err := s.within(c, artifactRoot(r), c.text("path"))
	return map[string]any{"root_uri": r.info().Artifacts, "files": files}, err
}

// listArtifacts gives names only: the client adds the folder that it asked for.
func (s *Service) listArtifacts(c *call) (any, error) {
	folder := strings.Trim(c.text("path"), "/")
	files, err := s.under(c.ctx, c.product, folder)
	for i := range files {
		files[i].Path = path.Base(files[i].Path)
	}
	return map[string]any{"files": files}, err
}

// asked is the path of a file in a request. Fault: BadValue.
func asked(r *http.Request) (string, error) {
	p := strings.Trim(r.PathValue("path"), "/")
	if p == "" || path.Clean(p) != p || strings.HasPrefix(p, "..") || strings.ContainsAny(p, "\\\x00") {
		return "", BadValue.With("field", "path", "got", cut(p), "want", "a path inside the artifacts").At("path")
	}
	return p, nil
}

func (s *Service) putArtifact(w http.ResponseWriter, r *http.Request) {
	p, err := asked(r)
	if err != nil {
		refuse(w, err)
		return
	}
	hash, bytes, err := s.blobs.Put(r.Context(), r.Body)
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO mlflow_artifacts (product_id, path, hash, bytes) VALUES ($1, $2, $3, $4)
				ON CONFLICT (product_id, path) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes`, r.PathValue("product"), p, string(hash), bytes)
			return err
		})
	}
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, "{}")
}

func (s *Service) getArtifact(w http.ResponseWriter, r *http.Request) {
	p, err := asked(r)
	if err != nil {
		refuse(w, err)
		return
	}
	var hash string
	var bytes int64
	err = s.db.Reader().QueryRowContext(r.Context(), `SELECT hash, bytes FROM mlflow_artifacts WHERE product_id = $1 AND path = $2`, r.PathValue("product"), p).Scan(&hash, &bytes)
	if errors.Is(err, sql.ErrNoRows) {
		err = NoArtifact.With("path", p)
	}
	var content blob.Reader
	if err == nil {
		content, err = s.blobs.Open(r.Context(), blob.Hash(hash))
	}
	if err != nil {
		refuse(w, err)
		return
	}
	defer content.Close()
	w.Header().Set("Content-Type", "application/octet-stream") // never what a stranger says it is
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(p)}))
	w.Header().Set("Content-Length", strconv.FormatInt(bytes, 10))
	_, _ = io.Copy(w, io.NewSectionReader(content, 0, bytes)) // the client has gone: nobody is left to tell
}

func (s *Service) deleteArtifact(w http.ResponseWriter, r *http.Request) {
	p, err := asked(r)
	var gone int64
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			done, err := tx.ExecContext(ctx, `DELETE FROM mlflow_artifacts WHERE product_id = $1 AND (path = $2 OR path >= $3 AND path < $4)`,
				r.PathValue("product"), p, p+"/", p+"/\U0010ffff")
			if err == nil {
				gone, err = done.RowsAffected()
			}
			return err
		})
	}
	if err == nil && gone == 0 {
		err = NoArtifact.With("path", p)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, "{}")
}
