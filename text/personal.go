package text

import (
	"strings"
	"unicode/utf8"
)

// Kinds of personal data.
const (
	Phone    = "phone"     // 手机号
	IDCard   = "id_card"   // 身份证号
	BankCard = "bank_card" // 银行卡号
	Email    = "email"     // 邮箱
	Plate    = "plate"     // 车牌
	WeChat   = "wechat"    // 微信号
	QQ       = "qq"        // QQ 号
	Passport = "passport"  // 护照、通行证
	Landline = "landline"  // 座机
	Name     = "name"      // 自报的姓名
	Address  = "address"   // 到门牌的地址
)

// PersonalKinds lists all kinds; the first eight are those a scan looks for by
// default. A landline is mostly a shop's, names and addresses need a person's eye.
func PersonalKinds() []string {
	return []string{Phone, IDCard, BankCard, Email, Plate, WeChat, QQ, Passport, Landline, Name, Address}
}

// PersonalDefaults lists the kinds that are safe to mask everywhere.
func PersonalDefaults() []string { return PersonalKinds()[:8] }

// Personal finds personal data. It is safe for several goroutines.
type Personal struct {
	kinds    map[string]bool
	allow    map[string]bool // digits, or lower-case text, of what is public
	triggers [1 << 16]uint8  // what may begin at a character, for the kinds
	words    map[rune][]introduction
}

// PersonalSpan is one find; Start and End count characters.
type PersonalSpan struct {
	Kind       string
	Start, End int
}

// NewPersonal makes a finder of the given kinds (none: the defaults) that passes
// over the numbers and addresses in allow.
func NewPersonal(kinds, allow []string) *Personal {
	if len(kinds) == 0 {
		kinds = PersonalDefaults()
	}
	p := &Personal{kinds: map[string]bool{}, allow: map[string]bool{}, words: map[rune][]introduction{}}
	for _, k := range kinds {
		p.kinds[k] = true
	}
	for _, a := range allow {
		p.allow[publicKey(a)] = true
	}
	p.trigger()
	return p
}

// publicKey is how allowed numbers compare: without separators and case.
func publicKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '(' || r == ')' || r == '+' {
			return -1
		}
		return r
	}, strings.ToLower(NarrowAll(s)))
}

// Scan lists what it finds, from left to right, without overlaps.
func (p *Personal) Scan(text string) []PersonalSpan {
	var found []PersonalSpan
	at, runes := 0, 0
	p.Each(text, func(kind string, from, to int) {
		runes += utf8.RuneCountInString(text[at:from])
		n := utf8.RuneCountInString(text[from:to])
		found = append(found, PersonalSpan{kind, runes, runes + n})
		at, runes = to, runes+n
	})
	return found
}

// What may begin at a character.
const (
	beginsNumber = 1 << iota
	beginsPlate
	beginsWord // an introducing word
	isAt
	beginsLookalike // l or I that stands for 1
)

// trigger marks the characters at which data of the wanted kinds may begin.
func (p *Personal) trigger() {
	mark := func(chars string, what uint8) {
		for _, r := range chars {
			p.triggers[r] |= what
		}
	}
	mark("0123456789０１２３４５６７８９+＋零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", beginsNumber)
	mark("lIi", beginsLookalike)
	if p.kinds[Plate] {
		mark(plateProvinces, beginsPlate)
	}
	if p.kinds[Email] {
		mark("@＠", isAt)
	}
	if p.kinds[Address] {
		mark("路街道巷弄里村", beginsWord)
	}
	for _, w := range introductions {
		if !p.kinds[w.kind] {
			continue
		}
		first, _ := utf8.DecodeRuneInString(w.text)
		firsts := string(first)
		if first >= 'a' && first <= 'z' {
			firsts += strings.ToUpper(firsts)
		}
		mark(firsts, beginsWord)
		for _, r := range firsts {
			p.words[r] = append(p.words[r], w)
		}
	}
}

// Each calls found with kind and byte offsets, from left to right, without
// overlaps.
//
// Cost: one table look-up a character; checks run only where data may begin.
func (p *Personal) Each(text string, found func(kind string, from, to int)) {
	triggers := &p.triggers
	done := 0 // everything before is settled
	hit := func(kind string, from, to int) bool {
		if !p.kinds[kind] || from < done || len(p.allow) > 0 && p.allow[publicKey(text[from:to])] {
			return false
		}
		found(kind, from, to)
		done = to
		return true
	}
	for i := 0; i < len(text); {
		c := text[i]
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			if c >= 0xE0 && c < 0xF0 && i+2 < len(text) {
				r, n = rune(c&0xF)<<12|rune(text[i+1]&0x3F)<<6|rune(text[i+2]&0x3F), 3
			} else {
				i++
				continue
			}
		}
		what := triggers[r]
		if what == 0 {
			i += n
			continue
		}
		next := i + n
		if what&beginsWord != 0 {
			if end := p.introduced(text, i, r, hit); end > 0 {
				i = end
				continue
			}
		}
		if what&beginsPlate != 0 {
			if end := plate(text, i, n); end > 0 && hit(Plate, i, end) {
				next = end
			}
		}
		if what&isAt != 0 {
			if from, to, ok := email(text, done, i, n); ok && hit(Email, from, to) {
				next = to
			}
		}
		if what&beginsNumber != 0 || what&beginsLookalike != 0 && digitFollows(text, next) {
			next = max(next, p.number(text, i, hit))
		}
		i = next
	}
}

func digitFollows(text string, i int) bool {
	return i < len(text) && text[i] >= '3' && text[i] <= '9'
}

const plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼魯蘇贛貴瓊閩陝晉雲寧"

// plate reads 京A12345, 粤B·D12345, 沪ad12345 and the like; 0 when there is none.
func plate(text string, i, n int) int {
	j := i + n
	r, size := narrowAt(text, j)
	if upper := r &^ 0x20; size == 0 || upper < 'A' || upper > 'Z' || upper == 'I' {
		return 0
	}
	j += size
	for _, dot := range []string{"·", "•", "・", ".", " ", "-"} {
		if strings.HasPrefix(text[j:], dot) {
			j += len(dot)
			break
		}
	}
	count, digits := 0, 0
	for {
		r, size = narrowAt(text, j)
		switch upper := r &^ 0x20; {
		case size > 0 && r >= '0' && r <= '9':
			digits++
		case size > 0 && upper >= 'A' && upper <= 'Z' && upper != 'I' && upper != 'O':
		default:
			if count == 4 {
				if r, size = utf8.DecodeRuneInString(text[j:]); strings.ContainsRune("挂学警港澳使领", r) && digits >= 2 {
					return j + size
				}
			}
			if count < 5 || count > 6 || digits < 2 {
				return 0
			}
			return j
		}
		j += size
		if count++; count > 6 {
			return 0
		}
	}
}

// narrowAt reads the character at j as half-width ASCII; size 0 at the end.
func narrowAt(text string, j int) (rune, int) {
	if j >= len(text) {
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(text[j:])
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFEE0
	}
	return r, size
}

// email looks both ways from the @ at i.
func email(text string, floor, i, n int) (from, to int, ok bool) {
	from = i
	for from > floor && isLocalPart(text[from-1]) {
		from--
	}
	for from < i && (text[from] == '.' || text[from] == '-' || text[from] == '+') {
		from++
	}
	to = i + n
	dot := 0
	for to < len(text) && (isAlnum(text[to]) || text[to] == '-' || text[to] == '.') {
		if text[to] == '.' {
			dot = to
		}
		to++
	}
	for to > i+n && (text[to-1] == '.' || text[to-1] == '-') {
		to--
	}
	dot = strings.LastIndexByte(text[i+n:to], '.')
	if from == i || dot <= 0 {
		return 0, 0, false
	}
	top := text[i+n+dot+1 : to]
	letters := 0
	for letters < len(top) && !isDigit(top[letters]) && top[letters] != '-' {
		letters++
	}
	if letters < 2 {
		return 0, 0, false
	}
	return from, i + n + dot + 1 + letters, true
}

func isLocalPart(c byte) bool {
	return isAlnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'
}

func isAlnum(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// introduction is a word after which personal data is named.
type introduction struct {
	text string
	kind string
}

var introductions = []introduction{
	{"微信", WeChat}, {"薇信", WeChat}, {"威信", WeChat}, {"v信", WeChat}, {"wechat", WeChat}, {"weixin", WeChat}, {"vx", WeChat}, {"wx", WeChat}, {"加v", WeChat}, {"加我v", WeChat},
	{"qq", QQ}, {"扣扣", QQ}, {"企鹅号", QQ},
	{"护照", Passport}, {"護照", Passport}, {"通行证", Passport}, {"通行證", Passport},
	{"我叫", Name}, {"姓名", Name}, {"联系人", Name}, {"聯繫人", Name}, {"收件人", Name}, {"收货人", Name}, {"入住人", Name}, {"预订人", Name}, {"预定人", Name},
}

// introduced reads what follows an introducing word at i; 0 when nothing does.
func (p *Personal) introduced(text string, i int, first rune, hit func(string, int, int) bool) int {
	if p.kinds[Address] {
		if from, to, ok := address(text, i); ok && hit(Address, from, to) {
			return to
		}
	}
	for _, w := range p.words[first] {
		if !hasPrefixFold(text[i:], w.text) {
			continue
		}
		if isAlnum(w.text[0]) && i > 0 && isAlnum(text[i-1]) {
			continue
		}
		from := skipLink(text, i+len(w.text))
		to := 0
		switch w.kind {
		case WeChat:
			to = account(text, from)
		case QQ:
			to = span(text, from, isDigit)
			if n := to - from; n < 5 || n > 11 || text[from] == '0' {
				to = 0
			}
		case Passport:
			to = passport(text, from)
		case Name:
			to = personName(text, from, from > i+len(w.text) || w.text == "我叫")
		}
		if to > from && hit(w.kind, from, to) {
			return to
		}
	}
	return 0
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// skipLink passes over 号是：and the like between a word and its value.
func skipLink(text string, i int) int {
	for range 6 {
		r, n := utf8.DecodeRuneInString(text[i:])
		if n == 0 || !strings.ContainsRune("号號码碼是为為叫:： =（(", r) {
			return i
		}
		i += n
	}
	return i
}

func span(text string, i int, in func(byte) bool) int {
	for i < len(text) && in(text[i]) {
		i++
	}
	return i
}

// account reads a WeChat account: a letter and 5–19 letters, digits, _ or -; or
// at least 6 digits.
func account(text string, i int) int {
	end := span(text, i, func(c byte) bool { return isAlnum(c) || c == '_' || c == '-' })
	for end > i && text[end-1] == '-' {
		end--
	}
	if n := end - i; n < 6 || n > 20 {
		return 0
	}
	if span(text, i, isDigit) == end {
		return end
	}
	if isDigit(text[i]) {
		return 0
	}
	return end
}

// passport reads a letter, perhaps a second one, and 7–8 digits.
func passport(text string, i int) int {
	letters := span(text, i, func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' })
	end := span(text, letters, isDigit)
	if n := letters - i; n < 1 || n > 2 || end-i < 8 || end-i > 9 {
		return 0
	}
	return end
}

const surnames = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文"

// personName reads 2–3 hanzi that begin with a surname and end at a break.
func personName(text string, i int, linked bool) int {
	r, n := utf8.DecodeRuneInString(text[i:])
	if !linked || n == 0 || !strings.ContainsRune(surnames, r) {
		return 0
	}
	end, count := i+n, 1
	for {
		r, n = utf8.DecodeRuneInString(text[end:])
		if n == 0 || !isHanzi(r) {
			break
		}
		rest := text[end:]
		if count >= 2 && (strings.HasPrefix(rest, "电话") || strings.HasPrefix(rest, "手机") || strings.HasPrefix(rest, "身份证")) {
			break
		}
		if count++; count > 3 {
			return 0
		}
		end += n
	}
	if count < 2 {
		return 0
	}
	return end
}

// address reads from the nearest break before 路/街 at i to 号, and on to 室.
func address(text string, i int) (from, to int, ok bool) {
	r, n := utf8.DecodeRuneInString(text[i:])
	if !strings.ContainsRune("路街道巷弄里村", r) {
		return 0, 0, false
	}
	digits := i + n
	end := span(text, digits, isDigit)
	if end == digits || !strings.HasPrefix(text[end:], "号") && !strings.HasPrefix(text[end:], "號") && !strings.HasPrefix(text[end:], "弄") {
		return 0, 0, false
	}
	to = end + len("号")
	for range 4 { // 3栋 2单元 501室
		more := span(text, to, isDigit)
		unit := ""
		for _, u := range []string{"栋", "幢", "单元", "楼", "层", "室", "号", "號"} {
			if strings.HasPrefix(text[more:], u) {
				unit = u
			}
		}
		if more == to || unit == "" {
			break
		}
		to = more + len(unit)
	}
	from = i
	for count := 0; from > 0 && count < 20; count++ {
		r, n := utf8.DecodeLastRuneInString(text[:from])
		if !isHanzi(r) || strings.ContainsRune("在是到往去从住址寄", r) {
			break
		}
		from -= n
	}
	return from, to, from < i
}

// Count tells how many finds of each kind a text holds.
func (p *Personal) Count(text string) map[string]int {
	counts := map[string]int{}
	p.Each(text, func(kind string, _, _ int) { counts[kind]++ })
	return counts
}
