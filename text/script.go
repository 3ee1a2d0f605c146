package text

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed script_pairs.txt
var scriptPairs string

//go:embed script_phrases.txt
var scriptPhrases string

// askRule marks a character whose simplified form depends on its neighbours.
const askRule = 1

// scripts holds both directions. Every listed character lies in the BMP.
type scripts struct {
	simple      [1 << 16]uint16 // traditional → simplified, 0 none, askRule
	traditional [1 << 16]uint16 // simplified → first traditional form, 0 none
	words       map[rune][]scriptWord
	verbs       map[rune]bool // characters that 着 follows as a particle
}

// scriptWord is a simplified word and its traditional spelling; words of one
// first character stand longest first.
type scriptWord struct{ simple, traditional string }

var scriptTables = sync.OnceValue(readScripts)

func readScripts() *scripts {
	t := &scripts{words: map[rune][]scriptWord{}, verbs: map[rune]bool{}}
	for line := range strings.Lines(scriptPairs) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for token := range strings.FieldsSeq(line) {
			forms := []rune(token)
			if forms[1] != forms[0] {
				t.traditional[forms[0]] = uint16(forms[1])
			}
			for _, form := range forms[1:] {
				if form != forms[0] {
					t.simple[form] = uint16(forms[0])
				}
			}
		}
	}
	for line := range strings.Lines(scriptPhrases) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for token := range strings.FieldsSeq(line) {
			half := len([]rune(token)) / 2
			w := scriptWord{string([]rune(token)[:half]), string([]rune(token)[half:])}
			first, _ := utf8.DecodeRuneInString(w.simple)
			list := t.words[first]
			at := 0
			for at < len(list) && len(list[at].simple) >= len(w.simple) {
				at++
			}
			t.words[first] = append(list[:at], append([]scriptWord{w}, list[at:]...)...)
		}
	}
	for _, r := range askCharacters {
		t.simple[r] = askRule
	}
	for _, r := range particleVerbs {
		t.verbs[r] = true
	}
	return t
}

const (
	// askCharacters are read by simpleByRule: they are also correct in
	// simplified text, in other words.
	askCharacters = "乾甚著瞭徵藉覆沈彷祇麽"
	// particleVerbs are often followed by the particle 着.
	particleVerbs = "隨随跟沿順顺看拿穿帶带有等接想對对朝照向憑凭趁為为本依按藉借說说笑哭走跑站坐躺睡吃喝聽听寫写念讀读唱跳抱背提舉举抬推拉握捏抓牽牵拖扶靠貼贴掛挂放擺摆留存藏開开關关鎖锁亮閃闪燒烧煮燉炖熱热冷忙急閒闲空活死愛爱恨怕擔担盼望守護护陪伴養养管負负欠賺赚虧亏冒頂顶淋曬晒吹凍冻餓饿渴困醒夢梦裝装戴披蓋盖包裹圍围繞绕轉转滾滚飛飞飄飘浮游沉連连排列堆疊叠隔擋挡堵攔拦逼催嚷叫喊罵骂吵鬧闹打鬥斗爭争搶抢追趕赶逃躲避讓让忍受享用試试學学教懂記记忘住租賣卖買买付算數数點点查找指盯瞧瞪瞪望迎送接來来去過过意味面臨临朝随藏含懷怀存掌控試憋悶闷拎捧"
)

// Simplify turns traditional characters, and the variants of Taiwan and Hong
// Kong, into simplified ones. Text that is simplified already, or in part, is
// not spoilt (那么, 乾隆, 著名 stay). A text without change is returned as it is.
//
// Cost: one pass, about 1 ns a byte.
func Simplify(text string) string {
	out, _ := SimplifyCount(text)
	return out
}

// SimplifyCount is Simplify that also tells how many characters changed.
func SimplifyCount(text string) (string, int) {
	t := scriptTables()
	at := t.firstTraditional(text)
	if at < 0 {
		return text, 0
	}
	var out strings.Builder
	out.Grow(len(text))
	out.WriteString(text[:at])
	count, evidence := 0, -1 // evidence: -1 unknown, 1 the text is traditional
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	for at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		if r > 0xFFFF || r < 0x3400 || t.simple[r] == 0 {
			out.WriteString(text[at : at+n]) // also keeps broken bytes
			at, before = at+n, r
			continue
		}
		to := rune(t.simple[r])
		if to == askRule {
			if evidence < 0 {
				evidence = t.evidence(text)
			}
			after, _ := utf8.DecodeRuneInString(text[at+n:])
			to = t.simpleByRule(r, before, after, evidence > 0)
		}
		if to != r {
			count++
		}
		out.WriteRune(to)
		at, before = at+n, r
	}
	if count == 0 {
		return text, 0
	}
	return out.String(), count
}

// firstTraditional is the offset of the first character that may change, or -1.
func (t *scripts) firstTraditional(text string) int {
	for i := 0; i < len(text); {
		c := text[i]
		if c < 0xE3 || c > 0xEF { // below U+3000, or beyond the BMP, or broken
			i++
			continue
		}
		if i+2 >= len(text) {
			return -1
		}
		r := rune(c&0xF)<<12 | rune(text[i+1]&0x3F)<<6 | rune(text[i+2]&0x3F)
		if t.simple[r] != 0 && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			return i
		}
		i += 3
	}
	return -1
}

// evidence is 1 when the text holds a character that only traditional text has.
func (t *scripts) evidence(text string) int {
	for _, r := range text {
		if r >= 0x3400 && r <= 0xFFFF && t.simple[r] > askRule {
			return 1
		}
	}
	return 0
}

// simpleByRule settles the characters that simplified text also uses.
func (t *scripts) simpleByRule(r, before, after rune, traditional bool) rune {
	in := func(set string, r rune) bool { return r != 0 && strings.ContainsRune(set, r) }
	switch r {
	case '乾':
		if in("隆坤陵卦元嘉清县縣安", after) || in("康", before) {
			return r
		}
		return '干'
	case '甚':
		if in("麼麽么", after) {
			return '什'
		}
		return r
	case '著':
		switch {
		case in("名原专專编編论論译譯合巨拙遗遺土顯显卓昭较較所新旧舊撰", before), in("作名述书書录錄称稱者有", after):
			return r
		case t.verbs[before], in("急手陆陸眼重想火落涼凉迷实實色裝装魔力呢吧", after), traditional && isHanzi(before):
			return '着'
		}
		return r
	case '瞭':
		if in("望哨", after) {
			return r
		}
		return '了'
	case '徵':
		if in("宫宮商角", before) || in("羽调調", after) {
			return r
		}
		return '征'
	case '藉':
		if in("狼慰蕴蘊枕藉", before) || after == '藉' {
			return r
		}
		return '借'
	case '覆':
		if in("回答批反函", before) {
			return '复'
		}
		return r
	case '沈':
		if in("下深浮低消石阴陰", before) || in("没沒默重淀澱思睡醉迷浸痛著悶闷静靜沦淪溺", after) {
			return '沉'
		}
		return r
	case '彷':
		if in("彿佛", after) {
			return '仿'
		}
		return r
	case '祇':
		if in("神地", before) {
			return r
		}
		return '只'
	case '麽':
		if before == '幺' || before == '么' {
			return r
		}
		return '么'
	}
	return r
}

// Traditional turns simplified characters into traditional ones: the spelling
// of known words, else the most usual form of each character.
func Traditional(text string) string {
	t := scriptTables()
	var out strings.Builder
	out.Grow(len(text))
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if r < 0x3400 || r > 0xFFFF || r == utf8.RuneError {
			out.WriteString(text[at : at+n])
			at += n
			continue
		}
		if w, ok := t.word(r, text[at:]); ok {
			out.WriteString(w.traditional)
			at += len(w.simple)
			continue
		}
		if to := t.traditional[r]; to != 0 {
			r = rune(to)
		}
		out.WriteRune(r)
		at += n
	}
	return out.String()
}

func (t *scripts) word(first rune, text string) (scriptWord, bool) {
	for _, w := range t.words[first] {
		if strings.HasPrefix(text, w.simple) {
			return w, true
		}
	}
	return scriptWord{}, false
}

// isHanzi reports whether r is a Chinese character.
func isHanzi(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r == '〇' ||
		r >= 0x20000 && r <= 0x323AF || r >= 0xF900 && r <= 0xFAFF
}

// IsHanzi reports whether r is a Chinese character, 〇 and rare planes included.
func IsHanzi(r rune) bool { return isHanzi(r) }
