package dataset

import (
	"fmt"
	"regexp"

	"zhuomo/internal/spec"
	"zhuomo/text"
)

var idName = regexp.MustCompile(`(?i)^(id|_id|uuid|no|编号|序号|行号|主键)$`)

// looksUnique reports whether a column is meant to name its rows: by its name,
// and because nearly all of its values differ.
func looksUnique(c ColumnProfile, rows int) bool {
	return idName.MatchString(c.Name) && float64(c.DistinctCount) >= 0.8*float64(rows-c.EmptyCount)
}

// duplicateID notes ids that occur more than once, with the most frequent one.
// The rows all stay: their own row ids do not come from the column.
func duplicateID(c ColumnProfile, rows int) Finding {
	extra, example := rows-c.EmptyCount-c.DistinctCount, ""
	if len(c.Top) > 0 {
		example, _ = text.Masked(c.Top[0].Value)
	}
	return Finding{Kind: "duplicate_id", Offset: -1, Why: spec.Text{
		ZH: fmt.Sprintf("列「%s」像编号，但有 %d 个值重复（例如 %s）；各行都保留", c.Name, extra, example),
		EN: fmt.Sprintf("column %s looks like an id but repeats (%d too many, for example %s); all rows are kept", c.Name, extra, example)}}
}
