// Package dialog holds how a product converses: flows that people read and
// write, the engine that walks them turn by turn, checks that find mistakes
// before customers do, and stories that must go so.
//
//	in:   a Flow (YAML), State, one Turn and what was understood
//	out:  the next State, the reply in Parts, a Trace that tells why
//	read: flow.go → read.go → engine.go → walk.go → fill.go → check.go → story.go
package dialog

import (
	"maps"
	"slices"
	"time"

	"zhuomo/learn"
)

// Turn is what the customer said.
type Turn struct {
	Text    string
	Channel string
	Seed    uint64    // of the choices made for the listener; the same again repeats them
	At      time.Time // in the product's zone or any other; Step converts
	Wish    Role      // Repeats, Helps or Leaves when the channel knows that just this was said; else ""
}

// Part is one piece of a reply. Kind says which fields are used.
type Part struct {
	Kind     PartKind `json:"kind" enum:"text,card,choices,handover"`
	Text     string   `json:"text,omitempty" doc:"text、handover 的文字|words of text and handover"`
	Title    string   `json:"title,omitempty" doc:"卡片标题|title of a card"`
	Facts    []Fact   `json:"facts,omitempty" doc:"卡片里的各项|what a card tells"`
	Actions  []Choice `json:"actions,omitempty" doc:"卡片上的按钮|buttons of a card"`
	Choices  []Choice `json:"choices,omitempty" doc:"可选的回答|answers to choose from"`
	Queue    string   `json:"queue,omitempty" doc:"转到哪个人工队列|which people take over"`
	Position int      `json:"position,omitempty" doc:"前面还有几位|place in the queue"`
	Minutes  int      `json:"minutes,omitempty" doc:"大约等几分钟|minutes to wait"`
	Say      string   `json:"say,omitempty" doc:"说出来的话，和显示的不同时才有|what is said, where it differs from what is shown"`
	Silent   bool     `json:"silent,omitempty" doc:"只显示，不说|shown only, not said"`
}

// PartKind is the kind of a reply's part.
type PartKind string

const (
	TextPart     PartKind = "text"
	CardPart     PartKind = "card"
	ChoicesPart  PartKind = "choices"
	HandoverPart PartKind = "handover"
)

// Fact is one line of a card.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Choice is an answer offered as a button: Text is shown, Send is what the
// customer then says.
type Choice struct {
	Text   string `json:"text"`
	Send   string `json:"send"`
	Intent string `json:"intent,omitempty" doc:"按下后直接当作这个意图|taken as this intent when pressed"`
}

// Label is an intent with its calibrated probability.
type Label struct {
	Name        string  `json:"label"`
	Title       string  `json:"title,omitempty"`
	Probability float64 `json:"probability"`
	// Foreign tells that the model took the whole sentence for none of its labels.
	Foreign bool `json:"foreign,omitempty" doc:"模型认为整句都不是|the model took the sentence for none of these"`
}

// Value is what a slot holds. Numbers also carry a range: "300 以内" is Text
// "300", Low 0, High 300.
type Value struct {
	Text string  `json:"text"`           // in normal form: 2026-08-08, 300, 云栖酒店
	Said string  `json:"said,omitempty"` // as the customer said it
	Low  float64 `json:"low,omitempty"`
	High float64 `json:"high,omitempty"`
	Turn int     `json:"turn,omitempty"` // in which turn it was set
}

// Any is the Text of a slot that the customer leaves open ("都行"): filters
// that use it are skipped.
const Any = "*"

// Place is where a conversation waits for an answer.
type Place struct {
	Node  string           `json:"node,omitempty"`
	Slot  string           `json:"slot,omitempty"`
	Entry string           `json:"entry,omitempty"` // the node at which this thread began
	Tries int              `json:"tries,omitempty"` // answers that did not fit
	Slots map[string]Value `json:"slots,omitempty"` // kept while another thread runs
	Back  []string         `json:"back,omitempty"`  // where sub-flows go on when they end, innermost last
}

// Found is the last look-up, so that "第二个" and "那家" mean something.
type Found struct {
	Table string   `json:"table"`
	Keys  []string `json:"keys"` // as shown, at most maxKeys
	Total int      `json:"total"`
	Focus string   `json:"focus,omitempty"` // the row that was spoken of last
}

// State is what a conversation remembers. Its size is bounded: a long
// conversation costs as much as a short one.
type State struct {
	TurnCount int              `json:"turn"`
	Slots     map[string]Value `json:"slots,omitempty"`
	At        Place            `json:"at,omitzero"`
	Stack     []Place          `json:"stack,omitempty"`   // interrupted threads, newest last
	Pending   []string         `json:"pending,omitempty"` // intents still to be answered
	Last      string           `json:"last,omitempty"`    // entry node of the last thread
	Found     Found            `json:"found,omitzero"`
	Offered   []Choice         `json:"offered,omitempty"` // choices of the last reply
	Unclear   string           `json:"unclear,omitempty"` // the line for which choices were offered
	Misses    int              `json:"misses,omitempty"`  // turns in a row that were not understood
	Human     bool             `json:"human,omitempty"`   // a person has taken over
	History   []learn.Said     `json:"history,omitempty"`
	Shown     []string         `json:"shown,omitempty"` // rows found lately, as table/key, newest last

	Signals map[string]map[string]float64 `json:"signals,omitempty"` // signal → value → strength, 0–1
	// Tastes are kept apart: they belong to the listener, not to the conversation.
	Tastes Tastes `json:"-"`
	Reply  []Part `json:"reply,omitempty"` // the last reply, to be said again
}

// Bounds of State.
const (
	maxHistory = 6 // lines
	maxKeys    = 10
	maxStack   = 4
	maxShown   = 40
	maxPending = 3
	maxSaid    = 300 // characters of a line kept in the history
)

// Band is what the scores allowed.
type Band string

const (
	Answer   Band = "answer"   // sure enough to act
	Offer    Band = "offer"    // asked what was meant
	Fallback Band = "fallback" // not understood
)

// Change is a slot that got another value.
type Change struct {
	Slot   string `json:"slot"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	From   string `json:"from" doc:"凭什么填的：entity date number regex choice yesno text row set|what it was filled from"`
	Said   string `json:"said,omitempty"`
}

// Passed is one node that was passed, and why.
type Passed struct {
	From string `json:"from,omitempty" doc:"从哪个节点来，空 = 会话入口|the node before, empty = entry"`
	Node string `json:"node"`
	Why  string `json:"why" doc:"intent next case else none one many filled ask retry interrupt return correct cancel knowledge"`
}

// Trace tells what happened in a turn and why.
type Trace struct {
	Labels     []Label  `json:"labels"` // at most maxLabels, the best first
	Band       Band     `json:"band"`
	Intents    []string `json:"intents,omitempty" doc:"按这些意图办了|acted on these"`
	Slots      []Change `json:"slots,omitempty"`
	Path       []Passed `json:"path,omitempty"`
	Signals    []Sensed `json:"signals,omitempty" doc:"猜到的信号，不是诊断|signals that were guessed; no diagnosis"`
	Picks      []Picked `json:"picks,omitempty" doc:"替这位听众挑了什么，为什么|what was chosen for this listener, and why"`
	EntryID    string   `json:"entry_id,omitempty" doc:"引用的知识条目|the knowledge entry used"`
	Confidence float64  `json:"confidence,omitempty" doc:"知识匹配的把握，0–1|how sure the knowledge match is"`
	Why        []string `json:"why,omitempty" doc:"其余的决定|other decisions"`
	Waits      bool     `json:"waits,omitempty" doc:"在等客户回答一个问题|a question to the customer is open"`
	Left       bool     `json:"left,omitempty" doc:"客户要走，会话到此为止|the customer leaves; the conversation ends here"`
}

const maxLabels = 5

// clone copies s so deeply that changing the copy leaves s alone.
func (s State) clone() State {
	s.Slots = maps.Clone(s.Slots)
	if s.Slots == nil {
		s.Slots = map[string]Value{}
	}
	s.At.Slots = maps.Clone(s.At.Slots)
	s.At.Back = slices.Clone(s.At.Back)
	s.Stack = slices.Clone(s.Stack)
	s.Pending = slices.Clone(s.Pending)
	s.Found.Keys = slices.Clone(s.Found.Keys)
	s.Offered = slices.Clone(s.Offered)
	s.Shown = slices.Clone(s.Shown)
	s.History = slices.Clone(s.History)
	return s
}
