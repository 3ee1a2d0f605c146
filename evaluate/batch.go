package evaluate

import (
	"context"
	"slices"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/text"
)

// Batch is a sheet of questions with what should come of them, and how a model
// or release did on it.
type Batch struct {
	ID        string   `json:"id" table:"编号|id"`
	ProductID string   `json:"product_id"`
	Name      string   `json:"name" table:"文件|file"`
	Columns   []string `json:"columns"`
	Rows      int      `json:"rows" table:"行数|rows"`
	// Ask is the column of the question, Expect that of what should come; guessed
	// from names and contents until a person chose.
	Ask    string `json:"ask" table:"问题列|question"`
	Expect string `json:"expect" table:"期望列|expected"`
	Kind   Expect `json:"kind" table:"期望是|expects"`
	// Of is what was tested: m3 or r2; "" before the first run.
	Of        string `json:"of" table:"测的是|tested"`
	Right     int    `json:"right" table:"对|right"`
	Wrong     int    `json:"wrong" table:"错|wrong"`
	Skipped   int    `json:"skipped" table:"略过|skipped"` // no question, or nothing expected
	JobID     string `json:"job_id,omitempty"`
	ActorID   string `json:"actor_id,omitempty"`
	CreatedUS int64  `json:"created_us"`
}

// Expect is what the expected column holds.
type Expect string

const (
	ExpectLabel  Expect = "label"  // labels, by id or title, parted by | , 、 ; or a new line
	ExpectAnswer Expect = "answer" // words that the reply must hold
)

// BatchRow is one line of the sheet with what came of it.
type BatchRow struct {
	At       int          `json:"at" table:"行|row"` // from 1; the header does not count
	Cells    []string     `json:"cells"`
	State    string       `json:"state" table:"结果|result" enum:",right,wrong,skipped"`
	Question string       `json:"question" table:"问题|question"`
	Expected string       `json:"expected" table:"期望|expected"`
	Got      string       `json:"got" table:"得到|got"`
	P        float32      `json:"p" table:"概率|probability"` // of the most probable label
	Reason   BatchReason  `json:"reason,omitempty"`
	Band     string       `json:"band,omitempty"`
	Why      string       `json:"why,omitempty"` // the flow's own reasons
	Top      []BatchLabel `json:"top,omitempty"`
}

// BatchLabel is a label with its title and probability.
type BatchLabel struct {
	Label string  `json:"label"`
	Title string  `json:"title,omitempty"`
	P     float32 `json:"p"`
}

// BatchReason is why a row counts as wrong or was left out.
type BatchReason string

const (
	OtherLabel   BatchReason = "other_label"   // the model chose other labels
	NoLabel      BatchReason = "no_label"      // the model chose none
	UnknownLabel BatchReason = "unknown_label" // the guideline has no such label: skipped
	OtherAnswer  BatchReason = "other_answer"  // the reply does not hold the words
	NotSure      BatchReason = "not_sure"      // choices were offered instead
	NotHeard     BatchReason = "not_heard"     // not understood
	NoQuestion   BatchReason = "no_question"   // the cell is empty: skipped
	NoExpected   BatchReason = "no_expected"   // nothing to hold it to: skipped
)

const (
	mostBatchRows  = 20_000
	mostBatchBytes = 20 << 20
	batchStep      = 100 // rows between two writes
)

// NewBatch keeps a sheet with a guess of its columns. Faults: those of an
// import, TooManyRows.
func (s *Service) NewBatch(ctx context.Context, product, name string, file []byte) (Batch, error) {
	columns, rows, err := s.needs.Sheets.ReadSheet(ctx, name, file, mostBatchRows)
	if err != nil {
		return Batch{}, err
	}
	labels := map[string]string{}
	if voice, err := s.needs.Voices.Voice(ctx, product, "latest"); err == nil { // without a model the guess is by names only
		labels = voice.Labels
	}
	b := Batch{
		ID: db.NewID(s.needs.Now()), ProductID: product, Name: name, Columns: columns, Rows: len(rows),
		ActorID: api.Who(ctx).ID, CreatedUS: s.needs.Now().UnixMicro(),
	}
	b.Ask, b.Expect, b.Kind = GuessColumns(columns, rows, labels)
	return b, s.insertBatch(ctx, b, rows)
}

// names of columns, as people write them, folded.
var (
	askNames    = []string{"问题", "问句", "用户问", "用户问题", "客户问", "标准问", "提问", "query", "question", "text", "utterance", "ask", "用户", "客户", "问"}
	expectNames = []string{"期望", "期望标签", "期望意图", "期望答案", "预期", "意图", "标签", "答案", "回答", "标准答案", "expected", "expect", "label", "labels", "intent", "answer", "gold", "答"}
)

// GuessColumns guesses which column asks, which one says what should come, and
// whether that is labels or words: labels when at least six of ten filled cells
// name labels only. labels are label → title.
func GuessColumns(columns []string, rows [][]string, labels map[string]string) (ask, expect string, kind Expect) {
	known := labelNames(labels)
	named := func(names []string, not string) string {
		for _, n := range names {
			for _, c := range columns {
				if c != not && text.CompareKey(c) == text.CompareKey(n) {
					return c
				}
			}
		}
		for _, n := range names {
			for _, c := range columns {
				if c != not && strings.Contains(text.CompareKey(c), text.CompareKey(n)) {
					return c
				}
			}
		}
		return ""
	}
	share := func(column string) float64 {
		at := slices.Index(columns, column)
		var filled, hits float64
		for _, r := range rows {
			if at < 0 || strings.TrimSpace(r[at]) == "" {
				continue
			}
			filled++
			if _, unknown := readLabels(r[at], known); unknown == "" {
				hits++
			}
		}
		return hits / max(1, filled)
	}
	if expect = named(expectNames, ""); expect == "" {
		for _, c := range columns {
			if share(c) >= .6 {
				expect = c
				break
			}
		}
	}
	if ask = named(askNames, expect); ask == "" {
		for _, c := range columns {
			if c != expect {
				ask = c
				break
			}
		}
	}
	if expect == "" {
		for _, c := range columns {
			if c != ask {
				expect = c
				break
			}
		}
	}
	if kind = ExpectAnswer; share(expect) >= .6 {
		kind = ExpectLabel
	}
	return ask, expect, kind
}

// labelNames leads from ids and titles, folded, to ids.
func labelNames(labels map[string]string) map[string]string {
	known := map[string]string{}
	for id, title := range labels {
		known[text.CompareKey(id)] = id
		if title != "" {
			known[text.CompareKey(title)] = id
		}
	}
	return known
}

// readLabels reads a cell of labels; unknown is the first that nobody knows.
func readLabels(cell string, known map[string]string) (labels []string, unknown string) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("|,，、;；\n", r) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		id, ok := known[text.CompareKey(part)]
		if !ok {
			return labels, part
		}
		if !slices.Contains(labels, id) {
			labels = append(labels, id)
		}
	}
	return labels, ""
}

// grade compares what was heard with what a row expects.
func grade(row BatchRow, kind Expect, known map[string]string, titles map[string]string, heard Heard) BatchRow {
	row.Band, row.Why, row.Reason = heard.Band, heard.Why, ""
	row.Top = nil
	for _, l := range heard.Top[:min(3, len(heard.Top))] {
		row.Top = append(row.Top, BatchLabel{l.Label, titles[l.Label], l.P})
	}
	if len(heard.Top) > 0 {
		row.P = heard.Top[0].P
	}
	row.State = "right"
	if kind == ExpectLabel {
		want, unknown := readLabels(row.Expected, known)
		row.Got = strings.Join(heard.Said, "|")
		switch {
		case unknown != "":
			row.State, row.Reason = "skipped", UnknownLabel
		case sameSet(want, heard.Said):
		case len(heard.Said) == 0:
			row.State, row.Reason = "wrong", NoLabel
		default:
			row.State, row.Reason = "wrong", OtherLabel
		}
		return row
	}
	row.Got = heard.Reply
	if strings.Contains(text.CompareKey(heard.Reply), text.CompareKey(row.Expected)) {
		return row
	}
	row.State = "wrong"
	switch heard.Band {
	case "offer":
		row.Reason = NotSure
	case "fallback":
		row.Reason = NotHeard
	default:
		row.Reason = OtherAnswer
	}
	return row
}

// BatchOrder says how a batch test is to run.
type BatchOrder struct {
	Ask    string `json:"ask,omitempty" doc:"问题在哪一列，不填则按猜的|column of the question, the guess when absent"`
	Expect string `json:"expect,omitempty" doc:"期望在哪一列，不填则按猜的|column of what is expected, the guess when absent"`
	Kind   Expect `json:"kind,omitempty" enum:"label,answer" doc:"期望是标签还是回答里要有的话，不填则按猜的|labels, or words that the reply must hold; the guess when absent"`
	Of     string `json:"of,omitempty" doc:"测哪个：latest、m3、live 或 r2；不填则最新的模型|what to test: latest, m3, live or r2; the newest model when absent"`
}

// ordered is the batch as an order changes it. Faults: NoSuchColumn.
func (b Batch) ordered(o BatchOrder) (Batch, error) {
	for _, set := range []struct {
		field, value string
		into         *string
	}{{"ask", o.Ask, &b.Ask}, {"expect", o.Expect, &b.Expect}} {
		if set.value == "" {
			set.value = *set.into
		}
		if !slices.Contains(b.Columns, set.value) {
			return b, NoSuchColumn.With("column", set.value, "known", strings.Join(b.Columns, ", ")).At(set.field)
		}
		*set.into = set.value
	}
	if o.Kind != "" {
		b.Kind = o.Kind
	}
	return b, nil
}

// RunBatch asks all questions of a batch and keeps what came of each; rows of
// an earlier run are asked again. progress may be nil.
func (s *Service) RunBatch(ctx context.Context, id string, o BatchOrder, progress func(done, total int)) (Batch, error) {
	b, err := s.Batch(ctx, "", id)
	if err != nil {
		return b, err
	}
	if b, err = b.ordered(o); err != nil {
		return b, err
	}
	voice, err := s.needs.Voices.Voice(ctx, b.ProductID, o.Of)
	if err != nil {
		return b, err
	}
	b.Of, b.Right, b.Wrong, b.Skipped = voice.Name, 0, 0, 0
	if err := s.clearBatch(ctx, b); err != nil {
		return b, err
	}
	known := labelNames(voice.Labels)
	ask, expect := slices.Index(b.Columns, b.Ask), slices.Index(b.Columns, b.Expect)
	for after := 0; ; {
		rows, err := s.batchRows(ctx, b.ID, "", after, batchStep)
		if err != nil {
			return b, err
		}
		for i, row := range rows {
			row.Question, row.Expected = strings.TrimSpace(row.Cells[ask]), strings.TrimSpace(row.Cells[expect])
			switch {
			case row.Question == "":
				row.State, row.Reason = "skipped", NoQuestion
			case row.Expected == "":
				row.State, row.Reason = "skipped", NoExpected
			default:
				heard, err := voice.Ask(ctx, row.Question)
				if err != nil {
					return b, err
				}
				row = grade(row, b.Kind, known, voice.Labels, heard)
			}
			switch row.State {
			case "right":
				b.Right++
			case "wrong":
				b.Wrong++
			default:
				b.Skipped++
			}
			rows[i], after = row, row.At
		}
		if len(rows) == 0 {
			return b, nil
		}
		if err := s.keepBatchRows(ctx, b, rows); err != nil {
			return b, err
		}
		if progress != nil {
			progress(b.Right+b.Wrong+b.Skipped, b.Rows)
		}
	}
}

// BatchChecks makes checks of a batch's rows in a state ("wrong", "right", "" =
// both): each demands the expected labels. Only label batches give checks.
func (s *Service) BatchChecks(ctx context.Context, product, id, state string) ([]Check, error) {
	b, err := s.Batch(ctx, product, id)
	if err != nil || b.Kind != ExpectLabel {
		return nil, err
	}
	voice, err := s.needs.Voices.Voice(ctx, product, "latest")
	if err != nil {
		return nil, err
	}
	known := labelNames(voice.Labels)
	checks := []Check{}
	for after := 0; ; {
		rows, err := s.batchRows(ctx, b.ID, state, after, batchStep)
		if err != nil || len(rows) == 0 {
			return checks, err
		}
		for _, r := range rows {
			after = r.At
			labels, unknown := readLabels(r.Expected, known)
			if r.State != "right" && r.State != "wrong" || unknown != "" || len(labels) == 0 {
				continue
			}
			checks = append(checks, Check{Kind: Minimum, Group: b.Name, Text: r.Question, Labels: labels})
		}
	}
}

// first is the label that a row leans to; used by exports.
func (r BatchRow) first() string {
	if len(r.Top) == 0 {
		return ""
	}
	if r.Top[0].Title != "" {
		return r.Top[0].Title
	}
	return r.Top[0].Label
}
