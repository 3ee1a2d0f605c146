package learn

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// aliasColumns are the names under which other names of a value are found.
var aliasColumns = [...]string{"别名", "同义词", "synonyms", "aliases"}

// ReadList reads a word list, told as name=FILE or name=FILE:column. A text file
// holds one value a line. A table (CSV, TSV), such as the entity tables of a
// product, has its values in the column named, or in the first, with other names
// of the same thing in a column 别名; several values in a cell are parted by |.
// Fault: BadFile.
func ReadList(told string) (List, error) {
	name, file, both := strings.Cut(told, "=")
	if !both || strings.TrimSpace(name) == "" || file == "" {
		return List{}, BadFile.With("file", told, "problem", "a word list is told as name=FILE or name=FILE:column | 词表要写成 名字=文件 或 名字=文件:列")
	}
	list, asked := List{Name: strings.TrimSpace(name)}, ""
	if _, err := os.Stat(file); err != nil {
		if at := strings.LastIndex(file, ":"); at > 0 {
			file, asked = file[:at], file[at+1:]
		}
	}
	bad := func(problem string) error {
		return BadFile.With("file", filepath.Base(file), "problem", problem)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return List{}, BadFile.With("file", filepath.Base(file), "problem", "cannot be read | 读不了").Because(err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if !utf8.Valid(raw) {
		return List{}, bad("is not UTF-8 | 不是 UTF-8 编码")
	}
	ext := strings.ToLower(filepath.Ext(file))
	if ext != ".csv" && ext != ".tsv" {
		if asked != "" {
			return List{}, bad("has no columns; only CSV and TSV do | 没有列，CSV、TSV 才有")
		}
		for line := range strings.Lines(string(raw)) {
			list.Values = append(list.Values, strings.TrimSpace(line))
		}
		return list, nil
	}
	r := csv.NewReader(bytes.NewReader(raw))
	if r.FieldsPerRecord = -1; ext == ".tsv" {
		r.Comma, r.LazyQuotes = '\t', true
	}
	records, err := r.ReadAll()
	if err != nil {
		return List{}, bad(err.Error())
	}
	if len(records) == 0 {
		return List{}, bad("is empty | 是空的")
	}
	columns := []int{0}
	if asked != "" {
		if columns[0] = column(records[0], asked); columns[0] < 0 {
			return List{}, bad("has no column " + asked + "; it has: " + strings.Join(records[0], ", ") + " | 没有列「" + asked + "」")
		}
	} else if other := column(records[0], "", aliasColumns[:]...); other > 0 {
		columns = append(columns, other)
	}
	for _, fields := range records[1:] {
		for _, at := range columns {
			if at < len(fields) {
				list.Values = append(list.Values, strings.Split(fields[at], "|")...)
			}
		}
	}
	return list, nil
}
