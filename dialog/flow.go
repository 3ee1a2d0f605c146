package dialog

import (
	"regexp"
	"slices"
	"time"
)

// Flow is how a product converses, as people write it. ReadFlow makes it; it
// never changes afterwards.
type Flow struct {
	Name       string      `json:"name"`
	Zone       string      `json:"zone"`     // "+08:00"
	Start      string      `json:"start"`    // node that greets
	Clarify    string      `json:"clarify"`  // node said before choices are offered
	Fallback   string      `json:"fallback"` // node when nothing was understood
	Human      string      `json:"human"`    // node after two misses in a row, or too many retries
	Cancel     string      `json:"cancel"`   // node when the customer gives up a form
	Return     string      `json:"return"`   // text before an interrupted question is asked again
	Changed    string      `json:"changed"`  // text that acknowledges a correction
	Waiting    string      `json:"waiting"`  // text while a person has taken over
	Thresholds Thresholds  `json:"thresholds"`
	Intents    []Intent    `json:"intents"`
	Slots      []Slot      `json:"slots"`
	Signals    []Signal    `json:"signals,omitempty"`
	Recommend  []Recommend `json:"recommend,omitempty"`
	Nodes      []Node      `json:"nodes"`

	signals   map[string]*Signal
	intents   map[string]*Intent
	slots     map[string]*Slot
	nodes     map[string]*Node
	recommend map[string]*Recommend // by table
	reach     map[string][]*Slot    // by entry node: slots that its thread asks or uses
	zone      *time.Location
}

// Thresholds are the borders of the three bands, 0–1.
type Thresholds struct {
	Answer    float64 `json:"answer" yaml:"answer" doc:"不低于它就办|act from here on"`
	Offer     float64 `json:"offer" yaml:"offer" doc:"不低于它就给选项，低于它算没听懂|offer choices from here on; below: not understood"`
	Knowledge float64 `json:"knowledge" yaml:"knowledge" doc:"知识匹配不低于它才直接回答|answer from knowledge from here on"`
}

// DefaultThresholds hold until costs choose better ones.
var DefaultThresholds = Thresholds{Answer: .5, Offer: .15, Knowledge: .6}

// Intent leads a label to a node.
type Intent struct {
	Name  string `json:"name" yaml:"-"`
	Line  int    `json:"line" yaml:"-"`
	Title string `json:"title" yaml:"title"`
	Node  string `json:"node" yaml:"node"`
	Ask   string `json:"ask" yaml:"ask"`     // the choice's words, Title unless told
	Order int    `json:"order" yaml:"order"` // among several in one message, small first; 0 in the middle
	Role  Role   `json:"role" yaml:"role"`   // "" | answers | urgent | repeat | help | leave
	Alone bool   `json:"alone" yaml:"alone"` // answered only when nothing else was wanted

	Answer *float64 `json:"answer,omitempty" yaml:"answer"` // act on this one from here on, 0–1; the flow's threshold unless told
}

// sure is the probability from which on i is acted on.
func (i *Intent) sure(t Thresholds) float64 {
	if i.Answer != nil {
		return *i.Answer
	}
	return t.Answer
}

// Role is what an intent is besides a wish of its own.
type Role string

const (
	Answers Role = "answers" // fills questions; inside a form never an interruption
	Urgent  Role = "urgent"  // ends everything else at once
	Repeats Role = "repeat"  // says the last reply again
	Helps   Role = "help"    // what the product can do
	Leaves  Role = "leave"   // the customer goes; a voice closes its microphone
)

// Roles lists what an intent can be.
func Roles() []Role { return []Role{Answers, Urgent, Repeats, Helps, Leaves} }

// Slot is one thing to be known.
type Slot struct {
	Name     string              `json:"name" yaml:"-"`
	Line     int                 `json:"line" yaml:"-"`
	Title    string              `json:"title" yaml:"title"`
	From     Source              `json:"from" yaml:"from"`
	Table    string              `json:"table,omitempty" yaml:"table"`     // entity; several parted by |
	After    []string            `json:"after,omitempty" yaml:"after"`     // entity: counts behind one of these words, or
	Before   []string            `json:"before,omitempty" yaml:"before"`   // before one of these, unless it was asked for
	Pattern  string              `json:"pattern,omitempty" yaml:"pattern"` // regex
	Units    []string            `json:"units,omitempty" yaml:"units"`     // number: words after it
	Choices  map[string][]string `json:"choices,omitempty" yaml:"choices"` // choice: value → other words
	Ask      string              `json:"ask,omitempty" yaml:"ask"`
	Retry    string              `json:"retry,omitempty" yaml:"retry"`       // when the answer does not fit
	Invalid  string              `json:"invalid,omitempty" yaml:"invalid"`   // when validate says no
	Validate string              `json:"validate,omitempty" yaml:"validate"` // condition on value
	Retries  int                 `json:"retries,omitempty" yaml:"retries"`   // before a person is offered, 2 unless told
	Any      bool                `json:"any,omitempty" yaml:"any"`           // "都行" is an answer
	Buttons  []string            `json:"buttons,omitempty" yaml:"buttons"`   // offered beside the question
	Default  string              `json:"default,omitempty" yaml:"default"`   // what an empty hole shows
	Spoken   string              `json:"spoken,omitempty" yaml:"spoken"`     // the question as a voice asks it, buttons and all
	Keep     bool                `json:"keep,omitempty" yaml:"keep"`         // the customer's own: known in later conversations too

	pattern  *regexp.Regexp
	validate *condition
	words    []choiceWord // of Choices, longest first
	tables   []string     // of Table
}

// Source is what fills a slot.
type Source string

const (
	FromEntity Source = "entity"
	FromRegex  Source = "regex"
	FromDate   Source = "date"
	FromNumber Source = "number"
	FromChoice Source = "choice"
	FromYesNo  Source = "yesno"
	FromText   Source = "text"
	FromFlow   Source = "flow" // by nodes that set it; never heard
)

// Sources lists what can fill a slot.
func Sources() []Source {
	return []Source{FromEntity, FromRegex, FromDate, FromNumber, FromChoice, FromYesNo, FromText, FromFlow}
}

// Kind is what a node does; it is the key under which the node is written.
type Kind string

const (
	Say        Kind = "say"
	Ask        Kind = "ask"
	Branch     Kind = "branch"
	LookupNode Kind = "lookup"
	PickNode   Kind = "pick"
	Call       Kind = "call"
	Know       Kind = "knowledge"
	Clarify    Kind = "clarify"
	Handover   Kind = "handover"
	Set        Kind = "set"
	Run        Kind = "run"
)

// Node is one step of a flow. Exactly one of the fields named like a Kind is
// given.
type Node struct {
	ID    string `json:"id" yaml:"-"`
	Line  int    `json:"line" yaml:"-"`
	Kind  Kind   `json:"kind" yaml:"-"`
	Title string `json:"title,omitempty" yaml:"title"`
	Next  string `json:"next,omitempty" yaml:"next"`

	Say     texts      `json:"say,omitempty" yaml:"say"` // wordings that take turns
	Card    *CardShape `json:"card,omitempty" yaml:"card"`
	Each    bool       `json:"each,omitempty" yaml:"each"` // a card for every row found
	Choices []Choice   `json:"choices,omitempty" yaml:"choices"`
	Spoken  texts      `json:"spoken,omitempty" yaml:"spoken"` // all that a voice says at this node, in place of what is shown

	Ask   texts  `json:"ask,omitempty" yaml:"ask"`     // slots, in this order
	Soft  bool   `json:"soft,omitempty" yaml:"soft"`   // dropped when the customer speaks of something else
	Again bool   `json:"again,omitempty" yaml:"again"` // asks even if the slots are filled
	Fail  string `json:"fail,omitempty" yaml:"fail"`   // after too many retries, the flow's Human unless told

	Branch []Case `json:"branch,omitempty" yaml:"branch"`

	Lookup string   `json:"lookup,omitempty" yaml:"lookup"`
	Where  []string `json:"where,omitempty" yaml:"where"`
	Sort   string   `json:"sort,omitempty" yaml:"sort"`
	Limit  int      `json:"limit,omitempty" yaml:"limit"`
	Fresh  bool     `json:"fresh,omitempty" yaml:"fresh"` // rows that were not found lately; when none is left, all again
	None   string   `json:"none,omitempty" yaml:"none"`
	One    string   `json:"one,omitempty" yaml:"one"`
	Many   string   `json:"many,omitempty" yaml:"many"`

	Pick   string `json:"pick,omitempty" yaml:"pick"` // one row of a table, chosen for the listener as Recommend tells; Where, Sort, None as above
	Wishes []Wish `json:"wishes,omitempty" yaml:"wishes"`

	Call   *CallShape `json:"call,omitempty" yaml:"call"`
	Failed string     `json:"failed,omitempty" yaml:"failed"`

	Knowledge *KnowledgeShape `json:"knowledge,omitempty" yaml:"knowledge"`

	Clarify  texts             `json:"clarify,omitempty" yaml:"clarify"`
	Handover texts             `json:"handover,omitempty" yaml:"handover"`
	Queue    string            `json:"queue,omitempty" yaml:"queue"`
	Minutes  int               `json:"minutes,omitempty" yaml:"minutes"`
	Set      map[string]string `json:"set,omitempty" yaml:"set"` // slot → text with holes; "" empties it
	Run      string            `json:"run,omitempty" yaml:"run"` // a sub-flow; then Next

	where []whereClause
}

// CardShape is a card with holes.
type CardShape struct {
	Title   string   `json:"title" yaml:"title"`
	Facts   []Fact   `json:"facts" yaml:"facts"`
	Actions []Choice `json:"actions" yaml:"actions"`
}

// Case is one way out of a branch; the last one may be without When.
type Case struct {
	When string `json:"when,omitempty" yaml:"when"`
	Go   string `json:"go" yaml:"go"`

	when *condition
}

// CallShape is an HTTP call with holes; its answer's fields are read in texts
// as {call.field}.
type CallShape struct {
	Method  string `json:"method" yaml:"method"`
	URL     string `json:"url" yaml:"url"`
	Body    string `json:"body" yaml:"body"`
	Seconds int    `json:"seconds" yaml:"seconds"` // time limit, 5 unless told
}

// KnowledgeShape says what is asked of the knowledge.
type KnowledgeShape struct {
	Text       string   `json:"text" yaml:"text"` // "{text}" unless told
	Categories []string `json:"categories" yaml:"categories"`
}

// texts is one text or a list of them.
type texts []string

// UnmarshalYAML reads "x" and ["x", "y"].
func (t *texts) UnmarshalYAML(read func(any) error) error {
	var one string
	if read(&one) == nil {
		*t = texts{one}
		return nil
	}
	var many []string
	err := read(&many)
	*t = many
	return err
}

// Intent finds an intent by its name, nil if the flow has none.
func (f *Flow) Intent(name string) *Intent { return f.intents[name] }

// Signal finds a signal by its name.
func (f *Flow) Signal(name string) *Signal { return f.signals[name] }

// Slot finds a slot by its name.
func (f *Flow) Slot(name string) *Slot { return f.slots[name] }

// Node finds a node by its id.
func (f *Flow) Node(id string) *Node { return f.nodes[id] }

// IntentTitle is how people call the intent.
func (f *Flow) IntentTitle(name string) string {
	if i := f.intents[name]; i != nil && i.Title != "" {
		return i.Title
	}
	return name
}

// Edge is a way from one node to another.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Why  string `json:"why"`
}

// Edges lists the ways out of n, in the order in which they are written.
// Targets that do not exist are listed too.
func (n *Node) Edges() (out []Edge) {
	add := func(to, why string) {
		if to != "" {
			out = append(out, Edge{From: n.ID, To: to, Why: why})
		}
	}
	for i, c := range n.Branch {
		if c.When == "" {
			add(c.Go, "else")
		} else {
			add(c.Go, caseWhy(i))
		}
	}
	add(n.None, "none")
	add(n.One, "one")
	add(n.Many, "many")
	add(n.Failed, "failed")
	add(n.Fail, "fail")
	add(n.Run, "run")
	add(n.Next, "next")
	return out
}

// entries are the nodes at which a turn can begin.
func (f *Flow) entries() []string {
	all := []string{f.Start, f.Clarify, f.Fallback, f.Human, f.Cancel}
	for i := range f.Intents {
		all = append(all, f.Intents[i].Node)
	}
	all = slices.DeleteFunc(all, func(id string) bool { return id == "" })
	slices.Sort(all)
	return slices.Compact(all)
}
