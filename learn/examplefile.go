package learn

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/fault"
)

// labelColumns are the names under which a label column is found.
var labelColumns = [...]string{"label", "category", "intent", "labels", "标签", "意图"}

// noColumn as the column of the label asks for the text alone.
const noColumn = "\x00"

// readRest reads the texts of a file as rows without labels. Fault: BadFile.
func readRest(name, textColumn string) ([]Example, error) {
	raw, records, err := readFile(name)
	if err != nil {
		return nil, err
	}
	var rest []Example
	err = records(name, raw, textColumn, noColumn, func(record int, found fileRow) error {
		rest = append(rest, found.example(name, record))
		return nil
	})
	return rest, err
}

type eachRecord func(record int, found fileRow) error

// fileRow is a record of a file; only JSON lines have more than text and label.
type fileRow struct {
	text, label string
	history     []Said  // "history": [{"who": "customer" or "product", "text": …}], oldest first
	group       string  // "group": records of one group are never parted
	weight      float32 // "weight": how much the record counts, above 0; 0 where it is not told
	guessed     bool    // "guessed": true where the labels are no gold: learnt from, never held back
}

// example is the record without its labels.
func (f fileRow) example(name string, record int) Example {
	return Example{RowID: fmt.Sprintf("%s:%d", filepath.Base(name), record), Text: f.text, History: f.history, Group: f.group, Weight: f.weight, Guessed: f.guessed}
}

// readFile reads a file and tells how its records are found. Fault: BadFile.
func readFile(name string) ([]byte, func(name string, raw []byte, textColumn, labelColumn string, each eachRecord) error, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, BadFile.With("file", filepath.Base(name), "problem", "cannot be read | 读不了").Because(err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if !utf8.Valid(raw) {
		return nil, nil, BadFile.With("file", filepath.Base(name), "problem", "is not UTF-8 | 不是 UTF-8 编码")
	}
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".jsonl" || ext == ".ndjson" {
		return raw, lineRecords, nil
	}
	return raw, tableRecords, nil
}

// readExamples adds the examples of a file to data. The file is UTF-8: CSV, TSV
// (.tsv), or JSON lines (.jsonl). With learning, labels are numbered as they
// come; without, a new one is a fault. Faults: BadFile, UnseenLabel.
func readExamples(name, textColumn, labelColumn string, data Data, learning bool) (Data, error) {
	raw, records, err := readFile(name)
	if err != nil {
		return data, err
	}
	index := make(map[string]int, len(data.Labels))
	for i, l := range data.Labels {
		index[l] = i
	}
	number := func(record int, label string) (int, error) {
		at, known := index[label]
		if !known {
			if !learning {
				return 0, UnseenLabel.With("file", filepath.Base(name), "record", record, "label", label)
			}
			at = len(data.Labels)
			data.Labels, index[label] = append(data.Labels, label), at
		}
		return at, nil
	}
	if data.Task == Spans {
		err = spanRecords(name, raw, textColumn, func(record int, text string, spans []namedSpan) error {
			e := Example{RowID: fmt.Sprintf("%s:%d", filepath.Base(name), record), Text: text}
			for _, s := range spans {
				at, err := number(record, s.Label)
				if err != nil {
					return err
				}
				e.Spans = append(e.Spans, Span{s.Start, s.End, at})
			}
			data.Examples = append(data.Examples, e)
			return nil
		})
		return data, err
	}
	err = records(name, raw, textColumn, labelColumn, func(record int, found fileRow) error {
		e := found.example(name, record)
		names := []string{strings.TrimSpace(found.label)}
		if data.Task == Multi {
			names = strings.Split(found.label, "|")
		}
		for _, l := range names {
			if l = strings.TrimSpace(l); l == "" && data.Task == Multi {
				continue
			}
			at, err := number(record, l)
			if err != nil {
				return err
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
func tableRecords(name string, raw []byte, textColumn, labelColumn string, each eachRecord) error {
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
	if labelColumn == noColumn {
		label = text
	}
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
		if err := each(record, fileRow{text: fields[text], label: fields[label]}); err != nil {
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
func lineRecords(name string, raw []byte, textColumn, labelColumn string, each eachRecord) error {
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
		if labelColumn == noColumn {
			label = text
		}
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
		found := fileRow{text: said, label: joined}
		found.group, _ = fields["group"].(string)
		if found.history, ok = turnsBefore(fields["history"]); !ok {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf(`line %d: history must be a list of {"who": "customer" or "product", "text": …} | 第 %d 行的 history 应为 {"who": "customer" 或 "product", "text": …} 的列表`, record, record))
		}
		if found.weight, found.guessed, ok = worth(fields["weight"], fields["guessed"]); !ok {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf(`line %d: weight must be a number above 0, up to 1000000, and guessed true or false | 第 %d 行的 weight 应为大于 0、至多 1000000 的数，guessed 应为 true 或 false`, record, record))
		}
		if err := each(record, found); err != nil {
			return err
		}
	}
	return nil
}

// worth reads the fields weight and guessed of a record; ok is false where one is not what it must be.
func worth(weight, guessed any) (w float32, g, ok bool) {
	if weight != nil {
		number, isNumber := weight.(float64)
		if w = float32(number); !isNumber || !(w > 0 && w <= 1e6) {
			return 0, false, false
		}
	}
	g, isBool := guessed.(bool)
	return w, g, isBool || guessed == nil
}

// turnsBefore reads the field history of a record; ok is false where it is no list of turns.
func turnsBefore(field any) (before []Said, ok bool) {
	list, isList := field.([]any)
	if !isList {
		return nil, field == nil
	}
	for _, item := range list {
		turn, _ := item.(map[string]any)
		who, _ := turn["who"].(string)
		text, isText := turn["text"].(string)
		if !isText || Who(who) != Customer && Who(who) != Product {
			return nil, false
		}
		before = append(before, Said{Who: Who(who), Text: text})
	}
	return before, true
}

// namedSpan is a stretch as a file tells it, in code points.
type namedSpan struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Label string `json:"label"`
}

// spanRecords reads one JSON object a line: a text and "spans", a list of
// {"start", "end", "label"}.
func spanRecords(name string, raw []byte, textColumn string, each func(record int, text string, spans []namedSpan) error) error {
	if ext := strings.ToLower(filepath.Ext(name)); ext != ".jsonl" && ext != ".ndjson" {
		return BadFile.With("file", filepath.Base(name), "problem", `spans need JSON lines: {"text": …, "spans": [{"start": 0, "end": 2, "label": …}]} | 片段要用 JSONL，每行 {"text": …, "spans": [{"start": 0, "end": 2, "label": …}]}`)
	}
	record := 0
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		record++
		bad := func(en, zh string) *fault.Fault {
			return BadFile.With("file", filepath.Base(name), "problem", fmt.Sprintf("line %d %s | 第 %d 行%s", record, en, record, zh))
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(line, &fields); err != nil {
			return bad("is not a JSON object", "不是 JSON 对象").Because(err)
		}
		head := slices.Sorted(maps.Keys(fields))
		at := column(head, textColumn, "text", "sentence", "文本", "句子")
		var text string
		if at < 0 || json.Unmarshal(fields[head[at]], &text) != nil {
			return bad("has no text", "没有文本")
		}
		var spans []namedSpan
		if list, has := fields["spans"]; has && json.Unmarshal(list, &spans) != nil {
			return bad("has spans that are no list of {start, end, label}", "的 spans 不是 {start, end, label} 的列表")
		}
		if err := each(record, text, spans); err != nil {
			return err
		}
	}
	return nil
}
