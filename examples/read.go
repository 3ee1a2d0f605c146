package examples

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"zhuomo/clean"
	"zhuomo/internal/spec"
)

// Material reads all of the product in the house style. An error means that one
// of its files is broken; the tests of the product see to that.
func (p Product) Material() (Material, error) {
	m := Material{Name: p.ID, Notices: p.Notices}
	if err := p.conversations(&m); err != nil {
		return m, err
	}
	if err := p.tables(&m); err != nil {
		return m, err
	}
	var guideline struct {
		Name   string  `yaml:"name"`
		Ver    int     `yaml:"version"`
		Task   string  `yaml:"task"`
		Multi  bool    `yaml:"multi"`
		Labels []Label `yaml:"labels"`
	}
	var suite struct {
		Name   string  `yaml:"name"`
		Checks []Check `yaml:"checks"`
	}
	for name, into := range map[string]any{"entries.yaml": &m.Entries, "guideline.yaml": &guideline, "suite.yaml": &suite} {
		if err := decode(p.files, name, into); err != nil {
			return m, err
		}
	}
	m.Labels, m.Checks = guideline.Labels, suite.Checks
	return m.Tidy(), nil
}

func (p Product) conversations(m *Material) error {
	names, err := fs.Glob(p.files, "conversations/*.txt")
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	for _, name := range names {
		body, err := p.File(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		found, err := readConversations(strings.TrimSuffix(path.Base(name), ".txt"), string(body), p.Channels)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		m.Conversations = append(m.Conversations, found...)
	}
	return nil
}

func (p Product) tables(m *Material) error {
	names, err := fs.Glob(p.files, "entities/*.csv")
	if err != nil {
		return fmt.Errorf("list entities: %w", err)
	}
	for _, name := range names {
		body, err := p.File(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
		if err != nil || len(rows) < 2 {
			return fmt.Errorf("read %s: %d rows: %w", name, len(rows), err)
		}
		m.Tables = append(m.Tables, Table{Name: strings.TrimSuffix(path.Base(name), ".csv"), Columns: rows[0], Rows: rows[1:]})
	}
	return nil
}

func decode(files fs.FS, name string, into any) error {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := spec.DecodeYAML(body, into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// Recipe is the product's recipe.yaml for a material spoilt into files: the
// telephone numbers in the material's tables are public and stay.
func (p Product) Recipe(m Material) ([]byte, error) {
	body, err := p.File("recipe.yaml")
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	r, err := clean.ParseRecipe(body)
	if err != nil {
		return nil, err
	}
	for i, s := range r.Steps {
		if s.Use == "clean.personal_data.v1" {
			r.Steps[i].With["allow"] = m.PublicNumbers()
		}
	}
	out, err := r.YAML()
	return bytes.TrimSpace(out), err
}
