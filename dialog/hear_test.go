package dialog

import (
	"testing"
	"time"
)

func TestDaysAreToldFromNow(t *testing.T) {
	// sunday is 2026-08-02
	for text, want := range map[string]string{
		"今天": "2026-08-02", "明晚过去": "2026-08-03", "大后天吧": "2026-08-05", "周六": "2026-08-08", "这周六": "2026-08-08",
		"下周六": "2026-08-08", "下下周一": "2026-08-10", "周日": "2026-08-02", "礼拜天": "2026-08-02", "周末": "2026-08-08",
		"8月3号": "2026-08-03", "八月十五": "2026-08-15", "十二月二十八日": "2026-12-28", "3号": "2026-08-03", "1号": "2026-09-01",
		"3月1日": "2027-03-01", "2026-10-02": "2026-10-02", "2026年10月2日": "2026-10-02", "三天后": "2026-08-05", "国庆": "2026-10-01",
		"10/2": "2026-10-02", "7月30日": "2026-07-30",
		"2月30日": "", "2号线": "", "三天": "", "随便": "", "13月1日": "",
	} {
		got := ""
		if d := days(text, sunday); len(d) > 0 {
			got = d[0].date.Format(isoDay)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	monday := time.Date(2026, 8, 3, 0, 30, 0, 0, time.FixedZone("", 8*3600))
	if d := days("下周六", monday); d[0].date.Format(isoDay) != "2026-08-15" {
		t.Errorf("下周六 said on a Monday: %v", d[0].date)
	}
}

func TestNumbersCarryTheirRange(t *testing.T) {
	yuan := []string{"元", "块钱", "块"}
	for _, c := range []struct {
		text             string
		units            []string
		bare             bool
		value, low, high float64
		ok               bool
	}{
		{"300块以内", yuan, false, 300, 0, 300, true},
		{"300以内", yuan, false, 0, 0, 0, false},
		{"300以内", yuan, true, 300, 0, 300, true},
		{"不超过400元", yuan, false, 400, 0, 400, true},
		{"预算两百五块", yuan, false, 250, 0, 250, true},
		{"300块左右", yuan, false, 300, 240, 360, true},
		{"大概500元", yuan, false, 500, 400, 600, true},
		{"200到300块", yuan, false, 300, 200, 300, true},
		{"两三百块", yuan, false, 300, 200, 300, true},
		{"500元以上", yuan, false, 500, 500, maxNumber, true},
		{"1,200元", yuan, false, 1200, 1200, 1200, true},
		{"两晚", []string{"晚"}, false, 2, 2, 2, true},
		{"十二位", []string{"位"}, false, 12, 12, 12, true},
		{"二十三个人", []string{"个人"}, false, 23, 23, 23, true},
		{"三间", []string{"晚"}, true, 0, 0, 0, false},
		{"俩", []string{"位"}, true, 2, 2, 2, true},
	} {
		found := numbers(c.text, c.units, c.bare)
		if !c.ok {
			if len(found) > 0 {
				t.Errorf("%s: found %+v", c.text, found)
			}
			continue
		}
		if len(found) == 0 || found[0].value != c.value || found[0].low != c.low || found[0].high != c.high {
			t.Errorf("%s: %+v, want %v in %v–%v", c.text, found, c.value, c.low, c.high)
		}
	}
}

func TestNumeralsAreRead(t *testing.T) {
	for text, want := range map[string]float64{
		"十": 10, "十五": 15, "二十": 20, "一百零五": 105, "两百五": 250, "一千二": 1200, "三万": 30000, "二十万": 200000, "一万二千": 12000, "二〇二六": 2026, "3.5": 3.5,
	} {
		if got, ok := numeralValue(text); !ok || got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestConditions(t *testing.T) {
	values := scope(func(name string) string {
		return map[string]string{"area": "湖西区", "price": "300", "n": "0", "list": "a|b"}[name]
	})
	for text, want := range map[string]bool{
		`area = "湖西区"`: true, `area == '老城区'`: false, `price >= 300 and price < 1000`: true, `price > 1000 or area`: true,
		`not budget`: true, `n`: false, `area in ["a", "湖西区"]`: true, `list has "b"`: true, `budget < 3`: false,
		`(area and not price) or price = 300.0`: true, `price != 300`: false,
	} {
		c, err := parseCondition(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c.holds(values); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "area =", "= 3", "(area", "area in [1", "area area", "1", `"open`, "a && b", "not"} {
		if _, err := parseCondition(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestHolesAreFilledOnceAndSafely(t *testing.T) {
	values := scope(func(name string) string {
		return map[string]string{"a": "{b}", "b": "坏", "day": "周六"}[name]
	})
	for text, want := range map[string]string{
		"{a}": "{b}", "{x|没有}": "没有", "去[[{x}附近]]吧": "去吧", "去[[{day}]]吧": "去周六吧", "{day": "{day", "[[开": "[[开", "{}": "", "a[[{x|y}]]": "ay",
	} {
		if got := fillHoles(text, values); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzHear(f *testing.F) {
	for _, text := range []string{"湖西区300块以内", "不是周五是周六", "第二个", "二十万千百块", "𠮷8月3号👨‍👩‍👧", "9999999999999999999元", "２月３０日"} {
		f.Add(text)
	}
	flow := exampleFlow(f)
	known := exampleKnowledge(f)
	f.Fuzz(func(t *testing.T, text string) {
		w := newWalk(t.Context(), Parts{Flow: flow, Knowledge: known}, State{}, Turn{Text: text, At: sunday}, nil)
		for i := range flow.Slots {
			for _, h := range w.listen(text).hear(w.f.reach["hotel_book"], &flow.Slots[i]) {
				if h.value.Text == "" || h.start < 0 || h.end < h.start {
					t.Errorf("%q filled %s with %+v", text, h.slot.Name, h)
				}
			}
		}
	})
}
