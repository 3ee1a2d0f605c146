package dataset

import "context"

// ReadSheet reads a small file whole, in any format that an import reads: the
// rows of all its parts under one list of columns. It stops after most rows and
// then tells so with more.
//
// Faults: those of an import.
func ReadSheet(ctx context.Context, formats []Format, name string, file File, most int) (columns []string, rows [][]string, more bool, err error) {
	enough := false
	_, err = readFile(ctx, formats, file, "", name, Settings{}, StandardLimits(), func(s Schema) {
		columns = columns[:0]
		for _, c := range s.Columns {
			columns = append(columns, c.Name)
		}
	}, func(r Row) error {
		if len(rows) == most {
			enough = true
			return errEnough
		}
		rows = append(rows, append([]string(nil), r.Values...))
		return nil
	})
	if enough {
		err = nil
	}
	for i, r := range rows {
		for len(r) < len(columns) {
			r = append(r, "")
		}
		rows[i] = r
	}
	return columns, rows, enough, err
}
