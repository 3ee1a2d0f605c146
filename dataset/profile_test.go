package dataset

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func profiled(rows [][]string, private PersonalData, names ...string) Profile {
	p := newProfiler(2, private)
	for _, r := range rows {
		p.add(r)
	}
	var schema Schema
	for _, n := range names {
		schema.Columns = append(schema.Columns, Column{Name: n})
	}
	return p.finish(schema)
}

func TestTypesAreWhatNineOfTenValuesAre(t *testing.T) {
	t.Parallel()
	for want, values := range map[string]string{
		"int": "1 -2 30 0", "float": "1.5 2 -0.25", "bool": "是 否 是", "time": "2026-01-02 2026/1/3 2026-01-02T10:00:00Z", "phone": "13800138000 15912345678",
		"id": "SC202600A1 ab-12-cd34", "url": "https://a.cn/x http://b.cn", "email": "a@b.cn c.d@e.com", "json": `{"a":1} [1]`, "text": "你好 再见 1 2",
	} {
		var rows [][]string
		for _, v := range strings.Fields(values) {
			rows = append(rows, []string{v})
		}
		if got := profiled(rows, nil, "c").Columns[0]; got.Type != want {
			t.Errorf("%s: %s (%.2f)", values, got.Type, got.TypeShare)
		}
	}
}

func TestProfileCountsByHand(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"好", "ａ1"}, {"好", "ａ1"}, {"", "x"}, {"不好", "鈥滄槸鐨勶紝锟斤拷"}, {"坏\ufffd", "电话 13800138000 和 13900139000"}}
	p := profiled(rows, func(text string, found func(string)) {
		for range strings.Count(text, "13") {
			found("phone")
		}
	}, "a", "b")
	if p.RowCount != 5 || p.DuplicateRows != 1 {
		t.Errorf("%d rows, %d repeated", p.RowCount, p.DuplicateRows)
	}
	a, b := p.Columns[0], p.Columns[1]
	if a.EmptyCount != 1 || a.DistinctCount != 3 || a.LengthMin != 1 || a.LengthMax != 2 || a.DamagedCount != 1 ||
		!reflect.DeepEqual(a.Top, []ValueCount{{"好", 2}}) || a.Scripts["han"] != 5 {
		t.Errorf("%+v", a)
	}
	if b.MojibakeCount != 1 || b.Private["phone"] != 1 || b.PrivateScanned != 5 || b.FullWidthShare <= 0 {
		t.Errorf("%+v", b)
	}
}

func TestManyDistinctValuesAreEstimatedClosely(t *testing.T) {
	t.Parallel()
	p := newProfiler(2, nil)
	const n = 300_000
	for i := range n {
		p.add([]string{fmt.Sprint("value ", i)})
	}
	c := p.finish(Schema{Columns: []Column{{Name: "c"}}}).Columns[0]
	if c.Distinct != Estimated || c.DistinctCount < n*97/100 || c.DistinctCount > n*103/100 {
		t.Errorf("%d (%s) of %d", c.DistinctCount, c.Distinct, n)
	}
}

func TestTheProfileDoesNotDependOnTheLanes(t *testing.T) {
	t.Parallel()
	var want Profile
	for lanes := 1; lanes <= 4; lanes++ {
		p := newProfiler(lanes, nil)
		for i := range 5000 {
			p.add([]string{fmt.Sprint(i), fmt.Sprint(i % 7), "你好"})
		}
		got := p.finish(Schema{Columns: []Column{{Name: "a"}, {Name: "b"}, {Name: "c"}}})
		if lanes == 1 {
			want = got
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%d lanes: %+v", lanes, got)
		}
	}
}
