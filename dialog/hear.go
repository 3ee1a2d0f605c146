package dialog

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// heard is something in a message that fits a slot.
type heard struct {
	slot       *Slot
	value      Value
	from       string
	start, end int // code points; the whole message for text
}

// choiceWord is one way to say a choice.
type choiceWord struct{ word, value string }

// ear listens to one message. It only reads; nothing is changed by hearing.
type ear struct {
	text     string
	runes    []rune
	wrong    string // X of "不是X是Y": what is taken back
	mends    bool   // the message corrects something
	now      time.Time
	mentions []Mention
	days     []day
	labels   []Label
	found    Found
	current  map[string]Value
	taken    [][2]int
}

var (
	mendPattern = regexp.MustCompile(`(?:不是|不要|别|不去|不订)([^，,。！!？?是要]{1,12}?)(?:了|的)?[，,、\s]*(?:而是|是|要|改成|换成|改|换|应该是)([^，,。]+)`)
	mendWord    = regexp.MustCompile(`改成|换成|改到|换到|改为|说错|错了|不对|更正|应该是`)
	refuseWord  = regexp.MustCompile(`(?:不要|不想|不去|除了|别|不在|不喜欢)(?:去|住|吃|订|在)?$`)
	thatPattern = regexp.MustCompile(`第([一二三四五六七八九十]|\d)(?:个|家|间|处|座|条)?|[那这](?:家|个|间|里|儿|边)|刚才说的|它|(最后)一(?:家|个)`)
	yesPattern  = regexp.MustCompile(`^(?:嗯+|好|好的|好啊|好呀|行|行啊|可以|对|对的|是|是的|要|要的|确认|确定|没错|没问题|中|得|成|ok|OK|Ok|yes|是滴|嗯呢|就这样|就这个|就这家|订吧|订|需要|当然)(?:[，,。！!~～啊呀吧哈呢的了嘛\s]|$)`)
	noPattern   = regexp.MustCompile(`^(?:不|不用|不要|不了|不是|不对|不行|不需要|别|算了|没有|没|先不|再说|no|NO|No)(?:[，,。！!~～啊呀吧哈呢的了嘛\s]|订|用|$)`)
	anyPattern  = regexp.MustCompile(`随便|都行|都可以|无所谓|不限|不挑|没要求|没有要求|没什么要求|看着办|你定|哪都|任意|没啥要求`)
)

func (w *walk) listen(text string) *ear {
	e := &ear{text: text, now: w.now, labels: w.labels, found: w.s.Found, current: w.s.Slots}
	if m := mendPattern.FindStringSubmatchIndex(text); m != nil {
		e.wrong, e.mends = text[m[2]:m[3]], true
		blank := strings.Repeat("\u3000", len([]rune(e.wrong))) // keeps the places of what follows
		e.text = text[:m[2]] + blank + text[m[3]:]
	}
	e.mends = e.mends || mendWord.MatchString(text)
	e.runes = []rune(e.text)
	e.days = days(e.text, w.now)
	if w.p.Knowledge != nil {
		e.mentions = w.p.Knowledge.Link(e.text)
	}
	return e
}

// hear finds what fits slots, the asked one first. A stretch of the message
// fills at most one slot of a kind.
func (e *ear) hear(slots []*Slot, asked *Slot) (all []heard) {
	if asked != nil {
		slots = append([]*Slot{asked}, slices.DeleteFunc(slices.Clone(slots), func(s *Slot) bool { return s == asked })...)
	}
	for _, s := range e.inOrder(slots, asked) {
		h, ok := e.hearOne(s, s == asked)
		if !ok {
			continue
		}
		h.slot, h.value.Said = s, string(e.runes[h.start:h.end])
		e.taken = append(e.taken, [2]int{h.start, h.end})
		all = append(all, h)
	}
	e.taken = nil
	return all
}

// inOrder puts regex and dates before numbers, so that 三天后 is a date, and
// of several date slots the one that is meant first.
func (e *ear) inOrder(slots []*Slot, asked *Slot) []*Slot {
	rank := func(s *Slot) int {
		switch s.From {
		case FromRegex:
			return 0
		case FromEntity:
			return 1
		case FromDate:
			return 2
		case FromText:
			return 5
		}
		return 3
	}
	first := func(s *Slot) int { // among date slots
		v, filled := e.current[s.Name]
		switch {
		case s == asked:
			return 0
		case e.wrong != "" && filled && v.Text == e.dateOf(e.wrong):
			return 1
		case e.mends && filled:
			return 1000 - v.Turn
		case !filled:
			return 2000
		}
		return 3000
	}
	sorted := slices.Clone(slots)
	slices.SortStableFunc(sorted, func(a, b *Slot) int {
		if rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		if a.From == FromDate {
			return first(a) - first(b)
		}
		return 0
	})
	return sorted
}

func (e *ear) dateOf(text string) string {
	if d := days(text, e.now); len(d) > 0 {
		return d[0].date.Format(isoDay)
	}
	return ""
}

func (e *ear) free(start, end int) bool {
	for _, t := range e.taken {
		if start < t[1] && t[0] < end {
			return false
		}
	}
	return true
}

// refused tells whether the words before place say that it is not wanted.
func (e *ear) refused(place int) bool {
	return refuseWord.MatchString(string(e.runes[max(0, place-5):place]))
}

func (e *ear) hearOne(s *Slot, asked bool) (h heard, ok bool) {
	switch s.From {
	case FromEntity:
		return e.entity(s, asked)
	case FromRegex:
		m := s.pattern.FindStringIndex(e.text)
		if m == nil {
			return h, false
		}
		start := len([]rune(e.text[:m[0]]))
		found := e.text[m[0]:m[1]]
		return heard{value: Value{Text: strings.ToUpper(found)}, from: "regex", start: start, end: start + len([]rune(found))}, true
	case FromDate:
		for _, d := range e.days {
			if e.free(d.start, d.end) && !e.refused(d.start) {
				return heard{value: Value{Text: d.date.Format(isoDay)}, from: "date", start: d.start, end: d.end}, true
			}
		}
	case FromNumber:
		for _, n := range numbers(e.text, s.Units, asked) {
			if !e.free(n.start, n.end) || e.inDay(n.start, n.end) || e.inMention(n.start, n.end) {
				continue
			}
			return heard{value: Value{Text: numberText(n.value), Low: n.low, High: n.high}, from: "number", start: n.start, end: n.end}, true
		}
	case FromChoice:
		return e.choice(s)
	case FromYesNo:
		if asked {
			return e.yesNo()
		}
	case FromText:
		if t := strings.TrimSpace(e.text); asked && t != "" {
			return heard{value: Value{Text: cut(t, maxSaid)}, from: "text", end: len(e.runes)}, true
		}
	}
	if asked && s.Any && anyPattern.MatchString(e.text) {
		return heard{value: Value{Text: Any, High: maxNumber}, from: "any", end: len(e.runes)}, true
	}
	return h, false
}

func (e *ear) inDay(start, end int) bool {
	return slices.ContainsFunc(e.days, func(d day) bool { return start < d.end && d.start < end })
}

func (e *ear) inMention(start, end int) bool {
	return slices.ContainsFunc(e.mentions, func(m Mention) bool { return start >= m.Start && end <= m.End })
}

func (e *ear) entity(s *Slot, asked bool) (h heard, ok bool) {
	for _, m := range e.mentions {
		if slices.Contains(s.tables, m.Table) && e.free(m.Start, m.End) && !e.refused(m.Start) && (asked || e.placed(s, m)) {
			return heard{value: Value{Text: m.Key}, from: "entity", start: m.Start, end: m.End}, true
		}
	}
	if !slices.Contains(s.tables, e.found.Table) || len(e.found.Keys) == 0 || len(s.After) > 0 {
		return h, false
	}
	m := thatPattern.FindStringSubmatchIndex(e.text)
	if m == nil {
		return h, false
	}
	key := e.found.Focus
	switch {
	case m[2] >= 0:
		n, _ := numeralValue(e.text[m[2]:m[3]])
		if n < 1 || int(n) > len(e.found.Keys) {
			return h, false
		}
		key = e.found.Keys[int(n)-1]
	case m[4] >= 0:
		key = e.found.Keys[len(e.found.Keys)-1]
	case key == "":
		key = e.found.Keys[0]
	}
	start := len([]rune(e.text[:m[0]]))
	return heard{value: Value{Text: key}, from: "row", start: start, end: start + len([]rune(e.text[m[0]:m[1]]))}, true
}

// placed tells whether a mention stands where the slot wants it: 从X, X到.
func (e *ear) placed(s *Slot, m Mention) bool {
	if len(s.After) == 0 && len(s.Before) == 0 {
		return true
	}
	before, behind := string(e.runes[:m.Start]), string(e.runes[m.End:])
	return slices.ContainsFunc(s.After, func(word string) bool { return strings.HasSuffix(before, word) }) ||
		slices.ContainsFunc(s.Before, func(word string) bool { return strings.HasPrefix(behind, word) })
}

func (e *ear) choice(s *Slot) (h heard, ok bool) {
	low := strings.Map(unicode.ToLower, e.text)
	for _, c := range s.words {
		for from := 0; ; {
			i := strings.Index(low[from:], c.word)
			if i < 0 {
				break
			}
			start := len([]rune(low[:from+i]))
			end := start + len([]rune(c.word))
			from += i + len(c.word)
			longer := slices.ContainsFunc(e.mentions, func(m Mention) bool {
				return start >= m.Start && end <= m.End && m.End-m.Start > end-start
			})
			if !longer && e.free(start, end) && !e.refused(start) {
				return heard{value: Value{Text: c.value}, from: "choice", start: start, end: end}, true
			}
		}
	}
	if s.Any && anyPattern.MatchString(e.text) {
		return heard{value: Value{Text: Any, High: maxNumber}, from: "any", end: len(e.runes)}, true
	}
	return h, false
}

// yesNo trusts short plain words first, then the model.
func (e *ear) yesNo() (h heard, ok bool) {
	text := strings.TrimSpace(e.text)
	answer := ""
	switch {
	case noPattern.MatchString(text):
		answer = "no"
	case yesPattern.MatchString(text):
		answer = "yes"
	default:
		for _, l := range e.labels {
			if l.Probability < .5 {
				break
			}
			if l.Name == "affirm" {
				answer = "yes"
				break
			}
			if l.Name == "deny" {
				answer = "no"
				break
			}
		}
	}
	return heard{value: Value{Text: answer}, from: "yesno", end: len(e.runes)}, answer != ""
}

// onlyAnswers tells whether almost nothing is left of the message beside what
// was heard: such a message answers and asks for nothing else.
func (e *ear) onlyAnswers(all []heard) bool {
	left := 0
	for i, r := range e.runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || strings.ContainsRune("的了吧呢啊呀嘛哦是就在要想我们那个吗", r) {
			continue
		}
		if !slices.ContainsFunc(all, func(h heard) bool { return i >= h.start && i < h.end }) {
			left++
		}
	}
	return left <= 4
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	r := []rune(text)
	return string(r[:min(len(r), most)])
}
