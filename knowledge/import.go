package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"zhuomo/internal/spec"
)

// importBytes bounds a file of entries or a table.
const importBytes = 32 << 20

// Sheet is what a file of entries holds.
type Sheet struct {
	Entries []Entry
	Lines   []int     // of Entries: where each begins, a line of the table (1 is its header) or the number in a YAML list
	Refused []Refusal // in the order of their lines
}

// Refusal is an entry of a file that cannot be taken.
type Refusal struct {
	Line     int
	Question string
	Err      error
}

// ReadSheet reads a file of entries: YAML (docs/formats/entries.md), or CSV or
// Excel with a header line. An entry without an id gets one made from its
// question, so that importing the same file again changes nothing. What Check
// refuses is set aside.
//
// Faults: BrokenFile with the line, NoHeader, TooMuch.
func ReadSheet(name string, file []byte) (Sheet, error) {
	if len(file) > importBytes {
		return Sheet{}, TooMuch.With("limit", "32 MiB").At("file")
	}
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, ".yaml"), strings.HasSuffix(lower, ".yml"), strings.HasSuffix(lower, ".json"):
		return readYAML(file)
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		rows, err := readExcel(file)
		if err != nil {
			return Sheet{}, err
		}
		return sheetOf(rows)
	}
	rows, err := readCSV(file)
	if err != nil {
		return Sheet{}, err
	}
	return sheetOf(rows)
}

// ReadEntries reads a file in which every entry is right.
// Faults: those of ReadSheet, and those of Check.
func ReadEntries(name string, file []byte) ([]Entry, error) {
	s, err := ReadSheet(name, file)
	if err != nil {
		return nil, err
	}
	return s.Entries, s.refused()
}

// SheetOf makes a sheet of entries that come from a program.
func SheetOf(entries []Entry) Sheet {
	lines := make([]int, len(entries))
	for i := range lines {
		lines[i] = i + 1
	}
	return sift(entries, lines)
}

// refused is the first refusal as an error; nil when all was taken.
func (s Sheet) refused() error {
	if len(s.Refused) == 0 {
		return nil
	}
	r := s.Refused[0]
	return fmt.Errorf("entry at %d %q: %w", r.Line, r.Question, r.Err)
}

// writtenEntry is an entry as people write it in a file: the answer may be one
// text, times are dates in China.
type writtenEntry struct {
	ID            string        `yaml:"id"`
	Category      string        `yaml:"category"`
	Question      string        `yaml:"question"`
	Variants      []string      `yaml:"variants"`
	Answer        string        `yaml:"answer"`
	Parts         []writtenPart `yaml:"parts"`
	Channels      []string      `yaml:"channels"`
	CustomerKinds []string      `yaml:"customer_kinds"`
	ValidFrom     string        `yaml:"valid_from"`
	ValidTo       string        `yaml:"valid_to"`
	State         State         `yaml:"state"`
}

type writtenPart struct {
	Kind  PartKind `yaml:"kind"`
	Text  string   `yaml:"text"`
	Title string   `yaml:"title"`
	Facts []struct {
		Name  string `yaml:"name"`
		Value string `yaml:"value"`
	} `yaml:"facts"`
	Actions []struct {
		Text string `yaml:"text"`
		Send string `yaml:"send"`
	} `yaml:"actions"`
	URL  string `yaml:"url"`
	Send string `yaml:"send"`
}

func readYAML(file []byte) (Sheet, error) {
	var written []writtenEntry
	if err := spec.DecodeYAML(file, &written); err != nil {
		return Sheet{}, brokenYAML(err)
	}
	entries, lines := make([]Entry, 0, len(written)), make([]int, 0, len(written))
	for i, w := range written {
		e := Entry{ID: w.ID, Category: w.Category, Question: w.Question, Variants: w.Variants, State: w.State,
			Conditions: Conditions{Channels: w.Channels, CustomerKinds: w.CustomerKinds}}
		if w.Answer != "" {
			e.Answer = []Part{{Kind: TextPart, Text: strings.TrimSpace(w.Answer)}}
		}
		for _, p := range w.Parts {
			part := Part{Kind: p.Kind, Text: p.Text, Title: p.Title, URL: p.URL, Send: p.Send}
			for _, f := range p.Facts {
				part.Facts = append(part.Facts, Fact(f))
			}
			for _, a := range p.Actions {
				part.Actions = append(part.Actions, Action(a))
			}
			e.Answer = append(e.Answer, part)
		}
		var err error
		if e.Conditions.ValidFromUS, err = day(w.ValidFrom, 0); err == nil {
			e.Conditions.ValidToUS, err = day(w.ValidTo, 1)
		}
		if err != nil {
			return Sheet{}, BrokenFile.With("line", fmt.Sprintf("entry %d", i+1), "problem", err.Error()).Because(err)
		}
		entries, lines = append(entries, e), append(lines, i+1)
	}
	return sift(entries, lines), nil
}

// brokenYAML names the line of a YAML error.
func brokenYAML(err error) error {
	line, _, problem := spec.YAMLMistake(err)
	return BrokenFile.With("line", line, "problem", problem).Because(err)
}

// china is the time zone of dates in files: no daylight saving since 1991.
var china = time.FixedZone("UTC+8", 8*3600)

// day is the beginning of a date plus days, 0 for none.
func day(date string, days int) (int64, error) {
	if date == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation("2006-01-02", date, china)
	if err != nil {
		return 0, err
	}
	return t.AddDate(0, 0, days).UnixMicro(), nil
}

// readExcel takes the first sheet that has rows.
func readExcel(file []byte) ([][]string, error) {
	book, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: 8 * importBytes, UnzipXMLSizeLimit: 8 * importBytes})
	if err != nil {
		return nil, BrokenFile.With("line", 1, "problem", err.Error()).Because(err)
	}
	defer book.Close() // a temporary file is left over at worst
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			return nil, BrokenFile.With("line", 1, "problem", err.Error()).Because(err)
		}
		if len(rows) > 1 {
			return rows, nil
		}
	}
	return nil, NoHeader.With("found", "")
}

// Heads of columns, folded, by what they hold.
var heads = map[string][]string{
	"question": {"问题", "标准问", "标准问题", "问", "question", "title"},
	"variants": {"相似问", "相似问法", "相似问题", "扩展问", "问法", "variants", "similar questions"},
	"answer":   {"答案", "回答", "标准答案", "答复", "答", "answer", "reply"},
	"category": {"分类", "类别", "类目", "category"},
	"id":       {"编号", "id"},
}

// sheetOf makes entries of rows under a header line that names question and
// answer. A cell of variants holds several, parted by line ends or |; rows of
// one question are one entry. Fault: NoHeader.
func sheetOf(rows [][]string) (Sheet, error) {
	if len(rows) == 0 {
		return Sheet{}, NoHeader.With("found", "")
	}
	column := map[string]int{}
	for i, h := range rows[0] {
		for what, names := range heads {
			if _, taken := column[what]; !taken && slices.Contains(names, strings.TrimSpace(fold(h))) {
				column[what] = i
			}
		}
	}
	_, q := column["question"]
	if _, a := column["answer"]; !q || !a {
		return Sheet{}, NoHeader.With("found", strings.Join(rows[0], ", "))
	}
	var entries []Entry
	var lines []int
	byQuestion := map[string]int{}
	for i, row := range rows[1:] {
		cell := func(what string) string {
			if at, ok := column[what]; ok && at < len(row) {
				return strings.TrimSpace(row[at])
			}
			return ""
		}
		question := cell("question")
		if question == "" && cell("answer") == "" && cell("variants") == "" {
			continue // an empty line of a sheet
		}
		at, again := byQuestion[fold(question)]
		if question == "" && len(entries) > 0 {
			at, again = len(entries)-1, true // merged cells: the question stands above
		}
		if !again {
			at = len(entries)
			byQuestion[fold(question)] = at
			entries = append(entries, Entry{ID: cell("id"), Category: cell("category"), Question: question})
			lines = append(lines, i+2)
		}
		e := &entries[at]
		e.Variants = append(e.Variants, strings.FieldsFunc(cell("variants"), func(r rune) bool { return r == '\n' || r == '|' || r == '｜' })...)
		if answer := cell("answer"); answer != "" && !slices.ContainsFunc(e.Answer, func(p Part) bool { return p.Text == answer }) {
			e.Answer = append(e.Answer, Part{Kind: TextPart, Text: answer})
		}
	}
	return sift(entries, lines), nil
}

// sift gives ids to entries without, and sets aside what is wrong with a sheet's
// entries: those of Check, and an id that stands twice.
func sift(entries []Entry, lines []int) (s Sheet) {
	seen := map[string]bool{}
	for i, e := range entries {
		if e.ID == "" {
			sum := sha256.Sum256([]byte(fold(strings.TrimSpace(e.Question))))
			e.ID = "kb_" + hex.EncodeToString(sum[:8])
		}
		checked, err := Check(e)
		if err == nil && seen[e.ID] {
			err = EntryTaken.With("entry", e.ID)
		}
		if err != nil {
			s.Refused = append(s.Refused, Refusal{lines[i], e.Question, err})
			continue
		}
		seen[e.ID] = true
		s.Entries, s.Lines = append(s.Entries, checked), append(s.Lines, lines[i])
	}
	return s
}
