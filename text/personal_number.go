package text

import (
	"strings"
	"unicode/utf8"
)

// numeral is one digit of a number as it stands in the text.
type numeral struct {
	digit    byte // '0'–'9', or 'X'
	from, to int
	apart    bool // a separator stands before it
	letter   bool // O for 0, l for 1
}

const maxNumerals = 40

// number reads the digits at i, with single separators and look-alikes between
// them, and judges every stretch that begins and ends at a group border. It
// gives the offset where the scan goes on.
func (p *Personal) number(text string, i int, hit func(string, int, int) bool) int {
	if before, glued := gluedBefore(text, i); glued {
		return skipAlnum(text, before)
	}
	if end := shortNumber(text, i); end > 0 {
		return end
	}
	var store [maxNumerals]numeral
	run, international := readNumerals(text, i, store[:0])
	if len(run) == 0 {
		return i + 1
	}
	end := run[len(run)-1].to
	if len(run) < 7 {
		return end
	}
	if strings.HasPrefix(text[end:], "@") || strings.HasPrefix(text[end:], "_") {
		return end
	}
	for k := 0; k < len(run); {
		if k > 0 && !run[k].apart {
			k++
			continue
		}
		n := p.judge(text, run[k:], international && k == 0, i, hit)
		k += max(1, n)
	}
	return end
}

// shortNumber is the end of a number of fewer than 7 digits that nothing
// continues, the usual case (3间, 120元, 三天); 0 when it may be longer.
func shortNumber(text string, i int) int {
	r, n := utf8.DecodeRuneInString(text[i:])
	if r == '+' || r == '＋' {
		return 0
	}
	j := i + n
	if n == 1 {
		for j < len(text) && isDigit(text[j]) {
			j++
		}
	}
	if j-i >= 7 && n == 1 {
		return 0
	}
	if j == len(text) {
		return j
	}
	next, _ := utf8.DecodeRuneInString(text[j:])
	if d, _ := digitOf(next); d != 0 || isSeparator(next) || next == '@' {
		return 0
	}
	return j
}

func isSeparator(r rune) bool {
	switch r {
	case ' ', '-', '－', '—', '–', '·', '.', '•', '‑', '_', '\u00a0', '\u3000':
		return true
	}
	return false
}

// gluedBefore reports whether letters or digits stand right before i, as in
// SC20260803117 or a price; words such as tel do not count.
func gluedBefore(text string, i int) (int, bool) {
	if i == 0 {
		return i, false
	}
	c := text[i-1]
	if c == '_' || c == '$' || c == '#' && isDigit(text[i]) {
		return i, true
	}
	if c == '.' && i > 1 && isDigit(text[i-2]) || strings.HasSuffix(text[:i], "¥") || strings.HasSuffix(text[:i], "￥") {
		return i, true
	}
	if !isAlnum(c) {
		return i, false
	}
	from := i
	for from > 0 && isAlnum(text[from-1]) {
		from--
	}
	switch strings.ToLower(text[from:i]) {
	case "tel", "phone", "mobile", "vx", "wx", "v", "qq", "t", "call", "wechat":
		return i, false
	}
	return i, true
}

func skipAlnum(text string, i int) int {
	for i < len(text) && isAlnum(text[i]) {
		i++
	}
	return max(i, 1)
}

// readNumerals collects at most maxNumerals digits from i on.
func readNumerals(text string, i int, run []numeral) ([]numeral, bool) {
	international := false
	if r, n := narrowAt(text, i); r == '+' {
		international = true
		i += n
	}
	apart := false
	for i < len(text) && len(run) < maxNumerals {
		r, n := utf8.DecodeRuneInString(text[i:])
		d, letter := digitOf(r)
		if letter && !apart && !numeralNear(text, i, n, len(run) > 0) {
			d = 0
		}
		if d == 0 && (r == 'x' || r == 'X' || r == 'Ｘ' || r == 'ｘ' || r == '×') && (len(run) == 17 || len(run) > 17 && groupLength(run) == 17) {
			if next, _ := narrowAt(text, i+n); next < 0x80 && next != 0 && isAlnum(byte(next)) {
				break
			}
			d = 'X'
		}
		if d != 0 {
			run = append(run, numeral{digit: d, from: i, to: i + n, apart: apart, letter: letter})
			apart = false
			i += n
			if d == 'X' {
				break
			}
			continue
		}
		gap := separator(text, i)
		if gap == 0 || len(run) == 0 {
			break
		}
		apart = true
		i += gap
	}
	return run, international
}

func groupLength(run []numeral) int {
	n := 0
	for k := len(run) - 1; k >= 0; k-- {
		n++
		if run[k].apart {
			break
		}
	}
	return n
}

// digitOf reads a digit in any script; letter is true for look-alikes.
func digitOf(r rune) (digit byte, letter bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), false
	case r >= '０' && r <= '９':
		return byte(r - 0xFEE0), false
	}
	switch r {
	case '零', '〇':
		return '0', false
	case '一', '壹', '幺':
		return '1', false
	case '二', '贰', '貳':
		return '2', false
	case '三', '叁', '參':
		return '3', false
	case '四', '肆':
		return '4', false
	case '五', '伍':
		return '5', false
	case '六', '陆', '陸':
		return '6', false
	case '七', '柒':
		return '7', false
	case '八', '捌':
		return '8', false
	case '九', '玖':
		return '9', false
	case 'o', 'O', 'Ｏ', 'ｏ':
		return '0', true
	case 'l', 'I', 'i', 'Ｉ', 'ｌ':
		return '1', true
	}
	return 0, false
}

// numeralNear reports whether a look-alike stands among digits: one before and
// one after, or at the end of at least one.
func numeralNear(text string, i, n int, before bool) bool {
	j := i + n
	for j < len(text) && (text[j] == 'o' || text[j] == 'O' || text[j] == 'l' || text[j] == 'I') {
		j++
	}
	r, _ := narrowAt(text, j)
	after := r >= '0' && r <= '9'
	if !before {
		return after
	}
	return after || r > 0x7F || r == 0 || !isAlnum(byte(r))
}

// separator is the length of one separator at i that a digit follows, or 0.
func separator(text string, i int) int {
	n := 0
	for range 3 {
		r, size := utf8.DecodeRuneInString(text[i+n:])
		if size == 0 || !isSeparator(r) {
			break
		}
		n += size
	}
	if n == 0 {
		return 0
	}
	if d, letter := digitOf(firstRune(text[i+n:])); d == 0 || letter {
		return 0
	}
	return n
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// judge tries the kinds on the stretches that begin at run[0]; it gives the
// number of digits it settled.
func (p *Personal) judge(text string, run []numeral, international bool, from int, hit func(string, int, int) bool) int {
	ends := func(n int) bool { return n <= len(run) && (n == len(run) || run[n].apart) }
	start := run[0].from
	if international {
		start = from
	}
	var digits [maxNumerals]byte
	for k, d := range run {
		digits[k] = d.digit
	}
	try := func(kind string, n int) bool {
		return !p.publicNumber(digits[:n]) && hit(kind, start, run[n-1].to)
	}
	named := "" // what the words before call it; looked up once
	role := func() string {
		if named == "" {
			named = numberRole(text, run[0].from)
		}
		return named
	}
	if ends(18) && !international && (idCard(digits[:18]) || idShape(digits[:18]) && role() == IDCard) && try(IDCard, 18) {
		return 18
	}
	if ends(15) && id15(digits[:15]) && role() == IDCard && try(IDCard, 15) {
		return 15
	}
	for n := 19; n >= 16; n-- {
		if ends(n) && !international && tidy(run[:n]) && (bankCard(digits[:n]) && role() != "order" || role() == BankCard) && try(BankCard, n) {
			return n
		}
	}
	if n := mobile(digits[:len(run)], run, international); n > 0 && !price(text, run[n-1].to) && role() != "order" && try(Phone, n) {
		return n
	}
	for n := 10; n <= 12; n++ {
		if ends(n) && landline(digits[:n], run) && try(Landline, n) {
			return n
		}
	}
	return wholeGroup(run)
}

func wholeGroup(run []numeral) int {
	n := 1
	for n < len(run) && !run[n].apart {
		n++
	}
	return n
}

func (p *Personal) publicNumber(digits []byte) bool {
	return p.allow[string(digits)] || len(digits) > 11 && p.allow[string(digits[len(digits)-11:])]
}

// roleBytes is how far before a number its name is looked for: 12 characters.
const roleBytes = 36

// numberRole is the word nearest before a number that says what it is. It stands
// in the same sentence: 请给我单号。短信已发到138… is not about an order.
func numberRole(text string, at int) string {
	from := max(0, at-roleBytes)
	for i := at - 3; i >= from; i-- {
		if strings.HasPrefix(text[i:], "。") || strings.HasPrefix(text[i:], "！") || strings.HasPrefix(text[i:], "？") || text[i] == '\n' {
			break
		}
		if text[i]&0xC0 == 0x80 || text[i] < 0xE4 {
			continue
		}
		if role := roleWord(text[i:at]); role != "" {
			return role
		}
	}
	return "unknown"
}

// roleWord tells what the word at the beginning of s calls a number.
func roleWord(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	switch first {
	case '订', '訂', '单', '單', '编', '流', '运', '票', '序':
		switch second {
		case '单', '單', '号', '號', '编', '码', '水', '列':
			return "order"
		}
	case '交', '会':
		if strings.HasPrefix(s, "交易号") || strings.HasPrefix(s, "会员号") {
			return "order"
		}
	case '身', '证', '證':
		switch second {
		case '份', '件':
			return IDCard
		}
	case '银', '銀', '卡', '储', '信':
		switch second {
		case '行', '号', '號', '蓄', '用':
			return BankCard
		}
	case '手', '电', '電', '打', '拨', '联', '聯', '短':
		switch second {
		case '信', '机', '機', '话', '話', '给', '打', '系', '繫':
			return Phone
		}
	}
	return ""
}

// price reports whether money or a measure follows.
func price(text string, at int) bool {
	for _, unit := range []string{"元", "块", "塊", "円", "万", "人次", "米"} {
		if strings.HasPrefix(text[at:], unit) {
			return true
		}
	}
	return false
}

// mobile gives the length of a mobile number at the start of the digits, country
// code included, or 0.
func mobile(digits []byte, run []numeral, international bool) int {
	for _, prefix := range []string{"", "86", "0086"} {
		n := len(prefix) + 11
		if len(digits) < n || string(digits[:len(prefix)]) != prefix || international && prefix == "" {
			continue
		}
		if n < len(digits) && !run[n].apart {
			continue
		}
		d := digits[len(prefix):n]
		if d[0] != '1' || d[1] < '3' || d[1] > '9' || strings.ContainsRune(string(digits[:n]), 'X') {
			continue
		}
		letters := 0
		for _, x := range run[:n] {
			if x.letter {
				letters++
			}
		}
		if letters <= 7 && phoneGroups(run[len(prefix):n]) {
			return n
		}
	}
	return 0
}

// phoneGroups accepts the ways in which people cut 11 digits: 3-4-4, 3-8, 7-4
// and the like, or every digit apart; not 13 14 15 16 17 1.
func phoneGroups(run []numeral) bool {
	first, groups, twos := 0, 1, 0
	size := 0
	for k, d := range run {
		if k > 0 && d.apart {
			if groups == 1 {
				first = size
			}
			if size == 2 {
				twos++
			}
			groups++
			size = 0
		}
		size++
	}
	if groups == 1 || groups == 11 {
		return true
	}
	return first >= 3 && groups <= 5
}

// tidy accepts card numbers in one piece or in groups of four, and single gaps.
func tidy(run []numeral) bool {
	size := 0
	for k, d := range run {
		if k > 0 && d.apart {
			if size < 3 {
				return false
			}
			size = 0
		}
		if d.letter {
			return false
		}
		size++
	}
	return true
}

// idCard checks region, birthday and check digit of an 18-digit number (GB 11643).
func idCard(d []byte) bool {
	if !idShape(d) {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(d[i]-'0')
	}
	return "10X98765432"[sum%11] == d[17]
}

func idShape(d []byte) bool {
	year := int(d[6]-'0')*1000 + int(d[7]-'0')*100 + int(d[8]-'0')*10 + int(d[9]-'0')
	return region(d) && year >= 1850 && year < 2100 && monthDay(d[10:14])
}

// id15 checks region and birthday of a number of the first generation.
func id15(d []byte) bool { return region(d) && monthDay(d[8:12]) }

func region(d []byte) bool {
	switch d[0] {
	case '1':
		return d[1] >= '1' && d[1] <= '5'
	case '2':
		return d[1] >= '1' && d[1] <= '3'
	case '3':
		return d[1] >= '1' && d[1] <= '7'
	case '4':
		return d[1] >= '1' && d[1] <= '6'
	case '5':
		return d[1] >= '0' && d[1] <= '4'
	case '6':
		return d[1] >= '1' && d[1] <= '5'
	case '7':
		return d[1] == '1'
	case '8':
		return d[1] >= '1' && d[1] <= '3'
	}
	return false
}

func monthDay(d []byte) bool {
	month, day := int(d[0]-'0')*10+int(d[1]-'0'), int(d[2]-'0')*10+int(d[3]-'0')
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// bankCard checks issuer and the Luhn digit of a card of 16–19 digits.
func bankCard(d []byte) bool {
	switch {
	case d[0] == '6' && (d[1] == '2' || d[1] == '0' || d[1] == '5'), d[0] == '4', d[0] == '5' && d[1] >= '1' && d[1] <= '5',
		d[0] == '3' && (d[1] == '5' || d[1] == '7' || d[1] == '6'), string(d[:4]) == "9558":
	default:
		return false
	}
	sum := 0
	for i := range d {
		x := int(d[len(d)-1-i] - '0')
		if x > 9 {
			return false
		}
		if i%2 == 1 {
			if x *= 2; x > 9 {
				x -= 9
			}
		}
		sum += x
	}
	return sum%10 == 0
}

// landline accepts 010-88886666 and 0755 2688 8888; freephone numbers are public.
func landline(d []byte, run []numeral) bool {
	if d[0] != '0' || d[1] == '0' {
		return false
	}
	code := 4
	if d[1] == '1' || d[1] == '2' {
		code = 3
	}
	local := len(d) - code
	return (local == 7 || local == 8) && d[code] >= '2' && (run[code].apart || wholeGroup(run) == len(d))
}
