package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhuomo/learn"
	"zhuomo/recommend"
)

// Parts are what a release gives the engine. They never change.
type Parts struct {
	Flow       *Flow
	Thresholds *Thresholds       // nil: those of the flow
	Knowledge  Knowledge         // nil: nothing is known
	Caller     Caller            // nil: calls fail
	Chooser    recommend.Chooser // nil: Thompson sampling as the flow tells
}

// Begin opens a conversation: the greeting, before anybody has spoken.
func Begin(ctx context.Context, p Parts, t Turn) (State, []Part, Trace, error) {
	w := newWalk(ctx, p, State{}, t, nil)
	w.trace.Band = Answer
	if p.Flow.Start != "" {
		if _, err := w.run(p.Flow.Start, "start"); err != nil {
			return State{}, nil, w.trace, err
		}
	}
	w.close(false)
	return w.s, w.parts, w.trace, nil
}

// Step takes one turn: given what is remembered, what was said and what was
// understood of it, it tells what is remembered next, what is answered and why.
// It is deterministic and changes none of its arguments.
//
// Errors: EndlessFlow; the errors of Knowledge. The state stays as it was then.
// Cost:   does not grow with the number of turns.
func Step(ctx context.Context, p Parts, s State, t Turn, labels []Label) (State, []Part, Trace, error) {
	w := newWalk(ctx, p, s, t, labels)
	if err := w.turn(); err != nil {
		return s, nil, w.trace, err
	}
	w.close(true)
	return w.s, w.parts, w.trace, nil
}

// walk is one turn on its way through the flow.
type walk struct {
	ctx    context.Context
	p      Parts
	f      *Flow
	limits Thresholds
	s      State
	t      Turn
	now    time.Time // in the flow's zone
	labels []Label
	trace  Trace
	parts  []Part

	entry  string // of the thread that runs
	from   string // the node before
	back   []string
	rows   []Row // of the last look-up of this turn
	row    *Row  // the one that texts speak of
	call   map[string]string
	known  *KnowledgeAnswer
	offers []Choice
	steps  int
	seen   map[string]*Row // rows fetched by table and key
	tasted map[string]bool // tables whose taste is this walk's own
	signed bool            // the turn told what it thinks of the last choice
}

func newWalk(ctx context.Context, p Parts, s State, t Turn, labels []Label) *walk {
	w := &walk{ctx: ctx, p: p, f: p.Flow, limits: p.Flow.Thresholds, s: s.clone(), t: t, now: t.At.In(p.Flow.zone), labels: labels}
	if p.Thresholds != nil {
		w.limits = *p.Thresholds
	}
	w.s.TurnCount++
	for _, l := range labels[:min(len(labels), maxLabels)] {
		l.Title = p.Flow.IntentTitle(l.Name)
		w.trace.Labels = append(w.trace.Labels, l)
	}
	return w
}

// close writes down what the next turn needs to know of this one.
func (w *walk) close(spoken bool) {
	if spoken {
		w.stayed()
		w.remember(learn.Customer, w.t.Text)
	}
	w.remember(learn.Product, PlainText(w.parts))
	w.s.Reply = w.parts
	w.s.Offered = nil
	offers := false
	for _, p := range w.parts {
		w.s.Offered = append(append(w.s.Offered, p.Choices...), p.Actions...)
		offers = offers || !p.Silent && len(p.Choices)+len(p.Actions) > 0
	}
	w.trace.Left = w.trace.Left && w.s.At.Node == "" // unless a question came back
	w.trace.Waits = !w.trace.Left && !w.s.Human && (w.s.At.Node != "" || offers)
	if len(w.offers) == 0 {
		w.s.Unclear = ""
	}
}

func (w *walk) remember(who learn.Who, text string) {
	if text == "" {
		return
	}
	w.s.History = append(w.s.History, learn.Said{Who: who, Text: cut(text, maxSaid)})
	if extra := len(w.s.History) - maxHistory; extra > 0 {
		w.s.History = slices.Clone(w.s.History[extra:])
	}
}

// PlainText is a reply as one text, for histories and plain channels.
func PlainText(parts []Part) string {
	var lines []string
	for _, p := range parts {
		switch p.Kind {
		case TextPart, HandoverPart:
			lines = append(lines, p.Text)
		case CardPart:
			line := p.Title
			for _, f := range p.Facts {
				line += " " + f.Name + "：" + f.Value
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// turn decides what the message is: a choice that was offered, an emergency,
// an answer inside a form, or something new.
func (w *walk) turn() error {
	if w.s.Human {
		if !backToBot(w.t.Text) {
			w.why("a person has taken over")
			w.trace.Band = Answer
			w.say(w.f.Waiting)
			return nil
		}
		w.s.Human, w.trace.Band = false, Answer
		_, err := w.run(w.f.Start, "return")
		return err
	}
	if done, err := w.wish(); done || err != nil {
		return err
	}
	w.pressed()
	w.sense()
	wanted := w.wanted()
	w.trace.Band = Answer
	for _, i := range wanted {
		if i.Role == Urgent {
			w.why("urgent: everything else ends")
			w.s.At, w.s.Stack, w.s.Pending = Place{}, nil, nil
			return w.start(i)
		}
	}
	if slices.ContainsFunc(wanted, func(i *Intent) bool { return i.Role == Repeats }) && len(w.s.Reply) > 0 {
		w.trace.Intents = append(w.trace.Intents, wanted[0].Name)
		w.why("said again")
		w.parts = w.s.Reply
		return nil
	}
	if w.s.At.Node != "" {
		done, err := w.inForm(wanted)
		if done || err != nil {
			return err
		}
	}
	return w.open(wanted)
}

func backToBot(text string) bool {
	return slices.Contains([]string{"机器人", "继续用机器人", "返回机器人", "不用人工了", "不转了", "back to the bot"}, strings.TrimSpace(text))
}

// pressed takes a message that is one of the choices offered as that choice.
func (w *walk) pressed() {
	said := strings.TrimSpace(w.t.Text)
	at := slices.IndexFunc(w.s.Offered, func(c Choice) bool { return said == c.Send || said == c.Text })
	if n, ok := ordinal(said); at < 0 && ok && n <= len(w.s.Offered) && w.s.Offered[n-1].Intent != "" {
		at = n - 1
	}
	if at < 0 || w.s.Offered[at].Intent == "" {
		return
	}
	intent := w.s.Offered[at].Intent
	w.why("the offered choice " + intent)
	w.labels = []Label{{Name: intent, Title: w.f.IntentTitle(intent), Probability: 1}}
	if w.s.Unclear != "" { // what it was about stands in the line before
		w.t.Text = w.s.Unclear
	}
}

func ordinal(said string) (int, bool) {
	said = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(said, "第"), "个"), "项")
	if r := []rune(said); len(r) != 1 {
		return 0, false
	} else if strings.ContainsRune("123456789一二三四五六七八九", r[0]) {
		n, ok := numeralValue(said)
		return int(n), ok
	}
	return 0, false
}

const maxWanted = 3

// wanted are the intents sure enough to act on, in the order in which they
// are to be answered.
func (w *walk) wanted() (all []*Intent) {
	for _, l := range w.labels {
		if len(all) == maxWanted {
			break
		}
		if i := w.f.intents[l.Name]; i != nil && l.Probability >= i.sure(w.limits) {
			all = append(all, i)
		}
	}
	if others := slices.DeleteFunc(slices.Clone(all), func(i *Intent) bool { return i.Alone || i.Order != 0 }); len(others) > 0 {
		all = slices.DeleteFunc(all, func(i *Intent) bool { return i.Alone })
	}
	slices.SortStableFunc(all, func(a, b *Intent) int { return a.Order - b.Order })
	return all
}

// open answers a message that continues nothing.
func (w *walk) open(wanted []*Intent) error {
	acts := slices.DeleteFunc(slices.Clone(wanted), func(i *Intent) bool { return i.Node == "" || i.Role == Answers })
	if len(acts) == 0 {
		if done, err := w.refine(); done || err != nil {
			return err
		}
		acts = slices.DeleteFunc(slices.Clone(wanted), func(i *Intent) bool { return i.Node == "" })
	}
	if len(acts) > 0 {
		w.s.Misses = 0
		return w.each(acts)
	}
	if ok, err := w.fromKnowledge(); ok || err != nil {
		return err
	}
	if w.offer() {
		w.trace.Band = Offer
		w.s.Unclear = cut(w.t.Text, maxSaid)
		_, err := w.run(w.f.Clarify, "offer")
		return err
	}
	w.trace.Band = Fallback
	return w.miss()
}

// each starts the intents one after the other; when one waits for an answer,
// the rest is kept for afterwards.
func (w *walk) each(acts []*Intent) error {
	for n, i := range acts {
		if err := w.start(i); err != nil {
			return err
		}
		if w.s.Human {
			return nil
		}
		if w.s.At.Node != "" {
			for _, later := range acts[n+1:] {
				if len(w.s.Pending) < maxPending {
					w.s.Pending = append(w.s.Pending, later.Name)
				}
			}
			return nil
		}
	}
	return w.goOn()
}

// start begins the thread of an intent with what the message already says.
func (w *walk) start(i *Intent) error {
	w.trace.Intents = append(w.trace.Intents, i.Name)
	w.judge(i.Name)
	w.trace.Left = w.trace.Left || i.Role == Leaves
	w.entry, w.back, w.from = i.Node, nil, ""
	for _, s := range w.f.reach[i.Node] {
		if s.From == FromYesNo || s.From == FromText {
			delete(w.s.Slots, s.Name) // answers to one question, not facts
		}
	}
	if _, err := w.fill(w.listen(w.t.Text).hear(w.f.reach[i.Node], nil)); err != nil {
		return err
	}
	if len(w.f.reach[i.Node]) > 0 {
		w.s.Last = i.Node
	}
	_, err := w.run(i.Node, "intent")
	return err
}

// refine runs the last thread again when the message only changes what it
// rests on: "那周六呢", "不是周五是周六".
func (w *walk) refine() (bool, error) {
	if w.s.Last == "" {
		return false, nil
	}
	e := w.listen(w.t.Text)
	all := e.hear(w.f.reach[w.s.Last], nil)
	if len(all) == 0 || len(e.runes) > 40 {
		return false, nil
	}
	before := len(w.trace.Slots)
	if _, err := w.fill(all); err != nil {
		return true, err
	}
	if len(w.trace.Slots) == before {
		return false, nil
	}
	w.s.Misses = 0
	w.entry, w.back = w.s.Last, nil
	_, err := w.run(w.s.Last, "correct")
	if err != nil || w.s.At.Node != "" {
		return true, err
	}
	return true, w.goOn()
}

// fromKnowledge answers from an entry that fits well enough by itself.
func (w *walk) fromKnowledge() (bool, error) {
	if w.p.Knowledge == nil {
		return false, nil
	}
	a, ok, err := w.p.Knowledge.Answer(w.ctx, Question{Text: w.t.Text, Channel: w.t.Channel, At: w.t.At})
	if err != nil || !ok {
		return false, err
	}
	w.trace.Confidence = a.Confidence
	if a.Confidence < w.limits.Knowledge {
		return false, nil
	}
	w.s.Misses = 0
	w.answer(a)
	w.why("knowledge by itself")
	return true, nil
}

func (w *walk) answer(a KnowledgeAnswer) {
	w.known, w.trace.EntryID, w.trace.Confidence = &a, a.EntryID, a.Confidence
	w.parts = append(w.parts, a.Parts...)
}

const maxOffers = 3

// offer collects the intents that may have been meant.
func (w *walk) offer() bool {
	if w.f.Clarify == "" {
		return false
	}
	for _, l := range w.labels {
		i := w.f.intents[l.Name]
		if l.Probability < w.limits.Offer || len(w.offers) == maxOffers {
			break
		}
		// What is none of these is not made into a choice between them.
		if i == nil || i.Node == "" || i.Role == Answers || i.Alone || l.Foreign {
			continue
		}
		text := i.Ask
		if text == "" {
			text = w.f.IntentTitle(i.Name)
		}
		w.offers = append(w.offers, Choice{Text: text, Send: text, Intent: i.Name})
	}
	return len(w.offers) > 0
}

const maxMisses = 2

// miss says that nothing was understood; the second time in a row it offers a
// person.
func (w *walk) miss() error {
	w.s.Misses++
	node := w.f.Fallback
	if w.s.Misses >= maxMisses && w.f.Human != "" {
		node, w.s.Misses = w.f.Human, 0
		w.why("not understood twice in a row")
	}
	_, err := w.run(node, "fallback")
	return err
}

func (w *walk) why(reason string) { w.trace.Why = append(w.trace.Why, reason) }
