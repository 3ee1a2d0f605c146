package dialog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxSteps ends a flow that turns in circles; Check finds such flows before
// they are released.
const maxSteps = 64

// run walks from node id until the flow waits for an answer or the thread ends.
func (w *walk) run(id, why string) (waits bool, err error) {
	for {
		if id == "" {
			if len(w.back) == 0 {
				return false, nil
			}
			id, why = w.back[len(w.back)-1], "return"
			w.back = w.back[:len(w.back)-1]
			continue
		}
		n := w.f.nodes[id]
		if n == nil {
			return false, fmt.Errorf("the flow names node %q, which it does not have", id)
		}
		if w.steps++; w.steps > maxSteps {
			return false, EndlessFlow.With("node", id)
		}
		w.pass(id, why)
		if id, why, waits, err = w.do(n); waits || err != nil {
			return waits, err
		}
	}
}

func (w *walk) pass(id, why string) {
	w.trace.Path = append(w.trace.Path, Passed{From: w.from, Node: id, Why: why})
	w.judge(id)
	w.from = id
}

// do does what one node says and gives the way out.
func (w *walk) do(n *Node) (next, why string, waits bool, err error) {
	switch n.Kind {
	case Say:
		w.doSay(n)
	case Ask:
		if n.Again {
			for _, name := range n.Ask {
				delete(w.s.Slots, name)
			}
		}
		if w.ask(n) {
			return "", "", true, nil
		}
		return n.Next, "filled", false, nil
	case Branch:
		for i, c := range n.Branch {
			if c.when == nil {
				return c.Go, "else", false, nil
			}
			if c.when.holds(w.raw) {
				return c.Go, caseWhy(i), false, nil
			}
		}
	case LookupNode:
		return w.doLookup(n)
	case PickNode:
		return w.doPick(n)
	case Call:
		return w.doCall(n)
	case Know:
		return w.doKnowledge(n)
	case Clarify:
		from := len(w.parts)
		w.say(w.wording(n.Clarify))
		w.speak(n.Spoken, from)
		if len(w.offers) > 0 {
			w.parts = append(w.parts, Part{Kind: ChoicesPart, Choices: w.offers})
		}
	case Handover:
		w.parts = append(w.parts, Part{Kind: HandoverPart, Text: w.fillText(w.wording(n.Handover)), Queue: n.Queue, Minutes: n.Minutes})
		w.speak(n.Spoken, len(w.parts)-1)
		w.s.Human, w.s.At, w.s.Stack, w.s.Pending, w.back = true, Place{}, nil, nil, nil
		return "", "", false, nil
	case Set:
		for _, name := range sortedKeys(n.Set) {
			w.set(name, w.fillRaw(n.Set[name]))
		}
	case Run:
		if n.Next != "" && len(w.back) < maxStack {
			w.back = append(w.back, n.Next)
		}
		return n.Run, "run", false, nil
	}
	return n.Next, "next", false, nil
}

// resume goes on behind an ask node's slots that are filled.
func (w *walk) resume(n *Node, why string) (waits bool, err error) {
	w.pass(n.ID, why)
	if w.ask(n) {
		return true, nil
	}
	w.s.At = Place{}
	return w.run(n.Next, "filled")
}

// ask asks for the first slot that is empty; false when none is.
func (w *walk) ask(n *Node) bool {
	for _, name := range n.Ask {
		if _, filled := w.s.Slots[name]; filled {
			continue
		}
		s := w.f.slots[name]
		if s == nil {
			continue
		}
		w.s.At = Place{Node: n.ID, Slot: name, Entry: w.entry, Back: w.back}
		from := len(w.parts)
		w.sayButtons(s.Ask, s.Buttons)
		if s.Spoken != "" {
			w.speak(texts{s.Spoken}, from)
		}
		return true
	}
	return false
}

func (w *walk) doSay(n *Node) {
	from := len(w.parts)
	w.say(w.wording(n.Say))
	if n.Card != nil {
		if n.Each {
			for i := range w.rows {
				w.row = &w.rows[i]
				w.card(n.Card)
			}
			w.row = nil
		} else {
			w.card(n.Card)
		}
	}
	if len(n.Choices) > 0 {
		w.parts = append(w.parts, Part{Kind: ChoicesPart, Choices: w.fillChoices(n.Choices)})
	}
	w.speak(n.Spoken, from)
}

// wording takes turns between several wordings, so that two answers of the
// same kind do not sound alike.
func (w *walk) wording(t texts) string {
	if len(t) == 0 {
		return ""
	}
	return t[w.s.TurnCount%len(t)]
}

func (w *walk) say(text string) {
	if text = strings.TrimSpace(w.fillText(text)); text != "" {
		w.parts = append(w.parts, Part{Kind: TextPart, Text: text})
	}
}

func (w *walk) sayButtons(text string, buttons []string) {
	w.say(text)
	if len(buttons) == 0 {
		return
	}
	p := Part{Kind: ChoicesPart}
	for _, b := range buttons {
		p.Choices = append(p.Choices, Choice{Text: b, Send: b})
	}
	w.parts = append(w.parts, p)
}

func (w *walk) card(c *CardShape) {
	p := Part{Kind: CardPart, Title: w.fillText(c.Title), Actions: w.fillChoices(c.Actions)}
	for _, f := range c.Facts {
		if v := w.fillText("[[" + f.Value + "]]"); v != "" {
			p.Facts = append(p.Facts, Fact{Name: f.Name, Value: v})
		}
	}
	w.parts = append(w.parts, p)
}

func (w *walk) fillChoices(in []Choice) (out []Choice) {
	for _, c := range in {
		c.Text = w.fillText(c.Text)
		if c.Send = w.fillText(c.Send); c.Send == "" {
			c.Send = c.Text
		}
		out = append(out, c)
	}
	return out
}

func (w *walk) doLookup(n *Node) (next, why string, waits bool, err error) {
	q := Lookup{Table: n.Lookup, Sort: n.Sort, Limit: n.Limit}
	if q.Limit <= 0 || q.Limit > maxKeys {
		q.Limit = 3
	}
	q.Filters = w.asked(n.Lookup, n.where)
	open := w.allowed(&q)
	var total int
	w.rows = nil
	if w.p.Knowledge != nil && open {
		if w.rows, total, err = w.find(q, n.Fresh); err != nil {
			return "", "", false, fmt.Errorf("look up %s at node %s: %w", n.Lookup, n.ID, err)
		}
	}
	w.row = nil
	w.shownLately(n.Lookup)
	w.s.Found = Found{Table: n.Lookup, Total: total}
	for _, r := range w.rows {
		w.s.Found.Keys = append(w.s.Found.Keys, r.Key)
	}
	switch {
	case total == 0:
		next, why = n.None, "none"
	case total == 1:
		w.s.Found.Focus = w.rows[0].Key
		next, why = n.One, "one"
	default:
		next, why = n.Many, "many"
	}
	if next == "" {
		next, why = n.Next, "next"
	}
	return next, why, false, nil
}

// find looks rows up; fresh leaves out those found lately as long as others are
// left.
func (w *walk) find(q Lookup, fresh bool) ([]Row, int, error) {
	if fresh {
		other := q
		other.Filters = slices.Clone(q.Filters)
		for _, shown := range w.s.Shown {
			if table, key, _ := strings.Cut(shown, "/"); table == q.Table {
				other.Filters = append(other.Filters, Filter{Op: Differs, Value: key})
			}
		}
		if rows, total, err := w.p.Knowledge.Lookup(w.ctx, other); err != nil || total > 0 {
			return rows, total, err
		}
	}
	return w.p.Knowledge.Lookup(w.ctx, q)
}

// shownLately writes down what was just found.
func (w *walk) shownLately(table string) {
	for _, r := range w.rows {
		id := table + "/" + r.Key
		w.s.Shown = append(slices.DeleteFunc(w.s.Shown, func(s string) bool { return s == id }), id)
	}
	if extra := len(w.s.Shown) - maxShown; extra > 0 {
		w.s.Shown = slices.Clone(w.s.Shown[extra:])
	}
}

func (w *walk) doCall(n *Node) (next, why string, waits bool, err error) {
	request := CallRequest{Method: n.Call.Method, URL: w.fillRaw(n.Call.URL), Body: w.fillRaw(n.Call.Body), Seconds: n.Call.Seconds}
	if request.Seconds <= 0 {
		request.Seconds = 5
	}
	if w.p.Caller == nil {
		err = CallFailed.With("node", n.ID)
	} else {
		w.call, err = w.p.Caller.Call(w.ctx, request)
	}
	if err != nil {
		if w.ctx.Err() != nil || n.Failed == "" {
			return "", "", false, CallFailed.With("node", n.ID).Because(err)
		}
		w.why("the call of " + n.ID + " failed")
		return n.Failed, "failed", false, nil
	}
	return n.Next, "next", false, nil
}

// doKnowledge answers from the entries. The intent is already sure here, so
// half of the usual confidence is enough.
func (w *walk) doKnowledge(n *Node) (next, why string, waits bool, err error) {
	text := n.Knowledge.Text
	if text == "" {
		text = "{text}"
	}
	if w.p.Knowledge != nil {
		a, ok, err := w.p.Knowledge.Answer(w.ctx, Question{Text: w.fillRaw(text), Channel: w.t.Channel, At: w.t.At, Categories: n.Knowledge.Categories})
		if err != nil {
			return "", "", false, fmt.Errorf("ask the knowledge at node %s: %w", n.ID, err)
		}
		w.trace.Confidence = a.Confidence
		if ok && a.Confidence >= w.limits.Knowledge/2 {
			w.answer(a)
			return n.Next, "knowledge", false, nil
		}
	}
	if n.None != "" {
		return n.None, "none", false, nil
	}
	return n.Next, "none", false, nil
}

// fill gives slots what was heard for them. It lists those whose value was
// another one before.
func (w *walk) fill(all []heard) (mended []*Slot, err error) {
	for _, h := range all {
		before, had := w.s.Slots[h.slot.Name]
		if had && before.Text == h.value.Text && before.Low == h.value.Low && before.High == h.value.High {
			before.Turn = w.s.TurnCount
			w.s.Slots[h.slot.Name] = before
			continue
		}
		h.value.Turn = w.s.TurnCount
		if v := h.slot.validate; v != nil && h.value.Text != Any {
			ok := v.holds(func(name string) string {
				if name == "value" {
					return h.value.Text
				}
				return w.raw(name)
			})
			if !ok {
				w.why("invalid " + h.slot.Name)
				continue
			}
		}
		w.s.Slots[h.slot.Name] = h.value
		w.trace.Slots = append(w.trace.Slots, Change{Slot: h.slot.Name, Before: before.Text, After: h.value.Text, From: h.from, Said: h.value.Said})
		if h.slot.From == FromEntity && slices.Contains(h.slot.tables, w.s.Found.Table) && slices.Contains(w.s.Found.Keys, h.value.Text) {
			w.s.Found.Focus = h.value.Text
		}
		if had {
			mended = append(mended, h.slot)
		}
	}
	return mended, nil
}

func (w *walk) set(name, text string) {
	before := w.s.Slots[name].Text
	if before == text {
		return
	}
	if text == "" {
		delete(w.s.Slots, name)
	} else {
		v := Value{Text: text, Turn: w.s.TurnCount}
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			v.Low, v.High = n, n
		}
		w.s.Slots[name] = v
	}
	w.trace.Slots = append(w.trace.Slots, Change{Slot: name, Before: before, After: text, From: "set"})
}

// raw is the value of a name for conditions and filters.
func (w *walk) raw(name string) string {
	if v, ok := w.s.Slots[name]; ok {
		return v.Text
	}
	switch name {
	case "text":
		return w.t.Text
	case "channel":
		return w.t.Channel
	case "today":
		return w.now.Format(isoDay)
	case "time":
		return w.now.Format("15:04")
	case "weekday":
		return "星期" + string([]rune("日一二三四五六")[w.now.Weekday()])
	case "hour":
		return strconv.Itoa(w.now.Hour())
	case "results":
		return strconv.Itoa(w.s.Found.Total)
	case "shown":
		return strconv.Itoa(len(w.rows))
	case "turn":
		return strconv.Itoa(w.s.TurnCount)
	case "intent":
		if n := len(w.trace.Intents); n > 0 {
			return w.trace.Intents[n-1]
		}
		return ""
	}
	first, column, ok := strings.Cut(name, ".")
	if g := w.f.signals[first]; g != nil {
		return w.signal(g, column)
	}
	if !ok {
		return ""
	}
	switch first {
	case "row":
		return w.cell(w.theRow(), column)
	case "call":
		return w.call[column]
	case "pick":
		if last := len(w.trace.Picks) - 1; last >= 0 && column == "why" {
			return w.trace.Picks[last].Why
		}
		return ""
	case "said": // in this turn
		if v, ok := w.s.Slots[column]; ok && v.Turn == w.s.TurnCount {
			return "1"
		}
		return ""
	}
	if s := w.f.slots[first]; s != nil && s.From == FromEntity {
		for _, table := range s.tables {
			if r := w.fetch(table, w.s.Slots[first].Text); r != nil {
				return w.cell(r, column)
			}
		}
	}
	return ""
}

// shown is the value of a name as people read it.
func (w *walk) shown(name string) string {
	text := w.raw(name)
	s := w.f.slots[name]
	switch {
	case s == nil:
		return strings.ReplaceAll(text, "|", "、")
	case text == Any:
		return "不限"
	case text == "" && s.Default != "":
		return s.Default
	case s.From == FromDate:
		return dayText(text)
	}
	return text
}

func (w *walk) fillText(text string) string { return fillHoles(text, w.shown) }
func (w *walk) fillRaw(text string) string  { return fillHoles(text, w.raw) }

func (w *walk) cell(r *Row, column string) string {
	if r == nil {
		return ""
	}
	if column == "key" {
		return r.Key
	}
	return r.Values[column]
}

// theRow is the row that texts speak of: that of the card being made, else the
// one in focus.
func (w *walk) theRow() *Row {
	switch {
	case w.row != nil:
		return w.row
	case w.s.Found.Focus != "":
		return w.fetch(w.s.Found.Table, w.s.Found.Focus)
	case len(w.rows) > 0:
		return &w.rows[0]
	}
	return nil
}

func (w *walk) fetch(table, key string) *Row {
	if key == "" || w.p.Knowledge == nil {
		return nil
	}
	id := table + "\x00" + key
	if r, ok := w.seen[id]; ok {
		return r
	}
	if w.seen == nil {
		w.seen = map[string]*Row{}
	}
	rows, _, err := w.p.Knowledge.Lookup(w.ctx, Lookup{Table: table, Filters: []Filter{{Op: Equals, Value: key}}, Limit: 1})
	if err != nil || len(rows) == 0 {
		w.seen[id] = nil
		return nil
	}
	w.seen[id] = &rows[0]
	return &rows[0]
}
