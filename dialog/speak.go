package dialog

import (
	"slices"
	"strings"

	"zhuomo/text"
)

// speak gives the parts from an index on other words for a voice: the first is
// said so, the others are only shown.
func (w *walk) speak(spoken texts, from int) {
	if len(spoken) == 0 || from >= len(w.parts) {
		return
	}
	w.parts[from].Say = strings.TrimSpace(w.fillText(w.wording(spoken)))
	for i := from + 1; i < len(w.parts); i++ {
		w.parts[i].Silent = true
	}
}

// maxSpokenChoices is how many choices somebody can keep in mind who only hears them.
const maxSpokenChoices = 4

// Speech is a reply as a voice says it: what the flow gives for speaking, else
// what is shown made fit for it; buttons become offers. docs/formats/flow.md
func Speech(parts []Part) string {
	var all []string
	add := func(s string) {
		if s = text.Speakable(s); s != "" {
			all = append(all, s)
		}
	}
	for _, p := range parts {
		switch {
		case p.Silent:
		case p.Say != "":
			add(p.Say)
		case p.Kind == CardPart:
			line := p.Title
			for _, f := range p.Facts {
				line += "，" + f.Name + "，" + f.Value
			}
			add(line)
			add(offered("也可以说：", p.Actions))
		case p.Kind == ChoicesPart:
			add(offered("您可以说：", p.Choices))
		default:
			add(p.Text)
		}
	}
	return text.Sentences(all)
}

// offered says what may be chosen, the first ones by name.
func offered(lead string, choices []Choice) string {
	var names []string
	for _, c := range choices[:min(len(choices), maxSpokenChoices)] {
		names = append(names, c.Text)
	}
	switch n := len(names); {
	case n == 0:
		return ""
	case n < len(choices):
		return lead + strings.Join(names, "、") + "，还有别的。"
	case n == 1:
		return lead + names[0] + "。"
	default:
		return lead + strings.Join(names[:n-1], "、") + "，或者" + names[n-1] + "。"
	}
}

// wish does what a channel knows to be wanted: by the flow's intent of that role,
// or else by what every flow can do. done is false when the message is to be
// understood as any other.
func (w *walk) wish() (done bool, err error) {
	if w.t.Wish == "" {
		return false, nil
	}
	w.why("the channel heard: " + string(w.t.Wish))
	w.trace.Band = Answer
	at := slices.IndexFunc(w.f.Intents, func(i Intent) bool { return i.Role == w.t.Wish })
	if at >= 0 {
		w.labels = []Label{{Name: w.f.Intents[at].Name, Title: w.f.IntentTitle(w.f.Intents[at].Name), Probability: 1}}
	}
	switch w.t.Wish {
	case Repeats:
		if len(w.s.Reply) > 0 {
			w.why("said again")
			w.parts = w.s.Reply
			return true, nil
		}
		_, err = w.run(w.f.Start, "return")
		return true, err
	case Helps:
		if at >= 0 {
			return false, nil
		}
		open := w.s.At
		w.s.At = Place{}
		if _, err := w.run(w.f.Start, "return"); err != nil || open.Node == "" || w.s.At.Node != "" {
			return true, err
		}
		return true, w.returnTo(open)
	case Leaves:
		w.s.At, w.s.Stack, w.s.Pending, w.s.Misses = Place{}, nil, nil, 0
		if at >= 0 && w.f.Intents[at].Node != "" {
			return true, w.start(&w.f.Intents[at])
		}
		w.trace.Left = true
		return true, nil
	}
	return false, nil
}
