package crosswoz

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"zhuomo/examples"
)

// columns of the tables, in the order of the pages; 领域 says nothing new.
var columns = map[string][]string{
	"attraction": {"名称", "地址", "地铁", "电话", "门票", "游玩时间", "评分", "周边景点", "周边餐馆", "周边酒店"},
	"hotel":      {"名称", "酒店类型", "地址", "地铁", "电话", "酒店设施", "价格", "评分", "周边景点", "周边餐馆", "周边酒店"},
	"restaurant": {"名称", "地址", "地铁", "电话", "营业时间", "推荐菜", "人均消费", "评分", "周边景点", "周边餐馆", "周边酒店"},
	"metro":      {"名称", "地铁"},
}

func tables(folder string) ([]examples.Table, error) {
	var all []examples.Table
	for _, name := range []string{"attraction", "hotel", "restaurant", "metro"} {
		file := filepath.Join(folder, name+"_db.json")
		body, err := readFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, examples.NoSet.With("set", "crosswoz-val", "place", file)
		}
		var pairs [][2]json.RawMessage
		if err == nil {
			err = json.Unmarshal(body, &pairs)
		}
		t := examples.Table{Name: name, Columns: columns[name]}
		for _, pair := range pairs {
			var values map[string]any
			if err == nil {
				err = json.Unmarshal(pair[1], &values)
			}
			row := make([]string, len(t.Columns))
			for i, c := range t.Columns {
				row[i] = cell(values[c])
			}
			t.Rows = append(t.Rows, row)
		}
		if err != nil {
			return nil, examples.BadSet.With("file", file, "problem", err.Error()).Because(err)
		}
		all = append(all, t)
	}
	return all, nil
}

// cell writes a value of the set as text; lists are joined by "|".
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = cell(x)
		}
		return strings.Join(parts, "|")
	}
	return fmt.Sprint(v)
}
