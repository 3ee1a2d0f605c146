package dialog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number is a quantity that was said. Low–High is what it allows: "300以内" is
// 0–300, "300左右" 240–360, "两三百" 200–300.
type number struct {
	value, low, high float64
	start, end       int // code points, with unit and words like 左右
	unit             string
}

// numeral is digits, or Chinese digits with their powers.
const numeral = `(?:\d+(?:,\d{3})*(?:\.\d+)?|[零〇一二两俩三仨四五六七八九十百千万]+)`

var (
	numberPattern = regexp.MustCompile(`(` + numeral + `)\s*([kKwW万千])?\s*(?:(?:-|~|—|～|到|至)\s*(` + numeral + `)\s*)?`)
	afterNumber   = regexp.MustCompile(`^(左右|上下|来块|出头|以内|之内|以下|封顶|以上|起|往上|朝上)`)
	beforeAtMost  = regexp.MustCompile(`(不超过|别超过|不要超过|最多|至多|顶多|低于|少于|不到|小于|预算|上限)(是|为|在|大概|大约)?$`)
	beforeAtLeast = regexp.MustCompile(`(至少|最少|高于|超过|不低于|不少于|大于)$`)
	beforeAbout   = regexp.MustCompile(`(大概|大约|差不多|约)$`)
)

// numbers finds the quantities in text that stand before one of units. With
// bare true a quantity without any unit counts too.
func numbers(text string, units []string, bare bool) (found []number) {
	for _, m := range numberPattern.FindAllStringSubmatchIndex(text, -1) {
		first, ok := numeralValue(text[m[2]:m[3]])
		if !ok {
			continue
		}
		n := number{value: first, low: first, high: first, start: utf8.RuneCountInString(text[:m[0]])}
		if m[4] >= 0 {
			n.value *= map[string]float64{"k": 1e3, "K": 1e3, "千": 1e3, "w": 1e4, "W": 1e4, "万": 1e4}[text[m[4]:m[5]]]
			n.low, n.high = n.value, n.value
		}
		ranged := false
		if m[6] >= 0 {
			if second, ok := numeralValue(text[m[6]:m[7]]); ok && second > n.low {
				n.high, n.value, ranged = second, second, true
			}
		} else if low, high, ok := roughly(text[m[2]:m[3]]); ok {
			n.low, n.high, n.value, ranged = low, high, high, true
		}
		end, rest := m[1], text[m[1]:]
		unit, known := unitAt(rest, units)
		if q := afterNumber.FindString(rest); !known && q != "" { // 300左右的, 三百以内
			if u, ok := unitAt(rest[len(q):], units); ok {
				unit = u
			}
		}
		if !known && unit == "" && !(bare && !otherUnit(rest)) {
			continue
		}
		if known {
			end += len(unit)
		}
		n.unit = unit
		q := afterNumber.FindString(text[end:])
		before := text[:m[0]]
		switch {
		case q == "左右" || q == "上下" || q == "来块" || q == "出头" || q == "" && !ranged && beforeAbout.MatchString(before):
			if !ranged {
				n.low, n.high = n.value*.8, n.value*1.2
			}
		case q == "以上" || q == "起" || q == "往上" || q == "朝上" || beforeAtLeast.MatchString(before) && !beforeAtMost.MatchString(before):
			n.high = maxNumber
		case q != "" || !ranged && beforeAtMost.MatchString(before):
			n.low = 0
		}
		end += len(q)
		n.end = utf8.RuneCountInString(text[:end])
		found = append(found, n)
	}
	return found
}

// maxNumber stands for "no upper end".
const maxNumber = 1e12

func unitAt(rest string, units []string) (string, bool) {
	longest := ""
	for _, u := range units {
		if strings.HasPrefix(rest, u) && len(u) > len(longest) {
			longest = u
		}
	}
	return longest, longest != ""
}

// otherUnit tells whether another measure word follows, so that the number
// cannot be meant for a slot that did not name it.
func otherUnit(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return strings.ContainsRune("个位人名间晚夜天张份月号日点时分楼层年周站线米站口元块", r)
}

var hanDigits = map[rune]float64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '俩': 2, '三': 3, '仨': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

var hanPowers = map[rune]float64{'十': 10, '百': 100, '千': 1000, '万': 10000}

// numeralValue reads 1,200 · 3.5 · 三十 · 两百五 · 一千二 · 二〇二六.
func numeralValue(s string) (float64, bool) {
	if s[0] >= '0' && s[0] <= '9' {
		v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
		return v, err == nil
	}
	r := []rune(s)
	if !slices.ContainsFunc(r, func(c rune) bool { return hanPowers[c] > 0 }) {
		v := 0.0
		for _, c := range r {
			v = v*10 + hanDigits[c]
		}
		return v, len(r) <= 9
	}
	total, digit, power := 0.0, -1.0, 0.0
	for i, c := range r {
		if p, ok := hanPowers[c]; ok {
			if digit < 0 {
				digit = 1
				if i > 0 && r[i-1] != '零' && power > 0 && p > power {
					digit = 0 // 二十万: the whole so far is multiplied
				}
			}
			if p == 10000 && total+digit > 0 {
				total, digit, power = (total+digit)*p, -1, p
				continue
			}
			total += digit * p
			digit, power = -1, p
			continue
		}
		digit = hanDigits[c]
	}
	if digit >= 0 {
		if n := len(r); n >= 2 && hanPowers[r[n-2]] >= 100 { // 两百五 = 250
			digit *= hanPowers[r[n-2]] / 10
		}
		total += digit
	}
	return total, true
}

// roughly reads 两三百 as 200–300 and 三四个 as 3–4.
func roughly(s string) (low, high float64, ok bool) {
	r := []rune(s)
	if len(r) < 2 {
		return 0, 0, false
	}
	a, okA := hanDigits[r[0]]
	b, okB := hanDigits[r[1]]
	if !okA || !okB || b != a+1 || a == 0 {
		return 0, 0, false
	}
	power := 1.0
	for _, c := range r[2:] {
		p, ok := hanPowers[c]
		if !ok {
			return 0, 0, false
		}
		power *= p
	}
	return a * power, b * power, true
}

// numberText writes a number without needless zeros.
func numberText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
