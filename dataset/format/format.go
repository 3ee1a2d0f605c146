// Package format holds the built-in file formats, one file each.
//
//	read: open.go (encoding, binary check) → csv.go → csvfields.go → dialect.go
package format

import (
	"path"
	"slices"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// describe makes a FormatSpec; the parameters of all formats are dataset.Settings.
func describe(id string, zh, en, helpZH, helpEN, media string, exact bool, endings ...string) dataset.FormatSpec {
	return dataset.FormatSpec{
		Spec: spec.Spec{Name: "dataset." + id + ".v1", Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN}},
		ID:   id, Endings: endings, MediaType: media, Exact: exact,
	}
}

// named reports whether the file name ends like the format's files.
func named(s dataset.FormatSpec, name string) bool {
	return slices.Contains(s.Endings, strings.ToLower(path.Ext(name)))
}

// sure is the guess of a format that knows its files by their first bytes.
func sure(magic bool, zh, en string) dataset.Guess {
	if !magic {
		return dataset.Guess{}
	}
	return dataset.Guess{Confidence: 1, Why: spec.Text{ZH: zh, EN: en}}
}

// columnNames makes names usable: trimmed, never empty, never twice.
func columnNames(names []string) []string {
	out := make([]string, len(names))
	seen := map[string]bool{}
	for i, name := range names {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if name == "" {
			name = "column_" + itoa(i+1)
		}
		unique := name
		for n := 2; seen[unique]; n++ {
			unique = name + "_" + itoa(n)
		}
		seen[unique] = true
		out[i] = unique
	}
	return out
}

// wanted reports whether a part was chosen; no choice chooses all.
func wanted(o dataset.ReadOptions, part string) bool {
	return len(o.Settings.Parts) == 0 || slices.Contains(o.Settings.Parts, part)
}

// missing is the fault of a chosen part that the file does not have, or nil.
func missing(o dataset.ReadOptions, have []string) error {
	for _, part := range o.Settings.Parts {
		if !slices.Contains(have, part) {
			return dataset.NoSuchPart.With("name", o.Name, "part", part, "known", strings.Join(have, ", ")).At("parts")
		}
	}
	return nil
}
