package external

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// line is a row as a trainer reads it. docs/formats/trainer.md tells each member.
type line struct {
	ID      string       `json:"id,omitempty"`
	Text    string       `json:"text"`
	History []learn.Said `json:"history,omitempty"`
	Labels  []string     `json:"labels,omitempty"`
	Weight  float32      `json:"weight,omitempty"`
	Group   string       `json:"group,omitempty"`
	Vector  []float32    `json:"vector,omitempty"`
}

// orders is in/params.json.
type orders struct {
	Trainer string         `json:"trainer"`
	Task    learn.Task     `json:"task"`
	Params  map[string]any `json:"params"` // those that trainer.yaml declares
	Seed    uint64         `json:"seed"`
	Workers int            `json:"workers"` // threads that it may use
}

// lesson is what one fit is given.
type lesson struct {
	orders
	labels           []string
	train, dev, rest []learn.Example
}

// write lays a lesson out in a folder.
func (l lesson) write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	var all []error
	for name, value := range map[string]any{"params.json": l.orders, "labels.json": l.labels} {
		text, err := json.MarshalIndent(value, "", " ")
		all = append(all, err, os.WriteFile(filepath.Join(folder, name), append(text, '\n'), 0o600))
	}
	for name, rows := range map[string][]learn.Example{"train.jsonl": l.train, "dev.jsonl": l.dev, "rest.jsonl": l.rest} {
		all = append(all, l.writeRows(filepath.Join(folder, name), rows, name != "rest.jsonl"))
	}
	return errors.Join(all...)
}

func (l lesson) writeRows(path string, rows []learn.Example, labelled bool) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, e := range rows {
		row := line{ID: e.RowID, Text: e.Text, History: e.History, Group: e.Group, Vector: e.Vector}
		if labelled {
			row.Weight = e.Weight
			if row.Weight == 0 {
				row.Weight = 1
			}
			for _, at := range e.Labels {
				row.Labels = append(row.Labels, l.labels[at])
			}
		}
		if err := lines.Encode(row); err != nil {
			return err
		}
	}
	return errors.Join(out.Flush(), f.Close())
}

// errTooLarge tells that a folder holds more than it may.
var errTooLarge = errors.New("too large")

// size adds up the files of a folder.
func size(folder string) (total int64) {
	_ = fs.WalkDir(os.DirFS(folder), ".", func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil // files come and go while a trainer works
	})
	return total
}

// pack makes one archive of a folder's files, always the same for the same files.
// Errors: errTooLarge; spec.Mistake texts about what cannot be kept.
func pack(folder string, most int64) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	files := 0
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir():
			return err
		case !e.Type().IsRegular():
			return fmt.Errorf("%s is not a plain file | %s 不是普通文件", name, name)
		}
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if int64(out.Len()+len(body)) > most {
			return errTooLarge
		}
		files++
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(body)), Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err = w.Write(body)
		return err
	})
	if err == nil && files == 0 {
		err = errors.New("nothing is there | 什么也没有")
	}
	return out.Bytes(), errors.Join(err, w.Close())
}

// unpack lays the files of an archive out in a folder that is made for them. The
// names are held inside it. Fault: Damaged.
func unpack(archive []byte, folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return eachFile(archive, func(name string, body io.Reader) error {
		if at := strings.LastIndexByte(name, '/'); at > 0 {
			if err := root.MkdirAll(name[:at], 0o700); err != nil {
				return err
			}
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, body)
		return errors.Join(err, f.Close())
	})
}

// eachFile walks an archive. Fault: Damaged.
func eachFile(archive []byte, do func(name string, body io.Reader) error) error {
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return learn.Broken("archive: " + err.Error())
		case h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name):
			return learn.Broken("archive: a name that leads elsewhere")
		}
		if err := do(h.Name, r); err != nil {
			return err
		}
	}
}

// told is a text of a mistake in both languages.
func told(err error) spec.Text { return spec.Mistake("", err.Error()) }
