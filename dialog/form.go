package dialog

import (
	"regexp"
	"slices"
)

// giveUp is how people leave a form. A message that also fills the form is no
// giving up.
var giveUp = regexp.MustCompile(`^(?:哎|那|唉|嗯|还是)*[，,]?(?:算了|不查了|不订了|不办了|不用了|不弄了|取消|退出|不找了|不问了|先不|不要了|没事了|当我没说|停)`)

// inForm takes a message while a question is open. done is false when the
// question was dropped and the message is to be answered as if nothing waited.
func (w *walk) inForm(wanted []*Intent) (done bool, err error) {
	at := w.s.At
	n, asked := w.f.nodes[at.Node], w.f.slots[at.Slot]
	if n == nil || asked == nil { // the flow has changed under the session
		w.s.At = Place{}
		return false, nil
	}
	w.entry, w.back, w.from = at.Entry, slices.Clone(at.Back), ""
	e := w.listen(w.t.Text)
	all := e.hear(w.f.reach[at.Entry], asked)
	answered := slices.ContainsFunc(all, func(h heard) bool { return h.slot == asked })
	others := slices.DeleteFunc(slices.Clone(wanted), func(i *Intent) bool {
		return i.Node == "" || i.Role == Answers || i.Node == at.Entry || asked.From == FromText && answered
	})
	switch {
	case !answered && asked.From != FromYesNo && giveUp.MatchString(w.t.Text):
		return true, w.cancel(n)
	case len(others) > 0 && !(answered && e.onlyAnswers(all)):
		if n.Soft && !answered {
			w.why("the question was dropped")
			w.s.At = Place{}
			return false, nil
		}
		if _, err := w.fill(only(all, asked)); err != nil {
			return true, err
		}
		return true, w.interrupt(others)
	case len(all) > 0:
		return true, w.continueForm(n, all)
	case n.Soft:
		w.why("the question was dropped")
		w.s.At = Place{}
		return false, nil
	}
	if ok, err := w.fromKnowledge(); ok || err != nil {
		if err != nil {
			return true, err
		}
		return true, w.returnTo(w.s.At)
	}
	return true, w.askAgain(n, asked)
}

func only(all []heard, s *Slot) []heard {
	return slices.DeleteFunc(slices.Clone(all), func(h heard) bool { return h.slot != s })
}

func (w *walk) cancel(n *Node) error {
	w.why("the customer gave the form up")
	for _, s := range w.f.reach[w.s.At.Entry] {
		if !s.Keep {
			delete(w.s.Slots, s.Name)
		}
	}
	w.s.At, w.s.Last, w.s.Misses = Place{}, "", 0
	if w.f.Cancel != "" {
		w.from = n.ID
		if waits, err := w.run(w.f.Cancel, "cancel"); waits || err != nil {
			return err
		}
	}
	return w.goOn()
}

// continueForm fills what was heard and goes on. A correction of something that
// an earlier node rests on runs the thread from its beginning.
func (w *walk) continueForm(n *Node, all []heard) error {
	mended, err := w.fill(all)
	if err != nil {
		return err
	}
	if w.refusedSlot(all) {
		return w.askAgain(n, w.f.slots[w.s.At.Slot])
	}
	w.s.At.Tries, w.s.Misses = 0, 0
	restart := false
	for _, s := range mended {
		w.why("corrected " + s.Name)
		restart = restart || !slices.Contains(n.Ask, s.Name)
	}
	if len(mended) > 0 {
		w.say(w.f.Changed)
	}
	var waits bool
	if restart {
		w.s.At, w.back = Place{}, nil
		waits, err = w.run(w.entry, "correct")
	} else {
		waits, err = w.resume(n, "filled")
	}
	if waits || err != nil {
		return err
	}
	return w.goOn()
}

// refusedSlot tells whether the asked slot was heard but is still empty,
// because its value is not valid.
func (w *walk) refusedSlot(all []heard) bool {
	asked := w.s.At.Slot
	_, filled := w.s.Slots[asked]
	return !filled && slices.ContainsFunc(all, func(h heard) bool { return h.slot.Name == asked })
}

// askAgain asks the open question in other words; after too many tries the
// flow's way out is taken.
func (w *walk) askAgain(n *Node, s *Slot) error {
	w.s.At.Tries++
	if w.s.At.Tries > s.Retries {
		way := n.Fail
		if way == "" {
			way = w.f.Human
		}
		w.why("too many answers that did not fit")
		w.s.At = Place{}
		w.from = n.ID
		waits, err := w.run(way, "fail")
		if waits || err != nil {
			return err
		}
		return w.goOn()
	}
	w.trace.Band = Fallback
	w.pass(n.ID, "retry")
	text := s.Retry
	if slices.Contains(w.trace.Why, "invalid "+s.Name) && s.Invalid != "" {
		text = s.Invalid
	}
	if text == "" {
		text = s.Ask
	}
	w.sayButtons(text, s.Buttons)
	return nil
}

// interrupt answers something else and then returns to the open question.
func (w *walk) interrupt(others []*Intent) error {
	at := w.s.At
	at.Slots = map[string]Value{}
	for _, s := range w.f.reach[at.Entry] {
		if v, ok := w.s.Slots[s.Name]; ok && !s.Keep { // the customer's own never goes back to what it was
			at.Slots[s.Name] = v
		}
	}
	w.why("interrupted " + at.Node)
	w.s.At = Place{}
	last := w.s.Last
	if len(w.s.Stack) < maxStack {
		w.s.Stack = append(w.s.Stack, at)
	} else {
		w.why("too many open questions: the oldest is dropped")
		w.s.Stack = append(w.s.Stack[1:], at)
	}
	w.s.Misses = 0
	err := w.each(others)
	if w.s.At.Node == at.Node {
		w.s.Last = last
	}
	return err
}

// goOn is called when a thread has ended: first what else was asked for, then
// the question that was interrupted.
func (w *walk) goOn() error {
	for w.s.At.Node == "" && !w.s.Human {
		if len(w.s.Pending) > 0 {
			i := w.f.intents[w.s.Pending[0]]
			w.s.Pending = w.s.Pending[1:]
			if i != nil && i.Node != "" {
				if err := w.start(i); err != nil {
					return err
				}
			}
			continue
		}
		if len(w.s.Stack) == 0 {
			return nil
		}
		at := w.s.Stack[len(w.s.Stack)-1]
		w.s.Stack = w.s.Stack[:len(w.s.Stack)-1]
		if err := w.returnTo(at); err != nil {
			return err
		}
	}
	return nil
}

// returnTo asks an interrupted question again, or goes on if it has been
// answered meanwhile.
func (w *walk) returnTo(at Place) error {
	n := w.f.nodes[at.Node]
	if n == nil {
		w.s.At = Place{}
		return nil
	}
	for name, v := range at.Slots {
		w.s.Slots[name] = v
	}
	at.Slots = nil
	w.s.At, w.entry, w.back, w.from = at, at.Entry, slices.Clone(at.Back), ""
	if _, filled := w.s.Slots[at.Slot]; !filled {
		w.say(w.f.Return)
	}
	_, err := w.resume(n, "return")
	return err
}
