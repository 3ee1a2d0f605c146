package learn

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// labelColumns are the names under which a label column is found.
var labelColumns = [...]string{"label", "category", "intent", "labels", "标签", "意图"}

// readExamples adds the examples of a file to data. The file is UTF-8: CSV, TSV
// (.tsv), or JSON lines (.jsonl). With learning, labels are numbered as they
// come; without, a new one is a fault. Faults: BadFile, UnseenLabel.
func readExamples(name, textColumn, labelColumn string, data Data, learning bool) (Data, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return data, BadFile.With("file", filepath.Base(name), "problem", "cannot be read | 读不了").Because(err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if !utf8.Valid(raw) {
		return data, BadFile.With("file", filepath.Base(name), "problem", "is not UTF-8 | 不是 UTF-8 编码")
	}
	records := tableRecords
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".jsonl" || ext == ".ndjson" {
		records = lineRecords
	}
	index := make(map[string]int, len(data.Labels))
	for i, l := range data.Labels {
		index[l] = i
	}
	err = records(name, raw, textColumn, labelColumn, func(record int, text, label string) error {
		e := Example{RowID: fmt.Sprintf("%s:%d", filepath.Base(name), record), Text: text}
		names := []string{strings.TrimSpace(label)}
		if data.Task == Multi {
			names = strings.Split(label, "|")
		}
		for _, l := range names {
			if l = strings.TrimSpace(l); l == "" && data.Task == Multi {
				continue
			}
			at, known := index[l]
			if !known {
				if !learning {
					return UnseenLabel.With("file", filepath.Base(name), "record", record, "label", l)
				}
				at = len(data.Labels)
				data.Labels, index[l] = append(data.Labels, l), at
			}
			if !slices.Contains(e.Labels, at) {
				e.Labels = append(e.Labels, at)
			}
		}
		data.Examples = append(data.Examples, e)
		return nil
	})
	return data, err
}

// tableRecords reads CSV or TSV with a header; records count from 1 after it.
func tableRecords(name string, raw []byte, textColumn, labelColumn string, each func(record int, text, label string) error) error {
	bad := func(problem string) error {
		return BadFile.With("file", filepath.Base(name), "problem", problem)
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.ReuseRecord = true
	if strings.EqualFold(filepath.Ext(name), ".tsv") {
		r.Comma, r.LazyQuotes = '\t', true
	}
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return NoExamples.With()
	}
	if err != nil {
		return bad(err.Error())
	}
	head = slices.Clone(head)
	text, label := column(head, textColumn, "text", "sentence", "文本", "句子"), column(head, labelColumn, labelColumns[:]...)
	if text < 0 || label < 0 {
		return bad("no column for the text or the label; it has: " + strings.Join(head, ", ") + " | 找不到文本列或标签列")
	}
	for record := 1; ; record++ {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bad(err.Error())
		}
		if err := each(record, fields[text], fields[label]); err != nil {
			return err
		}
	}
}

// column finds a column by the name asked for, or by the usual names.
func column(head []string, asked string, usual ...string) int {
	if asked != "" {
		usual = []string{asked}
	}
	for _, name := range usual {
		if at := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }); at >= 0 {
			return at
		}
	}
	return -1
}

// lineRecords reads one JSON object a line; a list of labels is joined by |.
func lineRecords(name string, raw []byte, textColumn, labelColumn string, each func(record int, text, label string) error) error {
	record := 0
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		record++
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf("line %d is not a JSON object | 第 %d 行不是 JSON 对象", record, record)).Because(err)
		}
		head := make([]string, 0, len(fields))
		for key := range fields {
			head = append(head, key)
		}
		slices.Sort(head)
		text, label := column(head, textColumn, "text", "sentence", "文本", "句子"), column(head, labelColumn, labelColumns[:]...)
		if text < 0 || label < 0 {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf("line %d has no text or no label | 第 %d 行没有文本或标签", record, record))
		}
		value := fields[head[label]]
		joined, ok := value.(string)
		if list, isList := value.([]any); isList {
			parts := make([]string, len(list))
			for i, item := range list {
				parts[i] = fmt.Sprint(item)
			}
			joined, ok = strings.Join(parts, "|"), true
		}
		said, isText := fields[head[text]].(string)
		if !ok || !isText {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf("line %d: text and label must be strings | 第 %d 行的文本和标签应为文字", record, record))
		}
		if err := each(record, said, joined); err != nil {
			return err
		}
	}
	return nil
}
