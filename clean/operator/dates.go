package operator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"zhuomo/clean"
)

const chineseDigits = "〇一二三四五六七八九"

var (
	hanDate  = regexp.MustCompile(`(民國|民国)?([0-9]{2,4}|[〇零一二三四五六七八九]{4})年([0-9]{1,2}|[一二三四五六七八九十]{1,2})月([0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号號]`)
	markDate = regexp.MustCompile(`\b([12][0-9]{3})([/.])([0-9]{1,2})([/.])([0-9]{1,2})\b`)
)

// Dates returns the operator that writes dates as 2026-11-03.
func Dates() clean.Operator {
	return newCell(describe("clean.dates.v1", clean.Quality, "统一日期", "Unify dates",
		"把 2026年11月3日、2026/11/3、二〇二六年十一月三日、民國115年11月3日 写成 2026-11-03；不完整和不存在的日期不动。",
		"Writes the ways of giving a full date as 2026-11-03; incomplete and impossible dates stay.",
		texts("几种写法", "several ways", "2026年11月3日入住", "2026-11-03入住", "二〇二六年十一月二十三日", "2026-11-23", "民國115年1月2日", "2026-01-02", "2026/13/40", "2026/13/40")),
		always(func(s string) (string, string, int) {
			count := 0
			out := hanDate.ReplaceAllStringFunc(s, func(d string) string {
				m := hanDate.FindStringSubmatch(d)
				year := chineseYear(m[2])
				if m[1] != "" {
					year += 1911
				}
				return iso(d, year, chineseNumber(m[3]), chineseNumber(m[4]), &count)
			})
			out = markDate.ReplaceAllStringFunc(out, func(d string) string {
				m := markDate.FindStringSubmatch(d)
				if m[2] != m[4] {
					return d
				}
				return iso(d, atoi(m[1]), atoi(m[3]), atoi(m[5]), &count)
			})
			return out, "date.form", count
		}))
}

func iso(as string, year, month, day int, count *int) string {
	days := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if year < 1000 || month < 1 || month > 12 || day < 1 || day > days[month-1] ||
		month == 2 && day == 29 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return as
	}
	*count++
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// chineseYear reads 2026 or 二〇二六.
func chineseYear(s string) int {
	if s[0] < 0x80 {
		return atoi(s)
	}
	year := 0
	for _, r := range strings.ReplaceAll(s, "零", "〇") {
		year = year*10 + digit(r)
	}
	return year
}

// digit is the value of a Chinese digit.
func digit(r rune) int {
	for i, d := range []rune(chineseDigits) {
		if d == r {
			return i
		}
	}
	return 0
}

// chineseNumber reads 1–99: 3, 三, 十一, 二十三.
func chineseNumber(s string) int {
	if s[0] < 0x80 {
		return atoi(s)
	}
	tens, ones := 0, 0
	for _, r := range s {
		if r == '十' {
			tens = max(1, ones)
			ones = 0
			continue
		}
		ones = digit(r)
	}
	return 10*tens + ones
}
