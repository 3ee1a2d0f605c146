package text

import (
	"regexp"
	"strings"
	"unicode"
)

// Speakable makes words that are meant for the eye fit for a voice: no markup, no
// addresses, no signs that a voice skips or mangles; numbers, times and units as
// people say them. Hotlines and long numbers are read digit by digit, as is usual
// on the telephone (幺 for 1). Nothing that is left can be taken for a tag.
func Speakable(s string) string {
	s = strings.ToValidUTF8(s, "")
	for _, r := range spokenMarkup {
		s = r.from.ReplaceAllString(s, r.to)
	}
	s = spokenLines(s)
	for _, r := range spokenNumbers {
		s = r.from.ReplaceAllStringFunc(s, func(found string) string { return r.say(r.from.FindStringSubmatch(found)) })
	}
	for _, r := range spokenUnits {
		s = r.from.ReplaceAllString(s, r.to)
	}
	s = spellNumbers(s)
	return spokenSigns(s)
}

type spokenRule struct {
	from *regexp.Regexp
	to   string
}

var spokenMarkup = []spokenRule{
	{regexp.MustCompile(`!?\[([^\]\n]*)\]\([^)\s]*\)`), "$1"},
	{regexp.MustCompile(`https?://[A-Za-z0-9\-._~:/?#@!$&'*+;=%]+`), "网址"},
	{regexp.MustCompile("(?s)```[a-z]*\n(.*?)```"), "$1"},
	{regexp.MustCompile(`</?[A-Za-z][^<>]*>`), " "},
	{regexp.MustCompile("[*_`#|]+"), " "},
}

// spokenLines takes the marks of lists away and makes lines sentences.
var listMark = regexp.MustCompile(`^\s*(?:[-•·▪◦>]+\s*|(\d{1,2})[.)）]\s+)`)

func spokenLines(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if m := listMark.FindStringSubmatch(line); m != nil {
			line = line[len(m[0]):]
			if m[1] != "" && strings.TrimSpace(line) != "" {
				line = "第" + m[1] + "，" + line
			}
		}
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return Sentences(lines)
}

// Sentences joins pieces that are said one after the other.
func Sentences(pieces []string) string {
	var b strings.Builder
	for i, p := range pieces {
		b.WriteString(p)
		if i == len(pieces)-1 {
			break
		}
		if last := []rune(p); len(last) > 0 && !strings.ContainsRune("。！？，、；：…,.!?;:", last[len(last)-1]) {
			b.WriteString("。")
		}
	}
	return b.String()
}

// spokenNumbers go one after the other: what has the form of a date is no range.
var spokenNumbers = []struct {
	from *regexp.Regexp
	say  func(m []string) string
}{
	{regexp.MustCompile(`(\d),(\d{3})\b`), func(m []string) string { return m[1] + m[2] }},
	{regexp.MustCompile(`\b((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})\b`), func(m []string) string {
		return m[1] + "年" + noZero(m[2]) + "月" + noZero(m[3]) + "日"
	}},
	{regexp.MustCompile(`\b(\d{1,2}):(\d\d)(?::\d\d)?\b`), func(m []string) string {
		if m[2] == "00" {
			return noZero(m[1]) + "点"
		}
		return noZero(m[1]) + "点" + m[2] + "分"
	}},
	{regexp.MustCompile(`\b(0\d{2,3})-(\d{7,8})\b`), func(m []string) string { return Digits(m[1] + m[2]) }},
	{regexp.MustCompile(`[¥￥]\s*(\d+(?:\.\d+)?)`), func(m []string) string { return m[1] + "元" }},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)\s*[%％]\s*[-–—~～]\s*(\d+(?:\.\d+)?)\s*[%％]`), func(m []string) string {
		return "百分之" + m[1] + "到百分之" + m[2]
	}},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)\s*[%％]`), func(m []string) string { return "百分之" + m[1] }},
	{regexp.MustCompile(`(\d)\s*[-–—~～]\s*(\d)`), func(m []string) string { return m[1] + "到" + m[2] }},
}

func noZero(s string) string {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

var spokenUnits = []spokenRule{
	{regexp.MustCompile(`℃|°C`), "摄氏度"},
	{regexp.MustCompile(`°`), "度"},
	{regexp.MustCompile(`㎡|m²`), "平方米"},
	{regexp.MustCompile(`(\d)\s*(?i:km)/h\b`), "${1}公里每小时"},
	{regexp.MustCompile(`(\d)\s*(?i:km)\b`), "${1}公里"},
	{regexp.MustCompile(`(\d)\s*(?i:kg)\b`), "${1}公斤"},
	{regexp.MustCompile(`(\d)\s*(?i:cm)\b`), "${1}厘米"},
	{regexp.MustCompile(`(\d)\s*(?i:mm)\b`), "${1}毫米"},
	{regexp.MustCompile(`(\d)\s*(?i:ml)\b`), "${1}毫升"},
	{regexp.MustCompile(`(\d)\s*m\b`), "${1}米"},
	{regexp.MustCompile(`(\d)\s*g\b`), "${1}克"},
	{regexp.MustCompile(`(元|公里|米|次|度)\s*/\s*(\p{Han})`), "${1}每$2"},
	{regexp.MustCompile(`(\p{Han})\s*/\s*(\p{Han})`), "${1}或$2"},
}

const (
	longNumber   = 5  // from so many digits on a number is no amount
	aroundNumber = 32 // bytes beside a number that tell what it is
)

var (
	numberRun = regexp.MustCompile(`\d+`)
	telephone = regexp.MustCompile(`(?:拨|拨打|热线|电话|致电)[^\d\n]{0,3}$`)
	hotline   = regexp.MustCompile(`^(?:110|114|119|120|122)$`)
	counted   = regexp.MustCompile(`^\s*(?:[.,]\d|[元块米人个首分秒岁次年月日点天间份张条位千百万亿公平摄度毫厘])`)
)

// spellNumbers reads out digit by digit what is a name and no amount.
func spellNumbers(s string) string {
	var b strings.Builder
	at := 0
	for _, run := range numberRun.FindAllStringIndex(s, -1) {
		number, before, after := s[run[0]:run[1]], s[max(0, run[0]-aroundNumber):run[0]], s[run[1]:min(len(s), run[1]+aroundNumber)]
		b.WriteString(s[at:run[0]])
		at = run[1]
		amount := counted.MatchString(after) || strings.HasSuffix(before, ".")
		if !amount && (len(number) >= longNumber || hotline.MatchString(number) || len(number) >= 3 && telephone.MatchString(before)) {
			number = Digits(number)
		}
		b.WriteString(number)
	}
	b.WriteString(s[at:])
	return b.String()
}

// Digits reads a number digit by digit.
func Digits(number string) string {
	var b strings.Builder
	for _, d := range number {
		if d >= '0' && d <= '9' {
			b.WriteRune([]rune("零幺二三四五六七八九")[d-'0'])
		}
	}
	return b.String()
}

// spokenSigns keeps what a voice reads: letters, digits, punctuation of sentences.
func spokenSigns(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '&' || r == '+':
			return '和'
		case r == '·' || r == '→' || r == '|':
			return '，'
		case strings.ContainsRune("<>{}[]\\^~=@$`*_#", r), unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r), unicode.Is(unicode.Mn, r),
			unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return beforeHan.ReplaceAllString(behindHan.ReplaceAllString(s, "$1"), "$1")
}

// Spaces beside a character that needs none.
var (
	behindHan = regexp.MustCompile(`([\p{Han}，。！？；：、）》”]) `)
	beforeHan = regexp.MustCompile(` ([\p{Han}，。！？；：、（《“])`)
)
