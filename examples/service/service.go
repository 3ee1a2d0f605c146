// Package service is the customer service of the invented travel platform
// 拾程旅行, written for this project: conversations with labels, entity tables,
// entries, a guideline, a suite, a recipe, a flow and stories.
//
//	in:   the files of this folder, embedded      out: examples.Material, File
//	read: service.go → conversation.go
package service

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"

	"zhuomo/examples"
)

//go:embed conversations/*.txt entities/*.csv *.yaml
var files embed.FS

// File gives one file of the material as it was written, such as flow.yaml; its
// own stage reads it. Error: fs.ErrNotExist.
func File(name string) ([]byte, error) { return files.ReadFile(name) }

// Material reads the whole material in the house style. An error means that a
// file of this folder is broken; the tests of this package see to that.
func Material() (examples.Material, error) {
	m := examples.Material{Name: "service"}
	if err := conversations(&m); err != nil {
		return m, err
	}
	if err := tables(&m); err != nil {
		return m, err
	}
	var guideline struct {
		Name   string           `yaml:"name"`
		Ver    int              `yaml:"version"`
		Task   string           `yaml:"task"`
		Multi  bool             `yaml:"multi"`
		Labels []examples.Label `yaml:"labels"`
	}
	var suite struct {
		Name   string           `yaml:"name"`
		Checks []examples.Check `yaml:"checks"`
	}
	for name, into := range map[string]any{"entries.yaml": &m.Entries, "guideline.yaml": &guideline, "suite.yaml": &suite} {
		if err := decode(name, into); err != nil {
			return m, err
		}
	}
	m.Labels, m.Checks = guideline.Labels, suite.Checks
	return m.Tidy(), nil
}

func conversations(m *examples.Material) error {
	names, err := fs.Glob(files, "conversations/*.txt")
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		found, err := readConversations(strings.TrimSuffix(path.Base(name), ".txt"), string(body))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		m.Conversations = append(m.Conversations, found...)
	}
	return nil
}

func tables(m *examples.Material) error {
	names, err := fs.Glob(files, "entities/*.csv")
	if err != nil {
		return fmt.Errorf("list entities: %w", err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
		if err != nil || len(rows) < 2 {
			return fmt.Errorf("read %s: %d rows: %w", name, len(rows), err)
		}
		m.Tables = append(m.Tables, examples.Table{Name: strings.TrimSuffix(path.Base(name), ".csv"), Columns: rows[0], Rows: rows[1:]})
	}
	return nil
}

func decode(name string, into any) error {
	body, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(body), yaml.Strict()).Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
