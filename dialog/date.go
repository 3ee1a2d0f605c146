package dialog

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// day is a date that was said.
type day struct {
	date       time.Time // midnight in the zone of now
	start, end int       // code points
}

const isoDay = "2006-01-02"

const hanDay = `(?:\d{1,2}|[一二三四五六七八九十]{1,3})`

// The patterns in the order in which they are tried at one place: the longer
// ways of saying it first.
var dayPattern = regexp.MustCompile(
	`(?P<y>20\d\d)\s*[-/.年]\s*(?P<ym>\d{1,2})\s*[-/.月]\s*(?P<yd>\d{1,2})[日号]?` +
		`|(?P<m>` + hanDay + `)\s*月\s*(?P<d>` + hanDay + `)\s*(?:日|号)?` +
		`|(?P<rel>大后天|大前天|后天|明天|明早|明晚|明儿|今天|今晚|今儿|今早|昨天|昨晚|前天|当天)` +
		`|(?P<week>下下|下个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末])` +
		`|(?P<after>\d{1,2}|[一二两三四五六七八九十]{1,3})\s*天(?:之后|以后|后)` +
		`|(?P<fest>国庆|元旦|五一|劳动节)` +
		`|(?P<only>` + hanDay + `)\s*(?:号|日)` +
		`|(?P<sm>\d{1,2})[/](?P<sd>\d{1,2})`)

var relativeDays = map[string]int{
	"今天": 0, "今晚": 0, "今儿": 0, "今早": 0, "当天": 0, "明天": 1, "明早": 1, "明晚": 1, "明儿": 1,
	"后天": 2, "大后天": 3, "昨天": -1, "昨晚": -1, "前天": -2, "大前天": -3,
}

var festivals = map[string][2]int{"国庆": {10, 1}, "元旦": {1, 1}, "五一": {5, 1}, "劳动节": {5, 1}}

// days finds the dates in text, told from now. A date without a year that has
// passed by more than a month is next year's; 周六 and 这周六 are the next one,
// today included; 下周六 lies in the week after this one (weeks begin on Monday).
func days(text string, now time.Time) (found []day) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for _, m := range dayPattern.FindAllStringSubmatchIndex(text, -1) {
		group := func(name string) string {
			i := dayPattern.SubexpIndex(name)
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		date, ok := today, true
		switch {
		case group("y") != "":
			date, ok = calendar(today, group("y"), group("ym"), group("yd"))
		case group("m") != "":
			date, ok = calendar(today, "", group("m"), group("d"))
		case group("rel") != "":
			date = today.AddDate(0, 0, relativeDays[group("rel")])
		case group("wd") != "":
			date = weekday(today, group("week"), group("wd"))
		case group("after") != "":
			n, _ := numeralValue(group("after"))
			date = today.AddDate(0, 0, int(n))
		case group("fest") != "":
			f := festivals[group("fest")]
			date, ok = calendar(today, "", strconv.Itoa(f[0]), strconv.Itoa(f[1]))
		case group("only") != "":
			n, _ := numeralValue(group("only"))
			if strings.HasPrefix(text[m[1]:], "线") {
				continue // 2号线 is a metro line
			}
			date = time.Date(today.Year(), today.Month(), int(n), 0, 0, 0, 0, today.Location())
			if date.Before(today) {
				date = time.Date(today.Year(), today.Month()+1, int(n), 0, 0, 0, 0, today.Location())
			}
			ok = date.Day() == int(n)
		default:
			date, ok = calendar(today, "", group("sm"), group("sd"))
		}
		if ok {
			found = append(found, day{date, utf8.RuneCountInString(text[:m[0]]), utf8.RuneCountInString(text[:m[1]])})
		}
	}
	return found
}

// calendar makes a date of numerals; ok is false for 2月30日.
func calendar(today time.Time, year, month, dayOf string) (time.Time, bool) {
	m, _ := numeralValue(month)
	d, _ := numeralValue(dayOf)
	y := today.Year()
	if year != "" {
		y, _ = strconv.Atoi(year)
	}
	date := time.Date(y, time.Month(int(m)), int(d), 0, 0, 0, 0, today.Location())
	if date.Day() != int(d) || int(date.Month()) != int(m) {
		return date, false
	}
	if year == "" && date.Before(today.AddDate(0, -1, 0)) {
		date = date.AddDate(1, 0, 0)
	}
	return date, true
}

func weekday(today time.Time, week, of string) time.Time {
	n := map[string]int{"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "末": 5, "日": 6, "天": 6}[of]
	have := (int(today.Weekday()) + 6) % 7 // Monday 0
	monday := today.AddDate(0, 0, -have)
	switch strings.TrimSuffix(week, "个") {
	case "下":
		return monday.AddDate(0, 0, n+7)
	case "下下":
		return monday.AddDate(0, 0, n+14)
	case "上":
		return monday.AddDate(0, 0, n-7)
	}
	if n < have {
		n += 7
	}
	return monday.AddDate(0, 0, n)
}

// dayText shows a date as people say it: 8月8日（周六）.
func dayText(iso string) string {
	d, err := time.Parse(isoDay, iso)
	if err != nil {
		return iso
	}
	return strconv.Itoa(int(d.Month())) + "月" + strconv.Itoa(d.Day()) + "日（周" +
		[]string{"日", "一", "二", "三", "四", "五", "六"}[d.Weekday()] + "）"
}
