package dialog

import (
	"maps"
	"slices"
)

// Own is what a flow keeps of a customer beyond a conversation: the values of
// its slots that say keep. Whoever keeps State keeps it beside that, with the
// customer, so that it can be forgotten.
type Own map[string]Value

// Keeps tells whether f keeps anything of a customer beyond a conversation.
func (f *Flow) Keeps() bool {
	return slices.ContainsFunc(f.Slots, func(s Slot) bool { return s.Keep })
}

// With gives s what is known of its customer. A value of s itself, which a state
// of an earlier release may have, holds until another is known.
func (s State) With(f *Flow, own Own) State {
	s.Slots = maps.Clone(s.Slots)
	if s.Slots == nil {
		s.Slots = map[string]Value{}
	}
	for i := range f.Slots {
		if name := f.Slots[i].Name; f.Slots[i].Keep {
			if v, known := own[name]; known {
				s.Slots[name] = v
			}
		}
	}
	return s
}

// Apart takes what belongs to the customer out of s. Turns are counted by
// conversation, so Own has none; what a flow does not declare stays in before.
func (s State) Apart(f *Flow, before Own) (State, Own) {
	own := maps.Clone(before)
	if own == nil {
		own = Own{}
	}
	s.Slots = maps.Clone(s.Slots)
	for i := range f.Slots {
		if name := f.Slots[i].Name; f.Slots[i].Keep {
			v, known := s.Slots[name]
			if delete(own, name); known {
				v.Turn = 0
				own[name] = v
			}
			delete(s.Slots, name)
		}
	}
	return s, own
}
