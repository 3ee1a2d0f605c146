package dataset

import (
	"fmt"
	"slices"
	"strings"

	"zhuomo/internal/spec"
)

// otherColumns notes that a file joins rows which have other columns: it may be
// the wrong file, or its columns may have other names. Nothing is lost, the cells
// that a row does not have stay empty.
func otherColumns(there, file Schema) (Finding, bool) {
	fresh := without(file.Names(), there.Names())
	if len(there.Columns) == 0 || len(fresh) == 0 {
		return Finding{}, false
	}
	zh := fmt.Sprintf("数据集原来没有列 %s，已新增，原有各行此处为空", few(fresh))
	en := fmt.Sprintf("the dataset had no column %s; added, empty in the rows before", few(fresh))
	if absent := without(there.Names(), file.Names()); len(absent) > 0 {
		zh += fmt.Sprintf("；文件里没有列 %s。若是同一列换了名字，请用 --rename 文件列=数据集列 重新导入", few(absent))
		en += fmt.Sprintf("; the file has no column %s. If that is the same under another name, import again with --rename column=column", few(absent))
	}
	return Finding{Kind: "other_columns", Offset: -1, Why: spec.Text{ZH: zh, EN: en}}, true
}

// without is the names of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(name string) bool { return slices.Contains(b, name) })
}

// few joins the first names and counts the others.
func few(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s … (+%d)", strings.Join(names[:most], ", "), len(names)-most)
}
