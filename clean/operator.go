package clean

import (
	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// Operator is one named, versioned way to clean. It is pure: what it does to a
// row follows from its parameters, the row, and (for a TableStep) the sketch of
// all rows, never from time, chance or global state.
//
// An implementation lives in clean/operator, is listed in internal/builtin, and
// must pass cleantest.
type Operator interface {
	// Spec tells everything about the operator. It is constant.
	Spec() Spec
	// Prepare binds checked parameters to a schema. Faults: NoSuchColumn.
	Prepare(values spec.Values, schema dataset.Schema) (Step, error)
}

// Spec describes an operator.
type Spec struct {
	spec.Spec
	Family Family `json:"family"`
	// Repeats is true when a second pass may change the row again. All others
	// are idempotent: cleaning twice equals cleaning once.
	Repeats bool `json:"repeats,omitempty"`
	// BytesPerRow is the most memory a TableStep's sketch takes for one row,
	// 0 for operators that look at one row only.
	BytesPerRow int `json:"bytes_per_row,omitempty"`
	// Examples document the operator and run as tests.
	Examples []Example `json:"examples"`
}

// Family groups operators on the page.
type Family string

const (
	Encoding    Family = "encoding"    // 编码修复
	Unicode     Family = "unicode"     // 字符
	Script      Family = "script"      // 繁简与异体
	Punctuation Family = "punctuation" // 标点
	Markup      Family = "markup"      // 标记与页面残留
	Space       Family = "space"       // 空白
	Privacy     Family = "privacy"     // 个人信息
	Duplicate   Family = "duplicate"   // 重复
	Quality     Family = "quality"     // 质量
	Reshape     Family = "reshape"     // 拆分合并
)

// Example shows what the operator does to a small table.
type Example struct {
	Title   spec.Text      `json:"title"`
	Params  map[string]any `json:"params,omitempty"`
	Columns []string       `json:"columns"`
	In      [][]string     `json:"in"`
	Out     [][]string     `json:"out"`             // the rows that stay, in order
	Aside   []string       `json:"aside,omitempty"` // reason codes of the rows set aside, in order
}

// Step is an operator bound to parameters and a schema. Clean is called from
// several goroutines at once and must not change row.Values in place.
type Step interface {
	Clean(row dataset.Row) Outcome
}

// TableStep is a step that must see all rows before it can judge one, such as
// the removal of duplicates. The runner feeds chunks of rows to sketches, merges
// the sketches in chunk order, and cleans with the step that Decide returns.
type TableStep interface {
	NewSketch() Sketch
	// Decide turns the merged sketch into the step that cleans.
	Decide(all Sketch) Step
}

// Sketch collects what a TableStep needs to know of the rows. It is used by one
// goroutine at a time.
type Sketch interface {
	Add(row dataset.Row)
	// Merge adds a sketch of the same step over rows that come later.
	Merge(later Sketch)
}

// Outcome is what became of one row: it stays (Row, changed or not), is split
// (Parts, Row is then ignored), or is set aside (Aside with the row as it came).
type Outcome struct {
	Row      dataset.Row
	Parts    []dataset.Row
	Aside    *Reason
	Findings []Finding
}

// Keep is the outcome of a row that stays as it is.
func Keep(row dataset.Row) Outcome { return Outcome{Row: row} }

// SetAside is the outcome of a row that goes to quarantine.
func SetAside(row dataset.Row, reason Reason) Outcome { return Outcome{Row: row, Aside: &reason} }

// Reason says why a row was set aside.
type Reason struct {
	Code string        `json:"code"` // stable, for example duplicate.exact
	Text spec.Text     `json:"text"`
	Twin dataset.RowID `json:"twin,omitempty"` // the row that stays instead, for duplicates
}

// Finding is what an operator saw or did in one cell.
type Finding struct {
	Column int    `json:"column"`
	Code   string `json:"code"` // what was found, for example width.fullwidth
	Count  int    `json:"count"`
}
